"""Seconds on the page and frames in the engine are the same length, whatever rate a dance has."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from media import make_clip

from engine.data import synth, video
from engine.data.limits import Limits
from engine.errors import BadInput
from engine.exchange import scene as scenes
from engine.exchange.motion import count_frames
from engine.exchange.pace import film_frames, film_rate
from engine.library import Library, generate
from engine.models.machine import Machine
from engine.pose.readers import write_poses
from engine.types import Inputs
from studio.api import Api
from studio.choices import choices_of, choices_of_record
from studio.examples import find
from studio.fetches.fetcher import Fetcher
from studio.forms import apply_settings
from studio.hosting import Hosting
from studio.intake import Intake, UnusableFile
from studio.jobs.home import new_token, owner_of
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.lengths import frames_of, rate_of
from studio.makers import Makers
from studio.names import length_of, paced
from studio.parts.gallery_drop import finding
from studio.restore import record_of, restored
from studio.tabs.dance.choosing import FIELDS
from studio.tabs.dance.tab import Dance

SYSTEM = "mimicmotion"
RATES = (8, 10, 12, 15, 20, 24, Fraction(30000, 1001), 25, 30, 50, 60)
MINA = Path(__file__).parents[2] / "assets" / "examples" / "people" / "mina.png"


def telling(facts: Mapping[str, Any], **limits: Any) -> Intake:
    """An intake whose inspector finds these facts in every file."""
    told = json.dumps({"facts": facts})
    return Intake(replace(Hosting(), **limits), (sys.executable, "-c", f"print({told!r})"))


class Tab:
    """The Dance tab, with an own dance of which these facts are found."""

    def __init__(self, folder: Path, intake: Intake, source: str = "video") -> None:
        self.store, self.token = Store(folder / "home"), new_token()
        makers = Makers(SYSTEM, Fetcher(folder / "home"), Machine(32 << 30))
        self.tab = Dance(self.store, find(), intake, makers)
        with gr.Blocks() as demo, gr.Tabs(), gr.Tab("Dance") as tab:
            self.tab.build(demo, tab, gr.BrowserState())
        self.do, self.names = self.tab._do, [*FIELDS, *self.tab._form.added]
        (_, _, _, *rest) = self.do.arrive(self.token, "en")
        self.given = [one.get("value") if isinstance(one, dict) else one for one in rest[7:]]
        self.file = folder / ("dance.mp4" if source == "video" else "dance.json")
        self.file.write_bytes(b"x")
        field = "motion" if source == "video" else "keypoints"
        self.change(person="mina", source=source, **{field: str(self.file)})

    def change(self, **fields: Any) -> None:
        for name, value in fields.items():
            self.given[self.names.index(name)] = value

    def read(self) -> None:
        order = [self.given[self.names.index(name)] for name in ("source", "motion", "keypoints")]
        self.tab.read(order[0], order[1], order[2], "en")

    @property
    def owner(self) -> str:
        return owner_of(self.token) or ""

    def ordered(self) -> Job:
        notice, *_ = self.do.make(self.token, None, {}, *self.given, "en")
        assert notice is None
        return self.store.recent(self.owner)[0]

    def told(self) -> str:
        return self.tab.forecast(*self.given, "en")

    def seconds(self, choices: Any) -> float:
        """What the slider shows for `choices`."""
        shown = self.do.fill(choices, "en")[self.names.index("num_frames")]
        return shown["value"] if isinstance(shown, dict) else shown


# --- the arithmetic -----------------------------------------------------------------------------


@pytest.mark.parametrize("own", RATES)
def test_a_films_frames_are_counted_as_they_are_read(tmp_path: Path, own: int | Fraction) -> None:
    for count in (31, 40):
        film = make_clip(tmp_path / f"{count}.mp4", range(count), rate=Fraction(own))
        info = video.probe(film)
        for fps in (0.0, 7.0, 60.0):
            rate = film_rate(info.fps, fps)
            read = sum(1 for _ in video.read(film, fps=rate))
            assert (
                film_frames(info.seconds, rate, 0)
                == read
                == count_frames(Inputs(motion=film), fps=fps)
            )
            facts = {"fps": info.fps, "seconds": info.seconds}
            assert frames_of(facts, {"fps": fps}) == read
            assert frames_of(facts, {"fps": fps, "num_frames": 3}) == min(3, read)


def test_keypoints_are_counted_as_they_are_read(tmp_path: Path) -> None:
    for own in (None, 10.0, 25.0, 50.0):
        path = tmp_path / f"{own}.json"
        write_poses(path, synth.dance_poses("sway", 41, 30.0), *([own] if own else []))
        for fps in (0.0, 24.0):
            counted = count_frames(Inputs(motion=path), fps=fps)
            assert frames_of({"frames": 41, "fps": own}, {"fps": fps}) == counted


# --- the page -----------------------------------------------------------------------------------


@pytest.mark.parametrize("own", [10, 20, 24, 25, 50])  # 15, 30 and 60 were never wrong
def test_two_seconds_of_a_film_are_two_seconds(tmp_path: Path, own: int | Fraction) -> None:
    facts = {"seconds": 10.0, "fps": float(own)}
    tab = Tab(tmp_path, telling(facts))
    tab.change(num_frames=2.0)
    tab.read()
    job = tab.ordered()
    frames, rate = job.settings["num_frames"], rate_of(facts)
    assert abs(frames / rate - 2.0) <= 0.5 / rate  # the nearest frame
    assert tab.told().startswith(f"{frames / rate:.1f} s of dance")
    strip = tab.tab.windows(*tab.given, "en")
    assert strip and strip["frames"] == frames and f"{frames / rate:.1f}" in strip["end"]
    assert frames == count_frames_of(facts, job.settings)
    waiting = choices_of(job)  # has no record that says the rate
    done = choices_of(replace(job, state="done", record={"fps": rate, "frames": frames}))
    for choices in (waiting, done):
        assert tab.seconds(choices) == pytest.approx(frames / rate, abs=0.006)
    assert length_of(job.settings, paced(job), "en") == f"{frames} frames"


def count_frames_of(facts: Mapping[str, Any], settings: Mapping[str, Any]) -> int:
    """What the engine would make of a film with these facts."""
    rate = film_rate(facts["fps"], settings["fps"])
    return film_frames(facts["seconds"], rate, settings["num_frames"])


def test_two_seconds_of_keypoints_are_two_seconds(tmp_path: Path) -> None:
    tab = Tab(tmp_path, telling({"frames": 250, "fps": 25.0}), "keypoints")
    tab.change(num_frames=2.0)
    assert tab.ordered().settings["num_frames"] == 25


def test_no_more_is_foreseen_than_the_dance_has(tmp_path: Path) -> None:
    tab = Tab(tmp_path, telling({"seconds": 3.0, "fps": 24.0}))
    tab.change(num_frames=20.0)
    tab.read()
    assert tab.told().startswith("3.0 s of dance")
    tab.change(num_frames=2.0, whole=True)
    assert tab.told().startswith("3.0 s of dance")
    tab.change(source="library", dance="sway")
    assert tab.told().startswith("2.0 s of dance")


def test_a_reload_keeps_the_seconds_whenever_the_film_was_read(tmp_path: Path) -> None:
    tab = Tab(tmp_path, telling({"seconds": 10.0, "fps": 25.0}))
    tab.change(num_frames=2.0)
    for frames in (30, 25):  # before and after it is known how fast the film is
        tab.do.keep(tab.token, True, *tab.given)
        kept = tab.tab._do._drafts.load(tab.owner)
        assert kept is not None and tab.seconds(kept) == 2.0
        assert kept.settings["num_frames"] == frames
        tab.read()


def test_a_preset_is_one_for_every_film(tmp_path: Path) -> None:
    tab = Tab(tmp_path, telling({"seconds": 60.0, "fps": 25.0}))
    tab.read()
    for key in tab.tab._presets:
        names = tab.tab._form.added
        updates = dict(zip(names, tab.do.preset(key), strict=True))
        tab.change(**{
            name: one.get("value") if isinstance(one, dict) else one
            for name, one in updates.items() if name != "seed"
        })  # fmt: skip
        assert tab.do.preset_of(*tab.given, "en") == key


def test_a_record_gives_its_seconds_back(tmp_path: Path) -> None:
    tab = Tab(tmp_path, telling({"seconds": 60.0, "fps": 25.0}))
    tab.change(num_frames=2.0)
    job = replace(tab.ordered(), state="queued")
    record = record_of(job) | {"fps": 12.5, "frames": 25}
    found = restored(record, find())
    filled = apply_settings(found.settings, found.words, found.system)
    assert tab.seconds(choices_of_record(filled, None, found.fps)) == 2.0
    assert ("Length", "2.0 s") in finding(found, "en")["facts"]
    for odd in ("fast", float("nan"), 0, -3, 10**400, None, [12.5]):
        assert restored(record | {"fps": odd}, find()).fps is None


def test_a_program_orders_frames(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.api.get_upload_folder", lambda: str(tmp_path))
    film = tmp_path / "film.mp4"
    film.write_bytes(b"x")
    intake = telling({"seconds": 10.0, "fps": 25.0})
    api = Api(Store(tmp_path / "home"), find(), intake)
    order: dict[str, Any] = {
        "owner": "a" * 32, "image": None, "motion": {"path": str(film)}, "keypoints": None,
        "person": "mina", "dance": "", "model": "pocket", "consent": False, "language": "en",
    }  # fmt: skip
    assert api.make(**order, num_frames=30)["settings"]["num_frames"] == 30


# --- too long -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "own", "frames"), [(15.0, 20.0, 300), (16.03, 30.0, 241), (16.0, 30.0, 240)]
)
def test_a_host_refuses_at_the_order_what_it_would_not_make(
    tmp_path: Path, seconds: float, own: float, frames: int
) -> None:
    tab = Tab(tmp_path, telling({"seconds": seconds, "fps": own}, max_result_frames=240))
    tab.change(whole=True)
    notice, *_ = tab.do.make(tab.token, None, {}, *tab.given, "en")
    tab.read()
    if frames > 240:
        assert str(frames) in notice["fix"] and not tab.store.recent(tab.owner)
        assert f"{frames} frames" in tab.told()
        assert tab.tab.windows(*tab.given, "en") is None
    else:
        assert notice is None and f"{seconds:.1f} s of dance" in tab.told()


def test_a_short_part_of_a_long_film_is_taken(tmp_path: Path) -> None:
    tab = Tab(tmp_path, telling({"seconds": 60.0, "fps": 30.0}, max_result_frames=240))
    tab.change(num_frames=16.0)
    assert tab.ordered().settings["num_frames"] == 240


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whoever looks for a pose fails the test."""

    def looks(*_: Any, **__: Any) -> Any:
        raise AssertionError("a pose was looked for")

    for name in ("read_motion", "read_person", "read_real_person"):
        monkeypatch.setattr(scenes, name, looks)
    yield


