"""The built-in dances: what a visitor picks when there is no driving video at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.data.synth.body import Array
from engine.data.synth.dancer import fitted
from engine.data.synth.draw import Framing, Stage
from engine.data.synth.look import Look
from engine.data.synth.motion import phrase
from engine.data.synth.moves import MOVES
from engine.errors import BadInput
from engine.types import Poses

Tempo = Literal["slow", "medium", "fast"]


@dataclass(frozen=True)
class Dance:
    """A dance of the library.

    Attributes:
        title: its English name.
        bpm: beats a minute.
        tempo: how it feels.
        moves: names from MOVES, danced in this order and again from the start.
        beats_each: beats that every move lasts.
    """

    title: str
    bpm: float
    tempo: Tempo
    moves: tuple[str, ...]
    beats_each: int = 8


DANCES: Mapping[str, Dance] = {
    "sunny_groove": Dance("Sunny Groove", 104, "medium", ("two_step", "clap_step", "swing_arms")),
    "disco_night": Dance("Disco Night", 118, "fast", ("disco_point", "hip_swing", "spin"), 4),
    "slow_wave": Dance("Slow Wave", 76, "slow", ("body_wave", "arm_wave", "sway")),
    "star_party": Dance("Star Party", 124, "fast", ("star_jump", "raise_the_roof", "clap_step"), 4),
    "floss_and_run": Dance("Floss and Run", 116, "fast", ("floss", "running_man"), 8),
    "twist_again": Dance("Twist Again", 100, "medium", ("twist", "hip_swing", "swing_arms")),
    "moon_glide": Dance("Moon Glide", 92, "medium", ("moonwalk", "spin", "robot")),
    "salsa_evening": Dance("Salsa Evening", 96, "medium", ("salsa", "hip_swing", "salsa",
                                                           "spin"), 4),
    "robot_pop": Dance("Robot Pop", 108, "medium", ("robot", "arm_wave", "two_step"), 4),
    "heart_beat": Dance("Heartbeat", 72, "slow", ("heart", "sway", "body_wave")),
    "kick_off": Dance("Kick Off", 120, "fast", ("kick", "star_jump", "disco_point"), 4),
    "gentle_sway": Dance("Gentle Sway", 66, "slow", ("sway", "two_step", "arm_wave")),
}  # fmt: skip


def find_dance(key: str) -> Dance:
    """A dance of the library, or a single move danced over and over.

    Raises BadInput for a name that is neither.
    """
    if key in DANCES:
        return DANCES[key]
    if key in MOVES:
        return Dance(key.replace("_", " ").capitalize(), MOVE_BPM, "medium", (key,))
    raise BadInput(
        "There is no built-in dance called '{name}'.",
        "It may be misspelt.",
        "Choose one of: {known}.",
        key="unknown_dance",
        name=key[:60],
        known=", ".join([*DANCES, *MOVES]),
    )


MOVE_BPM = 112.5
"""Tempo of a move that is danced by itself: 8 frames a beat at 15 frames per second."""


def dance_motion(key: str, num_frames: int, fps: float) -> Array:
    """Pose channels `f channels` of a dance of the library.

    Raises BadInput for a dance that does not exist.
    """
    dance = find_dance(key)
    return phrase(dance.moves, dance.bpm, fps, num_frames, beats_each=dance.beats_each)


def dance_poses(
    key: str, num_frames: int, fps: float = 15.0, size: tuple[int, int] = (256, 256)
) -> Poses:
    """The 133 keypoints of a neutral dancer who dances it.

    Args:
        key: a key of DANCES, or of MOVES.
        num_frames: how many frames, at least 1.
        fps: frames a second.
        size: (width, height) of the picture that the keypoints are for.

    Raises BadInput for a dance that does not exist.
    """
    motion = dance_motion(key, num_frames, fps)
    # Visibility is found by drawing, which needs no more than a small picture of the same shape.
    w, h = size
    small = (max(16, round(128 * w / max(w, h))), max(16, round(128 * h / max(w, h))))
    stage = Stage(Look(background="studio"), motion, small, fitted(Framing(scale=0.74), size))
    keypoints, scores = [], []
    for i in range(len(stage)):
        frame = stage.frame(i)  # its picture is not kept
        keypoints.append(frame.keypoints)
        scores.append(frame.score)
    return Poses(np.stack(keypoints), np.stack(scores), "wholebody133", size)
