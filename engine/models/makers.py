"""Which models make videos, and whether one is whole on this machine; free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.amounts import size_in_words
from engine.errors import BadInput, MissingModel
from engine.models.card import ModelCard
from engine.models.cards import CARDS, with_needs
from engine.models.resolve import Missing, resolve

BUILT_IN = "pocket"
"""The model that comes with the program."""


def makers(system: str, cards: Mapping[str, ModelCard] = CARDS) -> dict[str, ModelCard]:
    """The published models that make videos of a system, by key, the best first."""
    return {key: card for key, card in cards.items() if card.system == system and card.window}


def require_maker(model: str, system: str, home: Path) -> None:
    """Make sure that a model can make videos now; no weight is read.

    Args:
        model: `BUILT_IN` or a key of `makers(system)`. Nothing else counts, least of all a path.
        home: the user's folder.

    Raises BadInput for another name, and MissingModel, which names every part that is not here.
    """
    if model == BUILT_IN:
        return
    card = makers(system).get(model)
    if card is None:
        raise BadInput(
            "There is no model '{name}'.",
            "It is not one of those that make videos in this version.",
            "Choose one of: {names}.",
            key="maker_unknown",
            name=model[:40],
            names=", ".join((BUILT_IN, *makers(system))),
        )
    missing = [one for one in with_needs(card) if isinstance(resolve(one, home), Missing)]
    if missing:
        raise MissingModel(
            "'{title}' cannot make this video: it is not whole on this machine.",
            "Not here: {parts}.",
            "Get what is missing in the Models tab, or with `python -m engine models get {card}`. "
            "Or choose the built-in model.",
            key="maker_missing",
            title=card.title,
            parts=", ".join(f"{one.title} ({size_in_words(one.bytes)})" for one in missing),
            card=card.key,
        )