def test_the_engine_refuses_a_long_dance_before_a_pose_is_looked_for(
    tmp_path: Path, blind: None
) -> None:
    film = make_clip(tmp_path / "film.mp4", range(40), rate=Fraction(20))
    poses = tmp_path / "poses.json"
    write_poses(poses, synth.dance_poses("sway", 40, 15.0), 15.0)
    library = Library(tmp_path, "cpu", limits=replace(Limits(), max_result_frames=39))
    for motion in (film, poses):
        inputs = Inputs(image=MINA, motion=motion)
        with pytest.raises(BadInput) as caught:
            list(generate(SYSTEM, {"num_frames": 0}, inputs, library, tmp_path / "out.mp4"))
        assert caught.value.key == "result_too_long" and caught.value.values["frames"] == "40"
        with pytest.raises(AssertionError, match="pose"):
            list(generate(SYSTEM, {"num_frames": 39}, inputs, library, tmp_path / "out.mp4"))


# --- looking at files ---------------------------------------------------------------------------


def test_a_file_is_looked_at_once_by_all_who_ask_at_once(tmp_path: Path) -> None:
    log, path = tmp_path / "log", tmp_path / "film.mp4"
    path.write_bytes(b"x")
    code = (
        f"import time; open({str(log)!r}, 'a').write('+'); time.sleep(0.5); "
        'print(\'{"facts": {"seconds": 1.0}}\')'
    )
    intake = Intake(Hosting(), (sys.executable, "-c", code))
    assert intake.known(path, "motion") is None
    found: list[Any] = []
    asking = [
        threading.Thread(target=lambda: found.append(intake.require(path, "motion")))
        for _ in range(5)
    ]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert found == [{"seconds": 1.0}] * 5 and log.read_text() == "+"
    known = intake.known(path, "motion")
    assert known is not None and known.facts == {"seconds": 1.0}


def test_no_inspector_today_is_not_the_files_fault(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"x")
    intake = Intake(Hosting(), (str(tmp_path / "no such program"),))
    for _ in range(2):
        with pytest.raises(OSError, match="no such program"):
            intake.check(path, "motion")
    assert intake.known(path, "motion") is None
    with pytest.raises(UnusableFile):
        intake.require(tmp_path / "gone.mp4", "motion")
