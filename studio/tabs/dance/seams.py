"""A look at the seams of what is chosen now: a job like any other, but none of the videos."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import gradio as gr

from engine.catalogue import SETTINGS
from engine.errors import StudioError
from engine.settings import specs
from studio.belongings import Belongings
from studio.choices import Choices
from studio.examples import Examples
from studio.explained import trouble_of
from studio.forms import Form
from studio.intake import Intake, UnusableFile
from studio.jobs.home import owner_of
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.orders import Incomplete, place_order
from studio.page import event_says
from studio.parts import notice, seams
from studio.words import Language, language_of

_KEPT = 20
"""Of one visitor there is one; more are only seen when two tabs ask at the same moment."""


class Seams:
    """The handlers of the look at the seams; `chosen` reads what the page holds (see `handlers`).

    It waits in the same queue and runs in the same worker as the videos, under the same limits. A
    visitor has one at a time: a new one takes the place of the last.
    """

    def __init__(
        self,
        store: Store,
        examples: Examples,
        intake: Intake,
        form: Form,
        chosen: Callable[[Sequence[Any]], Choices],
    ) -> None:
        self._store, self._examples, self._intake = store, examples, intake
        self._form, self._chosen = form, chosen
        self._belongings = Belongings(store)
        self._modes = specs(SETTINGS[form.system])["fusion"].choices

    def look(self, token: object, page: str) -> dict[str, Any]:
        """How it stands."""
        return self._view(owner_of(token), language_of(page))

    def ask(self, token: object, *given: Any) -> dict[str, Any]:
        """Queue a look at what is chosen; or say what is missing, beside what was there before."""
        language, owner = language_of(given[-1]), owner_of(token)
        words: Mapping[str, str] | None = None
        try:
            if owner is None:
                raise Incomplete("no_visitor")
            self._place(self._chosen(given[:-1]), owner)
        except Incomplete as error:
            words = notice.missing(error.key, language, **error.values)
        except (UnusableFile, StudioError) as error:
            trouble = error.trouble if isinstance(error, UnusableFile) else trouble_of(error)
            words = notice.refused(trouble, language)
        return self._view(owner, language, (words["what"], words["fix"]) if words else None)

    def stop(self, token: object, page: str, event: gr.EventData) -> dict[str, Any]:
        """Stop the one that runs or waits."""
        job, owner = self._meant(token, event), owner_of(token)
        if job is not None:
            self._store.cancel(job.id, job.owner)
        return self._view(owner, language_of(page))

    def drop(self, token: object, page: str, event: gr.EventData) -> dict[str, Any]:
        """Remove the finished one with its files."""
        job, owner = self._meant(token, event), owner_of(token)
        if job is not None:
            self._belongings.delete(job)
        return self._view(owner, language_of(page))

    def pick(self, event: gr.EventData) -> Any:
        """Use a way of blending; for the setting."""
        mode = event_says(event).get("mode")
        return mode if mode in self._modes else gr.skip()

    def _place(self, choices: Choices, owner: str) -> None:
        before = self._all(owner)
        settings = self._form.check(choices.for_engine())
        place_order(
            choices.order, settings, self._form.system, owner,
            self._store, self._examples, self._intake, kind="seams",
        )  # fmt: skip
        for old in before:
            self._belongings.delete(old)

    def _all(self, owner: str) -> list[Job]:
        """The visitor's looks, the newest first."""
        return self._store.page(owner, _KEPT, kind="seams")

    def _meant(self, token: object, event: gr.EventData) -> Job | None:
        """The visitor's own look that an event means; the id comes from a client."""
        owner = owner_of(token)
        job = self._store.get(event_says(event).get("id"), owner) if owner else None
        return job if job is not None and job.kind == "seams" else None

    def _view(
        self, owner: str | None, language: Language, said: Sequence[str] | None = None
    ) -> dict[str, Any]:
        job = next(iter(self._all(owner)), None) if owner else None
        place = self._store.place(job.id) if job is not None and job.state == "queued" else 0
        return seams.shown(job, place, language, said)
