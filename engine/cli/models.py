"""`models list | check | get | remove`: which weights there are, are they whole, fetching them."""

from __future__ import annotations

import argparse
import shutil
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from engine.errors import Cancelled, CheckpointMismatch, MissingModel
from engine.types import Event, Progress, Result

if TYPE_CHECKING:
    from engine.models.card import ModelCard


_STATES = {"unknown": "here, but not checked: nobody has published its hash"}


def list_models(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Every card with its size, its licence and whether it is on this machine."""
    from engine.models.cards import all_cards
    from engine.models.table import markdown, rows

    cards = all_cards()
    if arguments.markdown:
        yield markdown(cards.values())
        return
    yield from rows(cards.values())


def check_models(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Compare files with their known hashes. Raises CheckpointMismatch when one is damaged."""
    from engine.models.cards import all_cards, known_card
    from engine.models.resolve import require
    from engine.models.verify import verify

    cards = all_cards()
    if arguments.name is not None:
        card = known_card(arguments.name)
        require(card)
        cards = {card.key: card}
    damaged: list[str] = []
    for key, card in cards.items():
        for step in verify(card):
            if isinstance(step, Progress):
                yield step
                continue
            yield f"{key}/{step.name}: {_STATES.get(step.state, step.state)}"
            if step.state == "damaged":
                damaged.append(f"{key}/{step.name} ({step.path})")
    if damaged:
        raise CheckpointMismatch(
            "Weights on this machine are damaged.",
            "Another hash than published: " + ", ".join(damaged) + ".",
            "Remove the model with `python -m engine models remove CARD` (a file that you put "
            "there yourself you have to delete), then run `python -m engine models get CARD`.",
        )


def get_model(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Download a model and what it needs, after showing size and licence and asking."""
    from engine.models.card import Hub, Pocket
    from engine.models.cards import known_card, with_needs
    from engine.models.download import download
    from engine.models.resolve import Found, default_home, require, resolve

    card = known_card(arguments.name)
    if isinstance(card.source, Pocket):
        require(card)  # it is not for download: it is here, or this says how to make it
        yield f"{card.title} comes with the program and is here."
        yield Result(card.source.folder)
        return
    missing: list[ModelCard] = []
    for each in with_needs(card):
        if isinstance(resolve(each), Found):
            yield f"{each.title} is here."
        elif isinstance(each.source, Hub):
            missing.append(each)
    home = default_home()
    if missing:
        yield from _terms(missing)
        if not arguments.yes:
            _ask_for_consent(missing)
    try:
        for each in missing:
            yield f"Getting {each.title}."
            yield from download(each, home, wait=True)
    except KeyboardInterrupt as error:
        raise Cancelled(
            "The download was stopped.",
            "You asked for it.",
            f"Run `python -m engine models get {card.key}` again: what has arrived is kept.",
        ) from error
    for each in with_needs(card):
        require(each)  # what has to be fetched by hand is said here
    yield Result(home / "models")


def remove_model(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Delete what was downloaded of a model."""
    from engine.amounts import size_in_words
    from engine.models.cards import known_card
    from engine.models.removal import remove

    card = known_card(arguments.name)
    done = remove(card)
    yield f"{card.title}: {size_in_words(done.freed) if done.freed else 'nothing'} freed."
    for path in done.left:
        yield f"Not downloaded by this program, so it stays: {path}"


def _terms(missing: Sequence[ModelCard]) -> Iterator[str]:
    """What is going to happen, and under which licences."""
    from engine.amounts import size_in_words
    from engine.models.resolve import default_home, unfinished

    home = default_home()
    for card in missing:
        here = unfinished(card, home)
        part = f" ({size_in_words(here)} of it are here already)" if here else ""
        yield f"{card.title}: {size_in_words(card.bytes)}{part}"
        yield f"  from     {getattr(card.source, 'url', '')}"
        yield f"  licence  {card.licence}"
        yield f"           {card.licence_url}"
        yield f"  use      {'also commercial' if card.commercial else 'NOT for commercial use'}"
    there = next(folder for folder in (home, *home.parents) if folder.is_dir())
    total = size_in_words(sum(card.bytes for card in missing))
    free = size_in_words(shutil.disk_usage(there).free)
    yield f"Together {total}, into {home / 'models'} ({free} free)."


def _ask_for_consent(missing: Sequence[ModelCard]) -> None:
    """Raises MissingModel where nobody can answer, Cancelled where the answer is no."""
    names = ", ".join(card.title for card in missing)
    if not sys.stdin.isatty():
        raise MissingModel(
            f"Nothing was fetched of: {names}.",
            "A licence has to be agreed to, and nobody is at this terminal to do so.",
            "Read the licences above and add --yes.",
        )
    sys.stderr.write("Do you agree to the licences and want to download them? [y/N] ")
    sys.stderr.flush()
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise Cancelled("Nothing was downloaded.", "You did not agree.", "Ask again when you like.")
