"""A skeleton video as driving motion: which convention it is drawn in, and its joints.

palette = recognise(sample)                  # None: this is not a skeleton video
recovered = recover(frames, palette)         # all frames, streamed
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import NoPoseFound
from engine.pose.colours import WORK_SIDE, shrink
from engine.pose.mmpose_fit import MMPoseTracker
from engine.pose.openpose_fit import OPENPOSE_SIDE, read_openpose
from engine.pose.palette import Palette, recognise
from engine.pose.skeleton import SEEN
from engine.types import Layout, Poses

__all__ = ["Palette", "Reader", "Recovered", "check_understood", "recognise", "recover"]


@dataclass(frozen=True)
class Recovered:
    """What was read off a skeleton video.

    Attributes:
        poses: coco17 for the MMPose palette, openpose18 for the others.
        palette: the convention it was read in.
        quality: `f`, how well the joints explain each frame's drawing, 0 to 1.
    """

    poses: Poses
    palette: Palette
    quality: NDArray[np.float64]

    @property
    def confidence(self) -> float:
        """Mean quality over the frames in which anything was found, 0 to 1."""
        return float(self.quality[self.quality > 0].mean())


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


def recover(frames: Iterable[NDArray[np.uint8]], palette: Palette) -> Recovered:
    """Read the joints of one person off every frame (`h w 3` RGB); one frame is held at a time.

    Of several people the largest figure is read. Frames that are dark or not understood have score
    0 (`smooth.fill_gaps` bridges them). Hands and faces of DWPose videos are not read.

    Raises NoPoseFound if no frame is understood.
    """
    reader = Reader(palette)
    keypoints, scores, qualities = [], [], []
    size = (1, 1)
    for frame in frames:
        size = frame.shape[1], frame.shape[0]
        joints, score, quality = reader.read(frame)
        keypoints.append(joints)
        scores.append(score)
        qualities.append(quality)
    check_understood(scores, palette)
    poses = Poses(np.stack(keypoints), np.stack(scores), reader.layout, size)
    return Recovered(poses, palette, np.array(qualities))


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
