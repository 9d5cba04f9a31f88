"""Moves, phrases, random motion, the built-in dances, and colours measured in a photo."""

from __future__ import annotations

import numpy as np
import pytest

from engine.data import synth
from engine.errors import BadInput

FPS = 30.0


def joints(motion: np.ndarray) -> np.ndarray:
    """Projected joints `f j 2` in body heights of a standard body."""
    skeleton = synth.solve(motion, synth.Proportions())
    return np.stack(list(skeleton.joints.values()), 1)[..., :2]


@pytest.fixture(scope="module")
def danced() -> dict[str, np.ndarray]:
    return {name: joints(synth.phrase([name], 110, FPS, 120)) for name in synth.MOVES}


def test_there_are_at_least_twelve_moves() -> None:
    assert len(synth.MOVES) >= 12


@pytest.mark.parametrize("name", synth.MOVES)
def test_a_move_moves_smoothly(name: str, danced: dict[str, np.ndarray]) -> None:
    path = danced[name]
    speed = np.linalg.norm(np.diff(path, axis=0), axis=-1)
    assert path.std(0).max() > 0.02  # somebody is dancing
    assert speed.max() < 0.16  # no joint jumps more than a sixth of a body height in 1/30 s
    sudden = np.linalg.norm(np.diff(path, n=2, axis=0), axis=-1)
    assert sudden.max() < 0.09


def test_moves_are_distinct(danced: dict[str, np.ndarray]) -> None:
    names = list(danced)
    for i, one in enumerate(names):
        for other in names[i + 1 :]:
            difference = np.abs(danced[one] - danced[other]).mean()
            assert difference > 0.006, (one, other)


@pytest.mark.parametrize("name", synth.MOVES)
def test_a_move_repeats_after_its_beats(name: str) -> None:
    move = synth.MOVES[name]
    beat = np.linspace(0, 8, 33)
    now, later = move.pose(beat), move.pose(beat + 2 * move.beats)
    np.testing.assert_allclose(now, later, atol=1e-6)


def test_a_phrase_passes_from_move_to_move_without_a_jump() -> None:
    motion = synth.phrase(["spin", "star_jump", "moonwalk"], 120, FPS, 200, beats_each=4)
    speed = np.linalg.norm(np.diff(joints(motion), axis=0), axis=-1)
    assert speed.max() < 0.16
    one = synth.phrase(["star_jump"], 120, FPS, 200, beats_each=4)
    middle = slice(65, 115)  # the second slot: beats 4 to 8 are frames 60 to 120
    np.testing.assert_allclose(motion[middle], one[middle], atol=1e-9)


def test_tempo_sets_the_speed() -> None:
    slow = synth.phrase(["twist"], 60, FPS, 121)
    fast = synth.phrase(["twist"], 120, FPS, 61)
    np.testing.assert_allclose(slow[::2], fast, atol=1e-9)


def test_an_unknown_move_is_explained() -> None:
    with pytest.raises(BadInput, match="no dance move called 'moonwlak'"):
        synth.phrase(["moonwlak"], 100, FPS, 10)


@pytest.mark.parametrize("seed", range(6))
def test_random_motion_is_smooth_and_follows_its_generator(seed: int) -> None:
    one = synth.random_motion(np.random.default_rng(seed), FPS, 150)
    two = synth.random_motion(np.random.default_rng(seed), FPS, 150)
    other = synth.random_motion(np.random.default_rng(seed + 100), FPS, 150)
    np.testing.assert_array_equal(one, two)
    assert np.abs(one - other).max() > 1
    speed = np.linalg.norm(np.diff(joints(one), axis=0), axis=-1)
    assert 0.01 < speed.max() < 0.12


def test_mirroring_twice_changes_nothing_and_once_swaps_sides() -> None:
    motion = synth.random_motion(np.random.default_rng(3), FPS, 30)
    once = synth.mirrored(motion)
    np.testing.assert_array_equal(synth.mirrored(once), motion)
    body = synth.Proportions()
    straight, swapped = synth.solve(motion, body).joints, synth.solve(once, body).joints
    for name in ("wrist", "knee", "toe"):
        np.testing.assert_allclose(
            swapped[f"l_{name}"] * [-1, 1, 1], straight[f"r_{name}"], atol=1e-9
        )


