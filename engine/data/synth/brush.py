"""Shapes on a supersampled canvas whose fourth channel says which body part owns each pixel."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.synth.look import Colour

Array = NDArray[np.float64]
_SHIFT = 4
_ONE = 1 << _SHIFT
_TURN = np.linspace(0, 2 * np.pi, 29)[:-1]
_CIRCLE = np.stack([np.cos(_TURN), np.sin(_TURN)], -1)
_DOT = _CIRCLE[::2]
_HALF = np.linspace(-np.pi / 2, np.pi / 2, 11)
_CAP = np.stack([np.cos(_HALF), np.sin(_HALF)], -1)


class Brush:
    """Draws filled shapes; coordinates and sizes are pixels of the canvas, floats.

    Args:
        canvas: RGB and part, uint8 `h w 4`, changed in place.
    """

    def __init__(self, canvas: NDArray[np.uint8]) -> None:
        self.canvas = canvas

    def fill(self, points: Array, colour: Colour, part: int) -> None:
        """A filled polygon, points `n 2`."""
        fixed = np.round(points * _ONE - _ONE // 2).astype(np.int32)
        cv2.fillPoly(self.canvas, [fixed], (*colour, part), cv2.LINE_8, _SHIFT)

    def fill_many(self, polygons: list[Array], colour: Colour, part: int) -> None:
        """Filled polygons that do not overlap."""
        fixed = [np.round(p * _ONE - _ONE // 2).astype(np.int32) for p in polygons]
        if fixed:
            cv2.fillPoly(self.canvas, fixed, (*colour, part), cv2.LINE_8, _SHIFT)

    def disc(self, centre: Array, radius: float, colour: Colour, part: int) -> None:
        """A filled circle."""
        self.fill(centre + radius * _CIRCLE, colour, part)

    def discs(self, centres: Array, radius: float, colour: Colour, part: int) -> None:
        """Filled circles around `n 2` centres that do not touch."""
        self.fill_many(list(centres[:, None] + radius * _DOT), colour, part)

    def oval(self, centre: Array, across: Array, down: Array, colour: Colour, part: int) -> None:
        """A filled ellipse with the two half axes as vectors."""
        self.fill(centre + _CIRCLE[:, :1] * across + _CIRCLE[:, 1:] * down, colour, part)

    def capsule(self, a: Array, b: Array, ra: float, rb: float, colour: Colour, part: int) -> None:
        """A tapered limb with round ends."""
        self.fill(capsule(a, b, ra, rb), colour, part)

    def line(self, points: Array, width: float, colour: Colour, part: int) -> None:
        """A polyline of the given width with round joins."""
        fixed = np.round(points * _ONE - _ONE // 2).astype(np.int32)
        thickness = max(1, round(width))
        cv2.polylines(self.canvas, [fixed], False, (*colour, part), thickness, cv2.LINE_8, _SHIFT)


def capsule(a: Array, b: Array, ra: float, rb: float) -> Array:
    """The outline `n 2` of a tapered limb from `a` (radius `ra`) to `b` (radius `rb`)."""
    d = b - a
    length = float(np.hypot(d[0], d[1]))
    if length < 1e-6:
        return a + max(ra, rb) * _CIRCLE
    u = d / length
    v = np.array([-u[1], u[0]])
    front = b + rb * (_CAP[:, :1] * u + _CAP[:, 1:] * v)
    back = a - ra * (_CAP[:, :1] * u + _CAP[:, 1:] * v)
    return np.concatenate([front, back])


def smooth(points: Array, steps: int = 5, closed: bool = False) -> Array:
    """A Catmull-Rom curve through `n 2` points, `steps` pieces between neighbours."""
    if closed:
        p = np.concatenate([points[-1:], points, points[:2]])
    else:
        first, last = 2 * points[:1] - points[1:2], 2 * points[-1:] - points[-2:-1]
        p = np.concatenate([first, points, last])
    t = (np.arange(steps) / steps)[:, None, None]
    p0, p1, p2, p3 = p[:-3], p[1:-2], p[2:-1], p[3:]
    curve = 0.5 * (
        2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2
        + (3 * p1 - p0 - 3 * p2 + p3) * t**3
    )  # fmt: skip
    curve = curve.transpose(1, 0, 2).reshape(-1, points.shape[1])
    return curve if closed else np.concatenate([curve, points[-1:]])
