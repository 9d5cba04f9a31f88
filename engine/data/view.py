"""A photo seen through a frame of another shape, around the person in it.

A frame that is narrower than the photo cuts, one that is wider shows more than the photo has. What
is missing is either black or a continuation: flat drawn places go on believably when their upper
and lower edges are drawn out and their sides mirrored, as far as the person does not stand there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.picture import Picture, resized

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom, in [0, 1] of the photo."""

_SKY = 0.62
"""Share of what is missing in height that goes above: feet stand low, as in pocket's training."""
_SPECK = 0.05
"""What is narrower on an edge than this share of the width, as a flower is, is not drawn out."""
_LEAST_STRIP = 0.04
"""A strip beside the person narrower than this share of the photo is drawn out, not mirrored."""


@dataclass(frozen=True)
class View:
    """A window on a photo, in its pixels; it may reach beyond it."""

    left: int
    top: int
    width: int
    height: int

    def beyond(self, photo: Picture) -> bool:
        """Whether it shows more than the photo has."""
        height, width = photo.shape[:2]
        right, bottom = self.left + self.width, self.top + self.height
        return self.left < 0 or self.top < 0 or right > width or bottom > height

    def moved(self, keypoints: NDArray[np.float64], photo: Picture) -> NDArray[np.float64]:
        """Keypoints `... 2` from [0, 1] of the photo to [0, 1] of the view."""
        height, width = photo.shape[:2]
        return (keypoints * (width, height) - (self.left, self.top)) / (self.width, self.height)

    def take(
        self, photo: Picture, size: tuple[int, int], *, person: Box | None, go_on: bool
    ) -> Picture:
        """What is seen, `h w 3` of `size` (width, height), antialiased.

        Args:
            person: where nothing is mirrored from.
            go_on: continue the photo beyond its border; else it is black there.
        """
        height, width = photo.shape[:2]
        across, down = size[0] / self.width, size[1] / self.height
        left, right = max(self.left, 0), min(self.left + self.width, width)
        top, bottom = max(self.top, 0), min(self.top + self.height, height)
        x0, x1 = round((left - self.left) * across), round((right - self.left) * across)
        y0, y1 = round((top - self.top) * down), round((bottom - self.top) * down)
        inner = resized(photo[top:bottom, left:right], (max(1, x1 - x0), max(1, y1 - y0)))
        sides, ends = (x0, size[0] - x1), (y0, size[1] - y1)
        if not go_on:
            return np.pad(inner, (ends, sides, (0, 0)))
        free = (1.0, 1.0)
        if person is not None:
            shown = (person[0] * width - left, right - person[2] * width)
            free = (shown[0] / (right - left), shown[1] / (right - left))
        return _higher(_wider(inner, sides, free), ends)


def around(photo: Picture, size: tuple[int, int], person: Box | None, *, go_on: bool) -> View:
    """The window on a photo (`h w 3`) that has the shape of `size` (width, height).

    Its shorter side is the photo's where the photo may `go_on`, so that the person keeps their size
    and gains room; else it is the largest inside the photo. It grows until it holds the `person`,
    around whom it is centred as far as the photo reaches.
    """
    height, width = photo.shape[:2]
    shape = size[0] / size[1]
    wide = min(width, height) * max(shape, 1.0) if go_on else min(width, height * shape)
    left, top, right, bottom = person or (0.5, 0.5, 0.5, 0.5)
    wide = max(wide, (right - left) * width, (bottom - top) * height * shape)
    window = (math.ceil(wide - 1e-6), math.ceil(wide / shape - 1e-6))
    return View(
        _placed(window[0], width, (left + right) / 2, 0.5),
        _placed(window[1], height, (top + bottom) / 2, _SKY if go_on else 0.5),
        *window,
    )


def _placed(window: int, photo: int, middle: float, before: float) -> int:
    """Where the window begins: around the middle, or with a share of what is missing before."""
    if window >= photo:
        return -round((window - photo) * before)
    return min(max(round(middle * photo - window / 2), 0), photo - window)


def _wider(picture: Picture, sides: tuple[int, int], free: tuple[float, float]) -> Picture:
    """The picture with its sides mirrored outwards, from the `free` shares of its width."""
    width = picture.shape[1]
    strips = [max(1, int(share * width)) if share > _LEAST_STRIP else 1 for share in free]
    before = np.pad(picture[:, : strips[0]], ((0, 0), (sides[0], 0), (0, 0)), mode="symmetric")
    after = np.pad(
        picture[:, width - strips[1] :], ((0, 0), (0, sides[1]), (0, 0)), mode="symmetric"
    )
    return np.concatenate([before[:, : sides[0]], picture, after[:, strips[1] :]], axis=1)


def _higher(picture: Picture, ends: tuple[int, int]) -> Picture:
    """The picture with its upper and lower edges drawn out by so many rows."""
    width = 2 * int(picture.shape[1] * _SPECK / 2) + 1
    above, below = (
        np.repeat(np.asarray(cv2.medianBlur(edge, width), np.uint8), rows, axis=0)
        for edge, rows in zip((picture[:1], picture[-1:]), ends, strict=True)
    )
    return np.concatenate([above, picture, below])
