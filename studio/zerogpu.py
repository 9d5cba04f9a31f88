"""Spaces with ZeroGPU: the same job body inside a call that is lent a GPU, instead of a worker.

There a GPU belongs to no process of ours. `spaces.GPU` runs one function in a fork that has it, on
the quota of the visitor in whose event it was called. So the page of each visitor asks every few
seconds for its turn, and when the next job in line is this visitor's, it is run inside that event.
Who closed the page asks no more; their jobs wait for them and let the others' go first.
All that the fork has to say goes through the store and the job's folder, as from a worker; the job
survives a reload, because Gradio lets a plain function run to its end.
"""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Callable
from typing import Any, Protocol

import gradio as gr

from studio.jobs.estimate import expected_seconds
from studio.jobs.home import owner_of
from studio.jobs.job import Job
from studio.jobs.lock import Lock
from studio.jobs.room import Room
from studio.jobs.store import Store
from studio.jobs.worker import Generate, engine, run

_ASK_SECONDS = 2.0
_LEAST_SECONDS, _MOST_SECONDS = 30, 240
_UNKNOWN_SECONDS = 120


class Lender(Protocol):
    """`spaces.GPU`: decorates a function that gets a GPU for so many seconds."""

    def __call__(self, *, duration: Callable[..., int]) -> Callable[..., Any]: ...


class ZeroGpu:
    """Runs the jobs of one store, each inside an event of its owner's page.

    Args:
        store: the home's jobs.
        gpu: `spaces.GPU`; by default from the package `spaces`, which must be imported before
            torch is, and must see a decorated function before the page is launched.
        build: makes the engine; called in the fork.
    """

    def __init__(
        self, store: Store, gpu: Lender | None = None, build: Callable[[], Generate] = engine
    ) -> None:
        self._store = store
        self._build = build
        self._name = uuid.uuid4().hex
        self._lock = Lock(store.home)
        self._room = Room(store)
        lender: Lender = gpu or importlib.import_module("spaces").GPU
        self._lent = lender(duration=self.seconds)(self._run)

    def start(self) -> None:
        """Take over from a server that ended; what it was at is marked as interrupted."""
        self._lock.acquire(give_up=lambda: False)
        self._store.interrupt_orphans()

    def close(self) -> None:
        """Let another server take over."""
        self._lock.release()

    def attach(self, page: gr.Blocks) -> None:
        """Let every page ask for its turn; one job at a time has the GPU."""
        token = next(one for one in page.blocks.values() if isinstance(one, gr.BrowserState))
        with page:
            gr.Timer(_ASK_SECONDS).tick(
                self.turn, token, None, concurrency_limit=1, concurrency_id="gpu",
                show_progress="hidden", api_visibility="private", trigger_mode="once",
            )  # fmt: skip

    def turn(self, token: object) -> None:
        """Run the next job if it is this visitor's, and return when it has ended.

        While the disk is full none is, as in the worker.
        """
        owner = owner_of(token)
        if owner is None:
            return
        self._store.presence.ask(owner)
        job = self._store.take(self._name, owner) if self._room.is_there() else None
        if job is None:
            return
        try:
            with self._store.presence.pause():  # one job at a time, and the rest of the pages wait
                self._lent(job)
        finally:  # no quota, too slow, or the fork died: the job has not said so itself
            left = self._store.running_of(self._name)
            if left is not None:
                self._store.interrupt_orphans()

    def seconds(self, job: Job) -> int:
        """How long the GPU is asked for: twice what such jobs took here, within bounds."""
        usual = expected_seconds(
            self._store.finished(job.system, job.model), job.settings, job.model
        )
        video = job.kind == "video"
        wish = 2 * usual if video and usual is not None else _UNKNOWN_SECONDS
        return int(min(max(wish, _LEAST_SECONDS), _MOST_SECONDS))

    def _run(self, job: Job) -> None:
        run(self._store, job, self._build())
