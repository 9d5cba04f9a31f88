"""The check of every file that a visitor gives, before it can become part of a job."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TooLong
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from engine.data.limits import Limits
from studio.environment import ROOT, for_reading
from studio.hosting import Hosting
from studio.jobs.job import Trouble

Role: TypeAlias = Literal["photo", "motion", "keypoints"]

KEYPOINT_ENDINGS = (".json", ".zip")
"""By which a file is taken for keypoints; what is in it is looked at afterwards."""

INSPECTOR = (sys.executable, "-B", "-m", "studio.inspect_upload")
_REMEMBERED = 512
_MOST_WAITING = 6
"""Files that wait for a check to end. Each holds one of the page's 40 threads, so no more may."""
_PASSING = ("check_busy", "check_slow")
"""Troubles of the machine and not of the file: the next try may go well."""
_Mark = tuple[str, str, int, int]


class UnusableFile(Exception):
    """A file was refused; `role` says which field it came from and `trouble` why."""

    def __init__(self, role: Role, trouble: Trouble) -> None:
        super().__init__(role, trouble.key)
        self.role = role
        self.trouble = trouble


@dataclass(frozen=True)
class Verdict:
    """What was found of a file.

    Attributes:
        trouble: why it cannot be used, or None.
        facts: of a usable one: `width` and `height` of pictures and clips, `fps`, `seconds`,
            `sound` and `damaged` of clips, `frames` and `fps` (or None) of keypoints.
    """

    trouble: Trouble | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


class Intake:
    """Reads files in processes of their own, a few at a time, and remembers what it found.

    Args:
        where: the limits in pixels, frames, seconds, bytes, memory and wall time.
        command: how an inspector is started.
    """

    def __init__(self, where: Hosting, command: tuple[str, ...] = INSPECTOR) -> None:
        self._where = where
        self._command = command
        self._places = threading.BoundedSemaphore(where.checks_at_once)
        self._waiting = threading.BoundedSemaphore(where.checks_at_once + _MOST_WAITING)
        self._lock = threading.Lock()
        self._known: OrderedDict[_Mark, Verdict] = OrderedDict()
        self._looked_at: dict[_Mark, Future[Verdict]] = {}

    @property
    def limits(self) -> Limits:
        """What a file may cost, and how long a result may be."""
        return self._where.decode

    def check(self, path: Path, role: Role) -> Verdict:
        """Look at a file, in at most `check_seconds`; whatever is in it, this returns.

        While too many wait it refuses at once (`check_busy`); who does wait, waits no longer than
        one check may take. Who asks for a file that is just being looked at gets the same answer.
        """
        mark = _mark(path, role)
        if mark is None:
            return Verdict(Trouble(key="check_gone"))
        if role == "keypoints" and not path.name.lower().endswith(KEYPOINT_ENDINGS):
            return Verdict(Trouble(key="check_ending"))
        with self._lock:
            if mark in self._known:
                self._known.move_to_end(mark)
                return self._known[mark]
            others = self._looked_at.get(mark)
            mine = self._looked_at.setdefault(mark, Future())
        if others is not None:
            try:
                return others.result(2 * self._where.check_seconds)  # its wait and its check
            except TooLong:
                return Verdict(Trouble(key="check_busy"))
        verdict = Verdict(Trouble(key="check_busy"))  # for who waits, if no inspector can start
        try:
            verdict = self._in_turn(path, role)
        finally:
            with self._lock:
                del self._looked_at[mark]
                if verdict.trouble is None or verdict.trouble.key not in _PASSING:
                    self._known[mark] = verdict
                while len(self._known) > _REMEMBERED:
                    self._known.popitem(last=False)
            mine.set_result(verdict)
        return verdict

    def known(self, path: Path, role: Role) -> Verdict | None:
        """What is remembered of a file; None if nobody has looked at it. This never waits."""
        mark = _mark(path, role)
        with self._lock:
            return self._known.get(mark) if mark else None

    def _in_turn(self, path: Path, role: Role) -> Verdict:
        """Look at a file when there is a place."""
        if not self._waiting.acquire(blocking=False):
            return Verdict(Trouble(key="check_busy"))
        try:
            if not self._places.acquire(timeout=self._where.check_seconds):
                return Verdict(Trouble(key="check_busy"))
            try:
                return self._inspected(path, role)
            finally:
                self._places.release()
        finally:
            self._waiting.release()

    def require(self, path: Path, role: Role) -> Mapping[str, Any]:
        """The facts of a usable file; raises UnusableFile for any other."""
        verdict = self.check(path, role)
        if verdict.trouble is not None:
            raise UnusableFile(role, verdict.trouble)
        return verdict.facts

    def order(self, path: Path, role: Role) -> dict[str, Any]:
        """What an inspector is told: the file, and what it may cost."""
        wall = self._where.check_seconds
        return {
            "role": role,
            "path": str(path.absolute()),
            "limits": asdict(self._where.decode),
            "memory_mb": self._where.check_memory_mb,
            "seconds": wall / 2,  # the rest is for starting, and for a machine that is busy
            "wall": wall,
        }

    def _inspected(self, path: Path, role: Role) -> Verdict:
        try:
            done = subprocess.run(
                self._command,
                input=json.dumps(self.order(path, role)).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what libraries say of a file may quote it
                cwd=ROOT,
                env=for_reading(os.environ),
                timeout=self._where.check_seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:  # `run` has killed it
            return Verdict(Trouble(key="check_slow"))
        return verdict_of(done.stdout)


def _mark(path: Path, role: Role) -> _Mark | None:
    """Other for another file of the same name; None where there is no file."""
    try:
        stat = path.stat()
    except (OSError, ValueError):
        return None
    return role, str(path), stat.st_size, stat.st_mtime_ns


def verdict_of(answer: bytes) -> Verdict:
    """The inspector's answer; none at all means that the file brought it down."""
    try:
        told = json.loads(answer)
    except ValueError:
        return Verdict(Trouble(key="check_crashed"))
    if "facts" in told:
        return Verdict(facts=told["facts"])
    if told.get("memory"):
        return Verdict(Trouble(key="check_memory"))
    return Verdict(Trouble(**told["trouble"]))
