"""Reading joints off one frame of an OpenPose or DWPose skeleton video.

Eighteen colours serve twice: colour k paints limb k, dimmed, and the dot of joint k, at full
brightness. So each limb is a line of one colour, and which of its ends is which joint is told by
the dots that lie on them.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pose.colours import hue, hue_distance, hues, main_figure, saturation
from engine.pose.skeleton import OPENPOSE18_LINKS, OPENPOSE_RAINBOW, Link

Points = NDArray[np.float64]

OPENPOSE_SIDE = 720
"""Short side to shrink larger frames to; these lines are thinner than MMPose's."""

_FAINT = 20
_HUES = 11.0
_PIECES = 5


def read_openpose(small: NDArray[np.uint8]) -> tuple[Points, NDArray[np.float64], float]:
    """Joints of one frame `h w 3` RGB in the standard colours.

    Returns: openpose18 joints `18 2` in pixels, score `18` (the brightness of the joint's dot, for
    drawings that show confidence) and the share of ends of limbs where the right dot was found.
    """
    joints, score = np.zeros((18, 2)), np.zeros(18)
    lit = small.max(axis=2) > _FAINT
    if lit.sum() < 20:
        return joints, score, 0.0
    lit = main_figure(lit)
    box = cv2.boundingRect(lit.astype(np.uint8))
    corner = np.array(box[:2], np.float64)
    inside = slice(box[1], box[1] + box[3]), slice(box[0], box[0] + box[2])
    radius = max(4.0, 0.012 * min(lit.shape))
    small, lit = small[inside], lit[inside]
    colours = _colours(small, lit)
    bright = small.max(axis=2)
    ends: list[list[Points]] = [[] for _ in range(18)]
    right = total = 0
    for limb, link in enumerate(OPENPOSE18_LINKS):
        found = _lines(colours == limb, bright)
        if not found:
            continue
        lengths = [float(np.linalg.norm(line[1] - line[0])) for line in found]
        proposals = []
        for line, length in zip(found, lengths, strict=True):
            for way in (line, line[::-1]):
                amount, dots = _dots(colours, way, link, radius)
                # fingers have these colours too, but they are short
                proposals.append((amount + length / max(lengths), dots, way))
        _, dots, line = max(proposals, key=lambda proposal: proposal[0])
        for joint, end in zip(link, line, strict=True):
            ends[joint].append(end)
        right += dots
        total += 2
    for joint, places in enumerate(ends):
        if places:
            place, score[joint] = _joint(colours, bright, joint, places, radius)
            joints[joint] = place + corner
    # a few limbs by chance are no skeleton
    return joints, score, right / max(total, 10)


def _colours(small: NDArray[np.uint8], lit: NDArray[np.bool_]) -> NDArray[np.int8]:
    """For each pixel its colour in the rainbow, `h w`, -1 for none."""
    colours = np.full(lit.shape, -1, np.int8)
    pixels = small[lit]
    off = hue_distance(hue(pixels)[:, None], hues(OPENPOSE_RAINBOW)[None])
    good = (off.min(axis=1) < _HUES) & (saturation(pixels) > 0.4)
    colours[lit] = np.where(good, off.argmin(axis=1), -1)
    return colours


def _lines(mask: NDArray[np.bool_], bright: NDArray[np.uint8]) -> list[Points]:
    """The two ends `2 2` of the longest straight pieces in the mask."""
    near = cv2.dilate(mask.astype(np.uint8), np.ones((3, 3), np.uint8))
    _, pieces, stats, _ = cv2.connectedComponentsWithStats(near)
    sides = stats[1:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]].astype(np.float64)
    longest = np.argsort(-np.hypot(*sides.T))[:_PIECES] + 1
    rows, columns = np.nonzero(mask)
    points = np.stack([columns, rows], axis=1).astype(np.float64)
    level = bright[rows, columns].astype(np.float64)
    lines = (_line(points, level, pieces[rows, columns] == piece) for piece in longest)
    return [line for line in lines if line is not None]


def _line(points: Points, level: Points, piece: NDArray[np.bool_]) -> Points | None:
    """The ends `2 2` of a piece of the points with what another limb cut off from it."""
    if piece.sum() < 4:
        return None
    middle, along = _axis(points[piece])
    place = (points - middle) @ along
    off = np.abs((points - middle) @ np.array([-along[1], along[0]]))
    low, high = place[piece].min(), place[piece].max()
    gap = 0.5 * (high - low) + 4
    # the cut-off part is as dim as the piece; a brighter one is a joint's dot
    same = (level <= 1.3 * np.median(level[piece]) + 10) & (off <= off[piece].max())
    same |= piece
    kept = place[same & (place > low - gap) & (place < high + gap)]
    return np.stack([middle + kept.min() * along, middle + kept.max() * along])


def _axis(points: Points) -> tuple[Points, Points]:
    middle = points.mean(axis=0)
    _, _, directions = np.linalg.svd(points - middle, full_matrices=False)
    return middle, directions[0]


def _window(colours: NDArray[np.int8], place: Points, radius: float) -> tuple[slice, slice]:
    height, width = colours.shape
    low = np.clip(place - radius, 0, (width - 1, height - 1)).astype(int)
    high = np.clip(place + radius + 1, 1, (width, height)).astype(int)
    return slice(low[1], high[1]), slice(low[0], high[0])


def _dots(colours: NDArray[np.int8], line: Points, link: Link, radius: float) -> tuple[float, int]:
    """How much of the joints' colours is at the ends of a line: amount, and number of ends."""
    counts = [
        int((colours[_window(colours, end, radius)] == joint).sum())
        for joint, end in zip(link, line, strict=True)
    ]
    # a few pixels may be the seam between two other colours, many say no more than enough
    amount = sum(count / (count + 3) for count in counts)
    return amount, sum(count > 0 for count in counts)


def _joint(
    colours: NDArray[np.int8],
    bright: NDArray[np.uint8],
    joint: int,
    places: list[Points],
    radius: float,
) -> tuple[Points, float]:
    """Place and score of a joint from the ends of its limbs and the dot that is near them."""
    # ends of limbs that were misread lie elsewhere: the most central one is believed
    stacked = np.stack(places)
    spread = np.linalg.norm(stacked[:, None] - stacked[None], axis=-1).sum(axis=1)
    centre = stacked[int(spread.argmin())]
    close = stacked[np.linalg.norm(stacked - centre, axis=1) < 2 * radius]
    place = close.mean(axis=0)
    window = _window(colours, place, radius)
    dot = colours[window] == joint
    if not dot.any():
        return place, 0.5
    level = bright[window][dot].astype(np.float64)
    top = level.max()
    rows, columns = np.nonzero(dot)
    kept = level > 0.75 * top
    found = np.array([columns[kept].mean(), rows[kept].mean()])
    found = found + (window[1].start, window[0].start)
    return found, float(np.clip(top / 255, 0.31, 1))
