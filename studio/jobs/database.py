"""The SQLite file under the job store: its tables, how they grew, and its transactions."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.errors import StudioError

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
    # turn: how many jobs had been taken when this one was queued (see studio.jobs.turns).
    # unwanted: the owner deleted it while it ran; it goes when it has ended.
    """
    ALTER TABLE jobs ADD COLUMN title TEXT NOT NULL DEFAULT '';
    ALTER TABLE jobs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN unwanted INTEGER NOT NULL DEFAULT 0;
    CREATE TABLE owners (owner TEXT PRIMARY KEY, served INTEGER NOT NULL) STRICT;
    """,
    # What was made before there was a choice was made by the built-in model.
    "ALTER TABLE jobs ADD COLUMN model TEXT NOT NULL DEFAULT 'pocket';",
    # kind: what is made, a video or a look at the seams of one (see studio.jobs.job.Kind).
    "ALTER TABLE jobs ADD COLUMN kind TEXT NOT NULL DEFAULT 'video';",
    # spent: seconds that earlier turns took (see studio.jobs.job.Job.worked).
    # frames: how many it makes, as far as that was known when it was queued.
    """
    ALTER TABLE jobs ADD COLUMN spent REAL NOT NULL DEFAULT 0;
    ALTER TABLE jobs ADD COLUMN frames INTEGER NOT NULL DEFAULT 0;
    """,
)
"""Each entry takes the database one version on; `PRAGMA user_version` says how many were done."""


class NewerStudio(StudioError):
    """The database was written by a version of the studio that is newer than this one."""


class Database:
    """One SQLite file in WAL mode, brought to the present version when it is opened.

    Every use is a connection of its own, so threads and processes need no other lock.

    Raises NewerStudio when the file comes from the future; nothing is changed then.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with self.connected() as db:
            (mode,) = db.execute("PRAGMA journal_mode").fetchone()
            if mode != "wal":
                db.execute("PRAGMA journal_mode = WAL")
        with self.transaction() as db:
            (version,) = db.execute("PRAGMA user_version").fetchone()
            if version > len(_MIGRATIONS):
                raise NewerStudio(
                    "The studio's list of videos cannot be opened.",
                    f"{path} was written by a newer studio (version {version}, this one reads "
                    f"up to {len(_MIGRATIONS)}).",
                    "Update the studio, or set STUDIO_HOME to another folder to start afresh.",
                )
            for number, script in enumerate(_MIGRATIONS[version:], version + 1):
                for statement in filter(str.strip, script.split(";")):
                    db.execute(statement)
                db.execute(f"PRAGMA user_version = {number}")

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        """A connection for reading; each statement sees what is committed."""
        db = sqlite3.connect(self._path, timeout=15, isolation_level=None)
        try:
            db.row_factory = sqlite3.Row
            yield db
        finally:
            db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Take the write lock first, so that what is read cannot change before it is written."""
        with self.connected() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")
