"""A look at the seams as a job: asked for, made by the real worker, apart from the videos."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from engine.data.video import probe
from engine.data.video_record import read_record
from engine.data.video_write import VideoWriter
from engine.types import Event, Result
from studio.choices import NOTHING, Choices
from studio.examples import find
from studio.forms import Form
from studio.hosting import Hosting
from studio.intake import Intake
from studio.jobs import worker
from studio.jobs.home import new_token, owner_of
from studio.jobs.job import Job
from studio.jobs.limits import QueueLimits
from studio.jobs.retention import Retention, sweep
from studio.jobs.store import Store
from studio.parts.seams import verdict
from studio.tabs.dance.seams import Seams
from studio.view import look as view_of
from studio.zerogpu import ZeroGpu

SAYS_YES = Intake(Hosting(), (sys.executable, "-c", "pass"))
SHORT = {"num_frames": 60, "window_size": 4, "overlap": 2, "seed": 3}
CHOSEN = Choices(replace(NOTHING, person="ada", dance="sway"), False, SHORT)
FUSIONS = ["triangle", "ramp", "average", "none"]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture(scope="module")
def engine() -> worker.Generate:
    """The real one, loaded once."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CUDA_VISIBLE_DEVICES", "")
        return worker.engine()


class Panel:
    """The handlers of one visitor, whose page holds `choices`."""

    def __init__(self, store: Store) -> None:
        self.store, self.token = store, new_token()
        self.owner = owner_of(self.token) or ""
        self.choices = CHOSEN
        form = Form("mimicmotion")
        self.do = Seams(store, find(), SAYS_YES, form, lambda given: self.choices)

    def ask(self, page: str = "en") -> dict[str, Any]:
        return self.do.ask(self.token, page)

    def jobs(self) -> list[Job]:
        return self.store.page(self.owner, 9, kind="seams")


def meaning(**said: object) -> gr.EventData:
    return gr.EventData(None, said)


def test_the_real_worker_makes_it_and_the_page_says_what_it_shows(
    home: Path, engine: worker.Generate
) -> None:
    store = Store(home)
    ann = Panel(store)
    told = ann.ask()
    assert told["live"] and told["head"] == "The seams wait for their turn" and told["can_stop"]
    taken = store.take("w")
    assert taken is not None and taken.kind == "seams"
    assert worker.run(store, taken, engine)
    (job,) = ann.jobs()
    assert job.state == "done", job.trouble
    assert job.record["modes"] == FUSIONS and job.record["frames"] == 3 + 2 * 2
    assert (read_record(job.result) or {})["ai_generated"]
    assert probe(job.result).frames == 7 and job.poster.exists()
    for page, names in (("en", ["Triangle", "Ramp"]), ("ko", ["삼각형", "경사"])):
        shown = ann.do.look(ann.token, page)
        assert not shown["live"] and shown["clip"].startswith("gradio_api/file=")
        assert [mode["name"] for mode in shown["modes"]][:2] == names
        assert all(mode["name"] in mode["alt"] for mode in shown["modes"])
        assert shown["verdict"] and len(shown["joins"]) == 2
        json.dumps(shown)
    assert store.recent(ann.owner) == [] == store.finished("mimicmotion")
    view = view_of(store, ann.owner, None, "en")
    assert view.shelf["items"] == [] and not view.live
    copy = Path(ann.do.look(ann.token, "en")["clip"].removeprefix("gradio_api/file="))
    assert copy.is_file()
    assert ann.do.drop(ann.token, "en", meaning(id=job.id))["modes"] == []
    assert not copy.exists() and not job.folder.exists()


def test_where_a_gpu_is_lent_it_gets_its_turn_and_it_is_kept_no_longer_than_a_video(
    home: Path,
) -> None:
    def quick(job: Job, out: Path) -> Iterator[Event]:
        with VideoWriter(out, 12) as file:
            file.add(np.zeros((64, 256, 3), np.uint8))
        yield Result(out, {"made": job.kind})

    store = Store(home)
    ann = Panel(store)
    ann.ask()
    ZeroGpu(store, lambda *, duration: lambda run: run, lambda: quick).turn(ann.token)
    assert [job.record["made"] for job in ann.jobs()] == ["seams"]
    assert sweep(store, Retention(days=1), now=time.time() + 2 * 86_400) == 1 and not ann.jobs()


