"""What holds for every pose."""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.pose.draw import POCKET, draw
from engine.pose.draw_mmpose import draw_mmpose
from engine.pose.preview import preview
from engine.pose.readers import read_poses, write_poses
from engine.pose.retarget import FIT_JOINTS, fit, retarget
from engine.pose.skeleton import COCO17_NAMES, OPENPOSE18_NAMES, SEEN, convert
from engine.pose.smooth import fill_gaps, smooth
from engine.types import NUM_KEYPOINTS, Layout, Poses

LAYOUTS: tuple[Layout, ...] = ("coco17", "openpose18", "wholebody133")
SIZE = (96, 64)


@st.composite
def poses(draw_from: st.DrawFn, frames: int = 3, low: float = 0.0) -> Poses:
    layout = draw_from(st.sampled_from(LAYOUTS))
    count = NUM_KEYPOINTS[layout]
    places = arrays(np.float64, (frames, count, 2), elements=st.floats(-1.5, 2.5, width=32))
    scores = arrays(np.float64, (frames, count), elements=st.floats(low, 1.5, width=32))
    return Poses(draw_from(places), draw_from(scores), layout, (200, 100))


def names(layout: Layout) -> tuple[str, ...]:
    return OPENPOSE18_NAMES if layout == "openpose18" else COCO17_NAMES


@given(poses(), st.sampled_from(LAYOUTS))
@settings(max_examples=40, deadline=None)
def test_conversions_keep_the_joints_that_both_layouts_have(one: Poses, layout: Layout) -> None:
    two = convert(one, layout)
    for index, name in enumerate(names(one.layout)):
        if name == "neck":
            continue
        there = names(layout).index(name)
        np.testing.assert_array_equal(two.keypoints[:, there], one.keypoints[:, index])
        np.testing.assert_array_equal(two.score[:, there], one.score[:, index])
    back = convert(two, one.layout)
    assert back.keypoints.shape == one.keypoints.shape


@given(poses())
@settings(max_examples=25, deadline=None)
def test_drawing_is_deterministic_and_leaves_the_poses_alone(one: Poses) -> None:
    before = one.keypoints.copy(), one.score.copy()
    for render in (lambda: draw(one, SIZE, POCKET), lambda: preview(one, SIZE)):
        np.testing.assert_array_equal(render(), render())
    np.testing.assert_array_equal(one.keypoints, before[0])
    np.testing.assert_array_equal(one.score, before[1])


@given(poses(frames=1))
@settings(max_examples=20, deadline=None)
def test_nobody_draws_nothing(one: Poses) -> None:
    nobody = Poses(one.keypoints, np.zeros_like(one.score), one.layout, one.size)
    assert not draw(nobody, SIZE, POCKET).any()
    assert not draw_mmpose(nobody, SIZE).any()
    empty = preview(nobody, SIZE)
    assert (empty == empty[:, :, :1]).all()  # the stage and nobody on it


@given(poses(frames=1, low=0.5))
@settings(max_examples=40, deadline=None)
def test_a_pose_on_itself_stays(one: Poses) -> None:
    body = convert(one, "openpose18")
    if np.ptp(body.keypoints[0, list(FIT_JOINTS), 1]) < 0.2:  # its size cannot be told from these
        return
    there = retarget(one, one, one.size)
    assert fit(one, one, one.size).by == "joints"
    np.testing.assert_allclose(there.keypoints, one.keypoints, atol=1e-6)


@given(poses(frames=4))
@settings(max_examples=20, deadline=None)
def test_files_keep_poses(one: Poses) -> None:
    if not (one.score > SEEN).any():
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "poses.json"
        write_poses(path, one, fps=25)
        two = read_poses(path)
    np.testing.assert_allclose(two.poses.keypoints, one.keypoints, atol=1e-6)
    np.testing.assert_allclose(two.poses.score, one.score, atol=1e-4)
    assert (two.poses.layout, two.poses.size, two.fps) == (one.layout, one.size, 25)


@given(poses(frames=6), st.floats(0, 3))
@settings(max_examples=25, deadline=None)
def test_mending_never_leaves_the_range_of_what_was_seen(one: Poses, sigma: float) -> None:
    mended = smooth(fill_gaps(one), sigma)
    assert (mended.score >= one.score - 1e-12).all()
    low, high = one.keypoints.min(), one.keypoints.max()
    assert mended.keypoints.min() >= low - 1e-9
    assert mended.keypoints.max() <= high + 1e-9
