"""Keeps the worker process alive, explains its death, and stops it when it does not listen."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Sequence

from studio.jobs.job import Trouble
from studio.jobs.store import Store

WORKER = (sys.executable, "-m", "studio.jobs.worker")

_LOOK_SECONDS = 0.25
_QUICK_DEATH_SECONDS = 20.0
_LONGEST_PAUSE_SECONDS = 60.0


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
        pause = 0.0
        while not self._closing.wait(pause):
            name = uuid.uuid4().hex
            born = time.monotonic()
            with self._spawn(name) as process:
                stopped = self._attend(process, name)
            self._explain(name, process.returncode, stopped)
            lived = time.monotonic() - born
            if stopped or lived >= _QUICK_DEATH_SECONDS:
                pause = 0.0
            else:  # it dies young: do not spin
                pause = min(max(1.0, 2 * pause), _LONGEST_PAUSE_SECONDS)

    def _spawn(self, name: str) -> subprocess.Popen[bytes]:
        # Standard input is the leash: see studio.jobs.worker.
        return subprocess.Popen(
            [*self._command, str(self._store.home), name], stdin=subprocess.PIPE
        )

    def _attend(self, process: subprocess.Popen[bytes], name: str) -> bool:
        """Wait for the worker's end; True if we ended it because its job had to stop."""
        while process.poll() is None:
            if self._closing.wait(_LOOK_SECONDS):
                process.kill()
                return False
            job = self._store.running_of(name)
            wanted = job.cancel_wanted if job else None
            if wanted is not None and time.time() - wanted > self._patience:
                process.terminate()
                try:
                    process.wait(timeout=2)
                except subprocess.TimeoutExpired:
                    process.kill()
                return True
        return False

    def _explain(self, name: str, status: int, stopped: bool) -> None:
        job = self._store.running_of(name)
        if job is None or self._closing.is_set():
            return  # the next worker marks what a closing server leaves as interrupted
        if stopped or job.cancel_wanted is not None:
            self._store.cancelled(job.id)
        elif status == -getattr(signal, "SIGKILL", 9):  # how Linux ends what eats all memory
            self._store.fail(job.id, Trouble(key="memory"))
        else:
            self._store.fail(job.id, Trouble(key="worker_died"))
