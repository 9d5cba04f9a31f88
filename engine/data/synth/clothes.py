"""Garments and their patterns: every garment piece is a ruled surface that moves with the body."""

from __future__ import annotations

import numpy as np

from engine.data.synth.brush import Array, Brush, smooth
from engine.data.synth.look import Colour, shade

_WOVEN = ("stripes", "pinstripes", "dots", "checks")  # the other patterns are marks on the chest
_FOUR = np.linspace(0.0, 1.0, 4)


class Sheet:
    """A piece of cloth between a left and a right edge, `n 2` canvas points each, top to bottom.

    `at(u, v)` is the point a share `u` across and `v` down, both in [0, 1].
    """

    def __init__(self, left: Array, right: Array) -> None:
        self.left, self.right = left, right

    @property
    def outline(self) -> Array:
        """The closed border."""
        return np.concatenate([self.left, self.right[::-1]])

    def edge(self, v: Array) -> tuple[Array, Array]:
        """The left and the right border at the heights `v`."""
        last = len(self.left) - 1
        place = np.asarray(v, float) * last
        row = np.minimum(place.astype(int), last - 1)
        share = (place - row)[..., None]
        left = self.left[row] * (1 - share) + self.left[row + 1] * share
        right = self.right[row] * (1 - share) + self.right[row + 1] * share
        return left, right

    def at(self, u: Array | float, v: Array | float) -> Array:
        """Points `n 2` for the shares `u` across and `v` down."""
        u, v = np.broadcast_arrays(np.asarray(u, float), np.asarray(v, float))
        left, right = self.edge(v)
        return left + (right - left) * u[..., None]

    def cell(self, u0: float, u1: float, v0: float, v1: float) -> Array:
        """The polygon of one cell, its sides following the cloth."""
        v = v0 + (v1 - v0) * _FOUR
        left, right = self.edge(v)
        return np.concatenate([left + (right - left) * u0, (left + (right - left) * u1)[::-1]])


def tube(a: Array, b: Array, ra: float, rb: float) -> Sheet:
    """The straight sides of a sleeve or a trouser leg from `a` to `b`."""
    d = b - a
    u = d / max(float(np.hypot(*d)), 1e-6)
    v = np.array([-u[1], u[0]])
    t = _FOUR[:, None]
    middle, radius = a + d * t, ra + (rb - ra) * t
    return Sheet(middle + v * radius, middle - v * radius)


def paint(brush: Brush, sheet: Sheet, pattern: str, accent: Colour, part: int, px: float,
          shift: float = 0.0) -> None:  # fmt: skip
    """Lay a pattern over a sheet that is already filled.

    Args:
        px: canvas pixels per body height; patterns keep their scale on every piece.
        shift: where along the garment this piece begins, in body heights, so that pieces match.
    """
    if pattern not in _WOVEN:
        return
    length = float(np.hypot(*(sheet.at(0.5, 1.0) - sheet.at(0.5, 0.0)))) / px
    width = float(np.hypot(*(sheet.at(1.0, 0.5) - sheet.at(0.0, 0.5)))) / px
    if length < 0.01 or width < 0.01:
        return
    if pattern == "stripes":
        step = 0.046
        first = -(shift % step) / length
        bands = [
            sheet.cell(0, 1, max(v, 0.0), min(v + 0.5 * step / length, 1.0))
            for v in np.arange(first, 1.0, step / length)
            if v + 0.5 * step / length > 0
        ]
        brush.fill_many(bands, accent, part)
    elif pattern == "pinstripes":
        count = max(2, round(width / 0.036))
        strips = [sheet.cell((k + 0.34) / count, (k + 0.66) / count, 0, 1) for k in range(count)]
        brush.fill_many(strips, accent, part)
    elif pattern == "dots":
        step = 0.042
        count = max(1, round(width / step))
        rows = max(1, round(length / step))
        row, column = np.divmod(np.arange(rows * count), count)
        u = (column + np.where(row % 2, 0.25, 0.75)) / count
        brush.discs(sheet.at(u, (row + 0.5) / rows), 0.0115 * px, accent, part)
    elif pattern == "checks":
        step = 0.040
        count, rows = max(2, round(width / step)), max(1, round(length / step))
        cells = [
            sheet.cell(c / count, (c + 1) / count, r / rows, (r + 1) / rows)
            for r in range(rows)
            for c in range(count)
            if (r + c) % 2
        ]
        brush.fill_many(cells, accent, part)


def shadow_side(brush: Brush, sheet: Sheet, colour: Colour, part: int, share: float = 0.26) -> None:
    """Darken the side away from the light, which comes from the picture's left."""
    to_right = sheet.right.mean(0)[0] >= sheet.left.mean(0)[0]
    cell = sheet.cell(1 - share, 1, 0, 1) if to_right else sheet.cell(0, share, 0, 1)
    brush.fill(cell, shade(colour, -0.09), part)


def paint_front(brush: Brush, sheet: Sheet, pattern: str, accent: Colour, part: int, px: float,
                middle: float) -> None:  # fmt: skip
    """Marks that exist once, on the chest: a colour block or a heart centred at share `middle`."""
    if pattern == "band":
        brush.fill(sheet.cell(0, 1, 0.42, 0.66), accent, part)
    elif pattern == "heart" and 0.05 < middle < 0.95:
        t = np.linspace(0, 2 * np.pi, 25)[:-1]
        x = 16 * np.sin(t) ** 3
        y = 13 * np.cos(t) - 5 * np.cos(2 * t) - 2 * np.cos(3 * t) - np.cos(4 * t)
        squeeze = np.sin(np.pi * np.clip(middle, 0, 1)) ** 0.7
        at = sheet.at(middle, 0.46)
        brush.fill(at + np.stack([x * squeeze, -y], -1) * 0.0030 * px, accent, part)


def folds(brush: Brush, sheet: Sheet, colour: Colour, part: int, shares: tuple[float, ...]) -> None:
    """Soft pleats running down a skirt."""
    dark = shade(colour, -0.13)
    brush.fill_many([sheet.cell(u, u + 0.045, 0.25, 1.0) for u in shares], dark, part)


def rows_to_sheet(rows: list[tuple[Array, Array]], steps: int = 4) -> Sheet:
    """A sheet through (left, right) rows, with smooth sides; patterns run evenly down it."""
    sides = smooth(np.array(rows).reshape(len(rows), 4), steps)
    middle = 0.5 * (sides[:, :2] + sides[:, 2:])
    step = np.hypot(*np.diff(middle, axis=0).T)
    length = np.concatenate([[0.0], np.cumsum(step)])
    even = np.linspace(0.0, length[-1], len(sides))
    left, right = (
        np.stack([np.interp(even, length, sides[:, k]) for k in pair], -1)
        for pair in ((0, 1), (2, 3))
    )
    return Sheet(left, right)
