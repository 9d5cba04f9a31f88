"""What is kept, and for how long: old results go, and what crashes left behind."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from studio.jobs import files
from studio.jobs.job import Job, is_id
from studio.jobs.store import Store

_DAY = 86_400.0
_STRAY_SECONDS = 3600.0
"""A folder without a row may be a job whose files are just being copied: it gets this long."""
_EVERY_SECONDS = 600.0


@dataclass(frozen=True)
class Retention:
    """How long jobs that ended are kept; None keeps them for ever.

    Attributes:
        days: since they ended.
        total_bytes: of the files of all jobs together.
    """

    days: float | None = None
    total_bytes: int | None = None


def sweep(
    store: Store,
    rules: Retention,
    now: float | None = None,
    discard: Callable[[Job], bool] | None = None,
) -> int:
    """Remove what the rules no longer keep, oldest first, and return how many jobs went.

    `discard` removes a job that ended and says whether it went; by default its row and its folder.

    A job that runs or waits is never removed, nor is anything that is not a job's folder. Folders
    that belong to no job (a crash between the folder and its row, or between the row and its
    folder) go, and so does the scratch folder of a job that is done.
    """
    now = time.time() if now is None else now
    discard = discard or store.discard
    _sweep_strays(store, now)
    gone = 0
    kept = []
    for job in store.ended():
        if rules.days is not None and (job.ended or 0.0) < now - rules.days * _DAY:
            gone += discard(job)
        else:
            kept.append(job)
            if job.state == "done":
                files.remove(job.scratch)
    if rules.total_bytes is not None:
        total = files.size(store.folder)
        for job in kept:
            if total <= rules.total_bytes:
                break
            size = files.size(job.folder)
            if discard(job):
                gone += 1
                total -= size
    store.forget_owners()
    return gone


def _sweep_strays(store: Store, now: float) -> None:
    folders = [path for path in store.folder.iterdir() if is_id(path.name)]
    known = store.keys()  # after the folders: every folder older than this has its row by now
    for folder in folders:
        try:
            stray = folder.name not in known and folder.stat().st_mtime < now - _STRAY_SECONDS
        except FileNotFoundError:  # deleted by its owner since
            continue
        if stray:
            files.remove(folder)


class Housekeeper:
    """Sweeps a home from a thread: when it starts, and every ten minutes from then on.

    Args:
        store: the jobs.
        rules: which of those that ended are kept.
        every: seconds between two rounds.
        discard: as for `sweep`.
        more: what else is swept in each round.
    """

    def __init__(
        self,
        store: Store,
        rules: Retention,
        every: float = _EVERY_SECONDS,
        discard: Callable[[Job], bool] | None = None,
        more: Sequence[Callable[[], object]] = (),
    ) -> None:
        self._every = every
        self._rounds = (lambda: sweep(store, rules, discard=discard), *more)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._work, name="housekeeper", daemon=True)

    def start(self) -> None:
        """Start sweeping."""
        self._thread.start()

    def close(self) -> None:
        """Stop; waits for the sweep that is under way."""
        self._closing.set()
        self._thread.join()

    def _work(self) -> None:
        while True:
            for clean in self._rounds:
                # A file that cannot be read or a full disk: the next round tries again.
                with suppress(OSError, sqlite3.OperationalError):
                    clean()
            if self._closing.wait(self._every):
                return
