"""What a visitor's page shows now, computed from the store and nothing else."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.examples import Examples
from studio.jobs.job import Job
from studio.jobs.pieces import Piece, watchable
from studio.jobs.store import Store
from studio.parts.card import sample_status, status
from studio.parts.shelf import contents
from studio.words import Language, say


@dataclass(frozen=True)
class View:
    """The state of one page.

    Attributes:
        shown: id of the job on the stage, or key of a sample; None when the stage is empty.
        card, shelf: values of the parts.
        video: the finished file of the job on the stage.
        pieces: what can be watched of it while it is being made.
        button: what the big button says.
        live: whether something of this visitor runs or waits, so that it is worth looking again.
    """

    shown: str | None
    card: Mapping[str, Any]
    shelf: Mapping[str, Any]
    video: Path | None
    pieces: tuple[Piece, ...]
    button: str
    live: bool

    def marks(self) -> dict[str, str]:
        """A short mark of each part, so that only what changed is sent again."""
        card = [self.card, [piece.path.name for piece in self.pieces]]
        parts = {"card": card, "shelf": self.shelf, "button": self.button}
        marks = {name: _mark(part) for name, part in parts.items()}
        marks["video"] = str(self.video)
        marks["live"] = str(self.live)
        return marks


def look(
    store: Store,
    owner: str | None,
    shown: object,
    language: Language,
    examples: Examples | None = None,
) -> View:
    """The view of `owner`, with the job or the sample `shown` on the stage.

    Without one, the most interesting job is there, or the first sample while there is no job.
    """
    jobs = _latest(store, owner) if owner else []
    job = store.get(shown, owner) if owner else None
    sample = examples.sample(shown) if examples else None
    if job is None and sample is None:
        job = _leading(jobs)
    if job is None and sample is None and examples and examples.samples:
        sample = examples.samples[0]
    live = any(one.live for one in jobs)
    place = store.place(job.id) if job is not None and job.state == "queued" else 0
    pieces = watchable(job) if job is not None else ()
    more = job is not None and store.resumable(job)
    return View(
        shown=job.id if job else sample.key if sample else None,
        card=sample_status(sample, language)
        if sample
        else status(job, place, language, pieces, store.limits.frames, more),
        shelf=contents(jobs, job.id if job else None, language),
        video=job.result if job and job.state == "done" and job.result.exists() else None,
        pieces=pieces,
        button=say("add_to_queue" if live else "make", language),
        live=live,
    )


def _latest(store: Store, owner: str) -> list[Job]:
    """The owner's latest jobs, and the one that runs however many were queued after it."""
    jobs = store.recent(owner)
    running = store.page(owner, 1, states=("running",))
    return jobs + [job for job in running if job.id not in {one.id for one in jobs}]


def _leading(jobs: list[Job]) -> Job | None:
    """What runs, else what waits longest, else the newest."""
    running = [job for job in jobs if job.state == "running"]
    queued = [job for job in reversed(jobs) if job.state == "queued"]
    return next(iter([*running, *queued, *jobs]), None)


def _mark(part: object) -> str:
    return hashlib.sha256(json.dumps(part, default=str).encode()).hexdigest()
