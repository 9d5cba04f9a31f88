"""A skeleton video as driving motion: which convention it is drawn in, and its joints.

palette = recognise(sample)                               # None: this is not a skeleton video
joints, score, quality = Reader(palette).read(frame)      # of one frame after the other
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.errors import NoPoseFound
from engine.pose.colours import WORK_SIDE, shrink
from engine.pose.mmpose_fit import MMPoseTracker
from engine.pose.openpose_fit import OPENPOSE_SIDE, read_openpose
from engine.pose.palette import Palette, recognise
from engine.pose.skeleton import SEEN
from engine.types import Layout

__all__ = ["Palette", "Reader", "check_understood", "recognise"]


class Reader:
    """Reads the joints of one person off one frame after the other.

    Args:
        palette: the convention of the drawing.
        last: joints `k 2` in [0, 1] of the frame before the first one, where reading goes on.
    """

    def __init__(self, palette: Palette, last: NDArray[np.float64] | None = None) -> None:
        self._palette, self._last = palette, last
        self._tracker = MMPoseTracker()

    @property
    def layout(self) -> Layout:
        """Which joints are read."""
        return "coco17" if self._palette.name == "mmpose" else "openpose18"

    def read(
        self, frame: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], float]:
        """Joints `k 2` in [0, 1] of a frame `h w 3` RGB, their score `k`, and how well they explain
        the drawing, 0 to 1."""
        standard = np.ascontiguousarray(frame[:, :, ::-1]) if self._palette.swapped else frame
        if self._palette.name == "mmpose":
            small = shrink(standard, WORK_SIDE)
            if self._last is not None:
                self._tracker.before = self._last * small.shape[1::-1] - 0.5
                self._last = None
            joints, score, quality = self._tracker.read(small)
        else:
            small = shrink(standard, OPENPOSE_SIDE)
            joints, score, quality = read_openpose(small)
        # the middle of a pixel is half a pixel from its corner
        joints = (joints + 0.5) / small.shape[1::-1]
        return np.where(score[:, None] > 0, joints, 0), score, quality


def check_understood(scores: Sequence[NDArray[np.float64]], palette: Palette) -> None:
    """Raises NoPoseFound if no joint is seen in any frame; `scores` are of one frame each."""
    if not any((score > SEEN).any() for score in scores):
        raise NoPoseFound(
            "No dancer could be read off the skeleton video.",
            "Its colours are those of {palette}, but in none of its {frames} frames do the lines "
            "form a body.",
            "Use a video with one whole skeleton, or the keypoint file that it was made from.",
            key="no_skeleton",
            palette=palette.name,
            frames=len(scores),
        )
