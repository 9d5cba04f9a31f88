"""What became of fetching or checking a model: one small file that its process writes."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import psutil

from studio.jobs.job import Trouble

Task: TypeAlias = Literal["get", "check"]
State: TypeAlias = Literal["running", "done", "failed", "stopped", "interrupted"]


@dataclass(frozen=True)
class Record:
    """One model's latest task.

    Attributes:
        key: the model's card.
        agreed: whether a person ticked that they agree to its licence.
        pid, born: the process at it, and when that was started: numbers are used again.
        step, total, stage, seconds_left: the engine's latest progress, in bytes.
        beat: when that was, seconds since 1970.
        trouble: why it failed.
        damaged: files that are not what was published, with the size and time of change they had.
        unknown: how many files nobody knows the hash of.
    """

    key: str
    task: Task
    state: State = "running"
    agreed: bool = False
    pid: int = 0
    born: float = 0.0
    step: int = 0
    total: int = 0
    stage: str = ""
    seconds_left: float | None = None
    beat: float = 0.0
    trouble: Trouble = field(default_factory=Trouble)
    damaged: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    unknown: int = 0


def folder_of(home: Path) -> Path:
    """Where the records of a home lie."""
    return home / "fetches"


def of_this_process(key: str, task: Task, agreed: bool) -> Record:
    """A record that says that this very process is at work."""
    me = psutil.Process()
    return Record(key, task, agreed=agreed, pid=me.pid, born=me.create_time(), beat=time.time())


def save(home: Path, record: Record) -> None:
    """Write a record in one step: whoever reads sees the old one or the new one."""
    path = folder_of(home) / f"{record.key}.json"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{os.getpid()}.new")
    fresh.write_text(json.dumps(asdict(record)), encoding="utf-8")
    os.replace(fresh, path)


def load(home: Path, key: str) -> Record | None:
    """The record of a model; "running" becomes "interrupted" where its process is gone."""
    path = folder_of(home) / f"{key}.json"
    try:
        told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        trouble = Trouble(**told.pop("trouble"))
        damaged = {name: (size, when) for name, (size, when) in told.pop("damaged").items()}
        record = Record(**told, trouble=trouble, damaged=damaged)
    except FileNotFoundError:
        return None
    except (ValueError, TypeError, KeyError, AttributeError):  # of another version: as if none
        return None
    if record.state == "running" and process_of(record) is None:
        return Record(**{**vars(record), "state": "interrupted"})
    return record


def process_of(record: Record) -> psutil.Process | None:
    """The process that a record names, if it still runs."""
    try:
        process = psutil.Process(record.pid)
        same = abs(process.create_time() - record.born) < 1.0
        return process if same and process.status() != psutil.STATUS_ZOMBIE else None
    except (psutil.Error, ValueError):
        return None


def mark_of(path: Path) -> tuple[int, int]:
    """What tells one content of a file from the next: its size and the time of its last change."""
    told = path.stat()
    return told.st_size, told.st_mtime_ns
