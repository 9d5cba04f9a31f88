"""The worker's side of the store: to take a job, to say how far it is, to end it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Mapping
from typing import Any

from studio.jobs.files import remove
from studio.jobs.job import Job, Trouble
from studio.jobs.ledger import OWNER, TURN, Ledger, order_in


class WorkerSide(Ledger):
    """What the one process that makes videos does with everyone's jobs."""

    def take(self, worker: str, owner: str | None = None) -> Job | None:
        """Make the next waiting job of who is here this worker's, or None if none waits.

        With `owner` it is only taken if it is theirs.
        """
        with self._transaction() as db:
            key = next(order_in(db, self.presence.here()), None)
            if key is None:
                return None
            (whose,) = db.execute(OWNER, (key,)).fetchone()
            if owner not in (None, whose):
                return None
            now = time.time()
            db.execute(
                "UPDATE jobs SET state = 'running', worker = ?, started = ?, beat = ?, stage = ''"
                " WHERE id = ?",
                (worker, now, now, key),
            )
            db.execute(
                f"INSERT INTO owners SELECT owner, {TURN} + 1 FROM jobs WHERE id = ?"
                " ON CONFLICT (owner) DO UPDATE SET served = excluded.served",
                (key,),
            )
        return self._must(key)

    def hold(self, reason: str) -> None:
        """Note on every waiting job why none is taken just now: the words `held_<reason>`.

        "" takes the note away.
        """
        with self._transaction() as db:
            db.execute("UPDATE jobs SET stage = ? WHERE state = 'queued'", (reason,))

    def progress(
        self, key: str, step: int, total: int, stage: str, seconds_left: float | None
    ) -> None:
        """Note how far a running job is."""
        with self._transaction() as db:
            db.execute(
                "UPDATE jobs SET step = ?, total = ?, stage = ?, seconds_left = ?, beat = ?"
                " WHERE id = ? AND state = 'running'",
                (step, total, stage, seconds_left, time.time(), key),
            )

    def finish(self, key: str, record: Mapping[str, Any]) -> None:
        """The result lies in the job's folder: the job is done."""
        self._end(key, "done", Trouble(), record)
        remove(self.folder / key / "scratch")

    def fail(self, key: str, trouble: Trouble) -> None:
        """The job ended without a result."""
        self._end(key, "failed", trouble, {"trouble": dict(trouble.values)})

    def cancelled(self, key: str) -> None:
        """The running job was stopped as its owner asked."""
        self._end(key, "cancelled", Trouble(), {})

    def interrupt_orphans(self) -> int:
        """Mark what still says "running" as interrupted.

        Only for the worker that holds the home's lock: then no other worker can be running it.
        """
        with self._transaction() as db:
            count = db.execute(
                "UPDATE jobs SET state = CASE WHEN cancel_wanted IS NULL"
                " THEN 'interrupted' ELSE 'cancelled' END, ended = ?, trouble = 'interrupted'"
                " WHERE state = 'running'",
                (time.time(),),
            ).rowcount
            unwanted = _drop_unwanted(db)
        for key in unwanted:
            remove(self.folder / key)
        return count

    def _end(self, key: str, state: str, trouble: Trouble, record: Mapping[str, Any]) -> None:
        with self._transaction() as db:
            db.execute(
                "UPDATE jobs SET state = ?, ended = ?, seconds_left = NULL,"
                " what = ?, why = ?, fix = ?, trouble = ?, record = ?"
                " WHERE id = ? AND state = 'running'",
                (
                    state,
                    time.time(),
                    trouble.what,
                    trouble.why,
                    trouble.fix,
                    trouble.key,
                    json.dumps(dict(record), default=str),
                    key,
                ),
            )
            unwanted = _drop_unwanted(db)
        for gone in unwanted:
            remove(self.folder / gone)


def _drop_unwanted(db: sqlite3.Connection) -> list[str]:
    """Forget the jobs that were deleted while they ran and have ended; their folders can go."""
    rows = db.execute("SELECT id FROM jobs WHERE unwanted AND state != 'running'").fetchall()
    db.execute("DELETE FROM jobs WHERE unwanted AND state != 'running'")
    return [row["id"] for row in rows]
