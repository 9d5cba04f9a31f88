"""One worker per home: a lock that the system takes back when its holder dies, however it dies."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable
from pathlib import Path


class Lock:
    """An exclusive lock on a home, held until `release` or until the process ends.

    It is a write transaction on a database file of its own: SQLite's file locks work on every
    system that Python runs on, and no stale lock can be left behind.
    """

    def __init__(self, home: Path) -> None:
        self._db = sqlite3.connect(home / "worker.lock", timeout=0, isolation_level=None)

    def acquire(self, give_up: Callable[[], bool]) -> bool:
        """Wait for the lock; False if `give_up` said so first."""
        while not give_up():
            try:
                self._db.execute("BEGIN EXCLUSIVE")
            except sqlite3.OperationalError:  # another worker holds it
                time.sleep(0.2)
            else:
                return True
        return False

    def release(self) -> None:
        """Let the next worker have it."""
        self._db.close()
