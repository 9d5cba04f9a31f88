"""What is known of a set of weights before it is here: files, source, licence, needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True)
class WeightFile:
    """One file of a model.

    Attributes:
        name: its path inside the source, with forward slashes.
        bytes: its size as published; for people and for the room on the disk, not a check.
        sha256: its hash, or None where only the Hub knows it.
    """

    name: str
    bytes: int
    sha256: str | None = None


@dataclass(frozen=True)
class Pocket:
    """Weights that the project trained itself and ships, in `folder`."""

    folder: Path


@dataclass(frozen=True)
class Hub:
    """A repository of the Hugging Face Hub; `gated`: its terms must be accepted there first."""

    repo: str
    revision: str = "main"
    gated: bool = False

    @property
    def url(self) -> str:
        """The page for people."""
        return f"https://huggingface.co/{self.repo}"


@dataclass(frozen=True)
class ByHand:
    """A page from which a person fetches the file: nobody publishes its hash, so we do not."""

    url: str


@dataclass(frozen=True)
class LocalFile:
    """A file that the user named; the card's one file is it, whatever its name there."""

    path: Path


Source: TypeAlias = Pocket | Hub | ByHand | LocalFile

Group: TypeAlias = Literal["built-in", "people", "poses"]
"""What weights make possible: nothing to fetch, videos of real people, poses from films."""


@dataclass(frozen=True)
class Memory:
    """Rough need of memory in bytes, weights included: `graphics` on a card, `main` without one."""

    graphics: int
    main: int


@dataclass(frozen=True)
class ModelCard:
    """What one set of weights is.

    Attributes:
        key: its name on the command line and its folder's name.
        title: its name for people.
        system: the published system it belongs to, or "pose" or "base" for what several share.
        files: all files that are needed.
        source: where they come from.
        licence, licence_url: in words, and where the whole text is.
        commercial: whether the licence allows commercial use as it is.
        needs: keys of other cards without which it does not work.
        group: what it makes possible.
        note: one sentence for people.
        memory: what running it takes, an estimate; None where it is not run by itself.
        window: frames that it makes together, as it was trained; 0 where it makes no videos.
        alternative: another packing of weights that a simpler card has, too.
        facts: how pocket weights were made: their JSON card, as it is.
    """

    key: str
    title: str
    system: str
    files: tuple[WeightFile, ...]
    source: Source
    licence: str
    licence_url: str
    commercial: bool
    needs: tuple[str, ...] = ()
    group: Group = "people"
    note: str = ""
    memory: Memory | None = None
    window: int = 0
    alternative: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Size of all files as published."""
        return sum(file.bytes for file in self.files)
