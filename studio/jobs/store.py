"""The durable list of jobs: one SQLite file that the server and the worker both write.

Every method is one transaction. A job's files lie in `jobs/<id>/` beside the database; nothing
outside that folder is ever named by a row. A folder is made before its row and removed after it,
so that what a crash leaves behind is a folder without a row, never a row without a folder;
`studio.jobs.retention` sweeps those up.
"""

from __future__ import annotations

import errno
import json
import shutil
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.jobs.database import Database
from studio.jobs.files import copy_inputs, remove
from studio.jobs.job import Job, State, Trouble, is_id, job_of
from studio.jobs.limits import QueueLimits, Refused
from studio.jobs.turns import Waiting, in_order

_LONGEST_TITLE = 80
_TURN = "(SELECT COALESCE(MAX(served), 0) FROM owners)"  # how many jobs were ever taken


class Store:
    """The jobs of one studio home.

    Args:
        home: the folder that holds `studio.db` and `jobs/`.
        limits: how much may be queued; whoever only reads or works needs none.

    Raises NewerStudio when the home belongs to a newer version of the studio.
    """

    def __init__(self, home: Path, limits: QueueLimits = QueueLimits()) -> None:  # noqa: B008 (frozen)
        self.home = home
        self.limits = limits
        self.folder = home / "jobs"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._database = Database(home / "studio.db")
        self._transaction = self._database.transaction

    # --- the visitor's side: to queue -----------------------------------------------------------

    def add(
        self,
        owner: str,
        system: str,
        settings: Mapping[str, Any],
        files: Mapping[str, Path],
        words: Mapping[str, str],
        consent: bool = False,
        title: str = "",
    ) -> Job:
        """Queue a job; `files` (role -> file) are copied into the job's folder under their role.

        Raises Refused when the owner's share, the queue or the disk is full. The share and the
        queue are counted in the transaction that adds the job: two tabs cannot both be the last.
        """
        with self._database.connected() as db:
            self._admit(db, owner)  # before anything large is copied
        self._find_room(files.values())
        key = uuid.uuid4().hex
        try:
            names = copy_inputs(files, self.folder / key)
            with self._transaction() as db:
                self._admit(db, owner)
                db.execute(
                    "INSERT INTO jobs (id, owner, title, system, settings, inputs, words, consent,"
                    f" created, turn) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, {_TURN})",
                    (
                        key,
                        owner,
                        _short(title),
                        system,
                        json.dumps(dict(settings)),
                        json.dumps(names),
                        json.dumps(dict(words)),
                        int(consent),
                        time.time(),
                    ),
                )
        except BaseException as error:
            remove(self.folder / key)
            if isinstance(error, OSError) and error.errno == errno.ENOSPC:
                raise Refused("disk_full") from error
            raise
        return self._must(key)

    def again(self, key: object, owner: str, changes: Mapping[str, Any]) -> Job:
        """Queue a new job with the inputs of the owner's job `key` and its settings, changed.

        Raises Refused as `add` does, and when there is no such job.
        """
        old = self.get(key, owner)
        if old is None:
            raise Refused("gone")
        files = {role: old.folder / "inputs" / name for role, name in old.inputs.items()}
        settings = {**old.settings, **changes}
        try:
            return self.add(owner, old.system, settings, files, old.words, old.consent, old.title)
        except FileNotFoundError as error:  # deleted in another tab at this moment
            raise Refused("gone") from error

    def resume(self, key: object, owner: str) -> bool:
        """Put the owner's job back to the queue if it ended without a result.

        It keeps its files, `Job.scratch` among them, so the engine can go on where it was. Raises
        Refused when the owner's share, the queue or the disk is full.
        """
        job = self.get(key, owner)
        if job is None or job.live or job.state == "done":
            return False
        self._find_room(())
        with self._transaction() as db:
            self._admit(db, owner)
            return bool(
                db.execute(
                    "UPDATE jobs SET state = 'queued', cancel_wanted = NULL, worker = NULL,"
                    " step = 0, total = 0, stage = '', seconds_left = NULL, beat = NULL,"
                    " what = '', why = '', fix = '', trouble = '', record = '{}',"
                    " started = NULL, ended = NULL,"
                    f" turn = {_TURN}"
                    " WHERE id = ? AND owner = ? AND state IN ('failed','cancelled','interrupted')",
                    (job.id, owner),
                ).rowcount
            )

    # --- the visitor's side: to see -------------------------------------------------------------

    def get(self, key: object, owner: str) -> Job | None:
        """The owner's job of that id; None if there is none or it is another's."""
        if not is_id(key):
            return None
        rows = self._read("id = ? AND owner = ? AND NOT unwanted", key, owner)
        return rows[0] if rows else None

    def recent(self, owner: str, limit: int = 12) -> list[Job]:
        """The owner's jobs, newest first."""
        return self.page(owner, limit)

    def page(
        self,
        owner: str,
        limit: int,
        before_number: int | None = None,
        states: Sequence[State] | None = None,
    ) -> list[Job]:
        """At most `limit` of the owner's jobs, newest first, older than the job `before_number`.

        `states` keeps those in one of these states; None keeps all.
        """
        where = "owner = ? AND NOT unwanted"
        values: list[object] = [owner]
        if before_number is not None:
            where += " AND number < ?"
            values.append(before_number)
        if states is not None:
            where += f" AND state IN ({', '.join('?' * len(states))})"
            values.extend(states)
        return self._read(where + " ORDER BY number DESC LIMIT ?", *values, max(0, limit))

    def live(self, owner: str) -> int:
        """How many of the owner's jobs run or wait."""
        with self._database.connected() as db:
            return _live(db, owner)

    def place(self, key: str) -> int:
        """How many jobs run or will be taken before this one: 0 means it is next or running."""
        with self._database.connected() as db:
            db.execute("BEGIN")  # one moment for all that is read
            (running,) = db.execute("SELECT COUNT(*) FROM jobs WHERE state = 'running'").fetchone()
            for count, waiting in enumerate(_order(db)):
                if waiting == key:
                    return running + count
        return 0

    # --- the visitor's side: to change ----------------------------------------------------------

    def rename(self, key: object, owner: str, title: str) -> bool:
        """Give the owner's job a name of at most 80 characters on one line; "" takes it away."""
        if not is_id(key):
            return False
        with self._transaction() as db:
            return bool(
                db.execute(
                    "UPDATE jobs SET title = ? WHERE id = ? AND owner = ? AND NOT unwanted",
                    (_short(title), key, owner),
                ).rowcount
            )

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

    def delete(self, key: object, owner: str) -> bool:
        """Remove the owner's job with all its files.

        A running one is out of sight at once, stops at the next step, and goes when it has ended.
        """
        if not is_id(key):
            return False
        now = time.time()
        with self._transaction() as db:
            gone = db.execute(
                "DELETE FROM jobs WHERE id = ? AND owner = ? AND state != 'running'", (key, owner)
            ).rowcount
            hidden = db.execute(
                "UPDATE jobs SET unwanted = 1, cancel_wanted = COALESCE(cancel_wanted, ?)"
                " WHERE id = ? AND owner = ? AND NOT unwanted",
                (now, key, owner),
            ).rowcount
        if gone:
            remove(self.folder / str(key))
        return bool(gone or hidden)

    # --- the worker's side ----------------------------------------------------------------------

    def take(self, worker: str) -> Job | None:
        """Make the next waiting job this worker's, or None if none waits."""
        with self._transaction() as db:
            key = next(_order(db), None)
            if key is None:
                return None
            now = time.time()
            db.execute(
                "UPDATE jobs SET state = 'running', worker = ?, started = ?, beat = ?, stage = ''"
                " WHERE id = ?",
                (worker, now, now, key),
            )
            db.execute(
                f"INSERT INTO owners SELECT owner, {_TURN} + 1 FROM jobs WHERE id = ?"
                " ON CONFLICT (owner) DO UPDATE SET served = excluded.served",
                (key,),
            )
        return self._must(key)

    def has_room(self, need: int = 0) -> bool:
        """Whether `need` more bytes fit on the disk and leave what must stay free."""
        return shutil.disk_usage(self.folder).free >= self.limits.spare_bytes + need

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

    def cancel_wanted(self, key: str) -> bool:
        """Whether the user asked to stop this job."""
        with self._database.connected() as db:
            row = db.execute("SELECT cancel_wanted FROM jobs WHERE id = ?", (key,)).fetchone()
        return row is None or row["cancel_wanted"] is not None

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

    def running_of(self, worker: str) -> Job | None:
        """The job that the named worker is at."""
        rows = self._read("state = 'running' AND worker = ?", worker)
        return rows[0] if rows else None

    def finished(self, system: str, limit: int = 20) -> list[Job]:
        """The latest finished jobs of a system, whoever's, for learning how long work takes."""
        where = "state = 'done' AND system = ? ORDER BY number DESC LIMIT ?"
        return self._read(where, system, limit)

    # --- for retention --------------------------------------------------------------------------

    def ended(self) -> list[Job]:
        """Every job that is not live, whoever's, the one that ended first first."""
        return self._read("state NOT IN ('queued', 'running') ORDER BY ended, number")

    def keys(self) -> set[str]:
        """The ids of all jobs."""
        with self._database.connected() as db:
            return {row["id"] for row in db.execute("SELECT id FROM jobs")}

    def discard(self, job: Job) -> bool:
        """Remove a job that ended, with its files; False if it is live again."""
        with self._transaction() as db:
            gone = db.execute(
                "DELETE FROM jobs WHERE id = ? AND state NOT IN ('queued', 'running')", (job.id,)
            ).rowcount
        if gone:
            remove(job.folder)
        return bool(gone)

    def forget_owners(self) -> None:
        """Drop the turns of owners without jobs; the latest turn stays, because it is the count."""
        with self._transaction() as db:
            db.execute(
                f"DELETE FROM owners WHERE served < {_TURN}"
                " AND owner NOT IN (SELECT owner FROM jobs)"
            )

    # --- inside ---------------------------------------------------------------------------------

    def _admit(self, db: sqlite3.Connection, owner: str) -> None:
        limits = self.limits
        if limits.per_owner is not None and _live(db, owner) >= limits.per_owner:
            raise Refused("too_many")
        if limits.total is not None and _live(db) >= limits.total:
            raise Refused("queue_full")

    def _find_room(self, files: Iterable[Path]) -> None:
        if not self.has_room(sum(file.stat().st_size for file in files)):
            raise Refused("disk_full")

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

    def _must(self, key: str) -> Job:
        return self._read("id = ?", key)[0]

    def _read(self, where: str, *values: object) -> list[Job]:
        with self._database.connected() as db:
            rows = db.execute(f"SELECT * FROM jobs WHERE {where}", values)
            return [job_of(row, self.folder) for row in rows]


def _live(db: sqlite3.Connection, owner: str | None = None) -> int:
    (count,) = db.execute(
        "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')"
        " AND (?1 IS NULL OR owner = ?1)",
        (owner,),
    ).fetchone()
    return count


def _order(db: sqlite3.Connection) -> Iterator[str]:
    waiting = db.execute("SELECT id, owner, turn FROM jobs WHERE state = 'queued' ORDER BY number")
    served = db.execute("SELECT owner, served FROM owners")
    return in_order([Waiting(*row) for row in waiting], dict(map(tuple, served)))


def _drop_unwanted(db: sqlite3.Connection) -> list[str]:
    """Forget the jobs that were deleted while they ran and have ended; their folders can go."""
    rows = db.execute("SELECT id FROM jobs WHERE unwanted AND state != 'running'").fetchall()
    db.execute("DELETE FROM jobs WHERE unwanted AND state != 'running'")
    return [row["id"] for row in rows]


def _short(title: str) -> str:
    return " ".join(title.split())[:_LONGEST_TITLE].strip()
