"""What is known of one job, and the states it goes through."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

from engine.models.makers import BUILT_IN

State: TypeAlias = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
LIVE: tuple[State, ...] = ("queued", "running")

Kind: TypeAlias = Literal["video", "seams"]
"""What a job makes: a video, or a quick look at the seams of one in every way of blending them."""

_ID = re.compile(r"[0-9a-f]{32}")


def is_id(value: object) -> bool:
    """Whether a value from a client has the form of a job's id."""
    return isinstance(value, str) and _ID.fullmatch(value) is not None


@dataclass(frozen=True)
class Trouble:
    """Why a job has no result: words for a person, or the key of such words in `studio.words`.

    An error of the engine has both: its English, and its key and values for other languages.
    """

    what: str = ""
    why: str = ""
    fix: str = ""
    key: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Job:
    """One row of the store.

    Attributes:
        id: 32 hexadecimal digits, also the name of the job's folder.
        number: grows with every job of the home; the newest has the largest.
        title: the owner's own name for it, or "".
        model: who makes it: `pocket` or the key of a published model's card.
        inputs: role -> name of the file in the job's `inputs` folder.
        words: role -> text that the user gave (a prompt, the name of a built-in dance).
        cancel_wanted: when the user asked to stop, seconds since 1970.
        started, ended: seconds since 1970.
        seconds_left: the engine's own estimate, as of `beat`.
        spent: seconds that its earlier turns took.
        frames: how many it makes where its settings do not say so; 0 if that was not known.
    """

    id: str
    number: int
    owner: str
    title: str
    system: str
    settings: Mapping[str, Any]
    inputs: Mapping[str, str]
    words: Mapping[str, str]
    consent: bool
    state: State
    cancel_wanted: float | None
    worker: str | None
    step: int
    total: int
    stage: str
    seconds_left: float | None
    beat: float | None
    trouble: Trouble
    record: Mapping[str, Any]
    created: float
    started: float | None
    ended: float | None
    folder: Path
    model: str = BUILT_IN
    kind: Kind = "video"
    spent: float = 0.0
    frames: int = 0

    @property
    def live(self) -> bool:
        """Whether something can still come of it."""
        return self.state in LIVE

    @property
    def result(self) -> Path:
        """Where the finished video lies once the job is done; never there in part."""
        return self.folder / "result.mp4"

    @property
    def scratch(self) -> Path:
        """Where a long job keeps what it can go on from; kept until it is done or deleted."""
        return self.folder / "scratch"

    @property
    def preview(self) -> Path:
        """The latest look at the unfinished work."""
        return self.folder / "preview.jpg"

    @property
    def poster(self) -> Path:
        """A small picture of the result."""
        return self.folder / "poster.jpg"

    @property
    def log(self) -> Path:
        """What the worker wrote down about an unexpected error."""
        return self.folder / "log.txt"

    def worked(self, now: float) -> float:
        """Seconds that were worked on it in all its turns, until `now` (since 1970) if it runs.

        A turn that was cut off counts to its last sign of life: the studio was closed after that.
        """
        cut = self.trouble.key == "interrupted"
        end = now if self.state == "running" else self.beat if cut else self.ended
        if self.started is None or end is None:
            return self.spent
        return self.spent + max(0.0, end - self.started)

    def input(self, role: str) -> Path | None:
        """The job's own copy of a file that the user gave."""
        return self.folder / "inputs" / self.inputs[role] if role in self.inputs else None


def job_of(row: sqlite3.Row, folder: Path) -> Job:
    """Read a row of the store; `folder` holds the folders of all jobs."""
    record = json.loads(row["record"])
    return Job(
        id=row["id"],
        number=row["number"],
        owner=row["owner"],
        title=row["title"],
        system=row["system"],
        settings=json.loads(row["settings"]),
        inputs=json.loads(row["inputs"]),
        words=json.loads(row["words"]),
        consent=bool(row["consent"]),
        state=row["state"],
        cancel_wanted=row["cancel_wanted"],
        worker=row["worker"],
        step=row["step"],
        total=row["total"],
        stage=row["stage"],
        seconds_left=row["seconds_left"],
        beat=row["beat"],
        trouble=Trouble(
            row["what"], row["why"], row["fix"], row["trouble"], record.pop("trouble", {})
        ),
        record=record,
        created=row["created"],
        started=row["started"],
        ended=row["ended"],
        folder=folder / row["id"],
        model=row["model"],
        kind=row["kind"],
        spent=row["spent"],
        frames=row["frames"],
    )
