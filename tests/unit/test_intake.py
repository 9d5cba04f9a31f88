"""The check of uploads: real files in the real inspector, and inspectors that misbehave."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from media import make_clip
from PIL import Image

from studio.explained import explained
from studio.hosting import Hosting
from studio.intake import Intake, Role, UnusableFile
from studio.words_hosting import HOSTING_WORDS

ROOT = Path(__file__).resolve().parents[2]
MINA = ROOT / "assets" / "examples" / "people" / "mina.png"


@pytest.fixture
def intake() -> Intake:
    return Intake(Hosting())


def _trouble(intake: Intake, path: Path, role: Role) -> str:
    """The key of the trouble; its words are there in both languages."""
    trouble = intake.check(path, role).trouble
    assert trouble is not None
    for language in ("en", "ko"):
        assert all(explained(trouble, language)), trouble
    assert explained(trouble, "en") != explained(trouble, "ko")
    return trouble.key


def test_good_files_pass_with_their_facts(intake: Intake, tmp_path: Path) -> None:
    photo = intake.check(MINA, "photo")
    assert photo.trouble is None and photo.facts["width"] == Image.open(MINA).width
    clip = intake.check(make_clip(tmp_path / "clip.mp4", range(30)), "motion")
    assert clip.facts["seconds"] == pytest.approx(1.0, abs=0.05)
    assert clip.facts["damaged"] is clip.facts["sound"] is False
    person = {"pose_keypoints_2d": [10.0, 10.0, 1.0] * 25}
    frames = [{"people": [person], "canvas_width": 64, "canvas_height": 64}] * 3
    poses = tmp_path / "poses.json"
    poses.write_text(json.dumps({"frames": frames}))
    assert intake.check(poses, "keypoints").facts["frames"] == 3


def test_the_content_counts_and_not_the_name(intake: Intake, tmp_path: Path) -> None:
    disguised = tmp_path / "song.txt"
    disguised.write_bytes(make_clip(tmp_path / "clip.mp4", range(9)).read_bytes())
    assert intake.check(disguised, "motion").trouble is None
    text = tmp_path / "dance.mp4"
    text.write_text("This is not a video.\n" * 50)
    assert _trouble(intake, text, "motion") == "not_a_video"
    assert _trouble(intake, text, "photo") == "not_a_picture"
    assert _trouble(intake, MINA, "motion") == "not_a_video"


def test_bad_files_are_told_apart(intake: Intake, tmp_path: Path) -> None:
    empty, one, cut, nobody, jpeg = (
        tmp_path / name for name in ("empty.mp4", "one.mp4", "cut.mp4", "nobody.json", "cut.jpg")
    )
    empty.touch()
    make_clip(one, [5])
    whole = make_clip(tmp_path / "whole.mp4", range(40)).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    nobody.write_text('{"people": []}')
    noise = np.random.default_rng(0).integers(0, 255, (200, 200, 3), dtype=np.uint8)
    Image.fromarray(noise).save(jpeg, quality=90)
    jpeg.write_bytes(jpeg.read_bytes()[:4000])
    assert _trouble(intake, empty, "motion") == "file_empty"
    assert _trouble(intake, one, "motion") == "one_frame"
    assert _trouble(intake, cut, "motion") == "video_broken"
    assert _trouble(intake, nobody, "keypoints") == "keypoints_nobody"
    assert _trouble(intake, one, "keypoints") == "check_ending"
    assert _trouble(intake, jpeg, "photo") == "picture_broken"
    assert _trouble(intake, tmp_path / "none.png", "photo") == "check_gone"
    assert _trouble(intake, tmp_path / "a\0b", "photo") == "check_gone"


def test_each_limit_of_the_host_is_kept(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", range(60), size=(128, 64))
    where = Hosting()
    assert _trouble(Intake(replace(where, max_seconds=1)), clip, "motion") == "video_too_long"
    assert _trouble(Intake(replace(where, max_frames=30)), clip, "motion") == "too_many_frames"
    assert _trouble(Intake(replace(where, max_frame_pixels=4096)), clip, "motion") == (
        "frames_too_big"
    )
    assert _trouble(Intake(replace(where, max_picture_pixels=4096)), MINA, "photo") == (
        "picture_too_big"
    )
    big = tmp_path / "big.png"
    big.write_bytes(MINA.read_bytes() + bytes(2_000_000))
    assert _trouble(Intake(replace(where, max_upload_mb=1)), big, "photo") == "file_too_big"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on address space")
def test_memory_is_limited(tmp_path: Path) -> None:
    large = tmp_path / "large.png"  # 75 MB of pixels from 70 kB
    Image.new("RGB", (5000, 5000)).save(large)
    little = Intake(replace(Hosting(), check_memory_mb=450))
    assert _trouble(little, large, "photo") in ("check_memory", "check_crashed")
    assert Intake(Hosting()).check(large, "photo").trouble is None


def _python(code: str) -> tuple[str, ...]:
    return (sys.executable, "-c", code)


def test_an_inspector_that_hangs_is_ended(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    hangs = f"import os, time; open({str(note)!r}, 'w').write(str(os.getpid())); time.sleep(600)"
    begin = time.monotonic()
    slow = Intake(replace(Hosting(), check_seconds=3), _python(hangs))
    assert _trouble(slow, MINA, "photo") == "check_slow"
    assert time.monotonic() - begin < 60
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text()), 0)
    setattr(slow, "_command", _python("print('{\"facts\": {}}')"))  # noqa: B010 (less busy now)
    assert slow.check(MINA, "photo").trouble is None


@pytest.mark.parametrize("code", ["import os; os.abort()", "print('hello')", "raise SystemExit(3)"])
def test_an_inspector_that_dies_is_no_trouble_for_the_studio(code: str) -> None:
    assert _trouble(Intake(Hosting(), _python(code)), MINA, "photo") == "check_crashed"


def test_few_are_looked_at_side_by_side_and_each_once(tmp_path: Path) -> None:
    log = tmp_path / "log"
    code = (
        f"import json, sys, time; f = open({str(log)!r}, 'a'); f.write('+'); f.flush(); "
        "time.sleep(0.4); f.write('-'); f.close(); print(json.dumps(dict(facts=dict(width=1))))"
    )
    intake = Intake(replace(Hosting(), checks_at_once=1), _python(code))
    files = [tmp_path / f"{number}.png" for number in range(3)]
    for path in files:
        path.write_bytes(b"x")
    threads = [threading.Thread(target=intake.check, args=(path, "photo")) for path in files * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "++" not in log.read_text()
    seen = log.read_text()
    for path in files:
        intake.check(path, "photo")
    assert log.read_text() == seen  # remembered
    files[0].write_bytes(b"other")
    intake.check(files[0], "photo")
    assert len(log.read_text()) == len(seen) + 2


def test_the_inspector_learns_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_AUTH", "ann:secret")
    monkeypatch.setenv("HF_TOKEN", "secret")
    code = "import json, os; print(json.dumps(dict(facts=dict(os.environ))))"
    facts = Intake(Hosting(), _python(code)).check(MINA, "photo").facts
    assert facts["OMP_NUM_THREADS"] == "1" and "secret" not in " ".join(facts.values())


def test_the_inspector_can_write_nothing(tmp_path: Path) -> None:
    target = tmp_path / "written"
    code = (
        "import json; from studio.inspect_upload import confine; confine(2048, 5)\n"
        f"f = open({str(target)!r}, 'w'); f.write('x' * 100)\n"
        "try:\n    f.flush()\n    wrote = True\nexcept OSError:\n    wrote = False\n"
        "print(json.dumps(dict(facts=dict(wrote=wrote))))"
    )
    facts = Intake(Hosting(), _python(code)).check(MINA, "photo").facts
    assert facts["wrote"] is (sys.platform == "win32")


def test_requiring_says_which_field(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("[]")
    with pytest.raises(UnusableFile) as caught:
        Intake(Hosting()).require(tmp_path / "a.json", "keypoints")
    assert caught.value.role == "keypoints" and caught.value.trouble.what


def test_every_trouble_of_the_check_has_all_its_words() -> None:
    keys = {key.split("_")[2] for key in HOSTING_WORDS if key.startswith("trouble_check")}
    assert keys == {"gone", "ending", "busy", "slow", "memory", "crashed"}
    for key in keys:
        for part in ("what", "why", "fix"):
            assert all(HOSTING_WORDS[f"trouble_check_{key}_{part}"])
