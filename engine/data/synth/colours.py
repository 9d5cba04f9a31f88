"""A drawn person in the colours of a photograph.

The pocket models know drawn people only. For a user's photo the studio measures a few colours and
draws a paper person who wears them; the result says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.synth.look import Colour, Look, mix, shade

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Colours:
    """What was measured in a picture of one person.

    Attributes:
        skin, hair, top, bottom, background: RGB.
        long_hair: hair-coloured pixels reach below the face.
        found: the share of the picture that was taken for the person.
    """

    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    background: Colour
    long_hair: bool = False
    found: float = 1.0


def _skin_like(rgb: Bytes) -> NDArray[np.bool_]:
    """Pixels in the YCrCb range of human skin, which is narrow for all tones."""
    y, cr, cb = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return (cr > 134) & (cr < 178) & (cb > 76) & (cb < 130) & (y > 40) & (cr.astype(int) > cb + 4)


def _typical(pixels: Bytes, fallback: Colour) -> Colour:
    """The centre of the largest of three colour clusters; robust against folds, prints, shadows."""
    if len(pixels) < 8:
        return fallback
    samples = pixels[:: max(1, len(pixels) // 1500)].astype(np.float32)
    order = np.argsort(samples.sum(1), kind="stable")
    labels = np.zeros((len(samples), 1), np.int32)
    labels[order, 0] = np.arange(len(samples)) * 3 // len(samples)  # start from dark, middle, light
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    flags = cv2.KMEANS_USE_INITIAL_LABELS
    _, labels, _ = cv2.kmeans(samples, 3, labels, stop, 1, flags)
    largest = np.bincount(labels[:, 0], minlength=3).argmax()
    r, g, b = (round(float(c)) for c in np.median(samples[labels[:, 0] == largest], axis=0))
    return (r, g, b)


def _person_mask(small: Bytes, box: tuple[int, int, int, int]) -> NDArray[np.bool_]:
    h, w = small.shape[:2]
    x0, y0, x1, y1 = box
    mask = np.full((h, w), cv2.GC_BGD, np.uint8)
    mask[y0:y1, x0:x1] = cv2.GC_PR_BGD
    cx, half = (x0 + x1) / 2, (x1 - x0) / 2
    middle = slice(int(max(0, cx - 0.5 * half)), int(min(w, cx + 0.5 * half)))
    mask[y0:y1, middle] = cv2.GC_PR_FGD
    background, foreground = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(7)  # grabCut seeds its colour models from OpenCV's own generator
    cv2.grabCut(small, mask, None, background, foreground, 4, cv2.GC_INIT_WITH_MASK)
    person = (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)
    if person.mean() < 0.03:  # nothing stood out: trust the middle of the box
        person[:] = False
        person[y0:y1, middle] = True
    return person


def measure_colours(rgb: Bytes, box: tuple[float, float, float, float] | None = None) -> Colours:
    """Skin, hair, top, lower garment and background of the person in a picture.

    Args:
        rgb: uint8 `h w 3`, one person, roughly upright.
        box: her box x0, y0, x1, y1 in [0, 1]; without it, the middle of the picture.
    """
    h, w = rgb.shape[:2]
    scale = 160 / max(h, w)
    size = (max(24, round(w * scale)), max(24, round(h * scale)))
    small = np.ascontiguousarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)
    w, h = size
    b = box or (0.12, 0.02, 0.88, 0.99)
    x0, y0 = max(1, round(b[0] * w)), max(1, round(b[1] * h))
    x1, y1 = min(w - 1, round(b[2] * w)), min(h - 1, round(b[3] * h))
    person = _person_mask(small, (x0, y0, max(x1, x0 + 4), max(y1, y0 + 4)))
    background = _typical(small[~person], (230, 226, 220))
    rows = np.flatnonzero(person.any(1))
    top, height = int(rows[0]), int(rows[-1] - rows[0] + 1)
    skin = _skin_like(small) & person
    # The face: the highest dense run of skin rows in the upper half.
    upper = np.zeros_like(person)
    upper[top : top + height // 2 + 1] = True
    per_row = (skin & upper).sum(1)
    face_rows = np.flatnonzero(per_row >= max(2, 0.35 * per_row.max())) if per_row.any() else rows[:1]
    first = int(face_rows[0])
    gaps = np.flatnonzero(np.diff(face_rows) > 2)
    last = int(face_rows[gaps[0]] if len(gaps) else face_rows[-1])
    last = min(last, first + max(4, height // 3))
    face = np.zeros_like(person)
    face[first : last + 1] = True
    face_height = last - first + 1
    skin_colour = _typical(small[skin & face], (224, 172, 128))
    head = np.zeros_like(person)
    head[top : last + 1] = True
    hair_area = head & person & ~skin
    above = hair_area.copy()
    above[first + face_height // 2 :] = False
    hair_colour = _typical(small[above] if above.sum() > 12 else small[hair_area], (70, 50, 42))
    # Below the head: the top, then the lower garment. Skin is left out of both.
    chin = min(last + max(1, face_height // 6), h - 2)
    foot = int(rows[-1])
    full_length = (foot - chin) > 3.2 * face_height
    waist = chin + (int(0.42 * (foot - chin)) if full_length else foot - chin)
    cloth = person & ~skin
    chest = np.zeros_like(person)
    chest[chin : waist + 1] = True
    top_colour = _typical(small[cloth & chest], (120, 130, 160))
    legs = np.zeros_like(person)
    legs[waist + 1 : chin + int(0.85 * (foot - chin))] = True
    fallback = shade(top_colour, -0.35)
    bottom_colour = _typical(small[cloth & legs], fallback) if full_length else fallback
    near_hair = np.abs(small.astype(int) - np.asarray(hair_colour)).sum(2) < 60
    beside = np.zeros_like(person)
    beside[last : min(last + max(2, face_height // 2), h)] = True
    differs = int(np.abs(np.subtract(hair_colour, top_colour)).sum()) > 60
    long_hair = bool(differs and (near_hair & beside & person).sum() > 0.12 * (face_height**2))
    return Colours(
        skin_colour, hair_colour, top_colour, bottom_colour, background, long_hair,
        float(person.mean()),
    )  # fmt: skip


def look_like(colours: Colours) -> Look:
    """A drawn person in the measured colours, in front of a plain wall of the background's colour."""
    skin = colours.skin
    return replace(
        Look(),
        skin=skin,
        lips=mix(skin, (196, 72, 84), 0.55),
        hair=colours.hair,
        hair_style="long" if colours.long_hair else "short",
        lashes=colours.long_hair,
        top="t-shirt",
        top_colour=colours.top,
        accent=shade(colours.top, 0.5),
        bottom="trousers",
        bottom_colour=colours.bottom,
        bottom_accent=shade(colours.bottom, 0.4),
        background="studio",
        background_colour=colours.background,
    )
