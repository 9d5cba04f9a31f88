"""How fast an own dance is and how long a video of it gets, from what was found of its file.

This is the engine's own arithmetic (`engine.exchange.pace`): what the page foresees, what is held
against the limits and what is made are the same frames. The facts are those of `intake.Verdict`;
without any, as of a built-in dance, the rate is the usual one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.exchange.pace import film_frames, film_rate, keypoint_frames, keypoint_rate


def rate_of(facts: Mapping[str, Any], fps: float = 0.0) -> float:
    """Frames per second of the video; `fps` is the setting, 0 where it is left to the dance."""
    if "frames" in facts:
        return keypoint_rate(facts.get("fps"), fps)
    return film_rate(facts.get("fps") or 0.0, fps)


def frames_of(facts: Mapping[str, Any], settings: Mapping[str, Any]) -> int:
    """How many frames the video gets: as many as are asked for, at most those that the dance has.

    0 where neither says so.
    """
    asked = int(settings.get("num_frames") or 0)
    rate = rate_of(facts, float(settings.get("fps") or 0))
    if "frames" in facts:
        return keypoint_frames(facts["frames"], facts.get("fps"), rate, asked)
    if "seconds" in facts:
        return film_frames(float(facts["seconds"]), rate, asked)
    return asked
