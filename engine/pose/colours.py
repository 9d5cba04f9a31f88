"""Colours of drawn skeletons: sizes to look at, hues, and the main figure of a frame."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pose.skeleton import Colour

WORK_SIDE = 540
"""Short side of the pictures in which lines are looked for: small enough to be quick."""

DARK = 48
"""Up to this brightness (of 255) a pixel may be noise of the compression."""


def shrink(frame: NDArray[np.uint8], side: int = WORK_SIDE) -> NDArray[np.uint8]:
    """The frame `h w 3` with this short side, averaged; smaller frames as they are."""
    height, width = frame.shape[:2]
    scale = side / min(height, width)
    if scale >= 1:
        return frame
    size = round(width * scale), round(height * scale)
    return np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_AREA), np.uint8)


def hue(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Hue in degrees of `... 3` RGB pixels."""
    flat = np.ascontiguousarray(pixels.reshape(1, -1, 3), np.float32) / 255
    return cv2.cvtColor(flat, cv2.COLOR_RGB2HSV)[0, :, 0].reshape(pixels.shape[:-1]).astype(float)


def hue_distance(one: NDArray[np.float64], two: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees between hues, 0 to 180."""
    return np.abs((one - two + 180) % 360 - 180)


def hues(colours: Iterable[Colour]) -> NDArray[np.float64]:
    """The hues of a palette's colours."""
    return hue(np.array(list(colours), np.uint8))


def saturation(pixels: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Saturation from 0 to 1 of `n 3` RGB pixels."""
    high = pixels.max(axis=1).astype(float)
    return 1 - pixels.min(axis=1) / np.maximum(high, 1)


def main_figure(lit: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Only the largest figure where there are several people; all where one is in pieces."""
    near = cv2.dilate(lit.astype(np.uint8), np.ones((9, 9), np.uint8))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(near)
    if len(stats) <= 2:  # the background is one of them
        return lit
    areas = stats[1:, cv2.CC_STAT_AREA]
    largest = int(areas.argmax())
    if np.sort(areas)[-2] < 0.4 * areas[largest]:
        return lit
    return lit & (pieces == largest + 1)
