"""A look at the pose before the run, for what is chosen now."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from engine.errors import BadInput, StudioError
from engine.models.makers import BUILT_IN
from studio.choices import Choices
from studio.examples import Examples
from studio.forms import Form
from studio.intake import Intake, Role, UnusableFile
from studio.jobs.home import owner_of
from studio.orders import source_of
from studio.page import event_says
from studio.parts import look
from studio.rehearsal import Often, Rehearsals, Slow
from studio.words import label, language_of, say

_MATTER = ("motion", "picture")
"""Groups of the settings that change what a rehearsal shows."""
_SHOWN = ("image", "motion", "dance", "model")
"""Of a request: what a rehearsal is about; a setting that changes leaves it worth seeing."""


class Rehearser:
    """Asks for rehearsals; `chosen` reads what the page holds (see `handlers.Handlers`).

    A person's picture is used for one only when the visitor has said that the person agrees.
    """

    def __init__(
        self,
        rehearsals: Rehearsals,
        examples: Examples,
        intake: Intake,
        form: Form,
        chosen: Callable[[Sequence[Any]], Choices],
    ) -> None:
        self._rehearsals, self._examples = rehearsals, examples
        self._intake, self._form, self._chosen = intake, form, chosen

    def rehearse(self, token: object, *given: Any) -> Iterator[tuple[Any, Any, Any]]:
        """For the button, the panel and what it is about: that it is going on, then what was seen.

        Meanwhile something else may be chosen: `still` follows.
        """
        about = self._about(given[:-1])
        for button, panel in self._seen(token, *given):
            yield button, panel, about

    def still(self, about: object, *given: Any) -> Any:
        """For the panel: nothing, where it is about what is chosen no more."""
        return gr.skip() if about == self._about(given) else None

    def follow(self, event: gr.EventData) -> Any:
        """Whom of several to follow, as a value of the setting; what a client sends is checked."""
        person = event_says(event).get("person")
        if type(person) is not int:
            return gr.skip()
        try:
            return self._form.check({"person": person})["person"]
        except BadInput:
            return gr.skip()

    def _about(self, given: Sequence[Any]) -> dict[str, Any] | None:
        """What of the choices a rehearsal shows; None where there is nothing to rehearse."""
        try:
            request = self._request(self._chosen(given))
        except (StudioError, UnusableFile):
            return None
        return {name: request[name] for name in _SHOWN} if request else None

    def _seen(self, token: object, *given: Any) -> Iterator[tuple[Any, Any]]:
        language = language_of(given[-1])
        yield gr.update(value=say("rehearsing", language), interactive=False), gr.skip()
        button = gr.update(value=label("rehearse"), interactive=True)
        try:
            choices = self._chosen(given[:-1])
            request = self._request(choices)
            if request is None:
                yield button, look.unseen("look_need", language)
            elif not self._agreed(choices):
                yield button, look.unseen("look_consent", language)
            elif not self._usable(request):
                yield button, None  # the field says already what is wrong
            else:
                answer = self._rehearsals.ask(request, owner_of(token) or "")
                yield button, look.seen(answer, language)
        except (StudioError, UnusableFile):
            yield button, None
        except Slow:
            yield button, look.unseen("look_slow", language)
        except Often:
            yield button, look.unseen("look_often", language)

    def own(self, token: object, *given: Any) -> Iterator[tuple[Any, Any, Any]]:
        """A file was given, or consent: rehearse if nothing is missing, else say nothing."""
        try:
            choices = self._chosen(given[:-1])
            ready = self._request(choices) is not None and self._agreed(choices)
        except (StudioError, UnusableFile):
            ready = False
        if ready:
            yield from self.rehearse(token, *given)
        else:  # to yield nothing would empty all three
            yield gr.skip(), gr.skip(), gr.skip()

    def _agreed(self, choices: Choices) -> bool:
        return choices.order.person in self._examples.people or choices.order.consent

    def _request(self, choices: Choices) -> dict[str, Any] | None:
        """What the stage hand is told (`studio.stage_hand`); None if something is missing."""
        order = choices.order
        person = self._examples.people.get(order.person or "")
        image = str(person) if person else order.photo
        library = order.source == "library"
        dance = order.dance if library and order.dance in self._examples.dances else None
        own = {"video": order.motion, "keypoints": order.keypoints}.get(order.source)
        if image is None or (dance is None and own is None):
            return None
        settings = {
            name: value
            for name, value in choices.settings.items()
            if self._form.spec(name).group in _MATTER or name == "num_frames"
        }
        return {
            "system": self._form.system,
            "image": image,
            "motion": own,
            "dance": dance,
            "model": order.model or BUILT_IN,
            "settings": settings,
        }

    def _usable(self, request: dict[str, Any]) -> bool:
        """Whether the visitor's own files were read and found good."""
        files: list[tuple[str, Role]] = []
        if Path(request["image"]) not in self._examples.people.values():
            files.append((request["image"], "photo"))
        if request["motion"]:
            keypoints = source_of(request["motion"]) == "keypoints"
            files.append((request["motion"], "keypoints" if keypoints else "motion"))
        return all(self._intake.check(Path(path), role).trouble is None for path, role in files)
