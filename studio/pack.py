"""All results of a visitor in one zip file, written to the disk piece by piece."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import stat
import time
import unicodedata
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from studio.jobs.job import Job
from studio.restore import record_of

MAX_BYTES = 2_000_000_000
"""Of the videos in one zip file; half of the free disk where that is less."""

_KEPT_SECONDS = 3600.0  # long enough for a slow download
_LONGEST = 60
_FORBIDDEN = dict.fromkeys(map(ord, '<>:"/\\|?*'), " ")
_DEVICES = {"con", "prn", "aux", "nul"} | {f"{one}{n}" for one in ("com", "lpt") for n in range(10)}


@dataclass(frozen=True)
class Packed:
    """A zip file: where it lies, how many videos are in it, how many found no room."""

    path: Path
    count: int
    left_out: int


def pack(named: Iterable[tuple[Job, str]], folder: Path, max_bytes: int = MAX_BYTES) -> Packed:
    """Zip the results of jobs, each under its name and with its record beside it.

    Args:
        named: finished jobs and their names, the most wanted first.
        folder: where the visitor's zip file goes, in a folder that cannot be guessed; an earlier
            one is removed, and so are other visitors' beside it that are older than an hour.

    Videos are stored as they are: they are compressed already. A result that is missing or is no
    plain file (a link, say) is left out.
    """
    sweep(folder.parent)
    discard(folder)
    own = folder / secrets.token_hex(16)
    own.mkdir(mode=0o700, parents=True)
    room = min(max_bytes, shutil.disk_usage(own).free // 2)
    taken: set[str] = set()
    count = left_out = 0
    part, whole = own / "pirouette.part", own / "pirouette.zip"
    with zipfile.ZipFile(part, "w") as archive:
        for job, title in named:
            source = _plain_file(job.result)
            if source is None:
                continue
            with source:
                size = os.fstat(source.fileno()).st_size
                if left_out or size > room:
                    left_out += 1
                    continue
                room -= size
                name = _unused(safe_name(title), taken)
                _add(archive, f"{name}.mp4", source, job)
            archive.writestr(_entry(f"{name}.json", job), to_text(job))
            count += 1
    os.replace(part, whole)
    return Packed(whole, count, left_out)


def sweep(folder: Path) -> None:
    """Remove the zip files in the visitors' folders in `folder` that nobody will fetch any more."""
    for one in list(folder.iterdir()) if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # two visitors may sweep at once
            if time.time() - one.stat().st_mtime > _KEPT_SECONDS:
                discard(one)


def discard(folder: Path) -> None:
    """Remove a visitor's zip files; one that is just being sent goes on where the system can."""
    shutil.rmtree(folder, ignore_errors=True)


def to_text(job: Job) -> str:
    """The record of a job as the file that gives its settings back."""
    return json.dumps(record_of(job), ensure_ascii=False, indent=1)


def safe_name(title: str) -> str:
    """A file name for a title, without suffix, that is good on every system and in every zip."""
    text = unicodedata.normalize("NFC", title).translate(_FORBIDDEN)
    # control and format characters are gone, too: some turn the order of letters around
    text = "".join(" " if sign.isspace() else sign for sign in text)
    text = "".join(sign for sign in text if not unicodedata.category(sign).startswith("C"))
    name = " ".join(text.split())[:_LONGEST].strip(". ")
    return f"_{name}" if name.split(".")[0].casefold() in _DEVICES else name or "video"


def _unused(name: str, taken: set[str]) -> str:
    """`name`, or with the next free number; `taken` grows."""
    candidate, number = name, 1
    while candidate.casefold() in taken:
        number += 1
        candidate = f"{name} ({number})"
    taken.add(candidate.casefold())
    return candidate


def _plain_file(path: Path) -> BinaryIO | None:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0))
    except OSError:
        return None
    file = os.fdopen(handle, "rb")
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return file
    file.close()
    return None


def _add(archive: zipfile.ZipFile, name: str, source: BinaryIO, job: Job) -> None:
    with archive.open(_entry(name, job), "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, 1 << 20)


def _entry(name: str, job: Job) -> zipfile.ZipInfo:
    moment = time.localtime(job.ended or job.created)[:6]
    entry = zipfile.ZipInfo(name, max(moment, (1980, 1, 1, 0, 0, 0)))
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    return entry
