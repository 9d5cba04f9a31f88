"""Layouts, links and conversions."""

from __future__ import annotations

import numpy as np
import pytest
from pose_dancer import dancer

from engine.pose.parts import parts_of_frame
from engine.pose.skeleton import (
    COCO17_LINKS,
    COCO17_NAMES,
    HAND_LINKS,
    MMPOSE_BLUE,
    MMPOSE_COLOURS,
    MMPOSE_GREEN,
    MMPOSE_ORANGE,
    OPENPOSE18_NAMES,
    convert,
    joint,
)


@pytest.mark.parametrize("name", COCO17_NAMES)
def test_every_joint_is_found_under_its_name_after_conversion(name: str) -> None:
    poses = dancer(2)
    there = convert(poses, "openpose18")
    where = OPENPOSE18_NAMES.index(name)
    np.testing.assert_array_equal(
        there.keypoints[:, where], poses.keypoints[:, COCO17_NAMES.index(name)]
    )


def test_the_neck_needs_both_shoulders() -> None:
    poses = dancer(2)
    poses.score[1, joint("coco17", "left_shoulder")] = 0.2
    there = convert(poses, "openpose18")
    assert there.score[:, 1].tolist() == [1, 0]
    np.testing.assert_allclose(there.keypoints[0, 1], poses.keypoints[0, [5, 6]].mean(axis=0))


def test_a_body_alone_has_no_hands_and_no_face() -> None:
    whole, body = dancer(1), convert(dancer(1), "coco17")
    assert parts_of_frame(whole, 0).hands_score.min() > 0
    there = parts_of_frame(convert(body, "wholebody133"), 0)
    assert there.hands_score.max() == there.face_score.max() == 0
    np.testing.assert_array_equal(there.body, parts_of_frame(whole, 0).body)


def test_fingers_start_at_the_wrist() -> None:
    assert [link for link in HAND_LINKS if 0 in link] == [(0, 1), (0, 5), (0, 9), (0, 13), (0, 17)]
    assert sorted(end for _, end in HAND_LINKS) == list(range(1, 21))


def test_mmpose_paints_left_limbs_green_and_right_limbs_blue() -> None:
    colour = dict(zip(COCO17_LINKS, MMPOSE_COLOURS, strict=True))
    assert colour[5, 7] == colour[15, 13] == MMPOSE_GREEN
    assert colour[6, 8] == colour[16, 14] == MMPOSE_BLUE
    assert colour[5, 6] == colour[11, 12] == colour[0, 1] == MMPOSE_ORANGE
