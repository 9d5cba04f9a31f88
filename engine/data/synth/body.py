"""The drawn dancer's skeleton: proportions, pose channels and forward kinematics.

Lengths are in body heights. x points to the picture's right, y up from the floor, z to the viewer;
a dancer who faces the camera has her left hand at positive x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_ARM = ("arm", "arm_fwd", "fore", "fore_fwd", "wrist", "curl")
_LEG = ("foot_x", "lift", "foot_z", "toe", "turn")
CHANNELS: tuple[str, ...] = (
    *("travel", "hop", "sway", "dip", "yaw", "hip_roll", "lean", "bend", "chest_roll", "chest_yaw"),
    *("head_yaw", "head_pitch", "head_roll", "l_shrug", "r_shrug"),
    *(f"{side}_{name}" for side in "lr" for name in _ARM + _LEG),
    *("mouth", "smile", "blink", "brow"),
)
INDEX: Mapping[str, int] = {name: i for i, name in enumerate(CHANNELS)}

REST: Mapping[str, float] = {
    "dip": 0.012,
    "smile": 0.6,
    **{f"{side}_arm": 14.0 for side in "lr"},
    **{f"{side}_fore": 6.0 for side in "lr"},
    **{f"{side}_fore_fwd": 14.0 for side in "lr"},
    **{f"{side}_curl": 0.35 for side in "lr"},
    **{f"{side}_foot_x": 0.075 for side in "lr"},
    **{f"{side}_turn": 32.0 for side in "lr"},
}


@dataclass(frozen=True)
class Proportions:
    """Lengths of one body in body heights; `bulk` scales the thickness of limbs and trunk."""

    head: float = 0.205
    head_width: float = 0.80
    neck: float = 0.032
    torso: float = 0.275
    shoulders: float = 0.098
    hips: float = 0.052
    waist: float = 0.070
    upper_arm: float = 0.160
    forearm: float = 0.140
    hand: float = 0.098
    thigh: float = 0.222
    shin: float = 0.205
    ankle: float = 0.042
    foot: float = 0.105
    bulk: float = 1.0


@dataclass(frozen=True)
class Skeleton:
    """Where every joint of one body is over `f` frames.

    Attributes:
        joints: name -> `f 3`.
        hands: side ("l", "r") -> `f 21 3`, wrist first, then thumb to little finger.
        pelvis, chest, head: rotation matrices `f 3 3`; columns are the part's own x, y, z.
        expression: `f 4`, mouth open, smile, blink, brow.
        body: the proportions it was built from.
    """

    joints: Mapping[str, Array]
    hands: Mapping[str, Array]
    pelvis: Array
    chest: Array
    head: Array
    expression: Array
    body: Proportions

    def __len__(self) -> int:
        return len(self.head)


def neutral(num_frames: int) -> Array:
    """A relaxed standing pose `f channels`; angles in degrees, lengths in body heights."""
    pose = np.zeros((num_frames, len(CHANNELS)))
    for name, value in REST.items():
        pose[:, INDEX[name]] = value
    return pose


def rotation(yaw: Array, pitch: Array, roll: Array) -> Array:
    """Rotation matrices `f 3 3` from degrees: roll to the picture's left, pitch forward, turn."""
    y, p, r = np.deg2rad(yaw), np.deg2rad(pitch), np.deg2rad(roll)
    cy, sy, cp, sp, cr, sr = np.cos(y), np.sin(y), np.cos(p), np.sin(p), np.cos(r), np.sin(r)
    one, zero = np.ones_like(y), np.zeros_like(y)
    turn = _matrix([[cy, zero, sy], [zero, one, zero], [-sy, zero, cy]])
    nod = _matrix([[one, zero, zero], [zero, cp, -sp], [zero, sp, cp]])
    tilt = _matrix([[cr, -sr, zero], [sr, cr, zero], [zero, zero, one]])
    return turn @ tilt @ nod


def _matrix(rows: list[list[Array]]) -> Array:
    return np.stack([np.stack(row, -1) for row in rows], -2)


