"""How long a video will take on this machine and how much memory, learnt from those it has made.

Free of torch, so that a screen can say it before anything is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from engine.catalogue import QUALITY_STEPS
from engine.exchange.shapes import PUBLISHED_RESOLUTION
from engine.models.makers import BUILT_IN
from engine.models.sizes import window_of

_START, _FRAME, _STEP = 1.0, 0.1, 0.05
"""Seconds to begin, per frame (drawing, decoding, writing), and per frame and denoising step, where
a machine has no history of its own. Measured beside them, as all of these for pocket, by
`python -m tests.bench.forecast_constants`: jobs took 0.6 to 1.0 times as many seconds of one core,
the first after a start 2.3 times."""

_HELD = {True: 0.93e9, False: 4e9}
"""Bytes that lie there whatever is made, of the built-in model and of published ones (computed, not
measured: their weights in bf16). Videos of 8, 16, 64 and 600 frames with pocket took 1.00, 1.05,
1.09 and 1.15 GB on two cores; the command above makes them again."""

_TOGETHER = {True: 7.3e6, False: 90e6}
"""Bytes of each frame of a window, from the same videos; of published models, for 576x1024,
computed with `sampling/footprint.py`."""

_WAITING = {True: 0.03, False: 0.07}
"""What a frame outside the window takes, of one inside: its latents; on a graphics card, where
published models are, its pose's features as well."""

_LONG = 16 / 9
"""Pixels of a portrait or landscape picture, in those of a square one with the same shorter side.
The processor takes as many times longer with pocket."""

_MANY = 4
"""So many different sizes are needed before what every video takes alike is learnt, too."""


@dataclass(frozen=True)
class Past:
    """A finished video.

    Attributes:
        settings: what was asked, and as `num_frames`, `num_inference_steps` and `window_size` what
            was made in fact.
        seconds, peak_bytes: what it took; None where that is not known or says nothing.
    """

    settings: Mapping[str, Any]
    seconds: float | None = None
    peak_bytes: int | None = None


def past(
    settings: Mapping[str, Any], record: Mapping[str, Any], seconds: float | None = None
) -> Past:
    """A finished video from its settings and its record; `seconds` if not those of the record.

    A run that went on where an earlier one was cut says nothing of the time a whole one takes.
    """
    made = {"num_frames": "frames", "num_inference_steps": "steps", "window_size": "window"}
    facts = {name: record.get(key) for name, key in made.items()}
    whole = not record.get("resumed")
    peak = record.get("peak_bytes")
    return Past(
        {**settings, **{name: fact for name, fact in facts.items() if _counts(fact)}},
        (seconds if seconds is not None else record.get("seconds")) if whole else None,
        peak if _counts(peak) else None,
    )


def expected_seconds(
    done: Sequence[Past], settings: Mapping[str, Any], model: str = BUILT_IN
) -> float | None:
    """Seconds for a video with these settings, or None when that is not known beforehand.

    `done` are videos of the same model. For a published model the constants only say how the work
    grows with frames, steps and pixels: the same video takes seconds on one machine and hours on
    another, so without a video of its own there is no number.
    """
    work = _work(settings, model)
    if work is None:
        return None
    known = [
        (size, one.seconds)
        for one in done
        if one.seconds is not None and (size := _work(one.settings, model)) is not None
    ]
    if not known:
        return _START + work if model == BUILT_IN else None
    return _learnt(known, _START, work)


def expected_bytes(
    done: Sequence[Past], settings: Mapping[str, Any], model: str = BUILT_IN
) -> int | None:
    """The most memory that a video will take, as `PeakMemory` counts it, or None as for the time.

    Only videos with the same `memory` count: a smaller one is there to take less.
    """
    size = _size(settings, model)
    if size is None:
        return None
    built_in = model == BUILT_IN
    kind = settings.get("memory") or "auto"
    known = [
        (size_then, float(one.peak_bytes))
        for one in done
        if one.peak_bytes is not None
        and (one.settings.get("memory") or "auto") == kind
        and (size_then := _size(one.settings, model)) is not None
    ]
    if not known:
        return round(_HELD[built_in] + size) if built_in else None
    return round(_learnt(known, _HELD[built_in], size))


def _learnt(known: Sequence[tuple[float, float]], start: float, work: float) -> float:
    """What `work` takes, from what other work took; by the constants it would be `start + work`.

    What they took is set against what the constants say, by the median of their ratios. With enough
    different sizes the beginning is learnt as well: the line of Theil and Sen (median of the slopes
    between all pairs), which three in ten may miss by any amount, because the machine was busy or
    slept, without moving it.
    """
    works, taken = np.array(known, dtype=float).T
    if len(set(works)) >= _MANY:
        pairs = [(a, b) for a, b in combinations(known, 2) if a[0] != b[0]]
        slope = np.median([(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairs])
        begin = np.median(taken - slope * works)
        if slope > 0 and begin >= 0:
            return float(begin + slope * work)
    return float(np.median(taken / (start + works)) * (start + work))


def _work(settings: Mapping[str, Any], model: str) -> float | None:
    """Seconds by the constants, without the beginning; of a published model in its own unit."""
    frames = settings.get("num_frames")
    steps = settings.get("num_inference_steps")
    usual = QUALITY_STEPS["pocket" if model == BUILT_IN else "released"]
    steps = steps or usual.get(settings.get("quality", ""))
    if not frames or not steps:
        return None
    return float(frames) * (_FRAME + _STEP * float(steps)) * _area(settings, model)


def _size(settings: Mapping[str, Any], model: str) -> float | None:
    """Bytes by the constants, without what every video takes."""
    frames = settings.get("num_frames")
    if not frames:
        return None
    window = settings.get("window_size") or window_of(model)
    together = min(float(frames) + 1, float(window))  # the photo has a slot of its own
    waiting = float(frames) + 1 - together
    each = _TOGETHER[model == BUILT_IN] * _area(settings, model)
    return (together + _WAITING[model == BUILT_IN] * waiting) * each


def _area(settings: Mapping[str, Any], model: str) -> float:
    """Pixels of a picture, in those of a square one of the usual size."""
    built_in = model == BUILT_IN
    side = 0 if built_in else settings.get("resolution")
    area = (float(side or PUBLISHED_RESOLUTION) / PUBLISHED_RESOLUTION) ** 2
    shape = settings.get("shape") or "auto"
    return area * _LONG if shape != "square" and not (built_in and shape == "auto") else area


def _counts(value: object) -> bool:
    return isinstance(value, int) and value > 0
