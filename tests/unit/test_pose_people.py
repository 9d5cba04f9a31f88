"""Following one person among several."""

from __future__ import annotations

import numpy as np
import pytest

from engine.errors import BadInput, NoPoseFound
from engine.pose.people import Crowd, People, boxes_around, pick
from engine.pose.people import crowd as told

SIZE = (640, 480)


def crowd(*people: tuple[float, float]) -> People:
    """People of one frame, each a patch of joints at x with a width."""
    spread = np.stack([np.linspace(0, 1, 17), np.linspace(0, 1, 17)], axis=-1)
    points = np.array([[x, 0.2] + spread * [width, 2 * width] for x, width in people])
    points = points.reshape(-1, 17, 2)
    score = np.full(points.shape[:2], 0.9)
    return People(boxes_around(points, score), points, score, "coco17", SIZE)


def test_the_largest_person_is_followed_past_a_bystander() -> None:
    clip = [crowd((0.1 + 0.05 * step, 0.2), (0.55, 0.15)) for step in range(10)]
    shuffled = [
        People(p.boxes[::-1], p.keypoints[::-1], p.score[::-1], p.layout, p.size) if i % 2 else p
        for i, p in enumerate(clip)
    ]
    picked = pick(shuffled)
    np.testing.assert_allclose(picked.keypoints[:, 0, 0], 0.1 + 0.05 * np.arange(10))


def test_the_one_who_comes_close_later_is_followed_from_the_start() -> None:
    clip = [crowd((0.1, 0.1 + 0.02 * step), (0.6, 0.12)) for step in range(6)]
    np.testing.assert_allclose(pick(clip).keypoints[:, 0, 0], 0.1)


def test_frames_without_the_person_score_nothing_and_do_not_jump_to_another() -> None:
    clip = [crowd((0.1, 0.2)), crowd((0.8, 0.15)), crowd(), crowd((0.12, 0.2))]
    picked = pick(clip)
    assert (picked.score.max(axis=1) > 0).tolist() == [True, False, False, True]


def test_nobody_at_all_is_said() -> None:
    with pytest.raises(NoPoseFound, match="3 frames"):
        pick([crowd(), crowd(), crowd()])


def test_people_are_counted_from_the_left() -> None:
    clip = [crowd((0.3, 0.2)), crowd((0.6, 0.15), (0.3, 0.2), (0.05, 0.1)), crowd((0.6, 0.15))]
    for person, wanted in ((1, 0.05), (2, 0.3), (3, 0.6)):
        assert pick(clip, person).keypoints[1, 0, 0] == pytest.approx(wanted)
    third = pick(clip, 3)
    assert (third.score.max(axis=1) > 0).tolist() == [False, True, True]


def test_a_person_who_is_not_there_is_refused() -> None:
    with pytest.raises(BadInput, match="At most 2 people"):
        pick([crowd((0.1, 0.2), (0.6, 0.2)), crowd((0.1, 0.2))], 3)
    with pytest.raises(NoPoseFound):
        pick([crowd()], 1)


def test_who_of_a_crowd_is_followed_is_counted_as_it_is_chosen() -> None:
    clip = [crowd((0.3, 0.2)), crowd((0.6, 0.15), (0.3, 0.2), (0.05, 0.1)), crowd((0.3, 0.2))]
    seen = told(clip, pick(clip))
    assert isinstance(seen, Crowd) and (seen.frame, len(seen.people), seen.person) == (1, 3, 2)
    np.testing.assert_allclose(seen.people.boxes[:, 0], [0.05, 0.3, 0.6])
    np.testing.assert_array_equal(pick(clip, 2).keypoints, pick(clip).keypoints)
    alone = [crowd((0.1, 0.3)), crowd((0.6, 0.1), (0.8, 0.1))]  # two others when the first is gone
    unseen = told(alone, pick(alone))
    assert unseen is not None and (len(unseen.people), unseen.person) == (2, 0)
    seldom = [crowd((0.1, 0.2))] * 4 + [crowd((0.1, 0.2), (0.6, 0.1))]
    assert told(seldom, pick(seldom)) is None and told([crowd(), *seldom[:1]], pick(seldom)) is None
