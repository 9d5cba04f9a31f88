"""Find the files of a card on this machine, or say exactly what is missing and how to get it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.amounts import size_in_words
from engine.errors import MissingModel
from engine.models.card import (
    ByHand,
    Hub,
    LocalFile,
    ModelCard,
    Pocket,
    WeightFile,
)
from engine.models.hub_cache import RepoCache, is_whole


@dataclass(frozen=True)
class Found:
    """All files of a card are here; `paths` by the name that the card gives them."""

    card: ModelCard
    paths: Mapping[str, Path]

    @property
    def path(self) -> Path:
        """The file of a card that has only one."""
        (path,) = self.paths.values()
        return path


@dataclass(frozen=True)
class Missing:
    """Some files of a card are not here: which, why, and what to do."""

    card: ModelCard
    files: tuple[WeightFile, ...]
    why: str
    how_to_get: str


def default_home() -> Path:
    """The folder for everything that is the user's: `STUDIO_HOME`, else `~/.pirouette`."""
    named = os.environ.get("STUDIO_HOME")
    return Path(named).expanduser() if named else Path.home() / ".pirouette"


def folder_of(card: ModelCard, home: Path) -> Path:
    """Where a person puts files of a card by hand: `<home>/models/<key>/`."""
    return home / "models" / card.key


def own_cache(home: Path, source: Hub) -> RepoCache:
    """Where we keep what we fetch of a repository: `<home>/models/models--owner--name/`."""
    return RepoCache.of(home / "models", source)


def resolve(
    card: ModelCard, home: Path | None = None, *, cache: Path | None = None
) -> Found | Missing:
    """Look for a card's files without touching the network.

    Pocket weights are looked for in their own folder. All others are looked for one by one in
    `<home>/models/<key>/`, where a person puts them; Hub files also among what was fetched, and in
    the Hugging Face cache (`cache`, or where the library keeps it). An empty file counts as
    missing. `home` is `default_home()` when it is None.
    """
    home = home or default_home()
    paths: dict[str, Path] = {}
    for file in card.files:
        path = find(card, file, home, cache)
        if path is not None:
            paths[file.name] = path
    missing = tuple(file for file in card.files if file.name not in paths)
    if not missing:
        return Found(card, paths)
    return Missing(card, missing, _why(card, missing, home), how_to_get(card, missing, home))


def require(card: ModelCard, home: Path | None = None, *, cache: Path | None = None) -> Found:
    """Find a card's files or raise MissingModel with its size, its licence and what to do."""
    found = resolve(card, home, cache=cache)
    if isinstance(found, Found):
        return found
    raise MissingModel(
        "The model '{title}' is not on this machine ({size}, licence: {licence}).",
        "{reason}",
        "{how}",
        key="model_missing",
        title=card.title,
        size=size_in_words(sum(file.bytes for file in found.files)),
        licence=card.licence,
        reason=found.why,
        how=found.how_to_get,
        card=card.key,
    )


def how_to_get(card: ModelCard, files: tuple[WeightFile, ...], home: Path) -> str:
    """What to do about missing files, in words."""
    names = " and ".join(file.name for file in files)
    source, folder = card.source, folder_of(card, home)
    if isinstance(source, LocalFile):
        return f"Put the file at {source.path}, or name another one."
    if isinstance(source, Pocket):
        return (
            f"It belongs to the project: restore {names} in {source.folder} with "
            "`git checkout -- assets/pocket`, or train it again with `make pocket`."
        )
    if isinstance(source, ByHand):
        return (
            f"Download {names} from {source.url} and put it into {folder}. "
            f"The licence: {card.licence_url}"
        )
    terms = (
        f"Accept the terms at {source.url}, log in with `hf auth login`, then r"
        if source.gated
        else "R"
    )
    return (
        f"{terms}un `python -m engine models get {card.key}`. Or put {names} from {source.url} "
        f"into {folder}, keeping the sub-folders. The licence: {card.licence_url}"
    )


def find(card: ModelCard, file: WeightFile, home: Path, cache: Path | None = None) -> Path | None:
    """Where one file of a card is on this machine; None when it is not there or empty."""
    source = card.source
    if isinstance(source, LocalFile):
        candidates: list[Path | None] = [source.path]
    elif isinstance(source, Pocket):
        candidates = [source.folder / file.name]
    else:
        candidates = [folder_of(card, home) / file.name]
        if isinstance(source, Hub):
            candidates += [own_cache(home, source).find(file.name)]
            candidates += [_in_hub_cache(source, file, cache)]
    return next((path for path in candidates if path is not None and is_whole(path)), None)


def _in_hub_cache(source: Hub, file: WeightFile, cache: Path | None) -> Path | None:
    from huggingface_hub import try_to_load_from_cache  # half a second, and only needed here

    found = try_to_load_from_cache(
        source.repo, file.name, cache_dir=cache, revision=source.revision
    )
    return Path(found) if isinstance(found, str) else None  # else: a marker for "not there"


def unfinished(card: ModelCard, home: Path) -> int:
    """Bytes of a card's downloads that are here but not whole."""
    if not isinstance(card.source, Hub):
        return 0
    kept = own_cache(home, card.source)
    return sum(part.stat().st_size for file in card.files for part in kept.parts(file.name))


def _why(card: ModelCard, missing: tuple[WeightFile, ...], home: Path) -> str:
    names = ", ".join(file.name for file in missing)
    if isinstance(card.source, (Pocket, LocalFile)):
        return f"Not found: {names}."
    partial = unfinished(card, home)
    if partial:
        return f"The download of {names} was not finished; {size_in_words(partial)} are here."
    if isinstance(card.source, ByHand):
        return f"Not found in {folder_of(card, home)}: {names}."
    return f"Not found in {home / 'models'} or in the Hugging Face cache: {names}."
