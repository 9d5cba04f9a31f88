"""Moving a dance onto the person of the reference picture (specs/mimicmotion.md b.4).

One scale and one shift for the whole clip: the dance keeps its proportions and its path. `parity`
fits them as MimicMotion does, by plain least squares over all joints of all frames. `robust`, the
default, compares where each joint usually is with where the reference has it, so it neither
shrinks the dancer because they jump nor is thrown by a few wrong joints.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput, NoPoseFound
from engine.pose.robust import correlation, robust_line, weighted_median
from engine.pose.skeleton import OPENPOSE18_LINKS, SEEN, convert
from engine.types import Poses

Mode = Literal["robust", "parity"]

FIT_JOINTS = (0, 1, 2, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17)
"""openpose18 without elbows and wrists, which say more about the dance than about the body."""

SMALLEST, LARGEST = 0.2, 5.0
"""A scale of the height outside of these is taken for a failed fit."""

ALIKE = 0.6
"""Correlation of the joints' heights from which on two bodies count as held alike."""

HEAD_ROOM, FLOOR, SIDE_ROOM = 0.08, 0.93, 0.06
"""Where a dance without a reference person is put, in shares of the frame."""


@dataclass(frozen=True)
class Affine:
    """x' = ax x + bx and y' = ay y + by, from [0, 1] of one frame to [0, 1] of another."""

    ax: float
    bx: float
    ay: float
    by: float

    def apply(self, keypoints: NDArray[np.float64]) -> NDArray[np.float64]:
        """Move `... 2` coordinates."""
        return keypoints * (self.ax, self.ay) + (self.bx, self.by)


@dataclass(frozen=True)
class Fit:
    """How a dance was fitted.

    Attributes:
        affine: from the driving frame to the reference frame.
        by: `joints` (their usual places), `bones` (lengths of limbs, because the places did not
            tell the size) or `frame` (there was nobody to fit to: put into the picture).
    """

    affine: Affine
    by: Literal["joints", "bones", "frame"]

    def moved(self, driver: Poses, size: tuple[int, int]) -> Poses:
        """The dance in the reference frame, which has `size` (width, height) in pixels."""
        return Poses(self.affine.apply(driver.keypoints), driver.score, driver.layout, size)


def retarget(
    driver: Poses, reference: Poses | None, size: tuple[int, int], mode: Mode = "robust"
) -> Poses:
    """Move the dance onto the reference person, or into the frame where there is none.

    Args:
        driver: the dance, any layout.
        reference: the pose of the reference picture (its first frame is used), any layout; None
            if nobody was found in it.
        size: (width, height) of the reference picture in pixels.
    Raises NoPoseFound if the driver is empty, BadInput if no joint is shared or (in `parity`) the
    fit fails.
    """
    return fit(driver, reference, size, mode).moved(driver, size)


def fit(
    driver: Poses, reference: Poses | None, size: tuple[int, int], mode: Mode = "robust"
) -> Fit:
    """Find the scale and the shift; arguments and errors as in `retarget`."""
    body = convert(driver, "openpose18")
    if not (body.score > SEEN).any():
        raise NoPoseFound(
            "There is no dancer to follow.",
            "No joint of the driving motion was found with enough confidence.",
            "Use a clip in which one person is seen well, or choose a built-in dance.",
            key="no_dancer",
        )
    person = None if reference is None else convert(reference[:1], "openpose18")
    if person is None or not (person.score > SEEN).any():
        return Fit(_into_frame(body, size), "frame")
    if mode == "parity":
        return Fit(fit_parity(body, person, size), "joints")
    return _fit_robust(body, person, size)


def fit_parity(driver: Poses, reference: Poses, size: tuple[int, int]) -> Affine:
    """MimicMotion's fit: V ~ ay v + by by least squares, the width by the same scale in pixels.

    Both poses are openpose18; every frame in which somebody was found counts, whatever its scores.
    Raises BadInput where upstream fails or turns the dancer upside down.
    """
    joints = _fit_joints(reference)
    found = driver.keypoints[driver.score.any(axis=1)]
    u, v = found[:, joints].reshape(-1, 2).T
    target = np.tile(reference.keypoints[0, joints], (len(found), 1))
    ay, by = np.polyfit(v, target[:, 1], 1)
    _check(float(ay))
    ax = ay * _aspect(driver, size)
    bx = np.mean(target[:, 0] - ax * u)
    return Affine(float(ax), float(bx), float(ay), float(by))


