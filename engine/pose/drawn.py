"""Poses of drawn dancers: the pocket detector, for frames of any shape.

It was trained on squares that a person fills to three quarters. A frame of another shape is looked
at twice: squashed into a square, which tells where the person is but costs every tenth joint its
place, then in a square around them.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray

from engine.data.pixels import to_pixels
from engine.nets.pose_detector import PocketPoseDetector
from engine.pose.skeleton import SEEN
from engine.types import Poses

AT_ONCE = 16
"""Frames that are looked at together; they share the square around the person."""
_FILL = 0.75
"""Share of the second square's side that a person's joints take."""
_USUAL = (0.7, 1.45)
"""A second square of such a side, in shorter sides of the frame, is as good as one of that side,
which needs nothing from beyond the frame."""
SURE = 0.65
"""Certainty of the middle one of the body's joints above which there is a dancer (measured by
tests/unit/test_nobody.py)."""
_BODY = slice(0, 17)  # of wholebody133

Found: TypeAlias = tuple[NDArray[np.float64], NDArray[np.float64]]  # keypoints, score
Square: TypeAlias = tuple[int, int, int]  # left, top, side in pixels


def drawn_poses(
    detector: PocketPoseDetector, frames: NDArray[np.uint8], device: torch.device
) -> Poses:
    """The poses of a drawn dancer in RGB frames `f h w 3`, f >= 1."""
    height, width = frames.shape[1:3]
    found = [
        _in_frames(detector, frames[start : start + AT_ONCE], device)
        for start in range(0, len(frames), AT_ONCE)
    ]
    keypoints = np.concatenate([one for one, _ in found])
    scores = np.concatenate([two for _, two in found])
    return Poses(keypoints, scores, "wholebody133", (width, height))


def holds_dancer(
    detector: PocketPoseDetector, frame: NDArray[np.uint8], poses: Poses, device: torch.device
) -> bool:
    """Whether there is a drawn dancer in an RGB frame `h w 3`; `poses` is what was found in it.

    The detector gives joints for any picture, and scores for them, for it has seen nothing but
    dancers. Only of a dancer it is sure where the joints are.
    """
    height, width = frame.shape[:2]
    seen = frame[None]
    if height != width:
        square = square_around(frame, poses.keypoints[:1, _BODY], poses.score[:1, _BODY])
        if square is None:
            return False
        seen = square[None]
    certainty = detector.certainty(to_pixels(seen, device))[0, _BODY]
    return float(certainty.median()) > SURE


def square_around(
    frame: NDArray[np.uint8], places: NDArray[np.floating], score: NDArray[np.floating]
) -> NDArray[np.uint8] | None:
    """The square `s s 3` out of a frame `h w 3` around a body; None where nobody is seen.

    `places` are `1 17 2` in [0, 1], and `score` `1 17`.
    """
    height, width = frame.shape[:2]
    square = _around(places.astype(np.float64), score.astype(np.float64), (width, height))
    return None if square is None else _cut(frame[None], square)[0]


def _in_frames(
    detector: PocketPoseDetector, frames: NDArray[np.uint8], device: torch.device
) -> Found:
    height, width = frames.shape[1:3]
    first = _in_squares(detector, frames, device)
    if height == width:
        return first
    square = _around(first[0][:, _BODY], first[1][:, _BODY], (width, height))
    if square is None:
        return first
    left, top, side = square
    keypoints, score = _in_squares(detector, _cut(frames, square), device)
    return (keypoints * side + (left, top)) / (width, height), score


def _around(
    places: NDArray[np.float64], score: NDArray[np.float64], size: tuple[int, int]
) -> Square | None:
    """A square that holds the usual body, inside the frame as far as it can be; None without one.

    `places` are `f k 2` in [0, 1] of a frame of `size` (width, height).
    """
    seen = places[score > SEEN] * size
    if not len(seen):
        return None
    low, high = np.quantile(seen, (0.02, 0.98), axis=0)
    side = max(1, round(float((high - low).max()) / _FILL))
    if _USUAL[0] < side / min(size) < _USUAL[1]:
        side = min(size)
    left, top = (
        min(max(round(corner), 0), whole - side) if side <= whole else round(corner)
        for corner, whole in zip(((low + high - side) / 2).tolist(), size, strict=True)
    )
    return left, top, side


def _cut(frames: NDArray[np.uint8], square: Square) -> NDArray[np.uint8]:
    """A square out of frames `f h w 3`; beyond their border the border goes on."""
    height, width = frames.shape[1:3]
    left, top, side = square
    rows = np.clip(np.arange(top, top + side), 0, height - 1)
    columns = np.clip(np.arange(left, left + side), 0, width - 1)
    return frames[:, rows[:, None], columns[None]]


def _in_squares(
    detector: PocketPoseDetector, squares: NDArray[np.uint8], device: torch.device
) -> Found:
    places, score = detector.detect(to_pixels(squares, device))
    return places.double().cpu().numpy(), score.double().cpu().numpy()
