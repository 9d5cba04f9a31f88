"""Which event of the Dance tab asks for what: the page and the server never mean different jobs."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from engine.models.machine import Machine
from studio.drafts import Drafts
from studio.examples import find
from studio.fetches.fetcher import Fetcher
from studio.forms import Form
from studio.hosting import Hosting
from studio.intake import Intake
from studio.jobs.home import new_token, owner_of
from studio.jobs.store import Store
from studio.makers import Makers
from studio.presets import presets
from studio.tabs.dance.handlers import Handlers
from studio.tabs.dance.making import Making
from studio.tabs.dance.tab import Dance

SYSTEM = "mimicmotion"
VIEW = ("shown", "card", "shelf", "video", "go", "live", "sent")


def asking(job: str) -> gr.EventData:
    return gr.EventData(None, {"id": job})


class Stage:
    """A page with two waiting videos; the server's state and what is painted, each by itself."""

    def __init__(self, home: Path) -> None:
        self.store, self.token = Store(home), new_token()
        self.owner = owner_of(self.token) or ""
        examples = find()
        self.first, self.second = (
            self.store.add(self.owner, SYSTEM, {}, {}, {"dance": dance}).id
            for dance in ("sway", "kick")
        )
        form, chosen = Form(SYSTEM), presets(SYSTEM)
        making = Making(Makers(SYSTEM, Fetcher(home), Machine(32 << 30)), examples)
        drafts, intake = Drafts(home), Intake(Hosting())
        self.do = Handlers(self.store, drafts, examples, intake, chosen, form, making)
        self.state: dict[str, Any] = {"shown": None, "sent": {}}
        self.card: Mapping[str, Any] = {}
        self.choose(self.first)

    def take(self, answer: tuple[Any, ...], names: tuple[str, ...] = VIEW) -> None:
        """An answer: the states are the server's, the rest arrives on the page."""
        told = dict(zip(names, answer, strict=True))
        self.state |= {name: told[name] for name in self.state if name in told}
        if "id" in told["card"]:  # not skipped
            self.card = told["card"]

    def choose(self, job: str) -> None:
        self.take(self.do.choose(self.token, self.state["sent"], "en", asking(job)))

    def tick(self) -> tuple[Any, ...]:
        """The server's answer to a tick that is sent now; `late` gives it to the page."""
        seen = self.card["id"]
        return self.do.tick(self.token, self.state["shown"], self.state["sent"], seen, "en")

    def late(self, answer: tuple[Any, ...]) -> None:
        self.take(answer, VIEW[1:])

    def state_of(self, job: str) -> str:
        found = self.store.get(job, self.owner)
        return found.state if found else "gone"


@pytest.fixture
def stage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Stage:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    return Stage(tmp_path / "home")


def test_a_late_answer_does_not_take_the_chosen_video_from_the_stage(stage: Stage) -> None:
    answer = stage.tick()  # on its way while another tile is clicked
    stage.choose(stage.second)
    stage.late(answer)
    assert stage.state["shown"] == stage.card["id"] == stage.second
    stage.late(stage.tick())
    assert stage.state["shown"] == stage.card["id"] == stage.second


def test_answers_that_overtook_each_other_are_put_right_by_the_next_tick(stage: Stage) -> None:
    before = stage.card
    stage.choose(stage.second)
    stage.card = before  # an older answer was painted last
    stage.late(stage.tick())
    assert stage.state["shown"] == stage.card["id"] == stage.second


def test_the_card_means_the_video_that_it_shows(stage: Stage) -> None:
    stage.state["shown"] = stage.second  # whatever the server takes for shown
    stage.take(stage.do.stop(stage.token, stage.state["sent"], "en", asking(stage.first)))
    assert (stage.state_of(stage.first), stage.state_of(stage.second)) == ("cancelled", "queued")
    assert stage.state["shown"] == stage.card["id"] == stage.first
    said, *view = stage.do.resume(stage.token, stage.state["sent"], "en", asking(stage.first))
    stage.take(tuple(view))
    assert said is None and stage.state_of(stage.first) == "queued"


def test_a_deleted_video_leaves_the_stage_once(stage: Stage) -> None:
    stage.store.cancel(stage.first, stage.owner)
    stage.store.delete(stage.first, stage.owner)
    stage.late(stage.tick())
    assert stage.card["id"] == stage.second
    assert "id" not in stage.tick()[0]  # the same is not sent twice


@pytest.mark.parametrize("event", [None, "x", ["x"], {"id": {}}, {"id": ["x"]}, {}])
def test_whatever_an_event_says_of_a_job_is_only_not_found(stage: Stage, event: object) -> None:
    said = gr.EventData(None, event)
    for act in (stage.do.stop, stage.do.choose, stage.do.again, stage.do.longer, stage.do.resume):
        act(stage.token, {}, "en", said)
    stage.do.use(stage.token, "en", said)
    assert [job.state for job in stage.store.recent(stage.owner)] == ["queued", "queued"]


# --- the wiring ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Any]]:
    """The dependencies of every handler of ours, by the handler's name."""
    home = tmp_path_factory.mktemp("home")
    makers = Makers(SYSTEM, Fetcher(home), Machine(32 << 30))
    with gr.Blocks() as demo, gr.Tabs(), gr.Tab("Dance") as tab:
        token = gr.BrowserState()
        Dance(Store(home), find(), Intake(Hosting()), makers).build(demo, tab, token)
    named: dict[str, list[Any]] = {}
    for one in demo.fns.values():
        named.setdefault(getattr(one.fn, "__name__", ""), []).append(one)
    return named


def test_a_tick_does_not_say_what_is_shown(events: dict[str, list[Any]]) -> None:
    (choose,), (tick,) = events["choose"], events["tick"]
    shown = choose.outputs[0]
    assert shown in tick.inputs and tick.outputs == choose.outputs[1:]
    assert ".dataset.job" in tick.js


@pytest.mark.parametrize(
    ("handler", "mode"),
    [
        ("picked", "always_last"), ("uploaded", "always_last"), ("check", "always_last"),
        ("own", "always_last"), ("choose", "multiple"), ("sample", "multiple"),
        ("stop", "multiple"), ("make", "once"), ("again", "once"),
    ],
)  # fmt: skip
def test_an_event_is_not_lost_while_another_is_answered(
    events: dict[str, list[Any]], handler: str, mode: str
) -> None:
    """Gradio drops a second event of the mode "once"; the buttons that make a video want that."""
    assert {one.trigger_mode for one in events[handler]} == {mode}


def test_taking_a_picture_away_is_asked_once(events: dict[str, list[Any]]) -> None:
    """Gradio's image calls it `clear` and `input`: both would run the same handler twice."""
    targets = [event for one in events["uploaded"] for _, event in one.targets]
    assert targets == ["input"]


def test_a_page_that_was_not_filled_yet_keeps_nothing(events: dict[str, list[Any]]) -> None:
    """The page itself says that it was filled: the server knows it before the page does."""
    (keep,), (arrive,) = events["keep"], events["arrive"]
    arrived = arrive.outputs[1]
    assert keep.inputs[1] is arrived and not isinstance(arrived, gr.State)


def test_what_was_missing_is_not_said_any_more_once_something_is_chosen(
    events: dict[str, list[Any]],
) -> None:
    notice = events["make"][0].outputs[0]
    emptied = [one for one in events[""] if one.outputs == [notice]]
    names = {event for one in emptied for _, event in one.targets}
    assert {"input", "upload"} <= names
