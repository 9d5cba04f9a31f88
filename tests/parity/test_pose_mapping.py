"""133 whole-body joints become OpenPose's parts as in DWPose (parity/mimicmotion/README.md 5)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.pose.parts import parts_of_people
from engine.pose.skeleton import SEEN

DATA = Path(__file__).parent / "data" / "mimicmotion" / "dwpose_mapping.npz"


def test_whole_body_becomes_body_hands_and_face() -> None:
    data = np.load(DATA)
    size = np.array([data["W"], data["H"]], np.float64)
    people = len(data["in_scores133"])
    parts = parts_of_people(data["in_keypoints133_px"] / size, data["in_scores133"], "wholebody133")
    near = {"rtol": 0, "atol": 1e-12}
    np.testing.assert_allclose(parts.body.reshape(-1, 2), data["body_xy"], **near)
    np.testing.assert_array_equal(parts.body_score, data["body_score"])
    hands = parts.hands.swapaxes(0, 1).reshape(2 * people, 21, 2)
    np.testing.assert_allclose(hands, data["hands_xy"], **near)
    hands_score = parts.hands_score.swapaxes(0, 1).reshape(2 * people, 21)
    np.testing.assert_array_equal(hands_score, data["hands_score"])
    np.testing.assert_allclose(parts.face, data["face_xy"], **near)
    np.testing.assert_array_equal(parts.face_score, data["face_score"])


def test_unseen_joints_are_the_ones_upstream_leaves_out() -> None:
    data = np.load(DATA)
    parts = parts_of_people(data["in_keypoints133_px"], data["in_scores133"], "wholebody133")
    np.testing.assert_array_equal(parts.body_score > SEEN, data["body_subset"] >= 0)
