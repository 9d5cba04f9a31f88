"""What went wrong with a job: from an exception, or the end of a process, to words for a person."""

from __future__ import annotations

import signal
import sqlite3
import traceback
from dataclasses import replace
from pathlib import Path

from engine.errors import StudioError, filled_the_disk, ran_out_of_memory
from studio.jobs.job import Job, Trouble

MEMORY = Trouble(key="memory")
DISK = Trouble(key="disk")
UNEXPECTED = Trouble(key="unexpected")
WORKER_DIED = Trouble(key="worker_died")


def too_slow(seconds: float) -> Trouble:
    """That a job took longer than one may here."""
    return Trouble(key="too_slow", values={"minutes": f"{seconds / 60:g}"})


REPLACE_STATUS = 75
"""A worker that ran out of memory has told so and ends with this, for a fresh one to go on."""


def explain(error: Exception) -> Trouble:
    """Why the engine stopped; what the engine does not explain itself is told by its kind."""
    if ran_out_of_memory(error) and not isinstance(error, StudioError):
        return MEMORY
    if isinstance(error, StudioError):
        return Trouble(error.what, error.why, error.fix, error.key, error.values)
    if filled_the_disk(error) or (
        isinstance(error, sqlite3.OperationalError) and "full" in str(error)
    ):
        return DISK
    return UNEXPECTED


def without_folders(trouble: Trouble) -> Trouble:
    """The same for somebody who has nothing to do with this machine's folders: files by name."""
    names = {
        value: Path(value).name for value in trouble.values.values() if Path(value).is_absolute()
    }

    def told(text: str) -> str:
        for path in sorted(names, key=len, reverse=True):
            text = text.replace(path, names[path])
        return text

    return replace(
        trouble,
        what=told(trouble.what),
        why=told(trouble.why),
        fix=told(trouble.fix),
        values={key: told(value) for key, value in trouble.values.items()},
    )


def explain_end(status: int) -> Trouble:
    """Why a worker process ended in the middle of a job, by its exit status."""
    killed = status == -getattr(signal, "SIGKILL", 9)  # how Linux ends what eats all memory
    return MEMORY if killed else WORKER_DIED


def report(error: Exception, job: Job) -> str:
    """The error with its traceback for the job's log, without what the user wrote.

    Files go by their roles inside a job's folder, so that their names cannot appear either.
    """
    text = "".join(traceback.format_exception(error))
    for said in sorted({*job.words.values(), job.title} - {""}, key=len, reverse=True):
        text = text.replace(said, "<the user's words>")
    return text
