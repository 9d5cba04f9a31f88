"""Places to dance: simple, flat, pretty backdrops that are a little wider than the frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.data.synth import indoors, outdoors
from engine.data.synth.look import Colour
from engine.data.synth.scene import Scene

_PLACES: Mapping[str, Callable[[Scene], None]] = {
    "studio": indoors.studio,
    "stage": indoors.stage,
    "park": outdoors.park,
    "street": outdoors.street,
    "room": indoors.room,
    "beach": outdoors.beach,
    "night city": outdoors.night_city,
    "disco": indoors.disco,
    "garden": outdoors.garden,
    "shapes": indoors.shapes,
    "mountains": outdoors.mountains,
    "gym": indoors.gym,
}


@dataclass(frozen=True)
class Backdrop:
    """A painted place with a margin on every side for camera pans.

    Attributes:
        canvas: uint8 `h w 4`, the fourth channel 0.
        margin: (x, y) canvas pixels of margin on each side.
        horizon: share of the frame's height where the floor begins.
    """

    canvas: NDArray[np.uint8]
    margin: tuple[int, int]
    horizon: float

    @staticmethod
    def paint(
        place: str, seed: int, size: tuple[int, int], margin: tuple[int, int], floor: float,
        colour: Colour | None = None,
    ) -> Backdrop:  # fmt: skip
        """Paint a place of BACKGROUNDS for frames of `size` (w, h) canvas pixels."""
        scene = Scene(size, margin, floor, np.random.default_rng(seed), colour)
        _PLACES[place](scene)
        return Backdrop(scene.canvas, margin, scene.horizon)

    def crop(self, shift: tuple[int, int]) -> NDArray[np.uint8]:
        """What the camera sees when the picture is moved by `shift` canvas pixels; a fresh copy."""
        mx, my = self.margin
        h, w = self.canvas.shape[0] - 2 * my, self.canvas.shape[1] - 2 * mx
        x, y = mx - shift[0], my - shift[1]
        return self.canvas[y : y + h, x : x + w].copy()
