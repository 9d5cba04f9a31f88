"""A simple dancer with all 133 joints for the tests of poses."""

from __future__ import annotations

import numpy as np

from engine.pose.skeleton import BODY, FACE, FEET, LEFT_HAND, RIGHT_HAND
from engine.types import Poses

STANDING = (
    *((0.50, 0.12), (0.52, 0.10), (0.48, 0.10), (0.54, 0.11), (0.46, 0.11), (0.58, 0.22)),
    *((0.42, 0.22), (0.63, 0.36), (0.37, 0.36), (0.66, 0.48), (0.34, 0.48), (0.55, 0.50)),
    *((0.45, 0.50), (0.56, 0.70), (0.44, 0.70), (0.57, 0.90), (0.43, 0.90)),
)


def dancer(frames: int = 8, size: tuple[int, int] = (480, 640), sway: float = 0.02) -> Poses:
    """A whole body that sways and lifts its arms; scores are 0.9."""
    still = np.zeros((133, 2))
    still[BODY] = STANDING
    still[FEET] = np.repeat(still[[15, 16]], 3, axis=0) + [0.0, 0.03]
    turn = np.linspace(0, 2 * np.pi, 68)
    still[FACE] = still[0] + 0.04 * np.stack([np.cos(turn), np.sin(turn)], axis=-1)
    spread = np.linspace(-0.02, 0.02, 21)
    still[LEFT_HAND] = still[9] + np.stack([spread, np.abs(spread) + 0.01], axis=-1)
    still[RIGHT_HAND] = still[10] + np.stack([spread, np.abs(spread) + 0.01], axis=-1)
    time = np.linspace(0, 2 * np.pi, frames, endpoint=False)
    keypoints = np.tile(still, (frames, 1, 1))
    keypoints[:, :, 0] += sway * np.sin(time)[:, None]
    keypoints[:, [7, 8, 9, 10, *range(91, 133)], 1] -= sway * (1 - np.cos(time))[:, None]
    return Poses(keypoints, np.full((frames, 133), 0.9), "wholebody133", size)
