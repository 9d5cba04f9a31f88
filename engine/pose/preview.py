"""Poses for people to look at: a softly lit figure on a dark stage."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pose.parts import Parts, parts_of_frame
from engine.pose.skeleton import FEET_LINKS, HAND_LINKS, OPENPOSE18_LINKS, SEEN, Colour
from engine.types import Poses

Picture = NDArray[np.uint8]
Points = NDArray[np.float64]

_SHIFT = 4  # cv2 takes places in sixteenths of a pixel, which keeps slow movements smooth
_STAGE_TOP, _STAGE_BOTTOM = (17, 19, 28), (38, 42, 58)
_SHADOW = (13, 14, 21)
_CORAL, _AMBER, _ROSE = (255, 122, 102), (255, 178, 84), (255, 99, 146)
_SKY, _MINT, _VIOLET = (92, 188, 255), (84, 222, 190), (146, 140, 255)
_LIGHT, _TRUNK, _INK = (238, 240, 248), (64, 70, 96), (58, 62, 84)

_LIMB_COLOURS: tuple[Colour, ...] = (
    *(_AMBER, _MINT, _CORAL, _CORAL, _SKY, _SKY),  # shoulders, right arm, left arm
    *(_TRUNK, _ROSE, _ROSE, _TRUNK, _VIOLET, _VIOLET),  # flanks and legs
)
"""For the first twelve links of openpose18; neck and head are drawn as such."""


def preview(poses: Poses, size: tuple[int, int]) -> Picture:
    """Render one person over time: the right side warm, the left side cool, unsure joints faint.

    Args:
        poses: any layout; hands, face and feet are shown where it has them.
        size: (width, height) in pixels.
    Returns: `f h w 3` RGB.
    """
    width, height = size
    stage = _stage(width, height)
    frames = np.empty((len(poses), height, width, 3), np.uint8)
    for index in range(len(poses)):
        frames[index] = stage
        feet = None
        if poses.layout == "wholebody133":
            feet = poses.keypoints[index], poses.score[index]
        _figure(frames[index], parts_of_frame(poses, index), feet)
    return frames


def _stage(width: int, height: int) -> Picture:
    """A dark wall that becomes lighter towards the floor."""
    share = np.linspace(0, 1, height)[:, None, None] ** 1.5
    wall = np.array(_STAGE_TOP) * (1 - share) + np.array(_STAGE_BOTTOM) * share
    return np.broadcast_to(np.rint(wall), (height, width, 3)).astype(np.uint8)


def _figure(
    picture: Picture, people: Parts, whole: tuple[Points, NDArray[np.float64]] | None
) -> None:
    size = np.array(picture.shape[1::-1], np.float64)
    unit = float(size.min()) / 100
    limbs = OPENPOSE18_LINKS[: len(_LIMB_COLOURS)]
    for person in range(len(people)):
        body, score = people.body[person] * size, np.clip(people.body_score[person], 0, 1)
        _shadow(picture, body, score, unit)
        _torso(picture, body, score)
        if whole is not None:
            foot, sure = whole[0] * size, np.clip(whole[1], 0, 1)
            for heel, toe in FEET_LINKS:
                colour = _VIOLET if heel == 15 else _ROSE
                _bar(picture, foot[heel], foot[toe], colour, min(sure[heel], sure[toe]), 0.7 * unit)
        _head(picture, body, score, unit)
        for (start, end), colour in zip(limbs, _LIMB_COLOURS, strict=True):
            _bar(picture, body[start], body[end], colour, min(score[start], score[end]), 1.7 * unit)
        for joint in range(2, 14):
            _dot(picture, body[joint], _LIGHT, score[joint], 0.85 * unit)
        for side, colour in ((0, _SKY), (1, _CORAL)):
            points = people.hands[person, side] * size
            sure = np.clip(people.hands_score[person, side], 0, 1)
            for start, end in HAND_LINKS:
                level = min(sure[start], sure[end])
                _bar(picture, points[start], points[end], colour, level, 0.4 * unit)
        for point, level in zip(
            people.face[person] * size, np.clip(people.face_score[person], 0, 1), strict=True
        ):
            _dot(picture, point, _INK, level, 0.28 * unit)


def _shadow(picture: Picture, body: Points, score: NDArray[np.float64], unit: float) -> None:
    ankles = [joint for joint in (10, 13) if score[joint] > SEEN]
    if not ankles:
        return
    middle = body[ankles].mean(axis=0)
    middle[1] = body[ankles, 1].max() + 2.2 * unit
    reach = np.ptp(body[ankles, 0]) / 2 + 8 * unit
    for share in (1.0, 0.8, 0.6):  # three steps look like a soft edge
        axes = int(reach * share * 16), int(1.8 * unit * share * 16)
        level = 0.35
        layer = picture.copy()
        cv2.ellipse(layer, _fixed(middle), axes, 0, 0, 360, _SHADOW, -1, cv2.LINE_AA, _SHIFT)
        cv2.addWeighted(layer, level, picture, 1 - level, 0, dst=picture)


def _head(picture: Picture, body: Points, score: NDArray[np.float64], unit: float) -> None:
    """A round head where the ears, eyes and nose are, on a neck; eyes and nose as dots."""
    nose, neck = 0, 1
    parts = [joint for joint in (nose, 14, 15, 16, 17) if score[joint] > SEEN]
    if not parts:
        return
    middle = body[parts].mean(axis=0)
    radius = 4 * unit
    if score[neck] > SEEN:
        radius = 0.5 * float(np.hypot(*(middle - body[neck])))
        _bar(picture, body[neck], middle, _LIGHT, min(score[neck], score[parts].max()), 1.2 * unit)
    if score[[16, 17]].min() > SEEN:
        radius = max(radius, 0.6 * float(np.hypot(*(body[16] - body[17]))))
    _dot(picture, middle, _LIGHT, float(score[parts].mean()), radius)
    for joint in (nose, 14, 15):
        _dot(picture, body[joint], _INK, score[joint], 0.5 * unit)


def _torso(picture: Picture, body: Points, score: NDArray[np.float64]) -> None:
    corners = [2, 5, 11, 8]
    if score[corners].min() > SEEN:
        outline = np.array([_fixed(body[joint]) for joint in corners], np.int32)
        cv2.fillPoly(picture, [outline], _TRUNK, cv2.LINE_AA, _SHIFT)


def _bar(
    picture: Picture, start: Points, end: Points, colour: Colour, level: float, half: float
) -> None:
    """A limb with round ends; a level below `SEEN` leaves it out."""
    along = end - start
    length = float(np.hypot(*along))
    if level <= SEEN or length < 1e-6:
        return
    across = np.array([-along[1], along[0]]) / length * half
    shade = _shade(colour, level)
    corners = (start + across, end + across, end - across, start - across)
    outline = np.array([_fixed(corner) for corner in corners], np.int32)
    cv2.fillPoly(picture, [outline], shade, cv2.LINE_AA, _SHIFT)
    for tip in (start, end):
        cv2.circle(picture, _fixed(tip), int(half * 16), shade, -1, cv2.LINE_AA, _SHIFT)


def _dot(picture: Picture, place: Points, colour: Colour, level: float, radius: float) -> None:
    if level > SEEN:
        shade = _shade(colour, level)
        cv2.circle(picture, _fixed(place), int(radius * 16), shade, -1, cv2.LINE_AA, _SHIFT)


def _shade(colour: Colour, level: float) -> tuple[float, float, float]:
    """A colour mixed with the stage's as the level falls from 1 to 0."""
    share = 0.35 + 0.65 * float(level)
    mixed = np.array(colour) * share + np.array(_STAGE_BOTTOM) * (1 - share)
    return float(mixed[0]), float(mixed[1]), float(mixed[2])


def _fixed(place: Points) -> tuple[int, int]:
    x, y = np.clip(np.rint(place * 16), -(2**24), 2**24).astype(int).tolist()
    return x, y
