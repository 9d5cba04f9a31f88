"""What the store knows, for whoever asks: every method reads and none changes a row."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

from engine.models.makers import BUILT_IN
from studio.jobs.database import Database
from studio.jobs.job import Job, Kind, State, is_id, job_of
from studio.jobs.limits import QueueLimits
from studio.jobs.presence import Presence
from studio.jobs.turns import Waiting, in_order

TURN = "(SELECT COALESCE(MAX(served), 0) FROM owners)"
"""SQL for how many jobs were ever taken."""

OWNER = "SELECT owner FROM jobs WHERE id = ?"
"""SQL for whose a job is."""


class Ledger:
    """The rows of one studio home and the questions that are asked of them.

    Args:
        home: the folder that holds `studio.db` and `jobs/`.
        limits: how much may be queued; whoever only reads or works needs none.

    Attributes:
        presence: the visitors who have a turn; all, as long as nobody asks there.

    Raises NewerStudio when the home belongs to a newer version of the studio.
    """

    def __init__(self, home: Path, limits: QueueLimits = QueueLimits()) -> None:  # noqa: B008 (frozen)
        self.home = home
        self.limits = limits
        self.presence = Presence()
        self.folder = home / "jobs"
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._database = Database(home / "studio.db")
        self._transaction = self._database.transaction

    # --- of one owner ---------------------------------------------------------------------------

    def get(self, key: object, owner: str) -> Job | None:
        """The owner's job of that id; None if there is none or it is another's."""
        if not is_id(key):
            return None
        rows = self._read("id = ? AND owner = ? AND NOT unwanted", key, owner)
        return rows[0] if rows else None

    def recent(self, owner: str, limit: int = 12) -> list[Job]:
        """The owner's videos, newest first."""
        return self.page(owner, limit)

    def page(
        self,
        owner: str,
        limit: int,
        before_number: int | None = None,
        states: Sequence[State] | None = None,
        kind: Kind | None = "video",
    ) -> list[Job]:
        """At most `limit` of the owner's jobs, newest first, older than the job `before_number`.

        `states` keeps those in one of these states, `kind` those that make this; None keeps all.
        """
        where = "owner = ? AND NOT unwanted AND kind = COALESCE(?, kind)"
        values: list[object] = [owner, kind]
        if before_number is not None:
            where += " AND number < ?"
            values.append(before_number)
        if states is not None:
            where += f" AND state IN ({', '.join('?' * len(states))})"
            values.extend(states)
        return self._read(where + " ORDER BY number DESC LIMIT ?", *values, max(0, limit))

    def live(self, owner: str | None = None) -> int:
        """How many jobs run or wait, of one owner or of all."""
        with self._database.connected() as db:
            return live_in(db, owner)

    def place(self, key: str) -> int:
        """How many jobs run or will be taken before this one: 0 means it is next or running.

        Jobs of who is away are none of them; whoever asks for a place is not away.
        """
        with self._database.connected() as db:
            db.execute("BEGIN")  # one moment for all that is read
            (running,) = db.execute("SELECT COUNT(*) FROM jobs WHERE state = 'running'").fetchone()
            owners = [row["owner"] for row in db.execute(OWNER, (key,))]
            here = self.presence.here()
            among = None if here is None else here.union(owners)
            for count, waiting in enumerate(order_in(db, among)):
                if waiting == key:
                    return running + count
        return 0

    # --- of everyone ----------------------------------------------------------------------------

    def has_room(self, need: int = 0) -> bool:
        """Whether `need` more bytes fit on the disk and leave what must stay free."""
        return shutil.disk_usage(self.folder).free >= self.limits.spare_bytes + need

    def cancel_wanted(self, key: str) -> bool:
        """Whether the user asked to stop this job."""
        with self._database.connected() as db:
            row = db.execute("SELECT cancel_wanted FROM jobs WHERE id = ?", (key,)).fetchone()
        return row is None or row["cancel_wanted"] is not None

    def running_of(self, worker: str) -> Job | None:
        """The job that the named worker is at."""
        rows = self._read("state = 'running' AND worker = ?", worker)
        return rows[0] if rows else None

    def finished(self, system: str, model: str = BUILT_IN, limit: int = 20) -> list[Job]:
        """The latest finished videos of a model, whoever's, for learning how long work takes."""
        where = "state = 'done' AND kind = 'video' AND system = ? AND model = ?"
        where += " ORDER BY number DESC LIMIT ?"
        return self._read(where, system, model, limit)

    def ended(self) -> list[Job]:
        """Every job that is not live, whoever's, the one that ended first first."""
        return self._read("state NOT IN ('queued', 'running') ORDER BY ended, number")

    def keys(self) -> set[str]:
        """The ids of all jobs."""
        with self._database.connected() as db:
            return {row["id"] for row in db.execute("SELECT id FROM jobs")}

    # --- for the two sides ----------------------------------------------------------------------

    def _must(self, key: str) -> Job:
        return self._read("id = ?", key)[0]

    def _read(self, where: str, *values: object) -> list[Job]:
        with self._database.connected() as db:
            rows = db.execute(f"SELECT * FROM jobs WHERE {where}", values)
            return [job_of(row, self.folder) for row in rows]


def live_in(db: sqlite3.Connection, owner: str | None = None) -> int:
    """How many jobs run or wait, of one owner or of all, as a transaction sees it."""
    (count,) = db.execute(
        "SELECT COUNT(*) FROM jobs WHERE state IN ('queued', 'running')"
        " AND (?1 IS NULL OR owner = ?1)",
        (owner,),
    ).fetchone()
    return count


def order_in(db: sqlite3.Connection, among: Collection[str] | None = None) -> Iterator[str]:
    """The ids of the jobs that wait, the next one first, as a transaction sees it.

    `among` are the owners who have a turn; None: all.
    """
    rows = db.execute("SELECT id, owner, turn FROM jobs WHERE state = 'queued' ORDER BY number")
    waiting = [
        one for one in (Waiting(*row) for row in rows) if among is None or one.owner in among
    ]
    served = db.execute("SELECT owner, served FROM owners")
    return in_order(waiting, dict(map(tuple, served)))
