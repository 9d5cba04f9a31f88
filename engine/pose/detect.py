"""What a detector of poses is to the rest of the engine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from engine.types import Poses


@runtime_checkable
class PoseDetector(Protocol):
    """Finds the dancer of a clip: DWPose in photographs, the pocket detector in drawn pictures."""

    def detect(self, frames: Iterable[NDArray[np.uint8]]) -> Poses:
        """Follow one person through the frames.

        Args:
            frames: `f h w 3` RGB, or anything that yields `h w 3` of one size.
        Returns: one pose a frame; frames in which the person is not found have score 0.
        Raises NoPoseFound if nobody is found in any frame.
        """
        ...
