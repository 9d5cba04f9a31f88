"""What the user gives, made ready: the person, the dance, the record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.catalogue import MimicMotionSettings
from engine.data import synth
from engine.errors import BadInput, MissingModel
from engine.exchange.motion import Motion, read_motion
from engine.exchange.pace import thinned
from engine.exchange.person import read_person
from engine.exchange.record import make_record
from engine.exchange.scene import DrawnPoses, guiding, read_scene
from engine.models.shelf import Shelf
from engine.pose.draw import POCKET
from engine.pose.readers import PoseFile, read_poses, write_poses
from engine.pose.retarget import retarget
from engine.pose.skeleton import FACE, LEFT_HAND
from engine.types import Inputs, Poses, Warning


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
    rates = [thinned(fps) for fps in (60, 50, 30, 25, 24, 15, 12, 8, 0.01)]
    assert rates == [15, 50 / 3, 15, 12.5, 12, 15, 12, 8, 1]


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


def test_a_high_rate_makes_no_more_poses_than_are_asked_for(tmp_path: Path, shelf: Shelf) -> None:
    write_poses(tmp_path / "poses.json", synth.dance_poses("sway", 200, 15.0), 1.0)
    slow = Inputs(motion=tmp_path / "poses.json")
    assert len(read(slow, shelf, fps=60.0, num_frames=90).poses) == 90
    with pytest.raises(BadInput, match="too long") as caught:
        read(slow, shelf, fps=60.0)
    assert caught.value.values["frames"] == "12,000"


def test_doubtful_poses_are_mended_smoothed_and_told(tmp_path: Path, shelf: Shelf) -> None:
    poses = synth.dance_poses("sway", 30, 15.0)
    poses.score[:, :17] = 0.9
    rough = Poses(poses.keypoints.copy(), poses.score.copy(), poses.layout, poses.size)
    rough.keypoints[10:13, 9], rough.score[10:13, 9] = 0.0, 0.35
    write_poses(tmp_path / "poses.json", rough, 15.0)
    inputs = Inputs(motion=tmp_path / "poses.json")
    as_given = read(inputs, shelf, mended=False)
    mended = read(inputs, shelf)
    calm = read(inputs, shelf, smoothing=1.0)
    assert np.allclose(as_given.poses.keypoints[11, 9], 0)
    assert np.abs(mended.poses.keypoints[11, 9] - poses.keypoints[11, 9]).max() < 0.05
    assert [w.what for w in mended.warnings] == ["The pose is doubtful in places."]
    assert "left wrist, mended" in mended.warnings[0].why
    jerk = [np.abs(np.diff(m.poses.keypoints[:, 10], n=2, axis=0)).sum() for m in (mended, calm)]
    assert jerk[1] < jerk[0]


def test_the_drawn_guidance_follows_the_settings() -> None:
    poses = synth.dance_poses("sway", 2, 15.0)
    poses.score[:] = 0.5
    full = MimicMotionSettings()
    assert np.array_equal(guiding(poses, full).score, poses.score)
    sure = guiding(poses, replace(full, confidence=False))
    assert (sure.score == 1).all()
    for face, share in (("weak", 0.4), ("none", 0.0)):
        shown = guiding(poses, replace(full, face=face)).score
        assert np.allclose(shown[:, FACE], 0.5 * share)
        assert np.allclose(shown[:, LEFT_HAND], 0.5)
    assert (poses.score == 0.5).all()  # what was given stays as it was


def test_how_a_dance_was_fitted_is_told(
    tmp_path: Path, shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dance that is no body upright is fitted by bones; told once, and only then."""
    parsed: list[Path] = []

    def noted(path: Path, person: int = 0) -> PoseFile:
        parsed.append(path)
        return read_poses(path, person)

    monkeypatch.setattr("engine.exchange.motion.read_poses", noted)
    dance = synth.dance_poses("sway", 12, 15.0)
    lying = Poses(dance.keypoints[..., ::-1].copy(), dance.score, dance.layout, dance.size[::-1])
    write_poses(tmp_path / "lying.json", lying, 15.0)
    photo = tmp_path / "me.png"
    Image.fromarray(noisy_photo()).save(photo)

    def told(inputs: Inputs, **settings: Any) -> list[str]:
        steps = read_scene(MimicMotionSettings(**settings), inputs, shelf, (64, 64))
        return [step.key for step in steps if isinstance(step, Warning)]

    inputs = Inputs(image=photo, motion=tmp_path / "lying.json")
    assert told(inputs).count("fitted_by_bones") == 1
    assert parsed == [inputs.motion]  # once: such a file may take seconds
    assert "fitted_by_bones" not in told(inputs, retarget=False)
    assert told(Inputs(image=photo, dance="sway")) == ["paper_person"]


def test_a_dance_can_be_fitted_as_published(shelf: Shelf, tmp_path: Path) -> None:
    photo = tmp_path / "me.png"
    Image.fromarray(noisy_photo()).save(photo)
    scenes = []
    for as_published in (False, True):
        settings = MimicMotionSettings(num_frames=12, as_published=as_published)
        steps = read_scene(settings, Inputs(image=photo, dance="disco_night"), shelf, (64, 64))
        try:
            while True:
                next(steps)
        except StopIteration as end:
            scenes.append(end.value)
    ours, theirs = scenes
    plain = synth.dance_poses("disco_night", 12, 15.0)
    wanted = retarget(plain, theirs.photo_pose, (64, 64), "parity")
    assert np.allclose(theirs.dance.keypoints, wanted.keypoints)
    assert not np.allclose(theirs.dance.keypoints, ours.dance.keypoints)


def test_poses_are_drawn_a_few_at_a_time_and_the_same() -> None:
    own, dance = synth.dance_poses("sway", 1, 15.0), synth.dance_poses("twist", 9, 15.0)
    drawn = DrawnPoses(own, dance, (64, 64), POCKET, torch.device("cpu"))
    assert len(drawn) == 10
    whole = torch.cat(list(drawn.split(10)))
    for size in (1, 4, 9, 100):
        parts = list(drawn.split(size))
        assert max(map(len, parts)) <= size
        assert torch.equal(torch.cat(parts), whole)


@pytest.mark.parametrize(
    "inputs", [Inputs(), Inputs(dance="no_such_dance"), Inputs(motion=Path("/nowhere/clip.mp4"))]
)
def test_a_missing_dance_is_explained(inputs: Inputs, shelf: Shelf) -> None:
    with pytest.raises(BadInput) as caught:
        read(inputs, shelf)
    assert caught.value.what and caught.value.why and caught.value.fix


def test_a_photograph_becomes_a_paper_person_and_says_so(tmp_path: Path, shelf: Shelf) -> None:
    Image.fromarray(noisy_photo()).save(tmp_path / "me.png")
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
    Image.fromarray(noisy_photo()).save(tmp_path / "me.png")
    record = make_record(
        system="mimicmotion",
        model="pocket",
        settings=MimicMotionSettings(),
        seed=3,
        inputs=Inputs(image=tmp_path / "me.png", dance="twist"),
        warnings=[Warning("A {n}.", "B.", "C.", key="k", n=3), Warning("a", "b", "c")],
        frames=24,
    )
    text = json.dumps(record)
    assert record["ai_generated"] is True
    assert str(tmp_path) not in text
    assert record["warnings"] == ["A 3. B.", "a b"]
    assert record["warning_keys"] == [{"key": "k", "values": {"n": "3"}}, {"key": "", "values": {}}]
    assert record["inputs"][0]["name"] == "me.png"
    assert len(record["inputs"][0]["sha256"]) == 64