def _fit_robust(driver: Poses, reference: Poses, size: tuple[int, int]) -> Fit:
    places, sure = _usual_places(driver)
    target, target_sure = reference.keypoints[0], np.clip(reference.score[0], 0, 1)
    weight = np.where((sure > SEEN) & (target_sure > SEEN), sure * target_sure, 0)
    core = np.zeros(18)
    core[list(FIT_JOINTS)] = 1
    weight = weight * core
    if not weight.any():
        raise _nothing_shared()
    ay, by = None, 0.0
    how: Literal["joints", "bones"] = "joints"
    if correlation(places[:, 1], target[:, 1], weight) > ALIKE:
        ay, by = robust_line(places[:, 1], target[:, 1], weight)
    if ay is None or not SMALLEST < ay < LARGEST:
        ay, how = _bone_scale(driver, reference, size), "bones"
        _check(ay)
        by = weighted_median(target[:, 1] - ay * places[:, 1], weight)
    ax = ay * _aspect(driver, size)
    bx = weighted_median(target[:, 0] - ax * places[:, 0], weight)
    return Fit(Affine(float(ax), float(bx), float(ay), float(by)), how)


def _usual_places(poses: Poses) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Where each joint usually is (weighted median over time, `k 2`) and how sure that is, `k`."""
    weight = np.where(poses.score > SEEN, np.clip(poses.score, 0, 1), 0)
    places = np.zeros(poses.keypoints.shape[1:])
    sure = np.zeros(len(places))
    for joint in np.flatnonzero(weight.any(axis=0)):
        for axis in (0, 1):
            places[joint, axis] = weighted_median(poses.keypoints[:, joint, axis], weight[:, joint])
        sure[joint] = weight[weight[:, joint] > 0, joint].mean()
    return places, sure


def _bone_scale(driver: Poses, reference: Poses, size: tuple[int, int]) -> float:
    """The vertical scale by lengths of limbs: foreshortening only shortens, so long ones count."""
    lengths, seen = _bones(driver)
    target, target_seen = _bones(reference)
    ratios = [
        target[0, bone] / np.quantile(lengths[seen[:, bone], bone], 0.9)
        for bone in range(lengths.shape[1])
        if target_seen[0, bone] and seen[:, bone].any() and lengths[seen[:, bone], bone].max() > 0
    ]
    if not ratios:
        raise _nothing_shared()
    return float(np.median(ratios)) * driver.size[1] / size[1]


def _bones(poses: Poses) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Lengths of the limbs in pixels, `f 17`, and whether both ends are seen."""
    starts, ends = (list(joints) for joints in zip(*OPENPOSE18_LINKS, strict=True))
    pixels = poses.keypoints * poses.size
    lengths = np.linalg.norm(pixels[:, starts] - pixels[:, ends], axis=-1)
    seen = poses.score > SEEN
    return lengths, seen[:, starts] & seen[:, ends]


def _into_frame(driver: Poses, size: tuple[int, int]) -> Affine:
    """Put the whole range of motion into the picture, the feet on its floor.

    Where no ankle is ever seen the body is cut off by the lower edge, as in the driving clip.
    """
    seen = driver.score > SEEN
    points = driver.keypoints[seen]
    left, top = np.quantile(points, 0.005, axis=0)
    right, bottom = np.quantile(points, 0.995, axis=0)
    ankles = seen[:, [10, 13]]
    floor = FLOOR
    if ankles.any():
        bottom = max(np.quantile(driver.keypoints[:, [10, 13], 1][ankles], 0.95), top + 0.01)
    else:
        floor = 1.02
    # Above the highest joint, a nose or a hand, there is still a forehead or fingers.
    top -= 0.08 * (bottom - top)
    aspect = _aspect(driver, size)
    by_height = (floor - HEAD_ROOM) / max(bottom - top, 1e-3)
    by_width = (1 - 2 * SIDE_ROOM) / max((right - left) * aspect, 1e-3)
    ay = min(by_height, by_width)
    ax = ay * aspect
    bx, by = 0.5 - ax * (left + right) / 2, floor - ay * bottom
    return Affine(float(ax), float(bx), float(ay), float(by))


def _fit_joints(reference: Poses) -> list[int]:
    joints = [joint for joint in FIT_JOINTS if reference.score[0, joint] > SEEN]
    if not joints:
        raise _nothing_shared()
    return joints


def _aspect(driver: Poses, size: tuple[int, int]) -> float:
    """What turns a vertical scale into the horizontal one with square pixels on both sides."""
    return driver.size[0] / driver.size[1] * size[1] / size[0]


def _check(ay: float) -> None:
    if not SMALLEST < ay < LARGEST:
        raise BadInput(
            "The dance could not be fitted to the person in the picture.",
            "The body would have to be scaled {times} times; the poses are too different.",
            "Use a picture with the same part of the body as the clip, best from head to feet.",
            key="poses_too_different",
            times=f"{ay:.2f}",
        )


def _nothing_shared() -> BadInput:
    return BadInput(
        "The dance could not be fitted to the person in the picture.",
        "The picture and the clip have no part of the body in common.",
        "Use a picture with the same part of the body as the clip, best from head to feet.",
        key="poses_share_nothing",
    )
