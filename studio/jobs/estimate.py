"""How long a job will take on this machine, learnt from the jobs it has done."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from studio.jobs.job import Job

_START_SECONDS = 6.0
_SECONDS_PER_FRAME_STEP = 0.04
"""Pocket on two cores, before this machine has a history of its own."""


def expected_seconds(done: Sequence[Job], num_frames: int, steps: int) -> float:
    """Seconds for `num_frames` at `steps` sampling steps, a line fitted to the jobs in `done`.

    Time is modelled as `start + rate * frames * steps`. With fewer than two different sizes the
    line cannot be fitted: then only its rate is learnt.
    """
    sizes, times = [], []
    for job in done:
        frames, count = job.settings.get("num_frames"), job.settings.get("num_inference_steps")
        if frames and count and job.started is not None and job.ended is not None:
            sizes.append(float(frames) * float(count))
            times.append(job.ended - job.started)
    size = float(num_frames) * steps
    if not sizes:
        return _START_SECONDS + _SECONDS_PER_FRAME_STEP * size
    if len(set(sizes)) > 1:
        rate, start = np.polyfit(sizes, times, 1)
        if rate > 0 and start >= 0:
            return float(start + rate * size)
    usual, usual_size = float(np.median(times)), float(np.median(sizes))
    start = min(_START_SECONDS, usual / 2)
    return start + (usual - start) * size / usual_size
