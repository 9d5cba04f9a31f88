"""`models list | check | get`: which weights there are, are they whole, and fetching them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.errors import BadInput, CheckpointMismatch
from engine.types import Event, Result

if TYPE_CHECKING:
    from engine.models.cards import ModelCard


def list_models(_: argparse.Namespace) -> Iterator[Event | str]:
    """Every card with its size, its licence and whether it is on this machine."""
    from engine.models.cards import size_in_words
    from engine.models.resolve import Found, resolve

    cards = _all_cards()
    width = max(len(key) for key in cards)
    for key, card in cards.items():
        here = "here   " if isinstance(resolve(card), Found) else "missing"
        yield f"{key:{width}}  {here}  {size_in_words(card.bytes):>8}  {card.title}"
        yield f"{'':{width}}  {'':7}  {'':8}  licence: {card.licence}"


def check_models(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Compare files with their known hashes. Raises CheckpointMismatch when one is damaged."""
    from engine.models.resolve import require
    from engine.models.verify import verify

    cards = _all_cards()
    if arguments.name is not None:
        card = known_card(arguments.name)
        require(card)
        cards = {card.key: card}
    damaged: list[str] = []
    for key, card in cards.items():
        for file in verify(card):
            yield f"{key}/{file.name}: {file.state}"
            if file.state == "damaged":
                damaged.append(f"{key}/{file.name}")
    if damaged:
        raise CheckpointMismatch(
            "Weights on this machine are damaged.",
            "Another hash than published: " + ", ".join(damaged) + ".",
            "Delete these files, then get them again with `python -m engine models get CARD`.",
        )


def get_model(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Download a model and what it needs; naming it here is the consent."""
    from engine.models.cards import Hub, Pocket, size_in_words, with_needs
    from engine.models.download import download
    from engine.models.resolve import Found, default_home, folder_of, require, resolve

    card = known_card(arguments.name)
    if isinstance(card.source, Pocket):
        require(card)  # it is not for download: it is here, or this says how to make it
        yield f"{card.title} comes with the program and is here."
        yield Result(card.source.folder)
        return
    for each in with_needs(card):
        if not isinstance(each.source, Hub) or isinstance(resolve(each), Found):
            yield f"{each.title} is here."
            continue
        size = size_in_words(each.bytes)
        yield f"{each.title}: {size} from {each.source.url}; licence: {each.licence}"
        yield from download(each)
    yield Result(folder_of(card, default_home()))


def known_card(name: str) -> ModelCard:
    """The card of a name. Raises BadInput that lists the names there are."""
    cards = _all_cards()
    if name not in cards:
        raise BadInput(
            f"There is no model '{name[:60]}'.",
            "The name may be misspelt.",
            "Choose one of: " + ", ".join(cards) + ".",
        )
    return cards[name]


def _all_cards() -> dict[str, ModelCard]:
    from engine.models.cards import CARDS, pocket_cards

    return {**pocket_cards(), **CARDS}
