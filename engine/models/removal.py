"""Take a model's files away again: what was fetched, never what a person put there."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from engine.errors import StudioError
from engine.models.card import Hub, ModelCard
from engine.models.resolve import default_home, find, own_cache


@dataclass(frozen=True)
class Removed:
    """What became free, and the files of the card that are still found: they are not ours."""

    freed: int
    left: tuple[Path, ...]


def remove(
    card: ModelCard,
    home: Path | None = None,
    *,
    names: Collection[str] | None = None,
    cache: Path | None = None,
) -> Removed:
    """Delete the downloads of a card (or its files `names`), whole or not.

    Files in `<home>/models/<key>/` and in the Hugging Face cache belong to the person or to other
    programs and stay. Raises StudioError where the system refuses to delete.
    """
    home = home or default_home()
    freed = 0
    files = [file for file in card.files if names is None or file.name in names]
    if isinstance(card.source, Hub):
        kept = own_cache(home, card.source)
        try:
            freed = sum(kept.remove(file.name) for file in files)
        except OSError as error:
            raise StudioError(
                "The model '{title}' could not be removed.",
                "The system refused ({reason}); a program may be using its files.",
                "Wait until no video is being made and try again.",
                key="model_not_removed",
                title=card.title,
                reason=error.strerror or type(error).__name__,
            ) from error
    left = (find(card, file, home, cache) for file in files)
    return Removed(freed, tuple(path for path in left if path is not None))


def is_ours(card: ModelCard, home: Path, name: str) -> bool:
    """Whether a file of the card was fetched by us and may be deleted by us."""
    return isinstance(card.source, Hub) and own_cache(home, card.source).find(name) is not None
