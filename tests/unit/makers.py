"""Models that look whole on the disk: every file of the cards with a byte in it."""

from __future__ import annotations

import shutil
from pathlib import Path

from engine.models.cards import CARDS, with_needs
from engine.models.resolve import folder_of


def put(home: Path, model: str) -> None:
    """Lay files of a published model and all that it needs where a person would put them."""
    for card in with_needs(CARDS[model]):
        for file in card.files:
            path = folder_of(card, home) / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"x")


def take_away(home: Path, model: str) -> None:
    """Remove the files of one card."""
    shutil.rmtree(folder_of(CARDS[model], home))
