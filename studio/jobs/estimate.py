"""How long a job will take on this machine, learnt from the jobs it has done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from engine.catalogue import QUALITY_STEPS
from engine.models.makers import BUILT_IN
from studio.jobs.job import Job

_START, _FRAME, _STEP = 1.0, 0.1, 0.05
"""Seconds to begin, per frame (drawing, decoding, writing), and per frame and denoising step, where
a machine has no history of its own. Jobs of 8, 24 and 48 frames with pocket took 0.6 to 1.3 times
as many seconds of one core, the first after a start the most."""

_PUBLISHED_SIDE = 576
"""Of pictures whose setting `resolution` is 0, of a published model (specs/mimicmotion.md b.1)."""

_LONG = 16 / 9
"""Pixels of a portrait or landscape picture, in those of a square one with the same shorter side.
The processor takes as many times longer with pocket."""

_MANY = 4
"""So many different sizes are needed before the time to begin is learnt, too."""


def expected_seconds(
    done: Sequence[Job], settings: Mapping[str, Any], model: str = BUILT_IN
) -> float | None:
    """Seconds for a job with these settings, or None when that is not known beforehand.

    `done` are finished jobs of the same model, the one that is asked for. What they took is set
    against what the constants above say, by the median of their ratios. With enough different
    sizes the time to begin is learnt as well: the line of Theil and Sen (median of the slopes
    between all pairs), which three jobs in ten may miss by any amount, because the machine was
    busy or slept, without moving it. For a published model the constants only say how the work
    grows with frames, steps and pixels: the same video takes seconds on one machine and hours on
    another, so without a job of its own there is no number.
    """
    work = _work(settings, model)
    if work is None:
        return None
    past = [
        (size, job.ended - job.started)
        for job in done
        if job.model == model
        and (size := _work({**job.settings, **_made(job)}, model)) is not None
        and job.started is not None
        and job.ended is not None
    ]
    if not past:
        return _START + work if model == BUILT_IN else None
    works, seconds = np.array(past, dtype=float).T
    if len(set(works)) >= _MANY:
        slope = np.median([(b[1] - a[1]) / (b[0] - a[0]) for a, b in _pairs(past)])
        start = np.median(seconds - slope * works)
        if slope > 0 and start >= 0:
            return float(start + slope * work)
    return float(np.median(seconds / (_START + works)) * (_START + work))


def _work(settings: Mapping[str, Any], model: str) -> float | None:
    """Seconds by the constants, without the beginning; of a published model in its own unit."""
    built_in = model == BUILT_IN
    frames = settings.get("num_frames")
    steps = settings.get("num_inference_steps")
    usual = QUALITY_STEPS["pocket" if built_in else "released"]
    steps = steps or usual.get(settings.get("quality", ""))
    if not frames or not steps:
        return None
    side = _PUBLISHED_SIDE if built_in else settings.get("resolution") or _PUBLISHED_SIDE
    area = (float(side) / _PUBLISHED_SIDE) ** 2
    shape = settings.get("shape") or "auto"
    if shape != "square" and not (built_in and shape == "auto"):
        area *= _LONG
    return float(frames) * (_FRAME + _STEP * float(steps)) * area


def _made(job: Job) -> dict[str, Any]:
    """What was made in fact: a whole dance has its length only in the record."""
    facts = {"num_frames": job.record.get("frames"), "num_inference_steps": job.record.get("steps")}
    return {name: value for name, value in facts.items() if isinstance(value, int) and value > 0}


def _pairs(past: Sequence[tuple[float, float]]) -> list[tuple[Any, Any]]:
    return [(a, b) for a, b in combinations(past, 2) if a[0] != b[0]]
