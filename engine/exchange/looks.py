"""Looks at an unfinished video: a picture after every step, at times its moving beginning."""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from engine.data.badge import Badge
from engine.data.pixels import to_rgb
from engine.nets.autoencoder import Autoencoder, decode_in_chunks
from engine.types import Preview

MOVING_FRAMES, STRIDE = 16, 2
"""The moving look shows every second frame, at half the rate: two seconds at 15 frames a second."""
SHARE = 0.05
"""Of the time that sampling has taken so far, moving looks take at most this much."""


class Looks:
    """Decodes what a sampler guesses the video to be.

    Frames are decoded one by one, so a look needs no more memory than a single picture.

    Args:
        autoencoder: turns latents into pixels.
        frame: the slot of the still picture.
        fps: of the video, for moving looks; None when nobody watches, and there are none.
        drop: slots before the video's first frame.
        badge: whether each frame is marked as made.
    """

    def __init__(
        self,
        autoencoder: Autoencoder,
        frame: int,
        *,
        fps: float | None = None,
        drop: int = 1,
        badge: bool = False,
    ) -> None:
        self._autoencoder, self._frame, self._fps, self._drop = autoencoder, frame, fps, drop
        self._mark = Badge() if badge else None
        self._spent = 0.0

    def at(self, denoised: Tensor, elapsed: float, last: bool) -> Preview:
        """A look at latents `1 c f h w` after `elapsed` seconds of sampling.

        It moves when that is cheap (`SHARE`), and not after the `last` step: then the video itself
        is about to come.
        """
        began = time.monotonic()
        (still,) = self._pictures(denoised[:, :, self._frame : self._frame + 1])
        cost = time.monotonic() - began
        end = self._drop + STRIDE * MOVING_FRAMES
        shown = denoised[:, :, self._drop : end : STRIDE]
        due = self._spent + cost * shown.shape[2] <= SHARE * elapsed
        if self._fps is None or last or not due:
            return Preview(still)
        began = time.monotonic()
        moving = self._pictures(shown)
        self._spent += time.monotonic() - began
        return Preview(still, moving, self._fps / STRIDE)

    def _pictures(self, latents: Tensor) -> NDArray[np.uint8]:
        frames = [to_rgb(one)[0] for one in decode_in_chunks(self._autoencoder, latents, 1)]
        return np.stack([self._mark.on(one) for one in frames] if self._mark else frames)
