"""What of a video that is still being made can be watched: finished pieces, and a look before.

A piece gets its name, which says what it holds, in one step when it is whole: no list of pieces is
kept that a kill could leave wrong. They lie in the job's scratch folder, which goes when the job is
done or deleted.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.types import Part
from studio.jobs.files import remove
from studio.jobs.job import Job

_NAME = re.compile(r"(\d{9})-(\d{9})\.mp4")


@dataclass(frozen=True)
class Piece:
    """A playable file with the seconds of the whole video from `start` to `end`.

    A `rough` one is a look at the unfinished beginning.
    """

    path: Path
    start: float
    end: float
    rough: bool = False


def keep(part: Part, job: Job) -> None:
    """Take over a piece that the engine has finished; it is moved, not copied."""
    start, end = (
        round(1000 * frame / part.fps) for frame in (part.first, part.first + part.num_frames)
    )
    _folder(job).mkdir(mode=0o700, parents=True, exist_ok=True)
    os.replace(part.path, _folder(job) / f"{start:09}-{end:09}.mp4")


def keep_look(made: Path, job: Job, seconds: float) -> None:
    """Take over a moving look at the beginning, in place of an earlier one."""
    folder = _folder(job)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = _looks(job)
    number = int(before[-1].stem.split("-")[1]) + 1 if before else 1
    os.replace(made, folder / f"look-{number:04}-{round(1000 * seconds):09}.mp4")
    for old in before:
        with suppress(PermissionError):  # Windows, while it plays: it goes with the others
            old.unlink()


def watchable(job: Job) -> tuple[Piece, ...]:
    """What of a running job can be watched: its finished pieces, in order and without a gap.

    While there are none it is the latest look, if there is one. Only whole files are told.
    """
    if job.state != "running":
        return ()
    found: list[Piece] = []
    for path in sorted(_folder(job).glob("*.mp4")):
        name = _NAME.fullmatch(path.name)
        if name is None:
            continue
        start, end = (int(group) / 1000 for group in name.groups())
        if start != (found[-1].end if found else 0.0):
            break
        found.append(Piece(path, start, end))
    if not found and (looks := _looks(job)):
        seconds = int(looks[-1].stem.split("-")[2]) / 1000
        found.append(Piece(looks[-1], 0.0, seconds, rough=True))
    return tuple(found)


def drop(job: Job) -> None:
    """Remove the pieces: the job has ended, or begins once more."""
    remove(_folder(job))


def _looks(job: Job) -> list[Path]:
    return sorted(_folder(job).glob("look-*-*.mp4"))


def _folder(job: Job) -> Path:
    return job.scratch / "pieces"
