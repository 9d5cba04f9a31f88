"""The command line as a contract: what is passed on, what is printed where, and how it ends."""

from __future__ import annotations

import errno
import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import engine.library as library_module
from engine.__main__ import main
from engine.cli.arguments import SYSTEMS
from engine.cli.screen import Screen, duration
from engine.data.video import probe, read
from engine.data.video_record import read_record
from engine.errors import BadInput, Cancelled
from engine.pose.readers import read_poses, write_poses
from engine.types import Event, Inputs, Metric, Poses, Preview, Progress, Result, Warning

ROOT = Path(__file__).parents[2]


class FakeEngine:
    """Stands in for `engine.library.generate`; remembers its arguments and follows a script."""

    def __init__(self, *script: Event | BaseException) -> None:
        self.script = script
        self.closed = False
        self.given: tuple[str, Mapping[str, Any], Inputs, Path] | None = None

    def __call__(
        self,
        system: str,
        values: Mapping[str, Any],
        inputs: Inputs,
        library: object,
        out: Path,
        *,
        scratch: Path | None = None,
    ) -> Iterator[Event]:
        self.given = (system, values, inputs, out)
        self.scratch = scratch
        try:
            for step in self.script:
                if isinstance(step, BaseException):
                    raise step
                yield step
            out.write_bytes(b"mp4")
            yield Result(out, {"system": system, "prompt": "춤"})
        finally:
            self.closed = True


def use(monkeypatch: pytest.MonkeyPatch, engine: FakeEngine) -> FakeEngine:
    monkeypatch.setattr(library_module, "generate", engine)
    return engine


def explained(stderr: str) -> dict[str, str]:
    """The three lines what, why and fix, which must be the last three."""
    lines = [line.split(": ", 1) for line in stderr.strip().splitlines()[-3:]]
    assert [line[0] for line in lines] == ["what", "why", "fix"]
    assert all(line[1] for line in lines)
    return {line[0]: line[1] for line in lines}


def test_generate_passes_everything_on_and_writes_the_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    steps = (Progress(1, 2, "denoise", 3.0), Preview(np.zeros((2, 2, 3), np.uint8)))
    engine = use(
        monkeypatch, FakeEngine(*steps, Warning("W.", "Y.", "F."), Progress(2, 2, "denoise"))
    )
    out, dance = tmp_path / "out.mp4", tmp_path / "d.json"
    dance.touch()
    options = ["--image", "p.jpg", "--motion", str(dance), "--frames", "30", "--seed", "7"]
    options += ["--set", "quality=draft", "--set", "keep-audio=no", "--model", "pocket"]
    options += ["--scratch", str(tmp_path / "kept")]
    assert main(["generate", "--system", "mimicmotion", "--out", str(out), *options]) == 0
    assert engine.given is not None
    system, values, inputs, where = engine.given
    assert (system, where, engine.scratch) == ("mimicmotion", out, tmp_path / "kept")
    assert values == {"quality": "draft", "keep_audio": "no", "num_frames": 30, "seed": 7}
    assert inputs == Inputs(image=Path("p.jpg"), motion=dance)
    printed = capsys.readouterr()
    assert printed.out.splitlines()[-1] == str(out)
    assert "denoise: 1/2, 3 s left" in printed.err and "note: W. Y. F." in printed.err
    assert json.loads((tmp_path / "out.json").read_text()) == {
        "system": "mimicmotion",
        "prompt": "춤",
    }
    left = sorted(path.name for path in tmp_path.iterdir())
    assert left == ["d.json", "kept", "out.json", "out.mp4"]
    assert list((tmp_path / "kept").iterdir()) == []  # it was only tried


