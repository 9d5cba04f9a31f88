"""The rehearsal: what it finds in poses, and the process that it is computed in."""

from __future__ import annotations

import base64
import io
import json
import sys
import time
from pathlib import Path
from typing import get_args

import gradio as gr
import numpy as np
import PIL.Image
import pytest

from engine.data import synth
from engine.errors import BadInput
from engine.exchange.motion import Motion
from engine.exchange.rehearsal import (
    FRAMES,
    SIDE,
    Finding,
    doubtful_start,
    findings,
    rehearse,
    thinned,
)
from engine.exchange.scene import Scene
from engine.pose.mend import Doubt
from engine.pose.readers import write_poses
from engine.pose.skeleton import convert
from engine.types import Poses, Result
from studio import words
from studio.choices import Choices
from studio.examples import find
from studio.forms import Form
from studio.hosting import Hosting
from studio.intake import Intake
from studio.parts import look
from studio.rehearsal import Rehearsals, Slow
from studio.stage_hand import engine, serve
from studio.tabs.dance.rehearse import Rehearser

HAND = """
import json, os, sys, time
for line in sys.stdin:
    told = json.loads(line)
    if told["do"] == "die": os._exit(3)
    if told["do"] == "sleep": time.sleep(600)
    print(json.dumps({"picture": "p", "pid": os.getpid(), "n": told.get("n")}), flush=True)
"""


@pytest.fixture
def poses() -> tuple[Poses, Poses]:
    """A person at ease and a dance that fits them."""
    return synth.dance_poses("sway", 1), synth.dance_poses("sway", 8)


def _moved(poses: Poses, x: float, y: float) -> Poses:
    return Poses(poses.keypoints + (x, y), poses.score, poses.layout, poses.size)


def _without(poses: Poses, *joints: int) -> Poses:
    score = poses.score.copy()
    score[:, list(joints)] = 0
    return Poses(poses.keypoints, score, poses.layout, poses.size)


def test_a_dance_that_fits_has_no_findings(poses: tuple[Poses, Poses]) -> None:
    assert findings(*poses) == []


def test_what_leaves_the_picture_is_found(poses: tuple[Poses, Poses]) -> None:
    person, dance = poses
    assert findings(person, _moved(dance, 0, 0.5)) == ["feet_out"]
    assert "hands_out" in findings(person, _moved(dance, 0.6, 0))


def test_who_is_not_all_there_is_found(poses: tuple[Poses, Poses]) -> None:
    person, dance = poses
    nobody = Poses(person.keypoints, np.zeros_like(person.score), person.layout, person.size)
    assert findings(nobody, dance) == ["nobody"]
    assert findings(_without(person, 15, 16), dance) == ["half"]
    assert findings(person, _without(dance, 15, 16)) == ["dancer_half"]
    gone = Poses(dance.keypoints, dance.score * (np.arange(8) < 4)[:, None], "wholebody133", (9, 9))
    assert findings(person, gone) == ["dancer_lost"]


def test_every_finding_has_words() -> None:
    assert all(words.known(f"look_{key}") for key in get_args(Finding))


def test_the_loop_shows_three_seconds_at_most() -> None:
    dance = synth.dance_poses("sway", 60, 15.0)
    for frames, shown in ((60, 24), (46, 24), (24, 13), (1, 1)):
        assert len(thinned(dance[:frames], 15.0)) == shown
    assert np.array_equal(thinned(dance, 15.0).keypoints[8], dance.keypoints[15])


def test_the_loop_begins_a_little_before_the_first_doubtful_span() -> None:
    dance = synth.dance_poses("sway", 90, 15.0)
    photo = np.zeros((4, 4, 3), np.uint8)
    for doubt, start in ((30, 22), (3, 0), (80, 45), (None, 0)):  # 45: three seconds are left
        found = () if doubt is None else (Doubt(doubt, doubt + 2, ("left wrist",), True),)
        motion = Motion(dance, 15.0, None, "video", doubts=found)
        scene = Scene(photo, dance[:1], dance, 15.0, motion=motion)
        assert doubtful_start(scene) == start
        assert len(thinned(dance[start:], 15.0)) == FRAMES
    short = Motion(dance[:20], 15.0, None, "video", doubts=(Doubt(12, 14, ("head",), True),))
    assert doubtful_start(Scene(photo, dance[:1], dance[:20], 15.0, motion=short)) == 0


