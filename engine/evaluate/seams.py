"""How much the joins of a long video stand out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def changes(frames: NDArray[np.uint8]) -> NDArray[np.float64]:
    """The mean absolute change from each frame of `f h w 3` to the next, `f - 1`, in levels."""
    if len(frames) < 2:
        return np.zeros(0)
    steps = zip(frames[:-1], frames[1:], strict=True)  # one pair at a time: a long clip is large
    return np.array([np.abs(b.astype(np.int16) - a).mean() for a, b in steps])


def seam_score(frames: NDArray[np.uint8], joins: Sequence[tuple[int, int]]) -> float:
    """The change at the joins over the usual change; 1 means that no join can be told.

    Args:
        frames: `f h w 3`.
        joins: as in `spans.Strip`: of each join the first and the last step, where step t is the
            change from frame t - 1 to frame t.

    Of a join counts the largest change within it, since a blend may jump anywhere in it. It is
    compared with the median, over the whole clip, of the largest change in as many neighbouring
    steps, so that a long join is not blamed for its length. The mean over the joins is returned.
    It cannot tell a seam from a dancer who moves quickly just there: compare modes on one clip.

    Raises ValueError without joins, or when one lies outside of the clip.
    """
    step = changes(frames)
    if not joins:
        raise ValueError("a clip of one window has no joins")
    ratios = []
    for first, last in joins:
        if not 1 <= first <= last <= len(step):
            raise ValueError(f"the join {first}..{last} is not within {len(frames)} frames")
        length = last - first + 1
        usual = np.median(np.lib.stride_tricks.sliding_window_view(step, length).max(axis=1))
        largest = step[first - 1 : last].max()
        ratios.append(float(largest / usual) if usual > 0 else float(largest > 0) + 1.0)
    return float(np.mean(ratios))
