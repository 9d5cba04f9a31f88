"""How long a job will take on this machine, learnt from the jobs it has done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from studio.jobs.job import Job

_START_SECONDS = 4.0
_SECONDS_PER_FRAME_STEP = 0.08
"""Pocket on two cores, before this machine has a history of its own."""

_QUALITY_STEPS: Mapping[str, int] = {"draft": 1, "standard": 2, "best": 4}
"""Only their ratios count: what one step takes is learnt."""


def expected_seconds(done: Sequence[Job], settings: Mapping[str, Any]) -> float | None:
    """Seconds for a job with these settings, or None when its length is not known beforehand.

    Time is modelled as `start + rate * frames * steps`, a line fitted to the jobs in `done`. With
    fewer than two different sizes the line cannot be fitted: then only its rate is learnt.
    """
    size = _size(settings)
    if size is None:
        return None
    past = [
        (one, job.ended - job.started)
        for job in done
        if (one := _size(job.settings)) and job.started is not None and job.ended is not None
    ]
    if not past:
        return _START_SECONDS + _SECONDS_PER_FRAME_STEP * size
    sizes, times = zip(*past, strict=True)
    if len(set(sizes)) > 1:
        rate, start = np.polyfit(sizes, times, 1)
        if rate > 0 and start >= 0:
            return float(start + rate * size)
    usual, usual_size = float(np.median(times)), float(np.median(sizes))
    start = min(_START_SECONDS, usual / 2)
    return start + (usual - start) * size / usual_size


def _size(settings: Mapping[str, Any]) -> float | None:
    """Frames times steps."""
    frames = settings.get("num_frames")
    steps = settings.get("num_inference_steps") or _QUALITY_STEPS.get(settings.get("quality", ""))
    return float(frames) * float(steps) if frames and steps else None
