"""Before and after DW-Pose, which answers with one classification along x and one along y.

SimCC cuts each axis of the crop into half pixels; the joint is where the two answers peak, and the
smaller of the two peaks is its score (specs/mimicmotion.md b.3).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 288, 384
BINS_PER_PIXEL = 2
PADDING = 1.25
MEAN = np.array((123.675, 116.28, 103.53))
STD = np.array((58.395, 57.12, 57.375))


def crop_boxes(boxes: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre and size `n 2` of the padded 3:4 areas around boxes `n 4` (x0, y0, x1, y1)."""
    centre = (boxes[:, :2] + boxes[:, 2:]) / 2
    size = (boxes[:, 2:] - boxes[:, :2]) * PADDING
    aspect = WIDTH / HEIGHT
    width = np.maximum(size[:, 0], size[:, 1] * aspect)
    return centre, np.stack([width, width / aspect], axis=1)


def crop(
    frame: NDArray[np.uint8], centre: NDArray[np.float64], size: NDArray[np.float64]
) -> NDArray[np.float32]:
    """Cut one area out of a frame `h w 3` RGB, scaled to 288x384 and normalised: `3 384 288`."""
    scale = WIDTH / size[0]
    shift = np.array((WIDTH / 2, HEIGHT / 2)) - scale * centre
    matrix = np.array([[scale, 0, shift[0]], [0, scale, shift[1]]])
    area = cv2.warpAffine(frame, matrix, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR)
    return ((area - MEAN) / STD).transpose(2, 0, 1).astype(np.float32)


def joints(
    along_x: NDArray[np.float32],
    along_y: NDArray[np.float32],
    centre: NDArray[np.float64],
    size: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Read the peaks and map them back into the frame.

    Args:
        along_x, along_y: `n k 576` and `n k 768`.
        centre, size: `n 2` of the crops.
    Returns: keypoints `n k 2` in pixels of the frame and score `n k`. A joint without a positive
        peak is put beyond the crop's corner with its score.
    """
    score = np.minimum(along_x.max(axis=-1), along_y.max(axis=-1)).astype(np.float64)
    place = np.stack([along_x.argmax(axis=-1), along_y.argmax(axis=-1)], axis=-1)
    place = np.where(score[..., None] > 0, place, -1) / BINS_PER_PIXEL
    low = (centre - size / 2)[:, None]
    return place / (WIDTH, HEIGHT) * size[:, None] + low, score