def _direction(side: float, out: Array, forward: Array) -> Array:
    """Unit vector of a limb: `out` degrees from hanging to the own side, `forward` to the front."""
    a, f = np.deg2rad(out), np.deg2rad(forward)
    return np.stack([side * np.sin(a) * np.cos(f), -np.cos(a) * np.cos(f), np.sin(f)], -1)


def _unit(vector: Array) -> Array:
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


def _apply(matrix: Array, vector: Array | list[float]) -> Array:
    return np.einsum("fij,...j->fi" if np.ndim(vector) == 1 else "fij,fj->fi", matrix, vector)


def solve(pose: Array, body: Proportions) -> Skeleton:
    """Forward kinematics of the trunk and arms, inverse kinematics of the legs (feet stay put).

    Args:
        pose: `f channels`, see CHANNELS.
        body: lengths.
    """

    def c(name: str) -> Array:
        return pose[:, INDEX[name]]

    zero = np.zeros(len(pose))
    joints: dict[str, Array] = {}
    leg = body.thigh + body.shin
    yaw = c("yaw")
    facing = rotation(yaw, zero, zero)
    floor = np.stack([c("travel"), c("hop"), zero], -1)

    ankles, ankle_offsets = {}, {}
    for side, sign in (("l", 1.0), ("r", -1.0)):
        local = np.stack([sign * c(f"{side}_foot_x"), c(f"{side}_lift"), c(f"{side}_foot_z")], -1)
        ankle_offsets[side] = _apply(facing, local) + [0.0, body.ankle, 0.0]
        ankles[side] = floor + ankle_offsets[side]
    pelvis_at = (
        floor
        + _apply(facing, np.stack([c("sway"), zero, zero], -1))
        + np.stack([zero, body.ankle + leg * 0.995 - c("dip"), zero], -1)
    )
    pelvis = rotation(yaw, zero, c("hip_roll"))
    joints["pelvis"] = pelvis_at
    for side, sign in (("l", 1.0), ("r", -1.0)):
        joints[f"{side}_hip"] = pelvis_at + _apply(pelvis, [sign * body.hips, 0.0, 0.0])
        _leg(joints, side, sign, ankles[side], facing, c, body)

    lower = rotation(yaw + 0.5 * c("chest_yaw"), c("bend"), c("lean") + 0.4 * c("hip_roll"))
    chest = rotation(yaw + c("chest_yaw"), c("bend"), c("lean") + c("chest_roll"))
    joints["waist"] = pelvis_at + _apply(lower, [0.0, 0.42 * body.torso, 0.0])
    joints["neck"] = joints["waist"] + _apply(chest, [0.0, 0.58 * body.torso, 0.0])
    head = rotation(
        yaw + c("chest_yaw") + c("head_yaw"),
        0.5 * c("bend") + c("head_pitch"),
        0.6 * (c("lean") + c("chest_roll")) + c("head_roll"),
    )
    joints["head"] = (
        joints["neck"]
        + _apply(chest, [0.0, body.neck, 0.0])
        + _apply(head, [0.0, 0.5 * body.head, 0.012])
    )

    hands = {}
    for side, sign in (("l", 1.0), ("r", -1.0)):
        at = np.stack(
            [zero + sign * body.shoulders, c(f"{side}_shrug") - 0.028, zero],
            -1,
        )
        joints[f"{side}_shoulder"] = joints["neck"] + _apply(chest, at)
        upper = _apply(chest, _direction(sign, c(f"{side}_arm"), c(f"{side}_arm_fwd")))
        lower_arm = _direction(sign, c(f"{side}_fore"), c(f"{side}_fore_fwd"))
        palm = _direction(sign, c(f"{side}_fore") + c(f"{side}_wrist"), c(f"{side}_fore_fwd") * 0.8)
        joints[f"{side}_elbow"] = joints[f"{side}_shoulder"] + body.upper_arm * upper
        joints[f"{side}_wrist"] = joints[f"{side}_elbow"] + body.forearm * _apply(chest, lower_arm)
        thumb = _apply(chest, [-0.6 * sign, 0.35, -0.2])
        hands[side] = _hand(
            joints[f"{side}_wrist"], _apply(chest, palm), thumb, c(f"{side}_curl"), body.hand
        )
    expression = np.stack([c("mouth"), c("smile"), c("blink"), c("brow")], -1)
    return Skeleton(joints, hands, pelvis, chest, head, expression, body)


