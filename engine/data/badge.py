"""A small visible mark on made pictures: "AI-generated", in a corner, readable, out of the way."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

TEXT = "AI-generated"
_FINE = 4
"""The pill is drawn so many times larger and shrunk, so that its ends are smooth."""
_Drawn: TypeAlias = tuple[NDArray[np.float32], NDArray[np.float32], tuple[int, int]]


class Badge:
    """The mark, drawn once for each size of frame."""

    def __init__(self) -> None:
        self._drawn: dict[tuple[int, int], _Drawn] = {}

    def on(self, frame: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """The frame (`h w 3` RGB) with the mark in its lower right corner, as a new array.

        A frame too small for a readable mark (under 96 x 48 pixels) is returned as it is.
        """
        height, width = frame.shape[:2]
        if width < 96 or height < 48:
            return frame
        if (height, width) not in self._drawn:
            self._drawn[height, width] = _draw(height, width)
        colour, cover, (top, left) = self._drawn[height, width]
        rows, columns = slice(top, top + cover.shape[0]), slice(left, left + cover.shape[1])
        marked = frame.copy()
        below = frame[rows, columns].astype(np.float32)
        marked[rows, columns] = np.rint(below + (colour - below) * cover).astype(np.uint8)
        return marked


def _draw(height: int, width: int) -> _Drawn:
    """Colour `h w 3`, cover `h w 1` in [0, 1], and (top, left) of the mark in such a frame."""
    size = max(9.0, min(width, height) * 0.026)
    fine = size * _FINE
    font = ImageFont.load_default(fine)
    x0, y0, x1, y1 = font.getbbox(TEXT)
    pad_x, pad_y = 0.75 * fine, 0.42 * fine
    whole = (round(x1 - x0 + 2 * pad_x), round(y1 - y0 + 2 * pad_y))
    pill = Image.new("L", whole, 0)
    ImageDraw.Draw(pill).rounded_rectangle(
        (0, 0, whole[0] - 1, whole[1] - 1), radius=whole[1] / 2, fill=150
    )
    ink = Image.new("L", whole, 0)
    ImageDraw.Draw(ink).text((pad_x - x0, pad_y - y0), TEXT, font=font, fill=255)
    small = (max(1, round(whole[0] / _FINE)), max(1, round(whole[1] / _FINE)))
    shade, text = (
        np.asarray(one.resize(small, Image.Resampling.LANCZOS), np.float32)[..., None] / 255
        for one in (pill, ink)
    )
    colour = (18 + 237 * np.repeat(text, 3, axis=2)).astype(np.float32)
    cover = np.maximum(shade, text * 0.95).astype(np.float32)
    margin = round(size * 0.8)
    return colour, cover, (height - small[1] - margin, width - small[0] - margin)
