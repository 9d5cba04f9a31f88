"""Drawing poses the way the networks were taught to read them (specs/mimicmotion.md b.5).

The drawing happens on a large canvas that is then reduced to the size of the frame, so widths are
a share of the picture whatever its size. Colours carry the confidence: a joint that the detector is
half sure of is drawn half as bright (MimicMotion's confidence-aware pose guidance).
"""

from __future__ import annotations

import colorsys
import math
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pose.parts import Parts, parts_of_frame
from engine.pose.skeleton import HAND_LINKS, OPENPOSE18_LINKS, OPENPOSE_RAINBOW, SEEN, Colour
from engine.types import Poses

Picture = NDArray[np.uint8]
Places = NDArray[np.float64]
Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Style:
    """How poses are drawn; lengths are in pixels of the canvas.

    Attributes:
        canvas: short side of the canvas.
        limb: half the width of a limb.
        joint: radius of a body joint, and of a hand's.
        hand_line: width of a finger.
        hand_joint: radius of a hand's joint.
        face: radius of a point of the face.
        dim: brightness of limbs against joints.
        reduce: how the canvas becomes the frame; `bilinear` samples (as upstream), `area` averages.
    """

    canvas: int = 2160
    limb: int = 4
    joint: int = 4
    hand_line: int = 2
    hand_joint: int = 4
    face: int = 3
    dim: float = 0.6
    reduce: Literal["bilinear", "area"] = "bilinear"


MIMICMOTION = Style()
"""What MimicMotion's public weights were trained on; equal to it bit for bit."""

POCKET = Style(
    canvas=512, limb=4, joint=5, hand_line=3, hand_joint=2, face=1, dim=0.75, reduce="area"
)
"""For small pictures: limbs are two pixels wide in 128 by 128 and nothing is lost to sampling."""

_HAND_COLOURS = tuple(colorsys.hsv_to_rgb(edge / 20, 1, 1) for edge in range(20))
_REDUCE = {"bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}


def draw(poses: Poses, size: tuple[int, int], style: Style = MIMICMOTION) -> Picture:
    """Draw one person over time on black.

    Args:
        poses: any layout; hands and face are drawn where the layout has them.
        size: (width, height) of the frames in pixels.
    Returns: `f h w 3` RGB.
    """
    width, height = size
    frames = np.empty((len(poses), height, width, 3), np.uint8)
    for index in range(len(poses)):
        frames[index] = draw_people(parts_of_frame(poses, index), size, style)
    return frames


def draw_people(people: Parts, size: tuple[int, int], style: Style = MIMICMOTION) -> Picture:
    """Draw everyone of one frame on black; returns `h w 3` RGB of the given (width, height)."""
    width, height = size
    ratio = style.canvas / min(height, width)
    canvas = np.zeros((int(height * ratio), int(width * ratio), 3), np.uint8)
    _body(canvas, people, style)
    for side in (0, 1):  # everyone's left hand, then everyone's right
        for points, score in zip(people.hands[:, side], people.hands_score[:, side], strict=True):
            _hand(canvas, points, score, style)
    for points, score in zip(people.face, people.face_score, strict=True):
        _points(canvas, points, score, style.face, (255, 255, 255))
    small = cv2.resize(canvas, (width, height), interpolation=_REDUCE[style.reduce])
    # The palette is written in the canvas' channel order and read back reversed, so limbs start
    # with blue in the final RGB picture. That is what the weights know.
    return np.asarray(small[:, :, ::-1], np.uint8)


def _body(canvas: Picture, people: Parts, style: Style) -> None:
    height, width = canvas.shape[:2]
    points = people.body * (width, height)
    colours = OPENPOSE_RAINBOW[: len(OPENPOSE18_LINKS)]  # one more joint than limbs
    for colour, (start, end) in zip(colours, OPENPOSE18_LINKS, strict=True):
        for person, score in zip(points, people.body_score, strict=True):
            # Strictly above the threshold: at exactly 0.3 upstream draws a stray limb.
            if score[start] > SEEN and score[end] > SEEN:
                shade = [int(c * score[start] * score[end]) for c in colour]
                _limb(canvas, person[start], person[end], style.limb, shade)
    _dim(canvas, points, people.body_score, style)
    for joint, colour in enumerate(OPENPOSE_RAINBOW):
        for person, score in zip(points, people.body_score, strict=True):
            if score[joint] > SEEN:
                centre = int(person[joint][0]), int(person[joint][1])
                shade = [int(c * score[joint]) for c in colour]
                cv2.circle(canvas, centre, style.joint, shade, thickness=-1)


def _limb(canvas: Picture, start: Places, end: Places, half_width: int, colour: list[int]) -> None:
    """A filled ellipse from joint to joint, in whole pixels and whole degrees."""
    along = start - end
    middle = (start + end) / 2
    angle = math.degrees(math.atan2(along[1], along[0]))
    outline = cv2.ellipse2Poly(
        (int(middle[0]), int(middle[1])),
        (int(math.hypot(*along) / 2), half_width),
        int(angle),
        0,
        360,
        1,
    )
    cv2.fillConvexPoly(canvas, np.asarray(outline, np.int32), colour)


def _dim(canvas: Picture, points: Places, score: Scores, style: Style) -> None:
    """Darken the limbs, by table and only where there are any: black stays black."""
    seen = points[score > SEEN]
    if not len(seen):
        return
    height, width = canvas.shape[:2]
    margin = style.limb + 2
    left, top = np.clip(seen.min(axis=0) - margin, 0, (width, height)).astype(int)
    right, bottom = np.clip(seen.max(axis=0) + margin, 0, (width, height)).astype(int)
    if left < right and top < bottom:
        table = (np.arange(256, dtype=np.uint8) * style.dim).astype(np.uint8)
        area = canvas[top:bottom, left:right]
        canvas[top:bottom, left:right] = cv2.LUT(area, table)


def _hand(canvas: Picture, points: Places, score: Scores, style: Style) -> None:
    pixels, drawn = _pixels(canvas, points, score)
    for colour, (start, end) in zip(_HAND_COLOURS, HAND_LINKS, strict=True):
        if drawn[start] and drawn[end]:
            level = int(score[start] * score[end] * 255)
            shade = [channel * level for channel in colour]
            cv2.line(canvas, pixels[start], pixels[end], shade, thickness=style.hand_line)
    _points(canvas, points, score, style.hand_joint, (0, 0, 255))


def _points(canvas: Picture, points: Places, score: Scores, radius: int, colour: Colour) -> None:
    """A dot on every point of a hand or a face, as bright as its score."""
    pixels, drawn = _pixels(canvas, points, score)
    for pixel, here, level in zip(pixels, drawn, score.tolist(), strict=True):
        if here:
            shade = [int(level * channel) for channel in colour]
            cv2.circle(canvas, pixel, radius, shade, thickness=-1)


def _pixels(
    canvas: Picture, points: Places, score: Scores
) -> tuple[list[tuple[int, int]], list[bool]]:
    """Where the points of a hand or a face fall, and which of them are drawn.

    There is no threshold, but score 0 is "not there", which upstream does not know. A point in the
    first row or column stands for "not there", as upstream.
    """
    height, width = canvas.shape[:2]
    pixels = (points * (width, height)).astype(np.int64)
    drawn = (pixels > 0).all(axis=1) & (score > 0)
    return [(x, y) for x, y in pixels.tolist()], drawn.tolist()
