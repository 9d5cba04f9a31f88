"""Where the loss counts more: hands that are seen well, as the stage says."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.papers import mimicmotion
from engine.pose.skeleton import LEFT_HAND
from engine.train.hands import hands

WEIGH = hands(mimicmotion.RELEASED_STAGE)


def test_only_reliable_hands_weigh_more() -> None:
    keypoints = np.full((2, 133, 2), 0.5)
    keypoints[:, LEFT_HAND] = [0.25, 0.75]
    score = np.zeros((2, 133))
    score[:, LEFT_HAND] = 0.9
    score[1, 95] = 0.4  # one doubtful finger makes the hand unreliable
    weights = WEIGH(keypoints, score, (16, 16))
    assert weights[0, 12, 4] == 10
    assert weights[0].sum() < 256 + 9 * 9  # at most three by three cells
    assert (weights[1] == 1).all()


def test_a_hand_outside_the_picture_weighs_nothing() -> None:
    keypoints = np.full((1, 133, 2), 1.4)
    weights = WEIGH(keypoints, np.ones((1, 133)), (16, 16))
    assert (weights == 1).all()


def test_the_numbers_are_the_stages() -> None:
    stage = mimicmotion.RELEASED_STAGE
    keypoints, score = np.full((1, 133, 2), 0.5), np.full((1, 133), 0.6)

    def weights(**numbers: float) -> np.ndarray:
        weigh = hands(replace(stage, loss={**stage.loss, **numbers}))
        return weigh(keypoints, score, (16, 16))

    assert weights().max() == 10 and weights(hand_weight=3).max() == 3
    assert weights(hand_threshold=0.7).max() == 1
    assert (weights(hand_padding=0.2) > 1).sum() > (weights() > 1).sum()


def test_a_stage_without_hands_counts_everything_alike() -> None:
    weigh = hands(mimicmotion.POCKET_PICTURES)
    assert (weigh(np.full((1, 133, 2), 0.5), np.ones((1, 133)), (16, 16)) == 1).all()
