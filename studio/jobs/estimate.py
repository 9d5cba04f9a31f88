"""How long a job will take on this machine and how much memory, learnt from the jobs it has done.

The arithmetic is the engine's (`engine.exchange.forecast`); a job is a video that it learns from.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.exchange import forecast
from engine.exchange.forecast import Past
from engine.exchange.windowing import Places, foreseen
from engine.models.makers import BUILT_IN
from studio.jobs.job import Job


def expected_seconds(
    done: Sequence[Job], settings: Mapping[str, Any], model: str = BUILT_IN
) -> float | None:
    """Seconds for a job with these settings, or None when that is not known beforehand.

    `done` are finished jobs; only those of the same model, the one that is asked for, count.
    """
    return forecast.expected_seconds(_past(done, model), settings, model)


def expected_bytes(
    done: Sequence[Job],
    settings: Mapping[str, Any],
    model: str = BUILT_IN,
    places: Places | None = None,
) -> int | None:
    """The most memory of such a job, in the same way, with the windows that it will have here."""
    if places is not None and settings.get("num_frames"):
        settings = {**settings, "window_size": foreseen(settings, model, places).window}
    return forecast.expected_bytes(_past(done, model), settings, model)


def expectation(
    done: Sequence[Job], job: Job, places: Places | None = None
) -> dict[str, float | int]:
    """What is expected of a job before it begins, to be kept beside what it then took."""
    seconds = expected_seconds(done, job.settings, job.model)
    size = expected_bytes(done, job.settings, job.model, places)
    return {
        **({} if seconds is None else {"seconds": round(seconds, 2)}),
        **({} if size is None else {"peak_bytes": size}),
    }


def _past(done: Sequence[Job], model: str) -> list[Past]:
    return [
        forecast.past(job.settings, job.record, job.ended - job.started)
        for job in done
        if job.model == model and job.started is not None and job.ended is not None
    ]
