"""The Models tab: which weights there are, what is here, and getting the rest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import gradio as gr

from engine.amounts import size_in_words
from engine.errors import StudioError
from engine.models.card import Hub, ModelCard
from engine.models.hub import shows_token
from engine.models.machine import Machine, this_machine
from engine.models.resolve import folder_of
from studio.explained import error_texts
from studio.fetches.fetcher import Fetcher
from studio.page import IN_LANGUAGE, QUIET, event_says
from studio.parts import models, notice
from studio.words import Language, label, language_of, say

_LONGEST_TOKEN = 300


class Models:
    """The tab's components and what happens when they are used.

    Args:
        fetcher: the models and their processes.
        admin: whether visitors may fetch, check and remove: everyone could fill the disk.
        machine: what this computer has, looked at once.
    """

    def __init__(self, fetcher: Fetcher, admin: bool, machine: Machine | None = None) -> None:
        self._fetcher = fetcher
        self._admin = admin
        self._machine = machine or this_machine()

    def build(self) -> None:
        """Lay the tab out, and wire it."""
        with gr.Column(elem_id="models"):
            gr.Markdown("## " + label("models_title"), elem_id="models-title")
            self._notice = notice.notice("models-notice")
            self._board = models.board("model-board")
        seen = gr.State("")  # a mark of what this page was sent
        page = gr.Textbox(visible=False)  # its value is replaced by IN_LANGUAGE
        self._board.look(self.look, [seen, page], [self._board, seen], js=IN_LANGUAGE, **QUIET)
        self._board.act(
            self.act,
            [page],
            [self._notice, self._board, seen],
            js=IN_LANGUAGE,
            concurrency_limit=None,
            **QUIET,
        )

    def look(self, seen: str, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """The cards as they are now; what the page has already is not sent again."""
        return self._view("" if event_says(event).get("all") else seen, language_of(page))

    def act(self, page: str, event: gr.EventData) -> tuple[Any, ...]:
        """Do what a button says, or say why not."""
        language = language_of(page)
        try:
            said = self._act(event_says(event), language)
        except StudioError as error:
            what, _, fix = error_texts(error, language)
            said = {"what": what, "fix": fix}
        return (said, *self._view("", language))  # always sent: it frees the button

    def _act(self, said: Mapping[str, Any], language: Language) -> dict[str, str] | None:
        card = self._fetcher.cards.get(str(said.get("key")))
        if card is None or not isinstance(card.source, Hub):
            return None
        if not self._admin:
            return notice.missing("model_forbidden", language)
        do = said.get("do")
        if do == "get":
            agreed = said.get("agreed") is True or self._fetcher.agreed(card)
            if not card.commercial and not agreed:
                return notice.missing("model_not_agreed", language)
            token = str(said.get("token") or "").strip()[:_LONGEST_TOKEN]
            self._fetcher.start(card, "get", token=token, agreed=agreed)
        elif do == "check":
            self._fetcher.start(card, "check")
        elif do == "stop":
            self._fetcher.stop(card)
        elif do == "remove":
            return self._remove(card, language)
        return None

    def _remove(self, card: ModelCard, language: Language) -> dict[str, str]:
        done = self._fetcher.remove(card)
        what = say("model_removed_what", language, size=size_in_words(done.freed))
        fix = say("model_removed_fix", language, title=card.title)
        if done.left:
            folder = folder_of(card, self._fetcher.home)
            fix = say("model_left_fix", language, folder=folder)
        return {"what": what, "fix": fix, "tone": "done"}

    def _view(self, seen: str, language: Language) -> tuple[Any, ...]:
        view = models.contents(
            self._fetcher, self._machine, self._admin, shows_token(None), language
        )
        mark = hashlib.sha256(json.dumps(view).encode()).hexdigest()
        return (gr.skip() if mark == seen else view, mark)
