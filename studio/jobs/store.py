"""The durable list of jobs: one SQLite file that the server and the worker both write.

Every method is one transaction on a connection of its own, so threads and processes need no other
lock. A job's files lie in `jobs/<id>/` beside the database; nothing outside that folder is ever
named by a row.
"""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from studio.jobs.job import Job, Trouble, is_id, job_of

_MIGRATIONS = (
    """
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        owner TEXT NOT NULL,
        system TEXT NOT NULL,
        settings TEXT NOT NULL,
        inputs TEXT NOT NULL,
        words TEXT NOT NULL,
        consent INTEGER NOT NULL,
        state TEXT NOT NULL DEFAULT 'queued',
        cancel_wanted REAL,
        worker TEXT,
        step INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0,
        stage TEXT NOT NULL DEFAULT '',
        seconds_left REAL,
        beat REAL,
        what TEXT NOT NULL DEFAULT '',
        why TEXT NOT NULL DEFAULT '',
        fix TEXT NOT NULL DEFAULT '',
        trouble TEXT NOT NULL DEFAULT '',
        record TEXT NOT NULL DEFAULT '{}',
        created REAL NOT NULL,
        started REAL,
        ended REAL
    ) STRICT;
    CREATE INDEX jobs_by_state ON jobs (state, number);
    CREATE INDEX jobs_by_owner ON jobs (owner, number);
    """,
)
"""Each entry takes the database one version on; `PRAGMA user_version` says how many were done."""

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


