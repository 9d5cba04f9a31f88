"""Joints read back from skeleton videos that we draw, and what is no skeleton video."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from pose_dancer import dancer

from engine.errors import NoPoseFound
from engine.pose.draw import MIMICMOTION, POCKET, Style, draw
from engine.pose.draw_mmpose import draw_mmpose
from engine.pose.palette import Palette
from engine.pose.skeleton import convert
from engine.pose.skeleton_video import Reader, check_understood, recognise
from engine.types import Poses

SHARED = Path(__file__).parents[3] / "shared" / "data"
SIZE = (540, 720)


def dance(frames: int = 10) -> Poses:
    """Arms and legs that move apart, wide enough for every limb to be told from the others."""
    poses = convert(dancer(frames), "coco17")
    turn = np.linspace(0, np.pi, frames)
    body = poses.keypoints
    body[:, [13, 15], 0] += 0.05 + 0.05 * np.sin(turn)[:, None]
    body[:, [14, 16], 0] -= 0.05 + 0.05 * np.sin(turn)[:, None]
    body[:, 9] = body[:, 7] + 0.13 * np.stack([np.cos(turn * 0.7), -np.sin(turn * 0.7)], axis=-1)
    body[:, 7, 0] += 0.03
    body[:, 8, 0] -= 0.05
    return Poses(body, poses.score, "coco17", SIZE)


def clip(name: str, every: int) -> list[NDArray[np.uint8]]:
    """Some frames of a clip, without ever holding all of them."""
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not on this machine")
    with av.open(str(path)) as container:
        frames = islice(container.decode(video=0), 0, None, every)
        return [frame.to_ndarray(format="rgb24") for frame in frames]


def off(found: Poses, true: Poses) -> NDArray[np.float64]:
    """Distances in shares of the trunk's length, `f k`."""
    size = np.array(SIZE)
    trunk = np.linalg.norm((true.keypoints[0, 5] - true.keypoints[0, 11]) * size)
    wanted = convert(true, found.layout).keypoints
    return np.linalg.norm((found.keypoints - wanted) * size, axis=-1) / trunk


@dataclass(frozen=True)
class Recovered:
    """What was read off a video, and `f`, how well the joints explain each frame's drawing."""

    poses: Poses
    quality: NDArray[np.float64]


def recover(frames: Iterable[NDArray[np.uint8]], palette: Palette) -> Recovered:
    """All frames of a video, as a run reads them."""
    reader, clip = Reader(palette), list(frames)
    joints, scores, quality = zip(*map(reader.read, clip), strict=True)
    check_understood(scores, palette)
    size = clip[0].shape[1], clip[0].shape[0]
    poses = Poses(np.stack(joints), np.stack(scores), reader.layout, size)
    return Recovered(poses, np.array(quality))


@pytest.mark.parametrize("swapped", [False, True])
def test_mmpose_drawings_are_read_back(swapped: bool) -> None:
    true = dance(5)
    drawn = draw_mmpose(true, SIZE)[..., :: -1 if swapped else 1]
    palette = recognise(drawn)
    assert palette is not None
    assert (palette.name, palette.swapped) == ("mmpose", swapped)
    found = recover(drawn, palette)
    assert found.quality.mean() > 0.95
    assert np.quantile(off(found.poses, true)[:, 5:], 0.95) < 0.06
    assert np.median(off(found.poses, true)) < 0.03
    assert found.poses.score.min() > 0.3


@pytest.mark.parametrize(("style", "swapped"), [(MIMICMOTION, True), (POCKET, False)])
def test_openpose_drawings_are_read_back(style: Style, swapped: bool) -> None:
    true = dance(3)
    # our own drawings are the swapped ones: MimicMotion writes them so
    drawn = draw(true, SIZE, style)
    drawn = drawn[..., :: 1 if swapped else -1]
    palette = recognise(drawn)
    assert palette is not None
    assert (palette.name, palette.swapped) == ("openpose", swapped)
    found = recover(drawn, palette)
    assert found.poses.layout == "openpose18"
    assert np.quantile(off(found.poses, true), 0.97) < 0.05
    assert found.poses.score.min() > 0.3


def test_dwpose_is_told_by_its_face_and_read_past_its_hands() -> None:
    true = dancer(2, size=SIZE)
    drawn = draw(true, SIZE)[..., ::-1]
    palette = recognise(drawn)
    assert palette is not None
    assert palette.name == "dwpose"
    assert np.quantile(off(recover(drawn, palette).poses, true), 0.95) < 0.05


def test_a_gap_in_the_clip_is_survived() -> None:
    true = dance(6)
    drawn = draw_mmpose(true, SIZE)
    drawn[3] = 0
    found = recover(drawn, Palette("mmpose", False, 1.0))
    assert found.poses.score[3].max() == 0
    assert np.quantile(np.delete(off(found.poses, true), 3, axis=0)[:, 5:], 0.95) < 0.06


def test_a_real_skeleton_video_is_explained_by_its_joints() -> None:
    frames = clip("skeleton.mov", 30)
    palette = recognise(frames)
    assert palette is not None
    assert (palette.name, palette.swapped) == ("mmpose", False)
    found = recover(frames, palette)
    assert found.quality.min() > 0.9
    assert found.poses.score.min() > 0.3
    again = draw_mmpose(found.poses, found.poses.size)
    for one, two in zip(frames, again, strict=True):
        a, b = (frame.max(axis=2) > 60 for frame in (one, two))
        near = cv2.dilate(b.astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
        assert (a & near).sum() > 0.99 * a.sum()  # every drawn line has been found


def test_other_videos_and_photographs_are_no_skeletons() -> None:
    assert recognise(clip("teaser.mp4", 20)) is None
    path = SHARED / "photo.jpg"
    if path.exists():
        photo = cv2.imread(str(path))
        assert photo is not None
        assert recognise([np.asarray(photo, np.uint8)]) is None


def test_black_white_and_stage_light_are_no_skeletons() -> None:
    black = np.zeros((300, 300, 3), np.uint8)
    assert recognise([]) is None
    assert recognise([black] * 4) is None
    assert recognise([black + 255] * 4) is None
    rng = np.random.default_rng(0)
    assert recognise([rng.integers(0, 255, (300, 300, 3), np.uint8)] * 4) is None
    spot = black.copy()
    cv2.circle(spot, (150, 150), 60, (255, 153, 51), -1)
    assert recognise([spot] * 4) is None
    lines = black.copy()
    for row in range(20, 280, 40):
        cv2.line(lines, (20, row), (280, row), (200, 200, 200), 3)
    assert recognise([lines] * 4) is None


def test_lines_that_are_no_body_are_said() -> None:
    frame = np.zeros((300, 300, 3), np.uint8)
    with pytest.raises(NoPoseFound, match="none of its 2 frames"):
        recover([frame, frame], Palette("mmpose", False, 1.0))
