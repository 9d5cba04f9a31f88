"""What the Models tab may do: look, fetch, check, stop, remove."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

import psutil

from engine.models.card import ModelCard, Pocket
from engine.models.cards import all_cards
from engine.models.removal import Removed, is_ours, remove
from engine.models.resolve import Found, find, resolve, unfinished
from studio.environment import ROOT, for_fetching
from studio.fetches.record import Record, Task, load, mark_of, process_of, save
from studio.jobs.trouble import UNEXPECTED

PROCESS = (sys.executable, "-m", "studio.fetches.process")
_PATIENCE_SECONDS = 3.0

Presence: TypeAlias = Literal["built_in", "here", "broken", "busy", "partly", "missing"]


@dataclass(frozen=True)
class Standing:
    """How one model stands.

    Attributes:
        presence: `busy` is being fetched or checked; `partly` has bytes that are not whole files.
        record: what was last asked of it.
        kept: bytes of its unfinished files.
        ours: whether there is something that Remove would delete.
        damaged: files that a check found damaged and that are still the same.
    """

    card: ModelCard
    presence: Presence
    record: Record | None
    kept: int
    ours: bool
    damaged: tuple[str, ...] = ()

    @property
    def agreed(self) -> bool:
        """Whether a person has agreed to its licence here; removing it takes that back."""
        return self.record is not None and self.record.agreed


class Fetcher:
    """Starts a process for each model that is fetched or checked, and reads their records.

    Args:
        home: the studio's home folder.
        command: how a process is started; home, card and task are appended.
        cards: the models there are.
    """

    def __init__(
        self,
        home: Path,
        command: Sequence[str] = PROCESS,
        cards: Callable[[], Mapping[str, ModelCard]] = all_cards,
    ) -> None:
        self.home = home
        self.cards = cards()
        self._command = tuple(command)
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()

    def look(self) -> list[Standing]:
        """Every model as it is now, in the order of the cards."""
        return [self._standing(card) for card in self.cards.values()]

    def whole(self, card: ModelCard) -> bool:
        """Whether all files of a model are here and no check has found one damaged."""
        if self._damaged(card, load(self.home, card.key)):
            return False
        return isinstance(resolve(card, self.home), Found)

    def agreed(self, card: ModelCard) -> bool:
        """Whether a person has agreed to its licence here before."""
        record = load(self.home, card.key)
        return record is not None and record.agreed

    def free(self) -> int:
        """Bytes that are free where models are kept."""
        return shutil.disk_usage(self.home).free

    def start(self, card: ModelCard, task: Task, *, token: str = "", agreed: bool = False) -> None:
        """Let a process fetch or check a model; nothing happens if one is at it already."""
        with self._lock:
            if self._busy(card, load(self.home, card.key)):
                return
            command = [*self._command, str(self.home.absolute()), card.key, task]
            child = subprocess.Popen(
                command, stdin=subprocess.PIPE, cwd=ROOT, env=for_fetching(os.environ)
            )
            assert child.stdin is not None  # the pipe that was asked for
            typed = {"token": token, "agreed": agreed}
            child.stdin.write(json.dumps(typed).encode() + b"\n")
            child.stdin.flush()  # and left open: it is the leash
            self._children[card.key] = child

    def stop(self, card: ModelCard) -> None:
        """End the process of a model at once; what has arrived is kept."""
        with self._lock:
            child = self._children.pop(card.key, None)
            record = load(self.home, card.key)
            running = process_of(record) if record and record.state == "running" else None
            if child is not None:
                child.terminate()
                try:
                    child.wait(_PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
            elif running is not None:  # of another studio over this home
                running.terminate()
                psutil.wait_procs([running], timeout=_PATIENCE_SECONDS)
            record = load(self.home, card.key)
            if record is None:
                record = Record(card.key, "get")
            if record.state in ("running", "interrupted"):
                save(self.home, replace(record, state="stopped"))

    def remove(self, card: ModelCard) -> Removed:
        """Stop what runs and delete what was fetched. Raises StudioError."""
        self.stop(card)
        done = remove(card, self.home)
        record = load(self.home, card.key)
        if record is not None:
            save(self.home, Record(card.key, "get", "stopped"))
        return done

    def _standing(self, card: ModelCard) -> Standing:
        if isinstance(card.source, Pocket):
            whole = isinstance(resolve(card, self.home), Found)
            return Standing(card, "built_in" if whole else "broken", None, 0, False)
        record = load(self.home, card.key)
        kept = unfinished(card, self.home)
        ours = kept > 0 or any(is_ours(card, self.home, file.name) for file in card.files)
        damaged = self._damaged(card, record)
        presence: Presence = "missing"
        if self._busy(card, record):
            record = load(self.home, card.key)
            presence = "busy"
        elif damaged:
            presence = "broken"
        elif isinstance(resolve(card, self.home), Found):
            presence = "here"
        elif ours:
            presence = "partly"
        return Standing(card, presence, record, kept, ours, damaged)

    def _busy(self, card: ModelCard, record: Record | None) -> bool:
        """Whether a process is at it, also one that has not come to write its record."""
        child = self._children.get(card.key)
        if child is not None:
            status = child.poll()
            if status is None:
                return True
            self._children.pop(card.key, None)
            if status and (record is None or record.pid != child.pid):  # it never came to its work
                save(self.home, Record(card.key, "get", "failed", trouble=UNEXPECTED))
        return record is not None and record.state == "running"

    def _damaged(self, card: ModelCard, record: Record | None) -> tuple[str, ...]:
        if record is None:
            return ()
        files = {file.name: file for file in card.files}
        found = []
        for name, mark in record.damaged.items():
            path = find(card, files[name], self.home) if name in files else None
            if path is not None and mark_of(path) == mark:
                found.append(name)
        return tuple(found)
