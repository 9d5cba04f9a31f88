"""What a video will take and what it took, in words: time and memory, expected and true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.amounts import memory_in_words
from studio.jobs.job import Job
from studio.words import Language, duration, say


def costs(job: Job, language: Language) -> list[tuple[str, str]]:
    """(what, how much) of a finished video, each with what was expected before it was made."""
    record: Mapping[str, Any] = job.record
    expected = record.get("expected")
    before = expected if isinstance(expected, Mapping) else {}
    found: list[tuple[str, str]] = []
    if job.started is not None and job.ended is not None:
        took, guess = job.ended - job.started, before.get("seconds")
        said = None if guess is None else duration(float(guess), language)
        found.append(
            (say("fact_time", language), _beside(duration(took, language), said, language))
        )
    if peak := record.get("peak_bytes"):
        guess = before.get("peak_bytes")
        said = None if guess is None else memory_in_words(int(guess))
        found.append((say("fact_memory", language), _beside(memory_in_words(peak), said, language)))
    return found


def _beside(took: str, expected: str | None, language: Language) -> str:
    return say("took", language, took=took, expected=expected) if expected else took
