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
        long_sleeves: hardly any skin shows where the forearms hang.
        found: the share of the picture that was taken for the person.
    """

    skin: Colour
    hair: Colour
    top: Colour
    bottom: Colour
    background: Colour
    long_hair: bool = False
    long_sleeves: bool = False
    found: float = 1.0


def _skin_like(rgb: Bytes) -> NDArray[np.bool_]:
    """Pixels in the YCrCb range of human skin, which is narrow for all tones."""
    y, cr, cb = cv2.split(cv2.cvtColor(rgb, cv2.COLOR_RGB2YCrCb))
    return (cr > 134) & (cr < 178) & (cb > 76) & (cb < 130) & (y > 40) & (cr.astype(int) > cb + 19)


def _clusters(pixels: Bytes) -> list[tuple[float, Colour]]:
    """Three colours with their shares, the largest first; empty for too few pixels."""
    if len(pixels) < 8:
        return []
    samples = pixels[:: max(1, len(pixels) // 1500)].astype(np.float32)
    order = np.argsort(samples.sum(1), kind="stable")
    labels = np.zeros((len(samples), 1), np.int32)
    labels[order, 0] = np.arange(len(samples)) * 3 // len(samples)  # start from dark, middle, light
    stop = (cv2.TERM_CRITERIA_EPS + cv2.TERM_CRITERIA_MAX_ITER, 12, 0.5)
    flags = cv2.KMEANS_USE_INITIAL_LABELS
    _, found, _ = cv2.kmeans(samples, 3, labels, stop, 1, flags)
    result = []
    for k in range(3):
        chosen = samples[np.asarray(found)[:, 0] == k]
        if len(chosen):
            r, g, b = (round(float(c)) for c in np.median(chosen, axis=0))
            result.append((len(chosen) / len(samples), (r, g, b)))
    return sorted(result, reverse=True)


def _typical(pixels: Bytes, fallback: Colour) -> Colour:
    """The largest of three colour clusters; robust against folds, prints and shadows."""
    clusters = _clusters(pixels)
    return clusters[0][1] if clusters else fallback


def _brightest(pixels: Bytes, fallback: Colour) -> Colour:
    """The brightest cluster that is not a mere highlight: lit skin, not the dark hair around it."""
    clusters = [colour for share, colour in _clusters(pixels) if share > 0.15]
    return max(clusters, key=sum) if clusters else fallback


def _most_unlike(pixels: Bytes, others: list[Colour], fallback: Colour) -> Colour:
    """The sizeable cluster that is farthest from the colours it might be mixed up with."""
    clusters = [colour for share, colour in _clusters(pixels) if share > 0.18]

    def distance(colour: Colour) -> float:
        return min(float(np.abs(np.subtract(colour, other)).sum()) for other in others)

    return max(clusters, key=distance) if clusters else fallback


def _find_face(small: Bytes, box: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """The skin patch that is most likely the face: x, y, width, height in pixels of the thumbnail.

    Without any, a place where a face often is.
    """
    x0, y0, x1, y1 = box
    wide, tall = x1 - x0, y1 - y0
    inside = np.zeros(small.shape[:2], np.uint8)
    inside[y0:y1, x0:x1] = _skin_like(small)[y0:y1, x0:x1]
    inside = cv2.morphologyEx(inside, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    _, patch, stats, centres = cv2.connectedComponentsWithStats(inside)
    best, chosen, result = 0.0, 0, (x0 + wide * 2 // 5, y0 + tall // 12, wide // 5, tall // 7)
    for number in range(1, len(stats)):
        (x, y, w, h, area), (cx, cy) = stats[number], centres[number]
        if w > 0.6 * wide or w < 3 or h < 3:
            continue
        off = ((cx - (x0 + x1) / 2) / (0.18 * wide)) ** 2
        high = (max(0.0, (cy - y0) / tall - 0.15) / 0.2) ** 2
        slim = (np.log(h / w) - 0.2) ** 2 / 0.5
        score = float(np.sqrt(area) * area / (w * h) * np.exp(-off - high - slim))
        if score > best:
            best, chosen, result = score, number, (int(x), int(y), int(w), int(h))
    if chosen:
        # Brown hair passes for skin in the shade: keep the lit part only.
        light = small.astype(int).sum(2)
        lit = (patch == chosen) & (light > 0.62 * np.percentile(light[patch == chosen], 85))
        _, _, parts, _ = cv2.connectedComponentsWithStats(lit.astype(np.uint8))
        x, y, w, h, _ = parts[1 + int(parts[1:, 4].argmax())]
        # A neck or a neckline makes the patch longer than the face is.
        result = (int(x), int(y), int(w), int(min(h, max(3.0, 1.35 * w))))
    return result


def _cut_out(
    small: Bytes, box: tuple[int, int, int, int], face: tuple[int, int, int, int]
) -> NDArray[np.bool_]:
    """The person by GrabCut, told that the face and the chest below it are hers."""
    h, w = small.shape[:2]
    x0, y0, x1, y1 = box
    fx, fy, fw, fh = face
    middle = fx + fw / 2
    mask = np.full((h, w), cv2.GC_BGD, np.uint8)
    mask[y0:y1, x0:x1] = cv2.GC_PR_BGD
    core = slice(int(max(x0, middle - 1.1 * fw)), int(min(x1, middle + 1.1 * fw)) + 1)
    mask[max(y0, fy - fh // 2) : y1, core] = cv2.GC_PR_FGD
    mask[fy : fy + fh, fx : fx + fw] = cv2.GC_FGD
    chest = slice(int(max(x0, middle - 0.6 * fw)), int(min(x1, middle + 0.6 * fw)) + 1)
    mask[int(fy + 1.4 * fh) : int(fy + 2.8 * fh), chest] = cv2.GC_FGD
    cv2.setRNGSeed(7)  # GrabCut seeds its colour models from OpenCV's own generator
    nowhere = (0, 0, 0, 0)  # the mask says where, not a rectangle
    cv2.grabCut(
        small, mask, nowhere, np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK
    )
    return (mask == cv2.GC_FGD) | (mask == cv2.GC_PR_FGD)


def measure_colours(rgb: Bytes, box: tuple[float, float, float, float] | None = None) -> Colours:
    """Skin, hair, top, lower garment and background of the person in a picture.

    Args:
        rgb: uint8 `h w 3`, one person, roughly upright.
        box: her box x0, y0, x1, y1 in [0, 1]; without it, the middle of the picture.
    """
    h, w = rgb.shape[:2]
    scale = 160 / max(h, w)
    w, h = max(24, round(w * scale)), max(24, round(h * scale))
    small = np.ascontiguousarray(cv2.resize(rgb, (w, h), interpolation=cv2.INTER_AREA), np.uint8)
    b = box or (0.05, 0.02, 0.95, 0.99)
    x0, y0 = int(np.clip(b[0] * w, 1, w - 8)), int(np.clip(b[1] * h, 1, h - 8))
    x1, y1 = int(np.clip(b[2] * w, x0 + 6, w - 1)), int(np.clip(b[3] * h, y0 + 6, h - 1))
    skin = _skin_like(small)
    fx, fy, fw, fh = face = _find_face(small, (x0, y0, x1, y1))
    person = _cut_out(small, (x0, y0, x1, y1), face)

    def area(left: float, top: float, right: float, bottom: float) -> NDArray[np.bool_]:
        """A rectangle around the face's middle, in face widths and heights from the face's top."""
        region = np.zeros((h, w), bool)
        middle = fx + fw / 2
        columns = slice(max(0, round(middle + left * fw)), max(0, round(middle + right * fw)))
        region[max(0, round(fy + top * fh)) : max(0, round(fy + bottom * fh)), columns] = True
        return region

    skin_colour = _brightest(small[skin & area(-0.5, 0.1, 0.5, 0.95)], (224, 172, 128))
    from_skin = np.abs(small.astype(int) - np.asarray(skin_colour)).sum(2)
    unlike_skin = from_skin > 75
    background = _typical(small[~person], (230, 226, 220))
    crown = area(-0.90, -0.50, 0.90, 1.15) & person & (from_skin > 60)
    hair_colour = _most_unlike(small[crown], [skin_colour, background], (70, 50, 42))
    chest = area(-0.75, 1.5, 0.75, 2.7)
    top_colour = _typical(small[chest & (from_skin > 40)], (120, 130, 160))
    legs = area(-0.9, 4.1, 0.9, 6.3) & person & unlike_skin
    seen = legs.sum() > 0.5 * fw * fh
    bottom_colour = _typical(small[legs], (0, 0, 0)) if seen else shade(top_colour, -0.35)
    like_hair = np.abs(small.astype(int) - np.asarray(hair_colour)).sum(2) < 70
    like_top = np.abs(small.astype(int) - np.asarray(top_colour)).sum(2) < 70
    beside = area(-1.1, 0.9, 1.1, 1.5) & person & like_hair & ~like_top
    bare = area(-1.9, 2.2, 1.9, 3.6) & ~area(-0.75, 2.2, 0.75, 3.6) & person  # where forearms hang
    return Colours(
        skin=skin_colour,
        hair=hair_colour,
        top=top_colour,
        bottom=bottom_colour,
        background=background,
        long_sleeves=not bool((bare & skin).sum() > 0.10 * bare.sum()),
        long_hair=bool(beside.sum() > 0.12 * fw * fh),
        found=float(person.mean()),
    )


def look_like(colours: Colours) -> Look:
    """A drawn person in the measured colours before a wall of the background's colour."""
    skin = colours.skin
    return replace(
        Look(),
        skin=skin,
        lips=mix(skin, (196, 72, 84), 0.55),
        hair=colours.hair,
        hair_style="long" if colours.long_hair else "short",
        lashes=colours.long_hair,
        top="long-sleeved shirt" if colours.long_sleeves else "t-shirt",
        top_colour=colours.top,
        accent=shade(colours.top, 0.5),
        bottom="trousers",
        bottom_colour=colours.bottom,
        bottom_accent=shade(colours.bottom, 0.4),
        background="studio",
        background_colour=colours.background,
    )
