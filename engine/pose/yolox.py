"""Before and after the YOLOX person detector (specs/mimicmotion.md b.3)."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE = 640
STRIDES = (8, 16, 32)
PERSON = 0
CANDIDATE, OVERLAP, KEEP = 0.1, 0.45, 0.3


def letterbox(frame: NDArray[np.uint8]) -> tuple[NDArray[np.float32], float]:
    """Fit a frame into the upper left of the grey 640 square.

    Args: frame: `h w 3` RGB, and RGB it stays.
    Returns: `1 3 640 640` in 0..255, and the scale.
    """
    height, width = frame.shape[:2]
    scale = min(SIDE / height, SIDE / width)
    size = max(int(width * scale), 1), max(int(height * scale), 1)
    padded = np.full((SIDE, SIDE, 3), 114, np.uint8)
    padded[: size[1], : size[0]] = cv2.resize(frame, size, interpolation=cv2.INTER_LINEAR)
    return np.ascontiguousarray(padded.transpose(2, 0, 1)[None], np.float32), scale


def people(
    raw: NDArray[np.float32], scale: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The people in the network's answer, surest first.

    Args:
        raw: `1 8400 85`: centre and log size relative to the cell, objectness, 80 classes.
        scale: from `letterbox`.
    Returns: boxes `n 4` (x0, y0, x1, y1) in pixels of the frame, and scores `n`.
    """
    cells = raw[0].astype(np.float64)
    score = cells[:, 4] * cells[:, 5 + PERSON]
    likely = score > CANDIDATE
    grid, stride = _cells()
    centre = (cells[likely, :2] + grid[likely]) * stride[likely]
    # exp() of a wild network output must not overflow; 640 pixels are e^6.5
    half = np.exp(np.minimum(cells[likely, 2:4], 20)) * stride[likely] / 2
    boxes = np.concatenate([centre - half, centre + half], axis=1) / scale
    kept = suppress(boxes, score[likely], OVERLAP)
    boxes, score = boxes[kept], score[likely][kept]
    sure = score > KEEP
    return boxes[sure], score[sure]


def suppress(boxes: NDArray[np.float64], score: NDArray[np.float64], overlap: float) -> list[int]:
    """Non-maximum suppression: the boxes to keep, surest first; pixels count inclusively (+1)."""
    area = (boxes[:, 2] - boxes[:, 0] + 1) * (boxes[:, 3] - boxes[:, 1] + 1)
    order = np.argsort(-score, kind="stable")
    kept: list[int] = []
    while len(order):
        best, rest = order[0], order[1:]
        kept.append(int(best))
        low = np.maximum(boxes[best, :2], boxes[rest, :2])
        high = np.minimum(boxes[best, 2:], boxes[rest, 2:])
        shared = np.maximum(high - low + 1, 0).prod(axis=1)
        order = rest[shared / (area[best] + area[rest] - shared) <= overlap]
    return kept


def _cells() -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Column and row `8400 2` and stride `8400 1` of every cell of the three grids."""
    grids, strides = [], []
    for stride in STRIDES:
        count = SIDE // stride
        row, column = np.mgrid[:count, :count]
        grids.append(np.stack([column, row], axis=-1).reshape(-1, 2))
        strides.append(np.full((count * count, 1), stride))
    return np.concatenate(grids).astype(np.float64), np.concatenate(strides).astype(np.float64)
