"""The visitor's side of the store: to queue, to change, to delete."""

from __future__ import annotations

import errno
import json
import math
import sqlite3
import time
import uuid
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from engine.models.makers import BUILT_IN
from studio.jobs.estimate import expected_seconds
from studio.jobs.files import copy_inputs, remove
from studio.jobs.job import Job, Kind, is_id
from studio.jobs.ledger import TURN, Ledger, live_in
from studio.jobs.limits import Refused

_LONGEST_TITLE = 80


class VisitorSide(Ledger):
    """What an owner does with jobs of their own; another's are as if they were not there."""

    def add(
        self,
        owner: str,
        system: str,
        settings: Mapping[str, Any],
        files: Mapping[str, Path],
        words: Mapping[str, str],
        consent: bool = False,
        title: str = "",
        model: str = BUILT_IN,
        kind: Kind = "video",
        frames: int = 0,
    ) -> Job:
        """Queue a job; `files` (role -> file) are copied into the job's folder under their role.

        `frames` is how many it makes where its settings do not say so.

        Raises Refused when it would take too long, or the owner's share, the queue or the disk is
        full. The share and the queue are counted in the transaction that adds the job: two tabs
        cannot both be the last.
        """
        with self._database.connected() as db:
            self._admit(db, owner)  # before anything large is copied
        if kind == "video":
            self._afford(system, settings, model, frames)
        self._find_room(files.values())
        key = uuid.uuid4().hex
        try:
            names = copy_inputs(files, self.folder / key)
            with self._transaction() as db:
                self._admit(db, owner)
                db.execute(
                    "INSERT INTO jobs (id, owner, title, system, settings, inputs, words, consent,"
                    " created, model, kind, frames, turn)"
                    f" VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, {TURN})",
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
                        model,
                        kind,
                        frames,
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
        frames = int(old.record.get("frames") or 0)
        try:
            return self.add(
                owner, old.system, settings, files, old.words, old.consent, old.title, old.model,
                frames=frames,
            )  # fmt: skip
        except FileNotFoundError as error:  # deleted in another tab at this moment
            raise Refused("gone") from error

    def resume(self, key: object, owner: str) -> bool:
        """Put the owner's job back to the queue if it ended without a result.

        It keeps its files, `Job.scratch` among them, so the engine can go on where it was. Raises
        Refused when the owner's share, the queue or the disk is full, and when the video has had
        its time or would take longer than one may.
        """
        job = self.get(key, owner)
        if job is None or job.live or job.state == "done":
            return False
        spent = job.worked(time.time())
        self._allow_more(job, spent)
        self._find_room(())
        with self._transaction() as db:
            self._admit(db, owner)
            return bool(
                db.execute(
                    "UPDATE jobs SET state = 'queued', cancel_wanted = NULL, worker = NULL,"
                    " step = 0, total = 0, stage = '', seconds_left = NULL, beat = NULL,"
                    " what = '', why = '', fix = '', trouble = '', record = '{}',"
                    " started = NULL, ended = NULL, spent = ?,"
                    f" turn = {TURN}"
                    " WHERE id = ? AND owner = ? AND ended IS ?"
                    " AND state IN ('failed','cancelled','interrupted')",
                    (spent, job.id, owner, job.ended),
                ).rowcount
            )

    def resumable(self, job: Job) -> bool:
        """Whether `resume` would take a job, as soon as queue and disk have a place for it."""
        if job.live or job.state == "done":
            return False
        try:
            self._allow_more(job, job.worked(time.time()))
        except Refused:
            return False
        return True

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

    def _admit(self, db: sqlite3.Connection, owner: str) -> None:
        limits = self.limits
        if limits.per_owner is not None and live_in(db, owner) >= limits.per_owner:
            raise Refused("too_many")
        if limits.total is not None and live_in(db) >= limits.total:
            raise Refused("queue_full")

    def _afford(self, system: str, settings: Mapping[str, Any], model: str, frames: int) -> None:
        """Refuse what would take too long, as far as that is known beforehand."""
        most = self.limits.seconds
        if most is None:
            return
        whole = {**settings, "num_frames": settings.get("num_frames") or frames}
        time = expected_seconds(self.finished(system, model), whole, model)
        if time is not None and time > most:
            raise Refused("too_costly", minutes=math.ceil(time / 60), most=f"{most / 60:g}")

    def _allow_more(self, job: Job, spent: float) -> None:
        """Refuse to go on with what has had its time, or would take longer than one may."""
        most = self.limits.seconds
        if most is not None and spent >= most:
            raise Refused("time_used", minutes=round(spent / 60), most=f"{most / 60:g}")
        if job.kind == "video":
            self._afford(job.system, job.settings, job.model, job.frames)

    def _find_room(self, files: Iterable[Path]) -> None:
        if not self.has_room(sum(file.stat().st_size for file in files)):
            raise Refused("disk_full")


def _short(title: str) -> str:
    return " ".join(title.split())[:_LONGEST_TITLE].strip()