def _leg(
    joints: dict[str, Array],
    side: str,
    sign: float,
    target: Array,
    facing: Array,
    c: Callable[[str], Array],
    body: Proportions,
) -> None:
    """Add knee, ankle, heel and toes; an ankle out of reach comes off its `target`."""
    hip = joints[f"{side}_hip"]
    reach = target - hip
    length = np.linalg.norm(reach, axis=-1, keepdims=True)
    longest = (body.thigh + body.shin) * 0.999
    ankle = hip + reach * np.minimum(1.0, longest / np.maximum(length, 1e-9))
    d = np.minimum(np.maximum(length, 0.3 * longest), longest)
    along = (body.thigh**2 - body.shin**2 + d**2) / (2 * d)
    bulge = np.sqrt(np.maximum(body.thigh**2 - along**2, 0.0))
    axis = _unit(reach)
    turn = c(f"{side}_turn") * 0.8
    pole = _apply(facing, _direction(sign, np.full(len(turn), 90.0), 90.0 - turn))
    pole = _unit(pole - axis * np.sum(pole * axis, -1, keepdims=True))
    joints[f"{side}_knee"] = hip + axis * along + pole * bulge
    joints[f"{side}_ankle"] = ankle
    # The foot points where the toes are turned; `toe` degrees lower its tip (tiptoe when positive).
    turn, dip = np.deg2rad(c(f"{side}_turn")), np.deg2rad(c(f"{side}_toe"))
    tip = np.stack(
        [sign * np.sin(turn) * np.cos(dip), -np.sin(dip), np.cos(turn) * np.cos(dip)], -1
    )
    tip = _apply(facing, tip)
    across = _apply(facing, np.stack([sign * np.cos(turn), 0 * turn, -np.sin(turn)], -1))
    down = np.array([0.0, -1.0, 0.0])
    heel = ankle - 0.22 * body.foot * tip + 0.62 * body.ankle * down
    joints[f"{side}_heel"] = heel
    joints[f"{side}_toe"] = heel + body.foot * tip - 0.14 * body.foot * across
    joints[f"{side}_small_toe"] = heel + 0.86 * body.foot * tip + 0.16 * body.foot * across


# Finger roots across the palm (1 = thumb side), along it, length, spread in degrees.
_FINGERS = (
    (0.20, 0.10, 0.56, 48.0),
    (0.17, 0.50, 0.46, 11.0),
    (0.05, 0.53, 0.50, 2.0),
    (-0.07, 0.51, 0.46, -7.0),
    (-0.18, 0.46, 0.37, -17.0),
)


def _hand(wrist: Array, along: Array, thumb: Array, curl: Array, size: float) -> Array:
    """21 hand points `f 21 3`; `curl` 0 is open, 1 a fist, 2 a fist with the index pointing."""
    across = _unit(thumb - along * np.sum(thumb * along, -1, keepdims=True))
    normal = np.cross(along, across)
    normal *= np.sign(normal[..., 2:] + 1e-9)
    points = [wrist]
    for number, (root_x, root_y, length, spread) in enumerate(_FINGERS):
        bend = np.minimum(curl, 1.0)
        if number == 1:
            bend = bend * np.clip(2.0 - curl, 0.0, 1.0)
        angle = np.deg2rad(spread * (1.0 - 0.7 * bend))
        side, ahead = np.sin(angle)[:, None], np.cos(angle)[:, None]
        at = wrist + size * (root_x * across + root_y * along)
        points.append(at)
        step = size * length / 3.0
        total = np.zeros_like(bend)
        for _ in range(3):
            total = total + bend * np.deg2rad(58.0 if number else 30.0)
            cos, sin = np.cos(total)[:, None], np.sin(total)[:, None]
            inward = across * (0.5 * bend[:, None] if number == 0 else 0.0)
            at = at + step * ((side * across + ahead * along) * cos + normal * sin - inward * sin)
            points.append(at)
    return np.stack(points, 1)
