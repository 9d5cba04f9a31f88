"""Doubtful moments of a pose are found, told and bridged."""

from __future__ import annotations

import numpy as np

from engine.pose.mend import doubtful, doubts, mend, report
from engine.types import Poses

WRIST = 9


def walk(frames: int = 30) -> Poses:
    """Everyone of the 133 joints moves evenly from left to right, seen well."""
    place = np.linspace(0.1, 0.9, frames)[:, None, None]
    keypoints = np.broadcast_to(place, (frames, 133, 2)).copy()
    return Poses(keypoints, np.full((frames, 133), 0.9), "wholebody133", (100, 100))


def disturbed(start: int, stop: int, score: float = 0.4, joint: int = WRIST) -> Poses:
    poses = walk()
    poses.keypoints[start:stop, joint] = 0.5
    poses.score[start:stop, joint] = score
    return poses


def test_a_dip_is_judged_against_the_joints_own_usual_score() -> None:
    assert doubtful(disturbed(10, 14))[:, WRIST].nonzero()[0].tolist() == [10, 11, 12, 13]
    low = walk()
    low.score[:, WRIST] = 0.4  # never better: nothing to compare with, nothing to mend
    assert not doubtful(low).any()
    hidden = walk()
    hidden.score[:, WRIST] = 0.0
    assert not doubtful(hidden).any()


def test_a_dip_without_a_jump_is_believed() -> None:
    """A hand behind the back moves on evenly: its place is kept, its score says the rest."""
    poses = walk()
    poses.score[10:14, WRIST] = 0.4
    assert not doubtful(poses).any()
    poses.score[10:14, WRIST] = 0.1  # unless it is hardly seen at all
    assert doubtful(poses)[10:14, WRIST].all()


def test_a_short_dip_is_bridged_on_the_way_between_its_ends() -> None:
    poses = disturbed(10, 14)
    mended = mend(poses)
    np.testing.assert_allclose(mended.keypoints, walk().keypoints)
    np.testing.assert_allclose(mended.score, 0.9)
    assert poses.score[11, WRIST] == 0.4  # what was given stays as it was


def test_long_spans_and_ends_stay() -> None:
    for start, stop in ((5, 14), (0, 3), (27, 30)):
        poses = disturbed(start, stop)
        np.testing.assert_array_equal(mend(poses).keypoints, poses.keypoints)


def test_a_frame_in_which_nobody_was_found_is_bridged() -> None:
    poses = walk()
    poses.keypoints[12], poses.score[12] = 0.0, 0.0
    np.testing.assert_allclose(mend(poses).keypoints, walk().keypoints)


def test_doubts_name_the_part_and_whether_it_was_mended() -> None:
    poses = disturbed(10, 14)
    poses.score[12:24, 91:112] = 0.1  # the left hand, for too long
    first = doubts(poses)
    assert [(d.first, d.last, d.parts, d.mended) for d in first] == [
        (10, 23, ("left wrist", "left hand"), False)
    ]
    (alone,) = doubts(disturbed(3, 5))
    assert (alone.first, alone.last, alone.parts, alone.mended) == (3, 4, ("left wrist",), True)
    assert doubts(walk()) == []


def test_the_report_says_when_and_what() -> None:
    told = report(doubts(disturbed(15, 18)), 15.0, mended=True)
    assert told is not None and "1.0-1.2 s (left wrist, mended)" in told.why
    untouched = report(doubts(disturbed(15, 18)), 15.0, mended=False)
    assert untouched is not None and "mended" not in untouched.why
    assert report([], 15.0, mended=True) is None
