"""Mending poses over time: short gaps are bridged, and the tremble of a detector is calmed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pose.skeleton import SEEN
from engine.types import Poses


def fill_gaps(poses: Poses, longest: int = 8) -> Poses:
    """Bridge spans in which a joint is not seen, on a straight line between the frames around.

    Args:
        longest: spans of more frames than this stay as they are; so do spans at either end.
    A bridged joint gets the smaller score of its two ends, so it is drawn, but not as surer than
    what it was made from.
    """
    keypoints, score = poses.keypoints.copy(), poses.score.copy()
    for joint in range(score.shape[1]):
        seen = np.flatnonzero(poses.score[:, joint] > SEEN)
        for before, after in zip(seen[:-1], seen[1:], strict=True):
            if not 1 < after - before <= longest + 1:
                continue
            share = np.arange(1, after - before)[:, None] / (after - before)
            ends = keypoints[before, joint], keypoints[after, joint]
            keypoints[before + 1 : after, joint] = ends[0] * (1 - share) + ends[1] * share
            score[before + 1 : after, joint] = min(score[before, joint], score[after, joint])
    return Poses(keypoints, score, poses.layout, poses.size)


def smooth(poses: Poses, sigma: float = 1.0) -> Poses:
    """Average every joint over neighbouring frames, by a Gaussian and by how sure each one is.

    Args:
        sigma: width of the Gaussian in frames; below 0.1 the poses are returned as they are. One
            frame calms a detector and costs a quick hand little; more makes the dance sluggish.
    Scores do not change, and a joint with score 0 stays where it is.
    """
    if sigma < 0.1 or len(poses) < 2:
        return poses
    reach = min(int(np.ceil(3 * sigma)), len(poses) - 1)
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    weight = np.clip(poses.score, 0, 1)
    total = _along_time(weight, kernel)
    weighted = _along_time(weight[..., None] * poses.keypoints, kernel)
    here = weight > 0
    keypoints = poses.keypoints.copy()
    keypoints[here] = weighted[here] / total[here][:, None]
    return Poses(keypoints, poses.score, poses.layout, poses.size)


def _along_time(values: NDArray[np.float64], kernel: NDArray[np.float64]) -> NDArray[np.float64]:
    """Convolve along the first axis with zeros beyond the ends; the weights make up for those."""
    reach = len(kernel) // 2
    padded = np.pad(values, [(reach, reach)] + [(0, 0)] * (values.ndim - 1))
    parts = (factor * padded[shift : shift + len(values)] for shift, factor in enumerate(kernel))
    return np.sum(list(parts), axis=0)
