"""How many frames a second a dance gives, and how many; free of torch, so that a screen can plan.

The engine cuts a dance by these functions and the studio turns seconds into frames by them, so what
is foreseen is what is made.
"""

from __future__ import annotations

import math

MODEL_FPS = 15.0
"""The rate MimicMotion was trained at; clips are thinned to about it, at their own speed."""

ASSUMED_FPS = 30.0
"""Of keypoints that do not say how fast they are."""

_ROUNDED = 1e-3
"""Seconds by which `data.video` lets a frame be late: times in files are rounded."""


def thinned(rate: float) -> float:
    """The rate nearest to 15 that takes every n-th frame of a clip of this rate, 1 at least."""
    return max(1.0, rate / max(1, round(rate / MODEL_FPS)))


def film_rate(own: float, fps: float) -> float:
    """Frames per second of the result for a film of `own`, 0 where that is not known.

    `fps` is the setting: 0 keeps the tempo at about 15.
    """
    return fps or thinned(own or MODEL_FPS)


def film_frames(seconds: float, rate: float, num_frames: int) -> int:
    """How many frames a film of this length gives at `rate`, at most `num_frames` unless it is 0.

    A frame counts when it begins before the film's end.
    """
    whole = max(1, math.ceil((seconds - _ROUNDED) * rate))
    return min(whole, num_frames) if num_frames else whole


def keypoint_rate(own: float | None, fps: float) -> float:
    """Frames per second of the result for keypoints of `own`, None where they do not say."""
    return fps or thinned(own or ASSUMED_FPS)


def keypoint_frames(count: int, own: float | None, rate: float, num_frames: int) -> int:
    """How many frames `count` poses give at `rate`, at most `num_frames` unless it is 0."""
    whole = max(1, int(count * rate / (own or ASSUMED_FPS) + 1e-6))
    return min(whole, num_frames) if num_frames else whole
