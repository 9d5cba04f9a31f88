"""Are the files that are here the right ones?"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from engine.models.cards import ModelCard
from engine.models.resolve import default_home, find, folder_of

RECEIPT = "receipt.json"
"""Beside downloaded files: where they came from, and the hashes that the Hub gave for them."""
_BLOCK = 1 << 20

State = Literal["right", "damaged", "missing", "unknown"]


@dataclass(frozen=True)
class FileState:
    """One file of a card; `unknown`: it is here, and nobody has said what its hash should be."""

    name: str
    state: State


def verify(
    card: ModelCard, home: Path | None = None, *, cache: Path | None = None
) -> Iterator[FileState]:
    """Compare each file of a card with the hash that the card, the download or the cache gives."""
    home = home or default_home()
    folder = folder_of(card, home)
    receipt = read_receipt(folder)
    for file in card.files:
        path = find(card, file, home, cache)
        if path is None:
            yield FileState(file.name, "missing")
            continue
        # the Hugging Face cache names its files by their hash
        told = receipt.get(file.name) if path == folder / file.name else path.resolve().name
        yield FileState(file.name, _compare(path, file.sha256 or told))


def read_receipt(folder: Path) -> dict[str, str]:
    """The hashes by file name of a folder's downloads; empty when nothing was downloaded."""
    path = folder / RECEIPT
    if not path.is_file():
        return {}
    return dict(json.loads(path.read_text(encoding="utf-8"))["files"])


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


def feed(path: Path, update: Callable[[bytes], object]) -> None:
    """Pass a file's content on, block by block."""
    with open(path, "rb") as file:
        while block := file.read(_BLOCK):
            update(block)


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    feed(path, digest.update)
    return digest.hexdigest()


def _compare(path: Path, known: str | None) -> State:
    digest = hasher(known, path.stat().st_size) if known else None
    if digest is None:
        return "unknown"
    feed(path, digest.update)
    return "right" if digest.hexdigest() == known else "damaged"
