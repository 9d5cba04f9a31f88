"""Keeps the worker process alive, explains its death, and stops it when it does not listen."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from typing import Literal, TypeAlias

from studio.environment import ROOT, for_computing
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.jobs.trouble import REPLACE_STATUS, explain_end, too_slow

WORKER = (sys.executable, "-m", "studio.jobs.worker")

_LOOK_SECONDS = 0.25
_QUICK_DEATH_SECONDS = 20.0
_LONGEST_PAUSE_SECONDS = 60.0
_WORRYING_DEATHS = 3

Ended: TypeAlias = Literal["by_itself", "stopped", "too_slow"]
"""Why a worker ended; the last two are our doing, for its owner's wish or for the time it took."""


class Supervisor:
    """Starts a worker, watches it from a thread, and starts another when it ends.

    Args:
        store: the home's jobs.
        command: how a worker is started; the home and the worker's name are appended.
        patience: seconds that a running job has to react to "stop" before its process is ended.
    """

    def __init__(
        self, store: Store, command: Sequence[str] = WORKER, patience: float = 10.0
    ) -> None:
        self._store = store
        self._command = tuple(command)
        self._patience = patience
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="supervisor", daemon=True)

    def start(self) -> None:
        """Start the worker and the thread that watches it."""
        self._thread.start()

    def close(self) -> None:
        """End the worker; its running job becomes "interrupted"."""
        self._closing.set()
        self._thread.join()

    def _watch(self) -> None:
        early_deaths = 0
        pause = 0.0
        while not self._closing.wait(pause):
            name = uuid.uuid4().hex
            born = time.monotonic()
            worked = False
            with suppress(OSError):  # no memory for another process just now: as an early death
                with self._spawn(name) as process:
                    ended = self._attend(process, name)
                if self._closing.is_set():
                    return  # the next worker marks what a closing server leaves as interrupted
                worked = self._explain(name, process.returncode, ended)
                worked = worked or process.returncode == REPLACE_STATUS
            if worked or time.monotonic() - born >= _QUICK_DEATH_SECONDS:
                early_deaths, pause = 0, 0.0
                continue
            # It died young and without a job, so the next one may, too: do not spin, and say so.
            early_deaths += 1
            pause = min(2.0 ** (early_deaths - 1), _LONGEST_PAUSE_SECONDS)
            if early_deaths >= _WORRYING_DEATHS:
                with suppress(sqlite3.OperationalError):
                    self._store.hold("worker")

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        # Standard input is the leash: see studio.jobs.worker.
        return subprocess.Popen(
            [*self._command, str(self._store.home.absolute()), name],
            stdin=subprocess.PIPE,
            cwd=ROOT,
            env=for_computing(os.environ) | {"STUDIO_HOME": str(self._store.home.absolute())},
        )

    def _attend(self, process: subprocess.Popen[bytes], name: str) -> Ended:
        """Wait for the worker's end, or bring it about when its job has to stop."""
        while process.poll() is None:
            if self._closing.wait(_LOOK_SECONDS):
                process.kill()
                break
            job = self._job_of(name)
            ended = self._due(job) if job else None
            if ended is not None:
                process.terminate()
                try:
                    process.wait(timeout=2)
                except subprocess.TimeoutExpired:
                    process.kill()
                return ended
        return "by_itself"

    def _due(self, job: Job) -> Ended | None:
        """Why a running job has to end now; None if it may go on."""
        now, most = time.time(), self._store.limits.seconds
        if job.cancel_wanted is not None:
            return "stopped" if now - job.cancel_wanted > self._patience else None
        return "too_slow" if most is not None and job.worked(now) > most else None

    def _job_of(self, name: str) -> Job | None:
        try:
            return self._store.running_of(name)
        except sqlite3.OperationalError:  # the disk is full or slow: look again later
            return None

    def _explain(self, name: str, status: int, ended: Ended) -> bool:
        """Say why the dead worker's job has no result; False if it had no job.

        If the store cannot be written now, the next worker marks the job as interrupted.
        """
        job = self._job_of(name)
        if job is None:
            return ended != "by_itself"
        with suppress(sqlite3.OperationalError):
            if ended == "too_slow":
                self._store.fail(job.id, too_slow(self._store.limits.seconds or 0))
            elif ended == "stopped" or job.cancel_wanted is not None:
                self._store.cancelled(job.id)
            else:
                self._store.fail(job.id, explain_end(status))
        return True
