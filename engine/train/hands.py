"""Hand region enhancement: the loss counts more where hands are seen well (MimicMotion, 3.2)."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray

from engine.data.dances import HandWeights, even_weights
from engine.pose.skeleton import LEFT_HAND, RIGHT_HAND
from engine.train.stage import Stage

_PREFIX = "hand_"


def hand_weights(
    keypoints: NDArray[np.floating],
    score: NDArray[np.floating],
    size: tuple[int, int],
    *,
    weight: float,
    threshold: float,
    padding: float,
) -> NDArray[np.float32]:
    """Where the loss counts more: the boxes of hands that are reliably seen.

    Args:
        keypoints: `f 133 2` in [0, 1].
        score: `f 133`; a hand counts if all of its keypoints exceed `threshold`.
        size: (height, width) of the latents. A cell counts as soon as the box touches it.
        weight: what a cell inside counts.
        padding: around the box, as a fraction of the picture's width.

    Returns `f h w`: `weight` inside reliable hands, 1 elsewhere.
    """
    height, width = size
    cells = np.array([width, height])
    weights = np.ones((len(score), height, width), np.float32)
    for hand in (LEFT_HAND, RIGHT_HAND):
        for frame in np.flatnonzero((score[:, hand] > threshold).all(axis=1)):
            points = keypoints[frame, hand]
            low = np.floor((points.min(axis=0) - padding) * cells).astype(int).clip(0, cells)
            high = np.ceil((points.max(axis=0) + padding) * cells).astype(int).clip(0, cells)
            weights[frame, low[1] : high[1], low[0] : high[0]] = weight
    return weights


def hands(stage: Stage) -> HandWeights:
    """`hand_weights` with the stage's `hand_weight`, `hand_threshold` and `hand_padding`.

    In a stage whose loss knows none of them everything counts alike.
    """
    numbers = {
        name.removeprefix(_PREFIX): value
        for name, value in stage.loss.items()
        if name.startswith(_PREFIX)
    }
    return partial(hand_weights, **numbers) if numbers else even_weights
