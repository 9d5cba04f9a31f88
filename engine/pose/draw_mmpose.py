"""Drawing poses in MMPose 0.x's convention, which Follow Your Pose was trained on.

Measured on its example videos (specs/followyourpose.md h): 19 hard-edged lines in three colours on
black, about 1.2 % of the short side wide, no dots; the order decides what lies on top.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pose.skeleton import COCO17_LINKS, MMPOSE_COLOURS, convert
from engine.types import Poses

LINE_WIDTH = 0.012
THRESHOLD = 0.3
"""A link needs this score at both ends (MMPose's usual default)."""


def draw_mmpose(poses: Poses, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Draw one person over time; any layout, (width, height) in pixels; `f h w 3` RGB."""
    width, height = size
    coco = convert(poses, "coco17")
    frames = np.zeros((len(coco), height, width, 3), np.uint8)
    thickness = max(1, round(LINE_WIDTH * min(size)))
    for frame, points, score in zip(frames, coco.keypoints * size, coco.score, strict=True):
        pixels = points.astype(int).tolist()
        for (start, end), colour in zip(COCO17_LINKS, MMPOSE_COLOURS, strict=True):
            if min(score[start], score[end]) >= THRESHOLD:
                cv2.line(frame, pixels[start], pixels[end], colour, thickness)
    return frames
