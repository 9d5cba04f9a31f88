"""A folder of videos becomes clips to train on, and the clips become windows."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest
import torch

from engine.__main__ import main
from engine.data.clips import LIST, CachedClip, ClipWindows, Prepared, read_prepared, write_clip
from engine.data.picture import fit, fit_points
from engine.errors import BadInput, MissingModel
from engine.exchange.encoders import Encoders
from engine.exchange.prepare import prepare
from engine.models.shelf import Shelf
from engine.papers.mimicmotion import RELEASED_STAGE
from engine.pose.draw import POCKET
from engine.train.hands import hands
from engine.types import Poses, Progress, Result, Warning
from tests.unit import tiny_released
from tests.unit.real_person import SIDE as SIDE_REAL
from tests.unit.real_person import person, write_dwpose
from tests.unit.tiny_pocket import SIDE, write_pocket


@pytest.fixture(scope="module")
def pocket(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_pocket(tmp_path_factory.mktemp("pocket"))


@pytest.fixture(scope="module")
def videos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two clips with their keypoints, one of them in a sub-folder, and one that is too short."""
    folder = tmp_path_factory.mktemp("videos")
    options = ["--count", "2", "--frames", "18", "--size", "256", "--seed", "4"]
    assert main(["data", "synth", "--out", str(folder), *options]) == 0
    short = ["--count", "1", "--frames", "5", "--size", "256", "--seed", "8"]
    assert main(["data", "synth", "--out", str(folder), *short]) == 0
    (folder / "more").mkdir()
    for name in ("00005.mp4", "00005.json"):
        shutil.move(folder / name, folder / "more" / name)
    return folder


def run(
    videos: Path, out: Path, pocket: Path, stop_at: int = -1
) -> tuple[list[Warning], dict[str, int]]:
    """What is told of a folder, and the record; stopped after so many videos."""
    told: list[Warning] = []
    events = prepare(videos, out, Encoders(Shelf(device="cpu", model=str(pocket)), 64))
    for event in events:
        if isinstance(event, Warning):
            told.append(event)
        if isinstance(event, Progress) and event.step == stop_at:
            events.close()  # pyright: ignore[reportAttributeAccessIssue]
            break
        if isinstance(event, Result):
            return told, dict(event.record)
    return told, {}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_the_command_tells_what_it_did(
    videos: Path, pocket: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = shutil.copytree(videos, tmp_path / "given")
    (given / "broken.mp4").write_bytes((given / "00004.mp4").read_bytes()[:300])
    (given / "text.mp4").write_text("nothing to see")
    (given / "notes.txt").write_text("no video, and nobody says it is one")
    shutil.copy(given / "00004.mp4", given / "zz-copy.mp4")
    shutil.copy(given / "00004.json", given / "zz-copy.json")
    out = tmp_path / "out"
    command = ["data", "prepare", str(given), "--out", str(out), "--model", str(pocket)]
    assert main([*command, "--device", "cpu"]) == 0
    told = capsys.readouterr()
    assert told.out.splitlines()[-1] == str(out)
    assert "2 clips, 36 frames, 2.4 s; 0 were finished before, 4 skipped" in told.out
    assert "Skipped broken.mp4" in told.err and "no video track" in told.err
    assert "Skipped text.mp4" in told.err and "not a video" in told.err
    assert "It has 5 frames at 15 a second" in told.err
    assert "a copy of 00004.mp4" in told.err and not list(out.glob("zz-*"))
    assert "notes.txt" not in told.err
    found = read_prepared(out)
    assert [clip.source for clip in found.clips] == ["00004.mp4", "more/00005.mp4"]
    assert all(clip.kind == "keypoints" and clip.size == (SIDE, SIDE) for clip in found.clips)
    assert set(found.skipped) == {"broken.mp4", "text.mp4", "00008.mp4", "zz-copy.mp4"}

    assert main([*command, "--device", "cpu"]) == 0  # a second run does nothing again
    assert "2 were finished before" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("folder", "word"), [("none", "no folder"), ("empty", "no video"), ("short", "skipped")]
)
def test_folders_without_a_clip_are_explained(
    videos: Path, pocket: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str],
    folder: str, word: str,
) -> None:  # fmt: skip
    (tmp_path / "empty").mkdir()
    (tmp_path / "short").mkdir()
    shutil.copy(videos / "00008.mp4", tmp_path / "short")
    command = ["data", "prepare", str(tmp_path / folder), "--out", str(tmp_path / "out")]
    assert main([*command, "--model", str(pocket), "--device", "cpu"]) == 2
    assert word in capsys.readouterr().err
    assert not (tmp_path / "out" / LIST).exists()


