"""Gaps are bridged, tremble is calmed, and nothing is invented."""

from __future__ import annotations

import numpy as np
from pose_dancer import dancer

from engine.pose.smooth import fill_gaps, smooth


def test_a_short_gap_is_bridged_on_a_straight_line() -> None:
    poses = dancer(10, sway=0)
    poses.keypoints[:, 9, 0] = np.linspace(0, 0.9, 10)
    poses.keypoints[3:6, 9] = 0
    poses.score[3:6, 9] = 0
    poses.score[6, 9] = 0.5
    filled = fill_gaps(poses)
    np.testing.assert_allclose(filled.keypoints[:, 9, 0], np.linspace(0, 0.9, 10))
    assert filled.score[3:6, 9].tolist() == [0.5] * 3


def test_long_gaps_and_open_ends_stay() -> None:
    poses = dancer(10)
    poses.score[:2, 9] = poses.score[3:8, 10] = poses.score[9:, 11] = 0.1
    filled = fill_gaps(poses, longest=4)
    np.testing.assert_array_equal(filled.score, poses.score)
    np.testing.assert_array_equal(filled.keypoints, poses.keypoints)


def test_tremble_is_calmed_and_a_still_joint_stays() -> None:
    rng = np.random.default_rng(0)
    poses = dancer(60, sway=0)
    still = poses.keypoints[0].copy()
    poses.keypoints[:, :17] += rng.normal(0, 0.01, (60, 17, 2))
    calm = smooth(poses, 1.5)
    assert np.std(calm.keypoints[:, :17] - still[:17]) < 0.5 * 0.01
    np.testing.assert_allclose(calm.keypoints[:, 17:], poses.keypoints[:, 17:], atol=1e-12)


def test_lost_joints_do_not_pull_on_their_neighbours() -> None:
    poses = dancer(9, sway=0)
    poses.keypoints[4, 9] = 0
    poses.score[4, 9] = 0
    calm = smooth(poses, 2.0)
    np.testing.assert_allclose(calm.keypoints[[3, 5], 9], poses.keypoints[[3, 5], 9], atol=1e-12)
    assert calm.keypoints[4, 9].tolist() == [0, 0]


def test_nothing_to_do_gives_the_same_back() -> None:
    poses = dancer(1)
    assert smooth(poses) is poses
    assert smooth(dancer(5), 0).keypoints.shape == (5, 133, 2)
