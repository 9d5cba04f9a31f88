"""Small statistics that a few wrong joints cannot move far."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def weighted_median(values: NDArray[np.float64], weight: NDArray[np.float64]) -> float:
    """The value that splits the weight in halves (the mean of both where it splits exactly).

    Args: `n` values and `n` weights, none negative, not all zero.
    """
    order = np.argsort(values)
    ordered, below = values[order], np.cumsum(weight[order])
    half = below[-1] / 2
    low = int(np.searchsorted(below, half * (1 - 1e-12)))
    high = int(np.searchsorted(below, half * (1 + 1e-12)))
    return float((ordered[low] + ordered[high]) / 2)


def robust_line(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], rounds: int = 20
) -> tuple[float, float]:
    """The line y ~ a x + b by weighted least squares with Tukey's biweight; returns (a, b).

    It starts from the median of the slopes between all pairs of points (Theil and Sen), which up
    to a quarter of wrong points cannot turn.

    Args:
        x, y, weight: `n` each; weights are not negative, and at least two different x have one.
        rounds: repetitions of "fit, then doubt what lies far off the line".
    """
    one, two = np.triu_indices(len(x), k=1)
    apart = x[two] - x[one]
    pairs = np.where(np.abs(apart) > 1e-9, weight[one] * weight[two] * np.abs(apart), 0)
    slopes = np.divide(y[two] - y[one], apart, out=np.zeros_like(apart), where=pairs > 0)
    a = weighted_median(slopes, pairs)
    b = weighted_median(y - a * x, weight)
    for _ in range(rounds):
        off = np.abs(y - a * x - b)
        scale = 1.4826 * weighted_median(off, weight)  # a Gaussian's standard deviation
        if scale < 1e-9:
            break
        trust = np.clip(1 - (off / (4.685 * scale)) ** 2, 0, 1) ** 2
        if np.ptp(x[(weight * trust) > 0]) < 1e-6:
            break
        a, b = _line(x, y, weight * trust)
    return a, b


def correlation(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]
) -> float:
    """Weighted rank correlation, -1 to 1; 0 where either does not vary.

    Ranks, because one wrong joint may lie very far off.
    """
    seen = weight > 0
    a, b = _centred(x[seen], weight[seen]), _centred(y[seen], weight[seen])
    spread = np.sqrt((weight[seen] @ a**2) * (weight[seen] @ b**2))
    return float(weight[seen] @ (a * b) / spread) if spread > 1e-12 else 0.0


def _centred(values: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Ranks (equal values share one) around their weighted mean."""
    ranks = np.searchsorted(np.sort(values), values, side="left").astype(np.float64)
    ranks += np.searchsorted(np.sort(values), values, side="right")
    return ranks - (weight @ ranks) / weight.sum()


def _line(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]
) -> tuple[float, float]:
    total = weight.sum()
    mean_x, mean_y = (weight @ x) / total, (weight @ y) / total
    spread = weight @ (x - mean_x) ** 2
    a = (weight @ ((x - mean_x) * (y - mean_y))) / max(spread, 1e-12)
    return float(a), float(mean_y - a * mean_x)
