"""Pictures of poses that people look at, and the styles of drawing."""

from __future__ import annotations

import time

import cv2
import numpy as np
from pose_dancer import dancer

from engine.pose.draw import MIMICMOTION, POCKET, draw
from engine.pose.draw_mmpose import draw_mmpose
from engine.pose.preview import preview
from engine.types import Poses


def test_the_preview_shows_a_figure_on_a_dark_stage() -> None:
    frames = preview(dancer(2), (180, 240))
    assert frames.shape == (2, 240, 180, 3)
    assert frames[0, 0].max() < 40  # the stage
    lit = (frames[0].max(axis=2) > 120).mean()
    assert 0.02 < lit < 0.3


def test_unsure_joints_are_fainter() -> None:
    sure = dancer(1)
    unsure = Poses(sure.keypoints, sure.score * 0.5, sure.layout, sure.size)
    for render in (preview, draw):
        assert render(unsure, (180, 240)).sum() < render(sure, (180, 240)).sum()


def test_pocket_lines_can_be_seen_at_128_and_are_drawn_in_a_moment() -> None:
    poses = dancer(20)
    frames = draw(poses, (128, 128), POCKET)
    limbs = frames[0].max(axis=2) > 60
    depth = cv2.distanceTransform(np.asarray(limbs, np.uint8), cv2.DIST_L2, 3)
    assert 0.95 <= np.median(depth[limbs]) < 2.0  # about two pixels wide
    best = min(_seconds(poses) for _ in range(5)) / len(poses)
    assert best < 0.006  # 1.3 ms alone on a slow core; the rest is room for busy machines


def _seconds(poses: Poses) -> float:
    start = time.process_time()
    draw(poses, (128, 128), POCKET)
    return time.process_time() - start


def test_the_same_share_of_the_picture_at_every_size() -> None:
    small, large = draw(dancer(1), (128, 128), POCKET), draw(dancer(1), (256, 256), POCKET)
    shrunk = cv2.resize(large[0], (128, 128), interpolation=cv2.INTER_AREA)
    assert np.abs(shrunk.astype(float) - small[0]).mean() < 1


def test_joints_far_outside_do_no_harm() -> None:
    poses = dancer(1)
    poses.keypoints[0, ::3] = (40, -40)
    for style in (MIMICMOTION, POCKET):
        assert draw(poses, (64, 64), style).shape == (1, 64, 64, 3)
    assert preview(poses, (64, 64)).shape == draw_mmpose(poses, (64, 64)).shape
