"""Drawn dancers: the truth that comes with every frame must be the truth."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

from engine.data import synth

SIZE = (96, 96)
SEEDS = range(8)


@pytest.fixture(scope="module")
def drawn() -> list[synth.DrawnClip]:
    return [synth.clip(seed, 48, SIZE, frames=[3, 17, 40]) for seed in SEEDS]


def test_equal_seeds_give_equal_bytes_and_other_seeds_other_people() -> None:
    one, two, other = (synth.clip(s, 20, SIZE, frames=[2, 9]) for s in (5, 5, 6))
    assert one.frames.tobytes() == two.frames.tobytes()
    assert one.poses.keypoints.tobytes() == two.poses.keypoints.tobytes()
    assert one.poses.score.tobytes() == two.poses.score.tobytes()
    assert one.caption == two.caption and one.look == two.look
    assert one.frames.tobytes() != other.frames.tobytes() and one.look != other.look


def test_a_frame_does_not_depend_on_which_others_are_drawn() -> None:
    whole = synth.clip(11, 8, SIZE)
    part = synth.clip(11, 8, SIZE, frames=[6, 1])
    np.testing.assert_array_equal(part.frames, whole.frames[[6, 1]])
    np.testing.assert_array_equal(part.poses.keypoints, whole.poses.keypoints[[6, 1]])


def test_shapes_types_and_ranges(drawn: list[synth.DrawnClip]) -> None:
    for clip in drawn:
        assert clip.frames.shape == (3, 96, 96, 3) and clip.frames.dtype == np.uint8
        assert clip.poses.layout == "wholebody133" and clip.poses.size == SIZE
        assert set(clip.masks) == {"person", "face", "hands", "outfit"}
        for mask in clip.masks.values():
            assert mask.shape == (3, 96, 96) and mask.min() >= 0 and mask.max() <= 1
        assert clip.depth.shape == (3, 96, 96)
        assert clip.depth.min() >= 0 and clip.depth.max() <= 1
        assert set(np.unique(clip.poses.score)) <= {0.0, synth.OCCLUDED, 1.0}
        assert clip.caption.startswith("a dancer with ")


def test_wide_and_tall_frames_are_drawn_at_their_size() -> None:
    for size in ((72, 128), (128, 72)):
        clip = synth.clip(2, 4, size, frames=[1])
        assert clip.frames.shape == (1, size[1], size[0], 3)
        assert clip.masks["person"].mean() > 0.03


def test_visible_keypoints_lie_on_the_person(drawn: list[synth.DrawnClip]) -> None:
    inside = total = 0
    for clip in drawn:
        for frame in clip.drawn:
            seen = frame.keypoints[frame.score == 1.0]
            x, y = np.floor(seen * 96).astype(int).T
            inside += int((frame.masks["person"][y, x] > 0).sum())
            total += len(seen)
    assert total > 24 * 60
    assert inside / total >= 0.99


def test_every_score_zero_is_outside_the_picture(drawn: list[synth.DrawnClip]) -> None:
    for clip in drawn:
        k = clip.poses.keypoints
        outside = (k < 0).any(-1) | (k >= 1).any(-1)
        np.testing.assert_array_equal(clip.poses.score == 0, outside)


def test_masks_are_nested_and_the_person_is_there(drawn: list[synth.DrawnClip]) -> None:
    for clip in drawn:
        person = clip.masks["person"]
        assert 0.04 < person.mean() < 0.5
        for name in ("face", "hands", "outfit"):
            assert (clip.masks[name] <= person + 1e-6).all(), name
        assert clip.masks["outfit"].sum() > 0.3 * person.sum()
        assert clip.masks["hands"].sum() > 0
        both = np.minimum(clip.masks["face"], clip.masks["hands"])
        assert both.mean() < 0.01


def test_face_and_hand_points_lie_on_their_masks(drawn: list[synth.DrawnClip]) -> None:
    # A sleeve may reach over the wrist, so fewer hand points than face points must be on skin.
    for name, points, least in (("face", slice(23, 91), 0.97), ("hands", slice(91, 133), 0.88)):
        on = []
        for frame in (f for clip in drawn for f in clip.drawn):
            seen = frame.score[points] == 1.0
            x, y = np.floor(frame.keypoints[points][seen] * 96).astype(int).T
            on.extend(frame.masks[name][y, x] > 0)
        assert len(on) > 500
        assert np.mean(on) > least, name


def test_left_is_the_dancers_left_when_she_faces_us() -> None:
    pose = synth.neutral(1)
    frame = synth.Stage(synth.Look(), pose, SIZE).frame(0)
    x, y = frame.keypoints.T
    for left, right in ((1, 2), (3, 4), (5, 6), (7, 8), (9, 10), (11, 12), (13, 14), (15, 16)):
        assert x[left] > x[right]
    assert x[17:20].min() > x[20:23].max()  # feet: left toes and heel, then right
    assert x[23] < x[39]  # the jaw runs from the dancer's right ear to the left one
    assert x[91:112].mean() > x[112:133].mean()
    assert y[0] < y[5] < y[11] < y[13] < y[15] < 1
    # Elbow and wrist hang between shoulder and floor; hands start at the wrist.
    np.testing.assert_allclose(frame.keypoints[[91, 112]], frame.keypoints[[9, 10]], atol=1e-12)


def test_the_face_is_hidden_from_behind() -> None:
    pose = synth.neutral(2)
    pose[1, synth.CHANNELS.index("yaw")] = 180.0
    front, back = (synth.Stage(synth.Look(), pose, SIZE).frame(i) for i in (0, 1))
    assert (front.score[23:91] == 1).mean() > 0.95
    assert (back.score[[0, 1, 2]] < 1).all() and (back.score[40:91] < 1).all()
    assert back.keypoints[5, 0] < back.keypoints[6, 0]


def test_a_nearer_hand_is_nearer_in_depth() -> None:
    pose = synth.neutral(1)
    for name, value in (("l_arm_fwd", 70.0), ("l_fore_fwd", 80.0), ("l_arm", 30.0)):
        pose[0, synth.CHANNELS.index(name)] = value
    frame = synth.Stage(synth.Look(), pose, (128, 128)).frame(0)
    left, right = (np.floor(frame.keypoints[k] * 128).astype(int) for k in (100, 121))
    assert frame.depth[left[1], left[0]] > frame.depth[right[1], right[0]] + 0.05
    assert frame.depth[5, 5] < 0.2


def test_the_pan_moves_backdrop_and_dancer_by_the_stated_amount() -> None:
    pose = np.repeat(synth.neutral(1), 2, 0)
    pan = np.array([[0.0, 0.0], [0.125, -0.0625]])
    look = synth.Look(background="park", background_seed=4)
    still, moved = (synth.Stage(look, pose, SIZE, pan=pan).frame(i) for i in (0, 1))
    np.testing.assert_array_equal(moved.rgb[:90, 12:], still.rgb[6:, :84])
    np.testing.assert_allclose(moved.keypoints - still.keypoints, np.full((133, 2), pan[1]))


def test_occluded_joints_are_marked() -> None:
    pose = synth.neutral(1)
    for name, value in (("yaw", 90.0), ("l_arm", 2.0), ("r_arm", 2.0)):
        pose[0, synth.CHANNELS.index(name)] = value
    score = synth.Stage(synth.Look(), pose, SIZE).frame(0).score
    assert score[5] < 1 and score[7] < 1  # the left arm is behind the trunk
    assert score[6] == score[8] == 1.0


def test_a_sheet_has_one_tile_for_every_seed() -> None:
    sheet = synth.sheet(range(3), columns=2, tile=48, num_frames=4, frame=1)
    assert sheet.shape == (96, 96, 3)
    alone = synth.clip(1, 4, (48, 48), frames=[1], camera=0.0).frames[0]
    np.testing.assert_array_equal(sheet[:48, 48:], alone)
    assert (sheet[48:, 48:] == 255).all()


def test_every_place_and_outfit_can_be_drawn() -> None:
    rng = np.random.default_rng(0)
    pose = synth.neutral(1)
    seen = set()
    for place in synth.BACKGROUNDS:
        look = replace(synth.random_look(rng), background=place)
        seen.add(synth.Stage(look, pose, (48, 48)).frame(0).rgb.tobytes())
    assert len(seen) == len(synth.BACKGROUNDS) >= 10


def test_people_differ() -> None:
    rng = np.random.default_rng(1)
    looks = [synth.random_look(rng) for _ in range(150)]
    for name, least in (("hair_style", 12), ("top", 7), ("bottom", 6), ("top_pattern", 7),
                        ("glasses", 4), ("beard", 4), ("hat", 4), ("shoes", 3), ("background",
                            12)):  # fmt: skip
        assert len({getattr(look, name) for look in looks}) >= least, name
    assert len({look.skin for look in looks}) > 100
    assert len({look.body for look in looks}) == 150
    assert len({synth.describe(look, "spin") for look in looks}) > 140


def test_drawing_time_grows_with_the_frames_drawn_not_with_the_clip() -> None:
    def seconds(num_frames: int, frames: list[int] | None) -> float:
        best = float("inf")
        for _ in range(2):
            start = time.process_time()
            synth.clip(4, num_frames, (64, 64), frames=frames)
            best = min(best, time.process_time() - start)
        return best

    assert seconds(120, [0, 50]) < 0.6 * seconds(10, None)