# --- the process --------------------------------------------------------------------------------


def _rehearsals(tmp_path: Path, **how: float) -> Rehearsals:
    return Rehearsals(tmp_path, (sys.executable, "-c", HAND), **how)


def test_one_process_answers_many_questions_and_remembers(tmp_path: Path) -> None:
    asked = _rehearsals(tmp_path)
    one, two = asked.ask({"do": "go", "n": 1}), asked.ask({"do": "go", "n": 2})
    assert one["pid"] == two["pid"] and (one["n"], two["n"]) == (1, 2)
    asked.close()
    assert asked.ask({"do": "go", "n": 1}) == one  # no process was needed
    asked.close()


def test_a_slow_or_dead_process_is_replaced(tmp_path: Path) -> None:
    asked = _rehearsals(tmp_path, start=30, patience=0.5)
    first = asked.ask({"do": "go"})["pid"]
    with pytest.raises(Slow):
        asked.ask({"do": "sleep"})
    second = asked.ask({"do": "go", "n": 2})["pid"]
    assert second != first
    with pytest.raises(Slow):
        asked.ask({"do": "die"})
    assert asked.ask({"do": "go", "n": 3})["pid"] != second
    asked.close()


def test_an_idle_process_goes_home(tmp_path: Path) -> None:
    asked = _rehearsals(tmp_path, idle=0.2)
    first = asked.ask({"do": "go", "n": 1})["pid"]
    for _ in range(100):
        if not Path(f"/proc/{first}").exists():
            break
        time.sleep(0.05)
    assert asked.ask({"do": "go", "n": 2})["pid"] != first
    asked.close()


def test_the_stage_hand_answers_whatever_happens() -> None:
    def rehearse(request: dict[str, str], out: Path) -> dict[str, object]:
        if request["do"] == "bad":
            raise BadInput("What.", "Why.", "Fix.")
        if request["do"] == "bug":
            raise ZeroDivisionError
        PIL.Image.new("RGB", (4, 4)).save(out)
        return {"findings": [], "notes": []}

    said = io.StringIO()
    asked = io.StringIO("".join(json.dumps({"do": do}) + "\n" for do in ("bad", "bug", "go")))
    serve(asked, said, rehearse)  # type: ignore[arg-type]
    bad, bug, good = map(json.loads, said.getvalue().splitlines())
    assert bad["trouble"] == {
        "what": "What.",
        "why": "Why.",
        "fix": "Fix.",
        "key": "",
        "values": {},
    }
    assert bug["trouble"] == {"key": "unexpected"}
    assert good["picture"].startswith("data:image/webp;base64,")


@pytest.mark.parametrize(
    ("shape", "size"),
    [("auto", (SIDE, SIDE)), ("portrait", (SIDE, 512)), ("landscape", (512, SIDE))],
)
def test_a_rehearsal_is_a_short_loop_over_the_photo(
    shape: str, size: tuple[int, int], tmp_path: Path
) -> None:
    from engine.catalogue import MimicMotionSettings
    from engine.models.shelf import Shelf
    from engine.types import Inputs

    root = Path(__file__).resolve().parents[2]
    inputs = Inputs(image=root / "assets" / "examples" / "people" / "mina.png", dance="sway")
    out = tmp_path / "out.webp"
    settings = MimicMotionSettings(shape=shape, num_frames=60)
    *_, last = rehearse(settings, inputs, Shelf(device="cpu"), out)
    assert isinstance(last, Result) and last.record["findings"] == []
    with PIL.Image.open(out) as loop:
        assert (loop.size, getattr(loop, "n_frames", 1)) == (size, FRAMES)
    assert out.stat().st_size < 300_000


def _two_dancers(dance: Poses) -> list[dict[str, object]]:
    """OpenPose's frames of the dance, large on the right, beside the same one, small."""
    body = convert(dance, "openpose18").keypoints
    people = [0.5 * body + (0.0, 0.4), body + (0.3, 0.0)]
    return [
        {
            "people": [
                {"pose_keypoints_2d": np.insert(one[frame] * 500, 2, 0.9, axis=1).ravel().tolist()}
                for one in people
            ],
            "canvas_width": 800,
            "canvas_height": 500,
        }
        for frame in range(len(dance))
    ]