@pytest.mark.parametrize("name", ["disco_night", "Disco Night", "disco-night"])
def test_a_built_in_dance_is_known_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    engine = use(monkeypatch, FakeEngine())
    out = str(tmp_path / "out.mp4")
    assert main(["generate", "--system", "mimicmotion", "--motion", name, "--out", out]) == 0
    assert engine.given is not None
    assert engine.given[2] == Inputs(dance="disco_night")


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ([], "required"),
        (["dance"], "invalid choice"),
        (["generate", "--system", "mimicmotion"], "--out"),
        (["generate", "--system", "sora", "--out", "o.mp4"], "mimicmotion"),
        (["generate", "--system", "mimicmotion", "--out", "o.gif"], "mp4"),
        (["generate", "--system", "mimicmotion", "--out", "o.mp4", "--set", "seed"], "name=value"),
        (["generate", "--system", "mimicmotion", "--out", "o.mp4", "--frames", "x"], "invalid int"),
        (["generate", "--system", "mimicmotion", "--out", "o.mp4", "--motion", "polka"], "disco"),
        *(
            (["generate", "--system", "mimicmotion", "--out", "o.mp4", option, "1,0"], option)
            for option in (
                "--face", "--outfit", "--depth", "--prompt", "--boxes", "--camera", "--subject"
            )
        ),
        (["pose", "--motion", "d.json", "--out", "p.json", "--person", "9"], "person"),
        (["generate", "--system", "mimicmotion", "--out", "o.mp4", "--model", "x"], "pocket|svd"),
        (["generate", "--system", "mimicmotion", "--out", "o.mp4", "--set", "x=1"], "Known settin"),
        (["generate", "--system", "mimicmotion", "--out", "o.mp4", "--frames", "-3"], "num_frames"),
        (["generate", "--system", "mimicmotion", "--out", "o.mp4", "--scratch", "/dev/null/x"],
         "cannot be kept"),
        (["generate", "--system", "followyourpose", "--out", "o.mp4"], "Use one of"),
        (["evaluate", "--system", "dreamoving", "--out", "r.json"], "Use one of"),
        (["train", "--system", "mimicmotion", "--stage", "x", "--data", "d", "--out", "o"],
         "pocket_pictures"),
        (["train", "--system", "mimicmotion", "--stage", "x", "--data", "d", "--out", "o",
          "--set", "minutes=soon"], "minutes"),
        (["pose", "--motion", "none.mp4", "--out", "p.json"], "none.mp4"),
        (["data", "synth", "--out", "d", "--count", "0"], "above 0"),
        (["data", "synth", "polka", "--out", "d"], "disco_night"),
        (["models", "get", "x"], "dwpose"),
        (["models", "check", "x"], "dwpose"),
    ],
)  # fmt: skip
def test_bad_input_ends_with_2_and_what_why_fix(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    arguments: list[str], word: str,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.search(word, " ".join(explained(printed.err).values()))
    assert "Traceback" not in printed.err
    assert list(tmp_path.iterdir()) == []


def test_a_result_is_never_written_over_its_own_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    clip, poses = tmp_path / "a.mp4", tmp_path / "a.json"
    clip.write_text("clip")
    poses.write_text("poses")
    generate = ["generate", "--system", "mimicmotion", "--out", str(clip)]
    for command in (
        [*generate, "--motion", str(clip)],
        [*generate, "--motion", str(poses)],  # the record would be a.json, too
        ["pose", "--motion", str(poses), "--out", str(poses)],
        ["pose", "--motion", str(clip), "--out", str(poses), "--preview", str(clip)],
    ):
        assert main(command) == 2
        assert "would be lost" in explained(capsys.readouterr().err)["why"]
    assert (clip.read_text(), poses.read_text()) == ("clip", "poses")


def test_errors_of_the_engine_are_explained_on_single_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    engine = use(monkeypatch, FakeEngine(Progress(1, 9, "x"), BadInput("A\nB.", "C.", "D.")))
    assert main(["generate", "--system", "mimicmotion", "--out", str(tmp_path / "o.mp4")]) == 2
    assert explained(capsys.readouterr().err) == {"what": "A B.", "why": "C.", "fix": "D."}
    assert engine.closed


def test_a_disk_that_fills_up_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use(monkeypatch, FakeEngine(Progress(1, 9, "x"), OSError(errno.ENOSPC, "No space left")))
    command = ["generate", "--system", "mimicmotion", "--out", str(tmp_path / "o.mp4")]
    assert main(command) == 2
    assert explained(capsys.readouterr().err)["what"] == "The disk is full."
    use(monkeypatch, FakeEngine(OSError(errno.EIO, "Input/output error")))
    with pytest.raises(OSError, match="Input"):  # a fault that nobody has words for is shown whole
        main(command)


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), Cancelled()])
def test_a_stop_ends_with_130_and_leaves_nothing(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stop: BaseException,
) -> None:
    engine = use(monkeypatch, FakeEngine(Progress(1, 9, "x"), stop))
    assert main(["generate", "--system", "mimicmotion", "--out", str(tmp_path / "o.mp4")]) == 130
    printed = capsys.readouterr()
    assert printed.out == "" and "topped" in printed.err
    assert engine.closed and list(tmp_path.iterdir()) == []


def test_all_four_systems_are_understood() -> None:
    assert set(library_module.SYSTEMS) <= set(SYSTEMS) and len(SYSTEMS) == 4


