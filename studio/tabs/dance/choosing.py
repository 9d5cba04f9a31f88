"""Between the page of the Dance tab and the choices that it means."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from studio.choices import Choices
from studio.examples import Examples
from studio.forms import Form
from studio.intake import Intake, UnusableFile
from studio.lengths import rate_of
from studio.orders import Order, own_dance
from studio.served import cached
from studio.tabs.dance.making import Making
from studio.words import language_of

FIELDS = (
    "person", "photo", "agreed", "consent", "model", "source", "dance", "motion", "keypoints",
    "whole",
)  # fmt: skip
"""The fields of `layout.Fields` that come before the settings."""

LEADING, CAST = len(FIELDS), 7
"""How many they are, and how many of them say who dances which dance of the library."""


class Choosing:
    """Reads what the fields hold and fills them; args as for `handlers.Handlers`.

    `given` is what `layout.Fields.components` hold, and what `fill` returns goes to them.
    """

    def __init__(self, examples: Examples, intake: Intake, form: Form, making: Making) -> None:
        self._examples, self._intake = examples, intake
        self._form, self._making = form, making

    def chosen(self, given: Sequence[Any], wait: bool = True) -> Choices:
        """What the page holds; raises BadInput. Consent counts for the picture it was given for.

        An own dance's file tells how many frames the seconds are, so with `wait` it is read first:
        raises UnusableFile if there is no time for that. Without, what is not known yet counts at
        the usual rate; so does a file that cannot be used, which the order refuses in its turn.
        """
        person, photo, agreed, consent, model, source, dance, motion, keypoints, whole = given[
            :LEADING
        ]
        order = Order(
            person=person or None,  # the page says "" for a picker without a choice
            photo=photo,
            consent=bool(consent and photo and agreed) and Path(agreed) == Path(photo),
            source=source,
            dance=dance or None,
            motion=motion,
            keypoints=keypoints,
            model=model or None,
        )
        rate = self._rate(order, wait)
        return Choices(order, bool(whole), self._form.values(given[LEADING:], rate), rate)

    def _rate(self, order: Order, wait: bool) -> float:
        """Frames a second that the dance gives where the setting leaves it to the dance."""
        own = own_dance(order.source, order.motion, order.keypoints)
        if own is None:
            return rate_of({})
        verdict = self._intake.check(*own) if wait else self._intake.known(*own)
        if wait and verdict and verdict.trouble and verdict.trouble.key == "check_busy":
            raise UnusableFile(own[1], verdict.trouble)  # a little later its rate would be known
        return rate_of(verdict.facts if verdict else {})

    def fill(self, choices: Choices | None, page: str) -> list[Any]:
        """What the page shows for `choices`; a file becomes a copy that Gradio may serve."""
        if choices is None:
            return [gr.skip()] * (LEADING + len(self._form.components))
        order = choices.order
        person = order.person if order.person in self._examples.people else None
        photo = order.photo if person is None else str(self._examples.people[person])
        files = [_served(path) for path in (photo, order.motion, order.keypoints)]
        own = person is None and files[0] is not None
        agreed = own and order.consent
        return [
            person,
            files[0],
            files[0] if agreed else "",
            gr.update(value=agreed, visible=own),
            self._making.shown(order.model, person, language_of(page)),
            order.source,
            order.dance if order.dance in self._examples.dances else None,
            files[1],
            files[2],
            choices.whole,
            *self._form.shown(choices.settings, self._counted_by(order, choices.rate)),
        ]

    def _counted_by(self, order: Order, rate: float | None) -> float:
        """The rate of choices that may not know it; a file that is no longer fit has the usual."""
        try:
            return rate or self._rate(order, wait=True)
        except UnusableFile:
            return rate_of({})


def _served(path: str | None) -> str | None:
    """A copy of one of our files where the page may fetch it; None if it is gone meanwhile."""
    try:
        return cached(Path(path)) if path is not None else None
    except OSError:
        return None
