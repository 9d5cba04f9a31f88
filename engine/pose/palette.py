"""Telling skeleton videos from other videos, and one convention of colours from another.

A skeleton video is thin coloured lines on black. MMPose 0.x uses three colours, OpenPose a rainbow
of eighteen; DWPose is OpenPose with white dots for the face. The same with red and blue swapped is
MMPose 1.x, and MimicMotion's own drawings.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pose.colours import DARK, hue, hue_distance, hues, saturation, shrink
from engine.pose.openpose_fit import read_openpose
from engine.pose.skeleton import MMPOSE_BLUE, MMPOSE_GREEN, MMPOSE_ORANGE, OPENPOSE_RAINBOW

PaletteName = Literal["mmpose", "openpose", "dwpose"]

_MOST_LIT, _LEAST_LIT = 0.2, 0.0008
_THICKEST = 0.035
_LEAST_COLOURED = 0.2
"""Share of what is lit that has a colour, below which a frame holds letters."""


@dataclass(frozen=True)
class Palette:
    """A convention of colours.

    Attributes:
        name: whose.
        swapped: red and blue have changed places.
        confidence: share of the lines' pixels that have the convention's colours, 0 to 1.
    """

    name: PaletteName
    swapped: bool
    confidence: float


def recognise(frames: Iterable[NDArray[np.uint8]]) -> Palette | None:
    """Which convention the frames (`h w 3` RGB) are drawn in; None if they are no skeletons.

    Give a sample of about eight frames from all over the clip. Black frames and titles in white are
    passed over, but two thirds of the others must look like skeletons.
    """
    pixels: list[NDArray[np.uint8]] = []
    figures: list[NDArray[np.uint8]] = []
    white = shown = 0
    for frame in frames:
        small = shrink(frame)
        lit = small.max(axis=2) > DARK
        if lit.mean() < _LEAST_LIT:
            continue
        everything = small[lit]
        colour = saturation(everything)
        if (colour > 0.5).mean() < _LEAST_COLOURED:
            continue
        shown += 1
        if not _is_line_art(lit):
            continue
        figures.append(small)
        inner = cv2.erode(lit.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
        core = small[inner if inner.sum() > 50 else lit]
        pixels.append(core[saturation(core) > 0.5])
        white += int(((colour < 0.3) & (everything.min(axis=1) > 60)).sum())
    if len(figures) < max(1, shown * 2 / 3) or sum(map(len, pixels)) < 100:
        return None
    return _convention(np.concatenate(pixels), white, figures)


def _is_line_art(lit: NDArray[np.bool_]) -> bool:
    """Whether what is lit is little, and thin everywhere."""
    if lit.mean() > _MOST_LIT:
        return False
    depth = cv2.distanceTransform(lit.astype(np.uint8), cv2.DIST_L2, 3)
    return float(2 * depth.max()) <= _THICKEST * min(lit.shape) + 6


def _convention(
    pixels: NDArray[np.uint8], white: int, figures: list[NDArray[np.uint8]]
) -> Palette | None:
    found = _mmpose(pixels)
    if found is not None:
        return found
    off = hue_distance(hue(pixels)[:, None], hues(OPENPOSE_RAINBOW)[None])
    near = off.min(axis=1) < 7
    shares = np.bincount(off.argmin(axis=1)[near], minlength=18) / len(pixels)
    if near.mean() < 0.7 or (shares > 0.005).sum() < 9:
        return None
    # the rainbow is its own swap: which limb has which colour tells the two apart
    fits = [
        np.mean([read_openpose(figure[:, :, ::order])[2] for figure in figures[:4]])
        for order in (1, -1)
    ]
    if max(fits) < 0.5:
        return None
    name: PaletteName = "dwpose" if white > 0.02 * len(pixels) else "openpose"
    return Palette(name, bool(fits[1] > fits[0]), float(near.mean()))


def _mmpose(pixels: NDArray[np.uint8]) -> Palette | None:
    three = hues((MMPOSE_ORANGE, MMPOSE_GREEN, MMPOSE_BLUE))
    for swapped in (False, True):
        off = hue_distance(hue(pixels[:, ::-1] if swapped else pixels)[:, None], three[None])
        near = off.min(axis=1) < 15
        shares = np.bincount(off.argmin(axis=1)[near], minlength=3) / len(pixels)
        # Orange and blue are each other's swap; the trunk, which is orange and comes with the
        # head, has more pixels than the limbs of one side.
        if near.mean() > 0.85 and shares.min() > 0.03 and shares[0] > 0.8 * shares[2]:
            return Palette("mmpose", swapped, float(near.mean()))
    return None