class Store:
    """The jobs of one studio home.

    Args:
        home: the folder that holds `studio.db` and `jobs/`.
    """

    def __init__(self, home: Path) -> None:
        self.home = home
        self.folder = home / "jobs"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._connected() as db:
            db.execute("PRAGMA journal_mode = WAL")
        with self._transaction() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version > len(_MIGRATIONS):
                raise RuntimeError(
                    f"{home / 'studio.db'} was written by a newer studio (version {version})"
                )
            for number, script in enumerate(_MIGRATIONS[version:], version + 1):
                for statement in filter(str.strip, script.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")

    # --- the visitor's side ---------------------------------------------------------------------

    def add(
        self,
        owner: str,
        system: str,
        settings: Mapping[str, Any],
        files: Mapping[str, Path],
        words: Mapping[str, str],
        consent: bool = False,
    ) -> Job:
        """Queue a job; `files` (role -> file) are copied into the job's folder under their role."""
        key = uuid.uuid4().hex
        inputs = self.folder / key / "inputs"
        inputs.mkdir(mode=0o700, parents=True)
        names: dict[str, str] = {}
        for role, path in files.items():
            suffix = path.suffix.lower()
            names[role] = role + (suffix if _SUFFIX.fullmatch(suffix) else "")
            shutil.copyfile(path, inputs / names[role])
        with self._transaction() as db:
            db.execute(
                "INSERT INTO jobs (id, owner, system, settings, inputs, words, consent, created)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    key,
                    owner,
                    system,
                    json.dumps(dict(settings)),
                    json.dumps(names),
                    json.dumps(dict(words)),
                    int(consent),
                    time.time(),
                ),
            )
        return self._must(key)

    def get(self, key: object, owner: str) -> Job | None:
        """The owner's job of that id; None if there is none or it is another's."""
        if not is_id(key):
            return None
        rows = self._read("SELECT * FROM jobs WHERE id = ? AND owner = ?", key, owner)
        return rows[0] if rows else None

    def recent(self, owner: str, limit: int = 12) -> list[Job]:
        """The owner's jobs, newest first."""
        query = "SELECT * FROM jobs WHERE owner = ? ORDER BY number DESC LIMIT ?"
        return self._read(query, owner, limit)

    def live(self, owner: str) -> int:
        """How many of the owner's jobs run or wait."""
        with self._connected() as db:
            (count,) = db.execute(
                "SELECT COUNT(*) FROM jobs WHERE owner = ? AND state IN ('queued', 'running')",
                (owner,),
            ).fetchone()
        return count

    def place(self, key: str) -> int:
        """How many jobs run or wait before this one: 0 means that it is next or running."""
        with self._connected() as db:
            (count,) = db.execute(
                "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')"
                " AND number < (SELECT number FROM jobs WHERE id = ?)",
                (key,),
            ).fetchone()
        return count

    def cancel(self, key: object, owner: str) -> bool:
        """Stop the owner's job: at once while it waits, else at the worker's next step."""
        if not is_id(key):
            return False
        now = time.time()
        with self._transaction() as db:
            waiting = db.execute(
                "UPDATE jobs SET state = 'cancelled', ended = ?, cancel_wanted = ?"
                " WHERE id = ? AND owner = ? AND state = 'queued'",
                (now, now, key, owner),
            ).rowcount
            running = db.execute(
                "UPDATE jobs SET cancel_wanted = COALESCE(cancel_wanted, ?)"
                " WHERE id = ? AND owner = ? AND state = 'running'",
                (now, key, owner),
            ).rowcount
        return bool(waiting or running)

    # --- the worker's side ----------------------------------------------------------------------

    def take(self, worker: str) -> Job | None:
        """Make the oldest waiting job this worker's, or None if none waits."""
        now = time.time()
        with self._transaction() as db:
            row = db.execute(
                "SELECT id FROM jobs WHERE state = 'queued' ORDER BY number LIMIT 1"
            ).fetchone()
            if row is None:
                return None
            db.execute(
                "UPDATE jobs SET state = 'running', worker = ?, started = ?, beat = ? WHERE id = ?",
                (worker, now, now, row["id"]),
            )
        return self._must(row["id"])

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

    def cancel_wanted(self, key: str) -> bool:
        """Whether the user asked to stop this job."""
        with self._connected() as db:
            row = db.execute("SELECT cancel_wanted FROM jobs WHERE id = ?", (key,)).fetchone()
        return row is not None and row["cancel_wanted"] is not None

    def finish(self, key: str, record: Mapping[str, Any]) -> None:
        """The result lies in the job's folder: the job is done."""
        self._end(key, "done", Trouble(), record)

    def fail(self, key: str, trouble: Trouble) -> None:
        """The job ended without a result."""
        self._end(key, "failed", trouble, {})

    def cancelled(self, key: str) -> None:
        """The running job was stopped as its owner asked."""
        self._end(key, "cancelled", Trouble(), {})

    def interrupt_orphans(self) -> int:
        """Mark what still says "running" as interrupted.

        Only for the worker that holds the home's lock: then no other worker can be running it.
        """
        with self._transaction() as db:
            return db.execute(
                "UPDATE jobs SET state = CASE WHEN cancel_wanted IS NULL"
                " THEN 'interrupted' ELSE 'cancelled' END, ended = ?, trouble = 'interrupted'"
                " WHERE state = 'running'",
                (time.time(),),
            ).rowcount

    def running_of(self, worker: str) -> Job | None:
        """The job that the named worker is at."""
        rows = self._read("SELECT * FROM jobs WHERE state = 'running' AND worker = ?", worker)
        return rows[0] if rows else None

    def finished(self, system: str, limit: int = 20) -> list[Job]:
        """The latest finished jobs of a system, whoever's, for learning how long work takes."""
        query = (
            "SELECT * FROM jobs WHERE state = 'done' AND system = ? ORDER BY number DESC LIMIT ?"
        )
        return self._read(query, system, limit)

    # --- inside ---------------------------------------------------------------------------------

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

    def _must(self, key: str) -> Job:
        return self._read("SELECT * FROM jobs WHERE id = ?", key)[0]

    def _read(self, query: str, *values: object) -> list[Job]:
        with self._connected() as db:
            return [job_of(row, self.folder) for row in db.execute(query, values)]

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.home / "studio.db", timeout=15, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            yield db
        finally:
            db.close()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """Take the write lock first, so that what is read cannot change before it is written."""
        with self._connected() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
