"""Telling drawn dancers from photographs of people, which the pocket detector cannot read.

It gives joints for any picture. But of a drawn dancer it is sure, mirrored or made smaller, too; it
finds the same joints again; and a few colours are all there is along the limbs. A person in a
photograph may show one of these signs, before a white wall even two; hardly all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from engine.data.picture import resized
from engine.data.pixels import to_pixels
from engine.nets.pose_detector import PocketPoseDetector
from engine.pose.drawn import square_around

_EVEN = 12
"""Levels between the darkest and the brightest pixel up to which a row, or a frame, is of one
colour: what a compression leaves of a black bar."""
_LEAST = 16
"""Pixels of a side below which nothing is trimmed."""
_BORDER = 10 / 128
"""What the smaller look adds on every side, in sides of the square."""
_COLOURS = 8
_LIMB = 3
"""Width in pixels of the lines along which colours are counted."""
_LIMBS = (
    (5, 7), (7, 9), (6, 8), (8, 10), (5, 6), (11, 12), (5, 11), (6, 12), (5, 12), (6, 11),
    (11, 13), (13, 15), (12, 14), (14, 16),
)  # fmt: skip
_BODY = slice(0, 17)  # of wholebody133

Picture = NDArray[np.uint8]  # h w 3 RGB


@dataclass(frozen=True)
class Signs:
    """What tells a drawn dancer.

    Attributes:
        sure: certainty of the body's joints, mean over three looks, 0 to 1.
        astray: how far a joint is from where it was, in the smaller look, in sides of the square.
        motley: how far a limb's colours are from the eight that tell them best, in standard
            deviations.
    """

    sure: float
    astray: float
    motley: float

    @property
    def drawn(self) -> float:
        """Above 0 for a drawn dancer: a logistic regression, fitted to 436 pictures of drawn
        dancers and 660 others (`tests/unit/test_drawn_look.py` measures it on yet others)."""
        return float(np.dot(_WEIGHTS, astuple(self))) + _OFFSET


_WEIGHTS, _OFFSET = (28.9, -17.8, -34.3), -15.75


def is_even(picture: Picture) -> bool:
    """Whether a frame `h w 3` shows nothing but one colour, as a black lead-in does."""
    small = resized(picture, (32, 32))
    return int(np.ptp(small, axis=(0, 1)).max()) <= _EVEN


def trimmed(picture: Picture) -> Picture:
    """The picture `h w 3` without bars of one colour at its sides."""
    rows = np.flatnonzero(np.ptp(picture, axis=1).max(axis=1) > _EVEN)
    columns = np.flatnonzero(np.ptp(picture, axis=0).max(axis=1) > _EVEN)
    if len(rows) < 2 or len(columns) < 2:
        return picture
    inner = picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return inner if min(inner.shape[:2]) >= _LEAST else picture


def signs(detector: PocketPoseDetector, picture: Picture, device: torch.device) -> Signs | None:
    """What speaks for a drawn dancer in an RGB picture `h w 3`; None when no joint is seen at all.

    Bars beside the picture do not count, nor do brightness and what is far from the person.
    """
    picture = trimmed(picture)
    height, width = picture.shape[:2]
    side = detector.size
    square = resized(picture, (side, side))
    if height != width:
        places, score, _ = (
            part.cpu().numpy() for part in detector.look(to_pixels(square[None], device))
        )
        cut = square_around(picture, places[:, _BODY], score[:, _BODY])
        if cut is None:
            return None
        square = resized(cut, (side, side))
    border = round(_BORDER * side)
    wider = np.pad(square, ((border, border), (border, border), (0, 0)), "edge")
    smaller = resized(wider, (side, side))
    looks = to_pixels(np.stack([square, square[:, ::-1], smaller]), device)
    places, _, sure = (part.cpu().numpy() for part in detector.look(looks))
    body = places[0, _BODY]
    again = (places[2, _BODY] * (side + 2 * border) - border) / side
    return Signs(
        sure=float(sure[:, _BODY].mean()),
        astray=float(np.median(np.linalg.norm(body - again, axis=1))),
        motley=_motley(square, body),
    )


def _motley(square: Picture, body: NDArray[np.floating]) -> float:
    side = square.shape[0]
    line = np.zeros((side, side), np.uint8)
    points: Sequence[Sequence[int]] = np.rint(body * side).astype(int).tolist()
    for one, other in _LIMBS:
        cv2.line(line, points[one], points[other], 1, _LIMB)
    cv2.circle(line, points[0], 2 * _LIMB, 1, -1)
    colours = cv2.cvtColor(square, cv2.COLOR_RGB2LAB)[line > 0]
    if not len(colours):
        return 1.0
    few = Image.fromarray(colours[None]).quantize(_COLOURS, kmeans=3).convert("RGB")
    away = np.linalg.norm(colours.astype(np.float64) - np.asarray(few)[0], axis=1)
    spread = float(np.sqrt(max(colours.var(axis=0).sum(), 1.0)))
    return float(np.median(away)) / spread
