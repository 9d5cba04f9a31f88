"""Who makes the video: the choice on the page, and what it follows by itself."""

from __future__ import annotations

from typing import Any

import gradio as gr

from engine.models.makers import BUILT_IN
from studio.examples import Examples
from studio.makers import Makers, label_of, title_of
from studio.served import cached
from studio.words import Language, language_of, say


class Making:
    """The handlers of the choice; it is out of sight, and empty, where there is nothing to choose.

    It follows the picture when that changes from an example to the visitor's own or back (see
    `Makers.suiting`), and stays as it is otherwise.

    Args:
        makers: the models that are ready.
        examples: the people whose pictures are not the visitor's own.
    """

    def __init__(self, makers: Makers, examples: Examples) -> None:
        self._makers, self._examples = makers, examples

    def shown(self, model: str | None, person: str | None, language: Language) -> Any:
        """The choice with `model` chosen, or with what suits the picture where that is None.

        A model that is not here gives way to the built-in one; see `gone`.
        """
        ready = self._makers.ready()
        if len(ready) == 1:
            return gr.update(value=None, visible="hidden")
        chosen = model or self._makers.suiting(person)
        return gr.update(
            choices=[(label_of(key, language), key) for key in ready],
            value=chosen if chosen in ready else BUILT_IN,
            visible=True,
        )

    def gone(self, model: str | None, language: Language) -> dict[str, str] | None:
        """That a model which was asked for is not here, for a notice; None if it is."""
        if model is None or model in self._makers.ready():
            return None
        title = title_of(model, language)
        return {
            "what": say("maker_gone_what", language, title=title),
            "fix": say("maker_gone_fix", language),
        }

    def picked(self, photo: str | None, model: str | None, person: str, page: str) -> Any:
        """An example was picked; `photo` is what was there before."""
        examples = {cached(path) for path in self._examples.people.values()}
        return self.shown(model if photo in examples else None, person, language_of(page))

    def uploaded(self, model: str | None, person: str | None, page: str) -> Any:
        """A picture was given or taken away; `person` is the example that was there before."""
        return self.shown(None if person else model, None, language_of(page))

    def returned(self, arrived: bool, model: str | None, person: str | None, page: str) -> Any:
        """The tab was opened again: models may have come or gone. For the notice and the choice."""
        if not arrived:  # the page does not hold what the visitor chose yet
            return gr.skip(), gr.skip()
        language = language_of(page)
        return self.gone(model, language) or gr.skip(), self.shown(model, person or None, language)

    def note(self, model: str | None) -> Any:
        """What the built-in model makes of a photo is told where it is the one."""
        return gr.update(visible=model in (None, BUILT_IN))

    def fit(self, model: str | None, language: Language) -> str:
        """How the model gets on with this computer, in words; "" for the built-in one."""
        return self._makers.fit(model or BUILT_IN, language)