def test_bones_keep_their_length() -> None:
    body = synth.Proportions()
    skeleton = synth.solve(synth.random_motion(np.random.default_rng(0), FPS, 90), body)
    bones = {"shoulder elbow": body.upper_arm, "elbow wrist": body.forearm, "hip knee": body.thigh,
             "knee ankle": body.shin}  # fmt: skip
    for side in "lr":
        for bone, length in bones.items():
            a, b = (skeleton.joints[f"{side}_{joint}"] for joint in bone.split())
            np.testing.assert_allclose(np.linalg.norm(a - b, axis=-1), length, rtol=1e-6)


def test_planted_feet_stay_where_they_are() -> None:
    pose = synth.neutral(40)
    pose[:, synth.CHANNELS.index("sway")] = 0.04 * np.sin(np.arange(40) / 4)
    pose[:, synth.CHANNELS.index("dip")] = 0.05
    ankle = synth.solve(pose, synth.Proportions()).joints["l_ankle"]
    np.testing.assert_allclose(ankle, np.repeat(ankle[:1], 40, 0), atol=1e-9)


def test_the_library_has_dances_of_every_tempo() -> None:
    assert len(synth.DANCES) >= 10
    assert {d.tempo for d in synth.DANCES.values()} == {"slow", "medium", "fast"}
    for dance in synth.DANCES.values():
        assert set(dance.moves) <= set(synth.MOVES)
    assert len({d.title for d in synth.DANCES.values()}) == len(synth.DANCES)


def test_dance_poses_fit_the_asked_picture() -> None:
    for size in ((256, 256), (288, 512)):
        poses = synth.dance_poses("sunny_groove", 6, size=size)
        assert len(poses) == 6 and poses.size == size and poses.layout == "wholebody133"
        inside = ((poses.keypoints >= 0) & (poses.keypoints < 1)).all(-1)
        assert inside.mean() > 0.98
    with pytest.raises(BadInput, match="no built-in dance called 'polka'"):
        synth.dance_poses("polka", 4)


def test_dances_stay_in_the_picture() -> None:
    for key in synth.DANCES:
        motion = synth.dance_motion(key, 60, 4.0)
        stage = synth.Stage(synth.Look(), motion, (32, 32), synth.Framing(scale=0.74))
        wrists = stage.view(0).project(
            np.stack([stage.skeleton.joints[f"{s}_wrist"] for s in "lr"])
        )
        side = 32 * stage.factor
        assert wrists[..., 0].min() > 0 and wrists[..., 0].max() < side
        assert wrists[..., 1].min() > 0


def _photo() -> tuple[np.ndarray, synth.Look]:
    look = synth.Look(
        skin=(224, 172, 140), hair=(60, 40, 34), hair_style="long", top="long-sleeved shirt",
        top_colour=(50, 90, 160), bottom_colour=(60, 140, 110), background="studio",
        background_colour=(226, 226, 216),
    )  # fmt: skip
    return synth.Stage(look, synth.neutral(1), (320, 320)).frame(0).rgb, look


def test_measured_colours_are_those_of_the_picture() -> None:
    rgb, look = _photo()
    found = synth.measure_colours(rgb)
    for name, truth in (("skin", look.skin), ("hair", look.hair), ("top", look.top_colour),
                        ("bottom", look.bottom_colour)):  # fmt: skip
        distance = np.abs(np.subtract(getattr(found, name), truth)).max()
        assert distance < 30, (name, getattr(found, name), truth)
    assert synth.measure_colours(rgb) == found
    paper = synth.look_like(found)
    assert paper.top_colour == found.top and paper.background_colour == found.background


def test_colours_of_any_picture_can_be_measured() -> None:
    rng = np.random.default_rng(0)
    for rgb in (
        np.zeros((40, 30, 3), np.uint8),
        rng.integers(0, 255, (64, 200, 3), dtype=np.uint8),
        np.full((300, 20, 3), 250, np.uint8),
    ):
        found = synth.measure_colours(rgb, (0.0, 0.0, 1.0, 1.0))
        assert all(0 <= c <= 255 for c in (*found.skin, *found.top, *found.background))
