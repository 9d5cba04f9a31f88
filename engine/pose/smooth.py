"""Mending poses over time: short gaps are bridged, and the tremble of a detector is calmed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pose.skeleton import SEEN
from engine.types import Poses

LONGEST = 8
"""Spans of more frames than this are not bridged: half a second holds too much dance to guess."""


def fill_gaps(poses: Poses, longest: int = LONGEST) -> Poses:
    """`bridge` the spans in which a joint is not seen."""
    return bridge(poses, poses.score <= SEEN, longest)


def bridge(poses: Poses, where: NDArray[np.bool_], longest: int = LONGEST) -> Poses:
    """Replace joints on a straight line between the frames around them.

    Args:
        where: `f k`, what is to be replaced.
        longest: spans of more frames than this stay as they are; so do spans at either end.
    A bridged joint gets the smaller score of its two ends, so it is drawn, but not as surer than
    what it was made from.
    """
    keypoints, score = poses.keypoints.copy(), poses.score.copy()
    for joint, start, stop in spans(where):
        before, after = start - 1, stop
        if before < 0 or after >= len(poses) or stop - start > longest:
            continue
        share = (np.arange(start, stop)[:, None] - before) / (after - before)
        ends = poses.keypoints[before, joint], poses.keypoints[after, joint]
        keypoints[start:stop, joint] = ends[0] * (1 - share) + ends[1] * share
        score[start:stop, joint] = min(poses.score[before, joint], poses.score[after, joint])
    return Poses(keypoints, score, poses.layout, poses.size)


def spans(where: NDArray[np.bool_]) -> list[tuple[int, int, int]]:
    """(column, start, stop) of every run of True in `f k`."""
    edges = np.diff(np.pad(where.astype(np.int8), ((1, 1), (0, 0))), axis=0)
    found = []
    for column in range(where.shape[1]):
        starts = np.flatnonzero(edges[:, column] == 1)
        stops = np.flatnonzero(edges[:, column] == -1)
        found += [(column, int(a), int(b)) for a, b in zip(starts, stops, strict=True)]
    return found


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