def test_before_the_run_the_page_says_what_is_doubtful_and_who_is_followed(tmp_path: Path) -> None:
    """A wrist is lost for a fifth of a second, and that is mended; and one of two is followed."""
    dance = synth.dance_poses("sway", 20, 15.0)
    dance.keypoints[9:12, 9], dance.score[9:12, 9] = 0.0, 0.1
    write_poses(tmp_path / "dance.json", dance, 15.0)
    root = Path(__file__).resolve().parents[2]
    asked = {
        "system": "mimicmotion", "model": "pocket", "dance": None, "settings": {"num_frames": 0},
        "image": str(root / "assets" / "examples" / "people" / "mina.png"),
        "motion": str(tmp_path / "dance.json"),
    }  # fmt: skip
    two = {**asked, "motion": str(tmp_path / "two.json")}
    first = {**two, "settings": {"num_frames": 0, "person": 1}}
    (tmp_path / "two.json").write_text(json.dumps(_two_dancers(dance[:4])))
    said = io.StringIO()
    lines = "".join(json.dumps(one) + "\n" for one in (asked, two, first))
    serve(io.StringIO(lines), said, engine(tmp_path))
    doubtful, crowded, chosen = map(json.loads, said.getvalue().splitlines())
    shown = look.seen(doubtful, "en")
    assert not shown["good"]
    assert shown["lines"] == [
        "The pose is doubtful in places. Hardly seen: 0.6-0.8 s (left wrist, mended)."
    ]
    (korean,) = look.seen(doubtful, "ko")["lines"]
    assert "0.6-0.8" in korean and "왼쪽 손목" in korean and "메웠습니다" in korean
    assert doubtful["start"] == 0 and look.seen(doubtful, "en")["whom"] is None
    later = look.seen({**doubtful, "start": 12.47}, "en")["lines"]
    assert later[-1] == "What you see begins at 12.5 s, where the pose is first doubtful."
    shown = look.seen(crowded, "en")
    assert not shown["good"] and "Several people are in your clip" in " ".join(shown["lines"])
    whom = shown["whom"]
    assert whom["said"].startswith("Of 2 people, number 2 from the left is followed.")
    assert [(one["name"], one["followed"]) for one in whom["boxes"]] == [
        ("Follow number 1", False), ("Follow number 2", True),
    ]  # fmt: skip
    assert "2명 가운데 왼쪽에서 2번째" in look.seen(crowded, "ko")["whom"]["said"]
    amber = [_followed_at(answer["crowd"]["still"]) for answer in (crowded, chosen)]
    assert amber[0] > 0.35 > amber[1]  # the box in the studio's accent moves to whom was chosen
    again = look.seen(chosen, "en")
    assert [one["followed"] for one in again["whom"]["boxes"]] == [True, False]
    assert "Several" not in " ".join(again["lines"])  # it was chosen, so there is nothing to mind


def _followed_at(still: str) -> float:
    """Where the middle of all that is amber lies, as a share of the still's width."""
    picture = PIL.Image.open(io.BytesIO(base64.b64decode(still.partition(",")[2])))
    near = np.abs(np.asarray(picture.convert("RGB"), int) - (244, 171, 63)).max(axis=2) < 24
    return float(np.nonzero(near)[1].mean() / near.shape[1])


def test_more_people_than_the_setting_can_name_are_counted_but_no_buttons() -> None:
    crowd = {"person": 0, "boxes": [[0.1, 0.1, 0.2, 0.9]] * 11, "still": "data:image/webp;base64,"}
    answer = {"picture": "p", "findings": [], "notes": [], "crowd": crowd}
    whom = look.seen(answer, "en")["whom"]
    assert [one["person"] for one in whom["boxes"]] == list(range(1, 9))
    assert whom["boxes"][0]["at"] == [10, 10, 20, 90] and "not in this frame" in whom["said"]


def test_a_click_names_somebody_whom_the_setting_can_name(tmp_path: Path) -> None:
    intake, form = Intake(Hosting()), Form("mimicmotion")
    asks = Rehearser(_rehearsals(tmp_path), find(), intake, form, lambda given: Choices())
    told = {one: asks.follow(gr.EventData(None, {"person": one})) for one in (2, 0, 9, -1, "2")}
    refused = {9: gr.skip(), -1: gr.skip(), "2": gr.skip()}
    assert told == {2: 2, 0: 0, **refused} and asks.follow(gr.EventData(None, None)) == gr.skip()
