"""Are the files that are here the right ones?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from engine.models.card import ModelCard
from engine.models.hub_cache import RepoCache
from engine.models.resolve import default_home, find
from engine.types import Progress

_BLOCK = 1 << 22

State: TypeAlias = Literal["right", "damaged", "missing", "unknown"]


@dataclass(frozen=True)
class FileState:
    """One file of a card; `unknown`: it is here, and nobody has said what its hash should be."""

    name: str
    state: State
    path: Path | None = None


def verify(
    card: ModelCard, home: Path | None = None, *, cache: Path | None = None
) -> Iterator[Progress | FileState]:
    """Compare each file of a card with the hash that the card or the download's place gives.

    Yields how many bytes were read, and a FileState after each file.
    """
    home = home or default_home()
    paths = [find(card, file, home, cache) for file in card.files]
    total = sum(path.stat().st_size for path in paths if path is not None)
    before = 0
    for file, path in zip(card.files, paths, strict=True):
        if path is None:
            yield FileState(file.name, "missing")
            continue
        size = path.stat().st_size
        known = file.sha256 or published_digest(path)
        digest = hasher(known, size) if known else None
        state: State = "unknown"
        if digest is not None:
            for read in feed(path, digest.update):
                yield Progress(before + read, total, "check", unit="bytes")
            state = "right" if digest.hexdigest() == known else "damaged"
        before += size
        yield Progress(before, total, "check", unit="bytes")
        yield FileState(file.name, state, path)


def published_digest(path: Path) -> str | None:
    """The hash under which a file of a Hugging Face cache was published; None for other files."""
    snapshots = next((folder for folder in path.parents if folder.name == "snapshots"), None)
    return RepoCache(snapshots.parent, "").digest_of(path) if snapshots else None


def hasher(digest: str, size: int) -> Any | None:
    """An unfinished hash of the kind of `digest`, or None when it is none that is known.

    64 hexadecimal digits are a SHA-256 (the Hub's large files); 40 are the SHA-1 of a git blob
    (its small ones), which begins with the file's `size`.
    """
    if not all(c in "0123456789abcdef" for c in digest):
        return None
    if len(digest) == 64:
        return hashlib.sha256()
    if len(digest) == 40:
        return hashlib.sha1(b"blob %d\0" % size, usedforsecurity=False)
    return None


def feed(path: Path, update: Callable[[bytes], object]) -> Iterator[int]:
    """Pass a file's content on, block by block; yields how many bytes were read."""
    read = 0
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            update(block)
            read += len(block)
            yield read


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
