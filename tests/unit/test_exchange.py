"""What the user gives, made ready: the person, the dance, the record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.catalogue import MimicMotionSettings
from engine.data import synth
from engine.data.picture import write_picture
from engine.errors import BadInput, MissingModel
from engine.exchange.motion import Motion, read_motion, thinned
from engine.exchange.person import looks_drawn, read_person
from engine.exchange.record import make_record
from engine.models.shelf import Shelf
from engine.pose.readers import write_poses
from engine.types import Inputs, Warning


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "home", "cpu")


def read(inputs: Inputs, shelf: Shelf, **options: Any) -> Motion:
    """Run the reader to its end and return what it returns."""
    steps = read_motion(inputs, shelf, **options)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def noisy_photo() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(0, 256, (300, 200, 3)).astype(np.uint8)


def test_clips_are_thinned_to_about_fifteen_in_their_own_tempo() -> None:
    rates = [thinned(fps) for fps in (60, 50, 30, 25, 24, 15, 12, 8)]
    assert rates == [15, 50 / 3, 15, 12.5, 12, 15, 12, 8]


def test_a_built_in_dance_has_the_length_asked_for_or_one_round(shelf: Shelf) -> None:
    assert len(read(Inputs(dance="twist"), shelf, num_frames=7).poses) == 7
    dance = synth.DANCES["disco_night"]
    whole = len(dance.moves) * dance.beats_each * 60 / dance.bpm * 15
    assert len(read(Inputs(dance="disco_night"), shelf).poses) == round(whole)


def test_keypoints_are_told_by_content_and_resampled_by_time(tmp_path: Path, shelf: Shelf) -> None:
    poses = synth.dance_poses("sway", 30, 30.0)
    path = tmp_path / "dance.bin"  # the name says nothing
    write_poses(tmp_path / "poses.json", poses, 30.0)
    (tmp_path / "poses.json").rename(path)
    motion = read(Inputs(motion=path), shelf)
    assert (motion.kind, motion.fps, len(motion.poses), motion.warnings) == (
        "keypoints",
        15,
        15,
        (),
    )
    assert np.allclose(motion.poses.keypoints, poses.keypoints[::2], atol=1e-5)


def test_a_guessed_tempo_is_said(tmp_path: Path, shelf: Shelf) -> None:
    write_poses(tmp_path / "poses.json", synth.dance_poses("sway", 10, 30.0))
    motion = read(Inputs(motion=tmp_path / "poses.json"), shelf, num_frames=3)
    assert len(motion.poses) == 3
    assert "tempo" in motion.warnings[0].what


@pytest.mark.parametrize(
    "inputs", [Inputs(), Inputs(dance="no_such_dance"), Inputs(motion=Path("/nowhere/clip.mp4"))]
)
def test_a_missing_dance_is_explained(inputs: Inputs, shelf: Shelf) -> None:
    with pytest.raises(BadInput) as caught:
        read(inputs, shelf)
    assert caught.value.what and caught.value.why and caught.value.fix


def test_drawings_and_photographs_are_told_apart() -> None:
    drawn = [synth.clip(s, 8, (128, 128), frames=[3]).frames[0] for s in range(6)]
    assert all(looks_drawn(picture, 128) for picture in drawn)
    assert not looks_drawn(noisy_photo(), 128)


def test_a_photograph_becomes_a_paper_person_and_says_so(tmp_path: Path, shelf: Shelf) -> None:
    write_picture(noisy_photo(), tmp_path / "me.png")
    person = read_person(Inputs(image=tmp_path / "me.png"), shelf, (128, 128), "crop", "auto")
    assert person.picture.shape == (128, 128, 3)
    assert len(person.poses) == 1
    assert "paper person" in person.warnings[0].what


def test_without_a_photo_there_is_nobody(shelf: Shelf) -> None:
    with pytest.raises(BadInput, match="no photo"):
        read_person(Inputs(), shelf, (128, 128), "crop", "auto")


def test_missing_pocket_weights_are_named(tmp_path: Path) -> None:
    empty = Shelf(tmp_path, "cpu", pocket=tmp_path / "nothing")
    with pytest.raises(MissingModel, match="make pocket"):
        empty.autoencoder()


def test_the_record_tells_no_paths_and_marks_the_result(tmp_path: Path) -> None:
    write_picture(noisy_photo(), tmp_path / "me.png")
    record = make_record(
        system="mimicmotion",
        model="pocket",
        settings=MimicMotionSettings(),
        seed=3,
        inputs=Inputs(image=tmp_path / "me.png", dance="twist"),
        warnings=[Warning("a", "b", "c")],
        frames=24,
    )
    text = json.dumps(record)
    assert record["ai_generated"] is True
    assert str(tmp_path) not in text
    assert record["inputs"][0]["name"] == "me.png"
    assert len(record["inputs"][0]["sha256"]) == 64
