"""Named dance moves: each is a smooth function from beats to pose channels.

A move sets only the channels it needs; everything else keeps the rest pose and the common bounce.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from engine.data.synth.body import INDEX, Array, neutral

Change = dict[str, Array | float]


@dataclass(frozen=True)
class Move:
    """A named move: `words` complete "a dancer is ...", `beats` is its period, `level` its energy.

    `level` is 0 (calm), 1 (medium) or 2 (lively).
    """

    words: str
    beats: int
    level: int
    change: Callable[[Array], Change]

    def pose(self, beat: Array, size: float = 1.0) -> Array:
        """Pose channels `f channels` at the times `beat` (in beats); `size` scales the movement."""
        rest = neutral(len(beat))
        pose = rest.copy()
        pose[:, INDEX["dip"]] += 0.010 + 0.010 * np.cos(2 * np.pi * beat)
        pose[:, INDEX["head_pitch"]] += 2.5 * np.cos(2 * np.pi * beat)
        for name, value in self.change(beat).items():
            pose[:, INDEX[name]] = value
        scaled = rest + size * (pose - rest)
        scaled[:, INDEX["yaw"]] = pose[:, INDEX["yaw"]]  # a turn is a whole turn at any size
        return scaled


def wave(beat: Array, period: float = 2.0, late: float = 0.0) -> Array:
    """A sine of the given period in beats, `late` beats behind."""
    return np.sin(2 * np.pi * (beat - late) / period)


def snap(beat: Array, period: float = 2.0, late: float = 0.0, hard: float = 2.2) -> Array:
    """Like `wave`, but it arrives early and holds, as a dancer hits the beat."""
    return np.tanh(hard * wave(beat, period, late)) / np.tanh(hard)


def bump(beat: Array, period: float = 2.0, late: float = 0.0) -> Array:
    """From 0 to 1 and back once per period; the top is at a quarter period after `late`."""
    return 0.5 + 0.5 * snap(beat, period, late)


def arms(side: str, out: Array | float, fore: Array | float, forward: float | Array = 0.0,
         fore_forward: float | Array = 10.0, curl: float | Array = 0.3,
         wrist: float | Array = 0.0) -> Change:  # fmt: skip
    """The channels of one arm, or of both alike when `side` is "lr"."""
    values = (out, forward, fore, fore_forward, wrist, curl)
    names = ("arm", "arm_fwd", "fore", "fore_fwd", "wrist", "curl")
    return {f"{s}_{n}": v for s in side for n, v in zip(names, values, strict=True)}


def _two_step(b: Array) -> Change:
    s = snap(b, 4)
    step = bump(b, 2, 0.5)
    return {
        "travel": 0.085 * s, "sway": 0.020 * s, "hip_roll": -4 * s, "lean": 3 * s,
        "chest_yaw": 12 * wave(b, 4), "head_roll": -4 * s,
        "l_foot_x": 0.075 - 0.03 * step * (s > 0), "l_lift": 0.03 * bump(b, 4, 0.0) * bump(b, 2,
            0.5),
        "r_lift": 0.03 * bump(b, 4, 2.0) * bump(b, 2, 0.5),
        **arms("l", 30 + 10 * s, 70 + 35 * wave(b, 2), 12, 45, 0.6),
        **arms("r", 30 - 10 * s, 70 - 35 * wave(b, 2), 12, 45, 0.6),
    }  # fmt: skip


def _body_wave(b: Array) -> Change:
    return {
        "sway": 0.045 * wave(b, 4), "hip_roll": 7 * wave(b, 4), "lean": -9 * wave(b, 4, 0.35),
        "chest_roll": 12 * wave(b, 4, 0.8), "head_roll": 10 * wave(b, 4, 1.2),
        "dip": 0.03 + 0.02 * wave(b, 4, 1), "bend": 5 + 5 * wave(b, 4, 0.5),
        **arms("l", 62 + 22 * wave(b, 4, 0.9), 100 + 30 * wave(b, 4, 1.4), 10, 15, 0.1,
               18 * wave(b, 4, 1.9)),
        **arms("r", 62 - 22 * wave(b, 4, 0.9), 100 - 30 * wave(b, 4, 1.4), 10, 15, 0.1,
               -18 * wave(b, 4, 1.9)),
    }  # fmt: skip


def _arm_wave(b: Array) -> Change:
    return {
        "sway": 0.025 * wave(b, 4), "head_yaw": 16 * wave(b, 4, 0.4), "lean": 4 * wave(b, 4),
        "l_shrug": 0.012 * wave(b, 4, 0.6),
        **arms("r", 90 + 20 * wave(b, 4), 90 + 30 * wave(b, 4, 0.6), 0, 6, 0.05,
               34 * wave(b, 4, 1.0)),
        **arms("l", 90 + 20 * wave(b, 4, 2.2), 90 + 30 * wave(b, 4, 1.6), 0, 6, 0.05,
               34 * wave(b, 4, 1.2)),
    }  # fmt: skip


def _spin(b: Array) -> Change:
    phase = np.clip((np.mod(b, 4) - 0.6) / 2.6, 0, 1)
    turn = phase * phase * (3 - 2 * phase)
    open_ = np.sin(np.pi * phase) ** 2
    return {
        "yaw": 360 * turn, "l_lift": 0.035 * open_, "l_toe": 30 * open_, "r_toe": 14 * open_,
        "dip": 0.03 * (1 - open_) + 0.005, "head_roll": 4 * wave(b, 4),
        **arms("lr", 55 - 20 * open_, 80 + 12 * open_, 20 + 30 * open_, 25 + 25 * open_, 0.25),
    }  # fmt: skip


def _star_jump(b: Array) -> Change:
    up = 0.5 - 0.5 * np.cos(np.pi * b)
    air = np.abs(np.sin(np.pi * b))
    return {
        "hop": 0.055 * air**1.5, "dip": 0.012 + 0.035 * (1 - air),
        "l_foot_x": 0.06 + 0.13 * up, "r_foot_x": 0.06 + 0.13 * up, "l_toe": 26 * air,
        "r_toe": 26 * air,
        "mouth": 0.7 * up, "brow": up,
        **arms("lr", 22 + 118 * up, 18 + 134 * up, 4, 8, 0.05),
    }  # fmt: skip


def _floss(b: Array) -> Change:
    s = wave(b, 2)
    return {
        "sway": -0.045 * s, "hip_roll": 8 * s, "lean": -5 * s, "chest_roll": 4 * s, "dip": 0.025,
        **arms("l", 24 + 40 * s, 24 + 44 * s, 24 * wave(b, 4, 0.5), 24 * wave(b, 4, 0.5), 1.0),
        **arms("r", 24 - 40 * s, 24 - 44 * s, 24 * wave(b, 4, 0.5), 24 * wave(b, 4, 0.5), 1.0),
    }  # fmt: skip


def _disco_point(b: Array) -> Change:
    up = 0.5 + 0.5 * snap(b, 2, hard=1.1)
    s = snap(b, 2)
    return {
        "sway": 0.038 * s, "hip_roll": -7 * s, "lean": -4 * s, "chest_roll": -4 * s,
        "head_yaw": -14 * s,
        "head_roll": 6 * s, "l_foot_x": 0.11, "r_foot_x": 0.11, "r_toe": 14 * (1 - up),
        "r_lift": 0.015 * up,
        "mouth": 0.25 * up,
        **arms("r", -18 + 162 * up, -38 + 190 * up, 24 * (1 - up), 30 * (1 - up), 2.0),
        **arms("l", 42, -48, -12, 22, 0.8),
    }  # fmt: skip


def _running_man(b: Array) -> Change:
    left, right = bump(b, 2), bump(b, 2, 1)
    return {
        "l_lift": 0.14 * left, "r_lift": 0.14 * right, "l_foot_z": 0.10 * left - 0.05 * right,
        "r_foot_z": 0.10 * right - 0.05 * left, "l_toe": 20 * left, "r_toe": 20 * right,
        "l_turn": 18, "r_turn": 18, "l_foot_x": 0.065, "r_foot_x": 0.065,
        "dip": 0.03, "hop": 0.012 * (1 + np.cos(4 * np.pi * b)) / 2, "bend": 8,
        "sway": 0.012 * wave(b, 2), "chest_yaw": 14 * wave(b, 2),
        **arms("l", 32, 62 + 50 * right, 0, 45, 0.9),
        **arms("r", 32, 62 + 50 * left, 0, 45, 0.9),
    }  # fmt: skip


def _twist(b: Array) -> Change:
    s = wave(b, 2)
    return {
        "yaw": 26 * s, "chest_yaw": -44 * s, "head_yaw": 16 * s, "dip": 0.05 + 0.02 * wave(b, 8),
        "l_foot_x": 0.085, "r_foot_x": 0.085, "l_toe": 6, "r_toe": 6, "lean": 5 * wave(b, 4),
        **arms("l", 46, 100 + 18 * s, 15, 30, 0.7), **arms("r", 46, 100 - 18 * s, 15, 30, 0.7),
    }  # fmt: skip


def _moonwalk(b: Array) -> Change:
    left, right = bump(b, 2), bump(b, 2, 1)
    return {
        "yaw": 58 + 4 * wave(b, 4), "head_yaw": -30 + 5 * wave(b, 2), "travel": 0.09 * wave(b, 8),
        "l_turn": 8, "r_turn": 8, "l_foot_z": 0.10 * left - 0.09, "r_foot_z": 0.10 * right - 0.09,
        "l_toe": 38 * left, "r_toe": 38 * right, "l_lift": 0.022 * left, "r_lift": 0.022 * right,
        "l_foot_x": 0.045, "r_foot_x": 0.045, "dip": 0.02, "bend": 6,
        **arms("l", 16, 12, 20 * wave(b, 2), 26 + 22 * wave(b, 2), 0.5),
        **arms("r", 16, 12, -20 * wave(b, 2), 26 - 22 * wave(b, 2), 0.5),
    }  # fmt: skip


def _clap_step(b: Array) -> Change:
    clap = bump(b, 2, 0.0)
    s = snap(b, 4, 0.5)
    return {
        "travel": 0.05 * s, "sway": 0.018 * s, "hip_roll": -5 * s, "l_lift": 0.028 * bump(b, 4,
            2.5),
        "r_lift": 0.028 * bump(b, 4, 0.5), "head_roll": 6 * s, "dip": 0.02 + 0.018 * clap,
        "mouth": 0.35 * clap,
        **arms("lr", 38 - 12 * clap, 112 + 62 * clap, 34, 32 + 10 * clap, 0.05),
    }  # fmt: skip


def _sway(b: Array) -> Change:
    s = wave(b, 4)
    return {
        "sway": 0.048 * s, "hip_roll": -5 * s, "lean": -4 * s, "chest_roll": -3 * wave(b, 4, 0.2),
        "head_roll": -9 * wave(b, 4, 0.4), "l_toe": 12 * np.maximum(-s, 0),
        "r_toe": 12 * np.maximum(s, 0),
        "blink": 0.0, "smile": 0.8,
        **arms("lr", 150, 168, 0, 6, 0.15),
        "l_arm": 146 + 14 * s, "l_fore": 172 + 22 * wave(b, 4, 0.3),
        "r_arm": 146 - 14 * s, "r_fore": 172 - 22 * wave(b, 4, 0.3),
    }  # fmt: skip


def _robot(b: Array) -> Change:
    s, t = snap(b, 4), snap(b, 4, 1)
    return {
        "chest_yaw": 24 * s, "head_yaw": 18 * t, "lean": 3 * t, "smile": 0.15, "head_pitch": 0.0,
        "l_foot_x": 0.09, "r_foot_x": 0.09,
        **arms("l", 80, 90 + 88 * s, 6, 8, 0.15), **arms("r", 80, 90 - 88 * s, 6, 8, 0.15),
    }  # fmt: skip


def _salsa(b: Array) -> Change:
    s = snap(b, 4)
    return {
        "l_foot_z": 0.09 * bump(b, 4), "r_foot_z": -0.09 * bump(b, 4, 2), "sway": 0.03 * wave(b, 2),
        "hip_roll": 10 * wave(b, 2), "lean": -3 * wave(b, 2), "chest_yaw": 10 * s,
        "yaw": 10 * wave(b, 4),
        "l_lift": 0.02 * bump(b, 2, 0.3), "r_lift": 0.02 * bump(b, 2, 1.3), "dip": 0.03,
        "l_foot_x": 0.055, "r_foot_x": 0.055, "head_yaw": -8 * s,
        **arms("l", 44 + 8 * wave(b, 2), 112 + 14 * wave(b, 2), 10, 36, 0.4),
        **arms("r", 44 - 8 * wave(b, 2), 112 - 14 * wave(b, 2), 10, 36, 0.4),
    }  # fmt: skip


def _hip_swing(b: Array) -> Change:
    s = snap(b, 2)
    return {
        "sway": 0.050 * s, "hip_roll": -11 * s, "lean": -7 * s, "chest_roll": 11 * s,
        "head_roll": -3 * s,
        "l_foot_x": 0.10, "r_foot_x": 0.10, "dip": 0.035, "l_toe": 8 * bump(b, 2, 1),
        "r_toe": 8 * bump(b, 2),
        **arms("lr", 46, -46, -14, 24, 0.75),
        "l_wrist": 10.0, "r_wrist": 10.0,
    }  # fmt: skip


def _kick(b: Array) -> Change:
    left, right = bump(b, 4) * bump(b, 2), bump(b, 4, 2) * bump(b, 2)
    s = snap(b, 4)
    return {
        "l_foot_x": 0.07 + 0.17 * left, "r_foot_x": 0.07 + 0.17 * right, "l_lift": 0.13 * left,
        "r_lift": 0.13 * right, "l_toe": 30 * left, "r_toe": 30 * right, "l_turn": 32 + 30 * left,
        "r_turn": 32 + 30 * right, "sway": -0.035 * s, "lean": 6 * s,
        **arms("l", 62 - 20 * s, 72 - 34 * s, 8, 20, 0.3), **arms("r", 62 + 20 * s, 72 + 34 * s,
            8, 20, 0.3),
    }  # fmt: skip


def _raise_the_roof(b: Array) -> Change:
    push = bump(b, 1)
    s = wave(b, 4)
    return {
        "dip": 0.015 + 0.035 * (1 - push), "sway": 0.025 * s, "hip_roll": -4 * s,
        "head_pitch": -6 * push,
        "mouth": 0.55 * push, "brow": 0.7, "l_foot_x": 0.10, "r_foot_x": 0.10,
        **arms("lr", 96 + 40 * push, 168 + 4 * push, 6, 8, 0.0, 6.0),
    }  # fmt: skip


def _heart(b: Array) -> Change:
    open_ = bump(b, 4)
    s = wave(b, 4)
    return {
        "sway": 0.03 * s, "hip_roll": -4 * s, "head_roll": 8 * s, "smile": 1.0,
        "r_lift": 0.05 * bump(b, 8, 0.5), "r_foot_z": -0.06 * bump(b, 8, 0.5),
        **arms("lr", 118 + 14 * open_, 206 - 36 * open_, 6, 6, 0.2, 8.0),
    }  # fmt: skip


def _swing_arms(b: Array) -> Change:
    s = wave(b, 2)
    return {
        "travel": 0.035 * wave(b, 4), "chest_yaw": 20 * s, "lean": 5 * wave(b, 4), "dip": 0.03,
        "l_lift": 0.05 * bump(b, 2), "r_lift": 0.05 * bump(b, 2, 1),
        "hop": 0.01 * (1 - np.cos(4 * np.pi * b)) / 2,
        **arms("l", 40 + 34 * s, 58 + 54 * s, 18, 22, 0.35),
        **arms("r", 40 - 34 * s, 58 - 54 * s, 18, 22, 0.35),
    }  # fmt: skip


MOVES: Mapping[str, Move] = {
    "two_step": Move("stepping from side to side", 4, 1, _two_step),
    "body_wave": Move("rolling a wave through the body", 4, 0, _body_wave),
    "arm_wave": Move("sending a wave along the arms", 4, 0, _arm_wave),
    "spin": Move("spinning around", 4, 1, _spin),
    "star_jump": Move("jumping like a star", 2, 2, _star_jump),
    "floss": Move("flossing with straight arms", 4, 2, _floss),
    "disco_point": Move("pointing up disco style", 2, 1, _disco_point),
    "running_man": Move("doing the running man", 2, 2, _running_man),
    "twist": Move("doing the twist", 8, 1, _twist),
    "moonwalk": Move("gliding in a moonwalk", 8, 1, _moonwalk),
    "clap_step": Move("stepping and clapping", 4, 1, _clap_step),
    "sway": Move("swaying with raised arms", 4, 0, _sway),
    "robot": Move("dancing the robot", 4, 1, _robot),
    "salsa": Move("stepping a salsa", 4, 1, _salsa),
    "hip_swing": Move("swinging the hips", 2, 1, _hip_swing),
    "kick": Move("kicking to the side", 4, 2, _kick),
    "raise_the_roof": Move("raising the roof", 4, 2, _raise_the_roof),
    "heart": Move("making a heart above the head", 8, 0, _heart),
    "swing_arms": Move("swinging both arms", 4, 1, _swing_arms),
}