def test_another_takes_the_place_of_the_last_and_what_cannot_be_asked_for_leaves_it(
    home: Path,
) -> None:
    ann = Panel(Store(home, QueueLimits(per_owner=2)))
    ann.ask()
    (first,) = ann.jobs()
    ann.ask()
    (second,) = ann.jobs()
    assert second.id != first.id and not first.folder.exists()
    ann.choices = replace(CHOSEN, order=NOTHING)
    told = ann.ask("ko")
    assert [job.id for job in ann.jobs()] == [second.id] and told["id"] == second.id
    assert told["said"] and "사진" in " ".join(told["said"])
    assert ann.do.ask("no token of ours", "en")["said"]
    ann.choices = CHOSEN
    ann.store.add(ann.owner, "mimicmotion", {}, {}, {})  # a video, and the visitor's share is used
    assert "said" in ann.ask() and [job.id for job in ann.jobs()] == [second.id]


def test_it_is_stopped_and_removed_by_its_owner_alone(home: Path, engine: worker.Generate) -> None:
    store = Store(home)
    ann, bob = Panel(store), Panel(store)
    ann.ask()
    (job,) = ann.jobs()
    assert not bob.do.stop(bob.token, "en", meaning(id=job.id))["live"]
    bob.do.drop(bob.token, "en", meaning(id=job.id))
    assert ann.do.look(ann.token, "en")["live"]
    video = store.add(ann.owner, "mimicmotion", {}, {}, {})
    ann.do.drop(ann.token, "en", meaning(id=video.id))  # it removes no video
    assert store.get(video.id, ann.owner)
    taken = store.take("w")
    assert taken is not None and taken.id == job.id
    seen: list[Event] = []

    def stopped(job: Job, out: Path) -> Iterator[Event]:
        for event in engine(job, out):
            seen.append(event)
            if len(seen) == 3:  # after the first calls of the network
                told = ann.do.stop(ann.token, "en", meaning(id=job.id))
                assert told["live"] and not told["can_stop"]
            yield event

    worker.run(store, taken, stopped)
    assert len(seen) == 3 and ann.jobs()[0].state == "cancelled"
    told = ann.do.look(ann.token, "en")
    assert not told["live"] and told["said"] is None and told["modes"] == []
    ann.do.drop(ann.token, "en", meaning(id=job.id))
    assert ann.jobs() == [] and not job.folder.exists()


def test_what_fails_says_why_in_the_language_of_the_page(
    home: Path, engine: worker.Generate
) -> None:
    store = Store(home)
    ann = Panel(store)
    ann.choices = replace(CHOSEN, settings={**SHORT, "num_frames": 2})
    ann.ask()
    taken = store.take("w")
    assert taken is not None
    worker.run(store, taken, engine)
    assert ann.do.look(ann.token, "en")["said"][0] == "There are no seams to look at."
    assert "이음새" in ann.do.look(ann.token, "ko")["said"][0]


def test_which_is_smoothest_is_said_in_words() -> None:
    even = dict.fromkeys(FUSIONS, 1.0)
    assert verdict(even, "en").startswith("All ways")
    assert verdict({**even, "none": 2.0}, "en").endswith("Triangle, Ramp, Average.")
    one = {**dict.fromkeys(FUSIONS, 1.4), "ramp": 1.1}
    assert verdict(one, "en") == "Smoothest here: Ramp."
    assert verdict(one, "ko") == "가장 매끄러운 방법: 경사."


def test_a_way_of_blending_is_picked_and_nothing_else(home: Path) -> None:
    ann = Panel(Store(home))
    assert ann.do.pick(meaning(mode="ramp")) == "ramp"
    assert ann.do.pick(meaning(mode="<b>")) != "<b>"
