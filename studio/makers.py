"""Who can make a video here: the built-in model, and published ones once they are whole."""

from __future__ import annotations

from engine.amounts import memory_in_words
from engine.models.card import ModelCard
from engine.models.cards import CARDS, with_needs
from engine.models.machine import Machine
from engine.models.makers import BUILT_IN, makers
from studio.fetches.fetcher import Fetcher
from studio.words import Language, known, say


class Makers:
    """The models of one system that a visitor can choose from.

    Args:
        system: a key of `engine.catalogue.SETTINGS`.
        fetcher: knows which models are here and whole.
        machine: what this computer has.
    """

    def __init__(self, system: str, fetcher: Fetcher, machine: Machine) -> None:
        self._cards = makers(system)
        self._fetcher = fetcher
        self._machine = machine

    def ready(self) -> tuple[str, ...]:
        """The models that can be asked for now; after the built-in one the best for here first.

        A published one is ready when all its parts are here and no check found one damaged. One
        that this computer has the memory for goes before one that it has not.
        """
        whole = [
            card
            for card in self._cards.values()
            if all(self._fetcher.whole(part) for part in with_needs(card))
        ]
        tight = [card for card in whole if self._tight(card)]
        return (BUILT_IN, *(card.key for card in sorted(whole, key=tight.__contains__)))

    def suiting(self, person: str | None) -> str:
        """Who makes a video unless the visitor says otherwise.

        `person` is the key of an example, which is drawn as the built-in model draws, in seconds.
        Without one the picture is the visitor's own, so most likely of a real person: whoever has
        fetched gigabytes for that wants them used.
        """
        ready = self.ready()
        return BUILT_IN if person or len(ready) == 1 else ready[1]

    def fit(self, model: str, language: Language) -> str:
        """How a published model gets on with the memory of this computer; "" for the built-in."""
        card = self._cards.get(model)
        if card is None or card.memory is None:
            return ""
        words = fit_words(card, self._machine, language)
        return say("maker_fit", language, title=title_of(model, language), fit=words)

    def _tight(self, card: ModelCard) -> bool:
        return card.memory is not None and self._machine.fit(card.memory).endswith("_small")


def title_of(model: str, language: Language) -> str:
    """A model's name for people; one that is not known here keeps its own."""
    if model == BUILT_IN:
        return say("maker_built_in", language)
    key = f"model_{model}_title"
    if known(key):
        return say(key, language)
    return CARDS[model].title if model in CARDS else model


def label_of(model: str, language: Language) -> str:
    """How a model is offered: its name, and what kind of people it makes."""
    if model == BUILT_IN:
        return say("maker_pocket", language)
    return say("maker_real", language, title=title_of(model, language))


def fit_words(card: ModelCard, machine: Machine, language: Language) -> str:
    """Where a model that has a need of memory would run on a computer, and how well."""
    need = card.memory
    assert need is not None  # the caller has looked
    fit = machine.fit(need)
    key = "main_light" if fit == "main" and not need.graphics else fit
    graphics = fit.startswith("graphics")
    return say(
        f"model_fit_{key}",
        language,
        need=memory_in_words(need.graphics if graphics else need.main),
        have=memory_in_words(machine.graphics_memory if graphics else machine.memory),
        name=machine.graphics,
    )
