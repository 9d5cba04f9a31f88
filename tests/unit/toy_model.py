"""A model of two small files, and the stand-in Hub that has it."""

from __future__ import annotations

import os
from pathlib import Path

from engine.models.cards import Hub, ModelCard, WeightFile
from engine.models.download import download
from engine.models.hub_cache import RepoCache
from engine.types import Progress
from tests.fake_hub import FakeHub

BIG, SMALL = "sub/net.safetensors", "config.json"
WEIGHTS = os.urandom(3_000_000)
CONFIG = b'{"a": 1}'
TOTAL = len(WEIGHTS) + len(CONFIG)


def toy_hub() -> FakeHub:
    """Not running yet."""
    return FakeHub({f"o/m/{BIG}": WEIGHTS, f"o/m/{SMALL}": CONFIG}, large={f"o/m/{BIG}"})


def toy_card(sha256: str | None = None, *, repo: str = "o/m", revision: str = "main") -> ModelCard:
    """Its card."""
    files = (WeightFile(BIG, len(WEIGHTS), sha256), WeightFile(SMALL, len(CONFIG)))
    source = Hub(repo, revision, gated=True)
    return ModelCard("toy", "Toy", "base", files, source, "Toy Licence", "https://x", False)


def fetch(home: Path, card: ModelCard | None = None, **options: object) -> list[Progress]:
    """Download it to the end, without a cache of other programs."""
    given: dict = {"cache": home / "none", **options}
    return list(download(card or toy_card(), home, **given))


def begin(home: Path, size: int = 1_000_000) -> Path:
    """Download until `size` bytes are here, stop, and return the unfinished file."""
    run = download(toy_card(), home, cache=home / "none")
    next(event for event in run if event.step >= size)
    run.close()
    (part,) = parts(home)
    return part


def kept(home: Path) -> RepoCache:
    """Where it lies."""
    return RepoCache.of(home / "models", Hub("o/m"))


def parts(home: Path) -> list[Path]:
    """All unfinished files."""
    return sorted((home / "models").rglob("*.part"))


def content(home: Path, name: str = BIG) -> bytes:
    """A fetched file's bytes."""
    path = kept(home).find(name)
    assert path is not None
    return path.read_bytes()