def test_stopped_and_begun_again_is_as_never_stopped(
    videos: Path, pocket: Path, tmp_path: Path
) -> None:
    run(videos, tmp_path / "whole", pocket)
    run(videos, tmp_path / "cut", pocket, stop_at=1)
    assert not (tmp_path / "cut" / LIST).exists()
    _, record = run(videos, tmp_path / "cut", pocket)
    assert record["kept"] == 1 and record["clips"] == 2
    assert contents(tmp_path / "cut") == contents(tmp_path / "whole")


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{root!r}]
import engine.data.clips as clips
from engine.exchange.encoders import Encoders
from engine.exchange.prepare import prepare
from engine.models.shelf import Shelf
replace, done = os.replace, []
def dying(source, target):
    done.append(target)
    if len(done) == 3:  # after the refusal of the short one and the first clip
        os.kill(os.getpid(), signal.SIGKILL)
    replace(source, target)
os.replace = dying
shelf = Shelf(device="cpu", model={pocket!r})
list(prepare(Path({videos!r}), Path({out!r}), Encoders(shelf, 64)))
"""


def test_killed_with_a_clip_written_but_not_named(
    videos: Path, pocket: Path, tmp_path: Path
) -> None:
    out = tmp_path / "killed"
    code = KILLED.format(
        root=str(Path(__file__).parents[2]), videos=str(videos), out=str(out), pocket=str(pocket)
    )
    process = subprocess.run([sys.executable, "-c", code], env=os.environ, check=False)
    assert process.returncode == -signal.SIGKILL
    assert len(list(out.glob(".*.part"))) == 1 and not (out / LIST).exists()
    _, record = run(videos, out, pocket)
    assert record["kept"] == 1
    run(videos, tmp_path / "whole", pocket)
    assert contents(out) == contents(tmp_path / "whole")


def test_what_decides_a_clip_makes_it_anew(videos: Path, pocket: Path, tmp_path: Path) -> None:
    given, out = shutil.copytree(videos, tmp_path / "given"), tmp_path / "out"
    run(given, out, pocket)
    before = {clip.source: clip.file for clip in read_prepared(out).clips}
    (given / "00004.json").unlink()  # the detector has to look now
    other = shutil.copytree(pocket, tmp_path / "other")
    told, record = run(given, out, pocket)
    after = {clip.source: clip for clip in read_prepared(out).clips}
    assert record["kept"] == 1 and after["00004.mp4"].kind == "drawn"
    assert after["00004.mp4"].file != before["00004.mp4"]
    assert after["more/00005.mp4"].file == before["more/00005.mp4"]
    assert not (out / before["00004.mp4"]).exists()  # nobody needs it any more
    card = other / "autoencoder.json"
    card.write_text(card.read_text().replace('"sha256": "', '"sha256": "0', 1))
    key = Encoders(Shelf(device="cpu", model=str(other)), 64).key
    assert key != read_prepared(out).encoders


def test_a_file_beside_that_holds_no_keypoints_is_told(
    videos: Path, pocket: Path, tmp_path: Path
) -> None:
    given = shutil.copytree(videos, tmp_path / "given")
    (given / "00004.json").write_text('{"app": "pirouette", "seed": 3}')
    shutil.copy(videos / "00008.json", given / "more" / "00005.json")  # of a shorter clip
    told, _ = run(given, tmp_path / "out", pocket)
    words = [warning.what for warning in told]
    assert sum("beside the clip is not used" in what for what in words) == 2
    assert {clip.kind for clip in read_prepared(tmp_path / "out").clips} == {"drawn"}


def test_a_film_of_a_person_needs_dwpose_and_is_read_by_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pocket: Path
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    home, given, out = tmp_path / "home", tmp_path / "given", tmp_path / "out"
    given.mkdir()
    with av.open(str(given / "film.mp4"), "w") as film:
        stream = film.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = SIDE_REAL, SIDE_REAL * 3 // 2, "yuv444p"
        for index in range(30):
            frame = av.VideoFrame.from_ndarray(person(60 + index, 100), format="rgb24")
            film.mux(stream.encode(frame))
        film.mux(stream.encode())
    with pytest.raises(BadInput, match="can be trained on"):  # a film is nothing for pocket
        run(given, out, pocket)
    tiny_released.write_svd(home / "models" / "svd")
    shelf = Shelf(home, device="cpu", model="svd")
    with pytest.raises(MissingModel, match="models get dwpose"):
        list(prepare(given, out, Encoders(shelf, 128)))
    write_dwpose(home / "models" / "dwpose")
    list(prepare(given, out, Encoders(Shelf(home, device="cpu", model="svd"), 128)))
    (clip,) = read_prepared(out).clips
    assert (clip.kind, clip.frames, clip.fps, clip.size) == ("people", 15, 15.0, (128, 192))
    window = ClipWindows(read_prepared(out), 4, hands(RELEASED_STAGE), style=POCKET).example(0)
    assert window["latents"].shape == (4, 4, 24, 16)


def test_poses_follow_the_crop() -> None:
    picture = np.zeros((90, 160, 3), np.uint8)
    picture[30:34, 70:74] = 255
    cropped = fit(picture, (64, 64))
    rows, columns = np.nonzero(cropped[..., 0] > 128)
    wanted = (np.array([columns.mean(), rows.mean()]) + 0.5) / 64
    there = fit_points(np.array([72 / 160, 32 / 90]), (160, 90), (64, 64))
    assert np.abs(there - wanted).max() < 1 / 64


def a_clip(folder: Path, frames: int, seed: int = 0) -> CachedClip:
    """A clip whose latents say which frame they are of."""
    rng = np.random.default_rng(seed)
    clip = CachedClip(f"c{seed}.safetensors", "c.mp4", frames, 15.0, (64, 64), "drawn", 1.0)
    latents = np.broadcast_to(np.arange(frames).reshape(-1, 1, 1, 1), (frames, 4, 8, 8))
    tokens = np.arange(frames).reshape(-1, 1, 1) * np.ones((1, 1, 6))
    keypoints, score = rng.uniform(0.2, 0.8, (frames, 133, 2)), np.ones((frames, 133))
    poses = Poses(keypoints, score, "wholebody133", (64, 64))
    write_clip(folder / clip.file, clip, latents, tokens, poses)
    return clip


def test_windows_are_a_reference_and_frames_in_a_row(tmp_path: Path) -> None:
    clips = (a_clip(tmp_path, 9), a_clip(tmp_path, 6, seed=1), a_clip(tmp_path, 3, seed=2))
    prepared = Prepared(tmp_path, "key", "pocket", 0.5, clips, {})
    windows = ClipWindows(prepared, 5, hands(RELEASED_STAGE), style=POCKET)
    assert len(windows) == 6 + 3  # the third is too short
    starts, references = set(), set()
    for index in range(80):
        example = windows.example(index)
        numbers = (example["latents"][0, :, 0, 0] / 0.5).tolist()
        assert np.diff(numbers[1:]).tolist() == [1, 1, 1]
        assert example["image"][0, 0, 0] == numbers[0]  # not scaled
        assert (example["token"] == numbers[0]).all()
        starts.add(numbers[1])
        references.add(numbers[0])
    assert starts == set(range(6)) and references == set(range(9))
    assert example["latents"].shape == (4, 5, 8, 8) and example["pose"].shape == (3, 5, 64, 64)
    assert example["weight"].max() == 10 and example["weight"].min() == 1
    again = ClipWindows(prepared, 5, hands(RELEASED_STAGE), style=POCKET).example(79)
    assert all(torch.equal(example[name], again[name]) for name in example)
    with pytest.raises(BadInput, match="longest clip has 9"):
        ClipWindows(prepared, 16, hands(RELEASED_STAGE), style=POCKET)


def test_a_deleted_or_older_clip_is_explained(tmp_path: Path) -> None:
    prepared = Prepared(tmp_path, "key", "pocket", 1.0, (a_clip(tmp_path, 9),), {})
    prepared.write()
    assert read_prepared(tmp_path) == prepared
    (tmp_path / "c0.safetensors").unlink()
    with pytest.raises(BadInput, match="Prepare the clips again"):
        ClipWindows(prepared, 5, hands(RELEASED_STAGE), style=POCKET).example(0)
    (tmp_path / LIST).write_text('{"version": 0}')
    with pytest.raises(BadInput, match="another version"):
        read_prepared(tmp_path)