def test_pose_reads_writes_and_shows(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rng = np.random.default_rng(0)
    poses = Poses(rng.uniform(0.2, 0.8, (6, 17, 2)), np.ones((6, 17)), "coco17", (64, 96))
    write_poses(tmp_path / "in.json", poses, 15.0)
    out, show = tmp_path / "out.json", tmp_path / "show.mp4"
    command = ["pose", "--motion", str(tmp_path / "in.json"), "--out", str(out)]
    assert main([*command, "--preview", str(show)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(out)
    again = read_poses(out)
    assert len(again.poses) == 6 and again.fps == 15.0
    info = probe(show)
    assert (info.width, info.height, info.frames) == (64, 96, 6)


def test_pose_follows_the_person_who_is_chosen(tmp_path: Path) -> None:
    def body(left: float, size: float) -> list[float]:
        places = np.random.default_rng(0).uniform(0, size, (18, 2)) + (left, 100)
        return np.column_stack([places, np.ones(18)]).ravel().tolist()

    people = [{"pose_keypoints_2d": body(400, 200)}, {"pose_keypoints_2d": body(50, 100)}]
    frame = {"people": people, "canvas_width": 640, "canvas_height": 400}
    (tmp_path / "in.json").write_text(json.dumps([frame] * 3))
    sides: list[float] = []
    for person in ("0", "1", "2"):
        out = tmp_path / f"out{person}.json"
        command = ["pose", "--motion", str(tmp_path / "in.json"), "--out", str(out)]
        assert main([*command, "--person", person]) == 0
        found = read_poses(out).poses
        sides.append(float(found.keypoints[0, found.score[0] > 0, 0].mean()))
    assert sides[1] < 0.25 < 0.6 < sides[0] == sides[2]  # the largest is the one on the right


def test_a_warning_says_what_to_type(capsys: pytest.CaptureFixture[str]) -> None:
    screen = Screen(sys.stderr)
    screen.show(Warning("Several.", "Why.", "Under Advanced.", key="several_people"))
    said = capsys.readouterr().err
    assert "--person 2" in said and "Advanced" not in said
    screen.error(BadInput("No photo.", "Why.", "Click an example.", key="no_photo"))
    assert capsys.readouterr().err.splitlines()[-1] == "fix: Give one with --image."


def test_drawn_dancers_become_a_data_set(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--count", "2", "--frames", "4", "--size", "64", "--seed", "5"]
    assert main(["data", "synth", "disco_night", "--out", str(tmp_path), *options]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(tmp_path)
    names = {f"0000{seed}.{kind}" for seed in (5, 6) for kind in ("mp4", "json", "txt")}
    assert {path.name for path in tmp_path.iterdir()} == names
    clip = tmp_path / "00005.mp4"
    frames = list(read(clip))
    assert len(frames) == 4 and frames[0].shape == (64, 64, 3)
    caption = (tmp_path / "00005.txt").read_text().strip()
    record = read_record(clip)
    assert record is not None and record["caption"] == caption and record["seed"] == 5
    assert len(read_poses(tmp_path / "00005.json").poses) == 4


def test_models_are_listed_and_damage_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    assert main(["models", "list"]) == 0
    listed = capsys.readouterr().out
    assert re.search(r"dwpose +missing +351 MB +DWPose\n +licence: Apache-2.0", listed)
    assert main(["models", "check", "dwpose"]) == 2
    assert "models get dwpose" in explained(capsys.readouterr().err)["fix"]
    by_hand = tmp_path / "models/svd-unet/unet/diffusion_pytorch_model.fp16.safetensors"
    by_hand.parent.mkdir(parents=True)
    by_hand.write_bytes(b"whatever somebody put there")
    assert main(["models", "check", "svd-unet"]) == 0
    assert "not checked: nobody has published its hash" in capsys.readouterr().out


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("stream", [io.StringIO(), Terminal()], ids=["log", "terminal"])
def test_progress_is_quiet_in_a_log_and_one_line_on_a_terminal(stream: io.StringIO) -> None:
    now = 0.0
    screen = Screen(stream, clock=lambda: now)
    for step in range(0, 101):
        now = step * 0.5
        screen.show(Progress(step, 100, "train"))
        screen.show(Metric("loss", 0.25, step))
    screen.note("done")
    *lines, last, rest = stream.getvalue().split("\n")
    assert (last, rest) == ("done", "")
    assert lines[-1].endswith("train: 100/100, loss 0.25")
    if stream.isatty():
        assert len(lines) == 1
        assert "\r\x1b[Ktrain: 50/100, 25 s left, loss 0.25\r" in lines[0]
    else:
        assert 8 <= len(lines) <= 13
        assert "train: 50/100, 25 s left, loss 0.25" in lines


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.4, "0 s"), (59, "59 s"), (185, "3:05"), (7384, "2:03:04")]
)
def test_durations_are_short(seconds: float, words: str) -> None:
    assert duration(seconds) == words


def run(*arguments: str, **how: Any) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments], cwd=ROOT, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, **how,
    )  # fmt: skip


def test_help_costs_nothing() -> None:
    script = (
        "import sys\nfrom engine.__main__ import main\ntry:\n    main(['generate', '--help'])\n"
        "finally:\n    print([m for m in ('torch', 'av', 'PIL', 'cv2') if m in sys.modules])"
    )
    process = run("-c", script)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "--motion" in out and out.splitlines()[-1] == "[]"


def test_ctrl_c_in_the_middle_leaves_only_whole_files(tmp_path: Path) -> None:
    options = ["--count", "5000", "--frames", "24", "--size", "128", "--out", str(tmp_path)]
    # what a shell starts in the background is deaf to Ctrl-C, and so would its children be
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = run("-m", "engine", "data", "synth", *options)
    assert process.stderr is not None
    assert "draw dancers: 1/5000" in process.stderr.readline()
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert "Stopped" in err and "Traceback" not in err
    assert not list(tmp_path.glob(".*"))
    for clip in tmp_path.glob("*.mp4"):
        assert len(list(read(clip))) == 24
