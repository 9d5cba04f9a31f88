"""The cards of the Models tab: what each model is, how it stands, and what can be done with it."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from engine.amounts import memory_in_words, size_in_words
from engine.models.card import ByHand, Group, Hub, ModelCard
from engine.models.machine import Machine
from engine.models.resolve import folder_of
from studio.explained import explained
from studio.fetches.fetcher import Fetcher, Standing
from studio.fetches.record import Record
from studio.jobs.job import Trouble
from studio.makers import fit_words
from studio.parts.source import part
from studio.words import Language, duration, known, say

_GROUPS: tuple[Group, ...] = ("built-in", "poses", "people")
_TOKENS = "https://huggingface.co/settings/tokens"
_QUIET_SECONDS = 4.0
"""How long no byte may come before it is said."""


def board(elem_id: str) -> gr.HTML:
    """Build the cards; the value is made by `contents`, the events are `.look` and `.act`.

    `.act` comes with `do` (get, check, stop or remove), `key`, and for get `token` and `agreed`.
    """
    return part(
        "models",
        elem_id,
        markup='<div class="models"><p class="models-facts"></p>'
        '<p class="models-closed" hidden></p><div class="models-groups"></div></div>',
    )


def contents(
    fetcher: Fetcher, machine: Machine, admin: bool, token_set: bool, language: Language
) -> dict[str, Any]:
    """What the board shows. `admin`: whether the visitor may fetch and remove; `token_set`:
    whether this computer has an access token for gated models.
    """
    standings = fetcher.look()
    here = {one.card.key for one in standings if one.presence in ("here", "built_in")}
    build = _Builder(machine, admin, token_set, language, here, fetcher.home)
    return {
        "facts": _machine(machine, fetcher.free() if admin else None, language),
        "closed": "" if admin else say("models_closed", language),
        "alternatives": say("models_alternatives", language),
        "live": any(one.presence == "busy" for one in standings),
        "groups": [
            {
                "name": say(f"models_group_{group}", language),
                "more": say(f"models_group_{group}_more", language),
                "cards": build.cards([one for one in standings if one.card.group == group]),
            }
            for group in _GROUPS
        ],
    }


def _machine(machine: Machine, free: int | None, language: Language) -> str:
    facts = [say("models_memory", language, size=memory_in_words(machine.memory))]
    if machine.graphics:
        size = memory_in_words(machine.graphics_memory)
        facts.append(say("models_graphics", language, name=machine.graphics, size=size))
    else:
        facts.append(say("models_no_graphics", language))
    if free is not None:
        facts.append(say("models_free", language, size=size_in_words(free)))
    return say("models_machine", language, machine=" · ".join(facts))


class _Builder:
    """Makes the cards of one page."""

    def __init__(
        self,
        machine: Machine,
        admin: bool,
        token_set: bool,
        language: Language,
        here: set[str],
        home: Path,
    ) -> None:
        self._machine = machine
        self._admin = admin
        self._token_set = token_set
        self._language: Language = language
        self._here = here
        self._home = home

    def cards(self, standings: Sequence[Standing]) -> list[dict[str, Any]]:
        """The cards of a group; all that is built in makes one."""
        built_in = [one for one in standings if one.presence == "built_in"]
        shown = [self._pocket(built_in)] if built_in else []
        return shown + [self._card(one) for one in standings if one not in built_in]

    def _say(self, key: str, **values: object) -> str:
        return say(key, self._language, **values)

    def _pocket(self, standings: Sequence[Standing]) -> dict[str, Any]:
        card = standings[0].card
        size = size_in_words(sum(one.card.bytes for one in standings))
        facts = [
            (self._say("model_size"), size, ""),
            (self._say("model_licence"), card.licence, card.licence_url),
            (self._say("model_use"), self._say("model_use_yes"), ""),
        ]
        return {
            **_EMPTY,
            "key": "pocket",
            "title": self._say("model_pocket_title"),
            "purpose": self._say("model_pocket_for"),
            "state": "built_in",
            "words": self._say("model_built_in"),
            "facts": facts,
        }

    def _card(self, one: Standing) -> dict[str, Any]:
        card, busy = one.card, one.presence == "busy"
        wanted = one.presence in ("missing", "partly", "broken")
        view: dict[str, Any] = {
            **_EMPTY,
            "key": card.key,
            "title": self._title(card),
            "purpose": self._purpose(card),
            "state": one.presence,
            "words": self._state(one),
            "facts": self._facts(card),
            "needs": self._needs(card),
            "alternative": card.alternative,
            "note": self._note(one),
            "trouble": self._trouble(one.record) if wanted and self._admin else None,
            "progress": self._progress(one.record) if busy else None,
        }
        if not self._admin:
            return view
        if isinstance(card.source, ByHand) and wanted:
            folder = folder_of(card, self._home)
            file = card.files[0].name
            view["by_hand"] = self._say("model_by_hand_more", file=file, folder=folder)
            view["page"] = (self._say("model_by_hand"), card.source.url)
        elif isinstance(card.source, Hub):
            view["actions"] = self._actions(one)
            if wanted and not card.commercial and not one.agreed:
                view["agree"] = self._say("model_agree")
            if wanted and card.source.gated:
                view["gate"] = self._gate(card.source)
        return view

    def _title(self, card: ModelCard) -> str:
        key = f"model_{card.key}_title"
        return self._say(key) if known(key) else card.title

    def _purpose(self, card: ModelCard) -> str:
        key = f"model_{card.key}_for"
        return self._say(key) if known(key) else card.note

    def _state(self, one: Standing) -> str:
        if one.presence == "busy":
            checks = one.record is not None and one.record.task == "check"
            return self._say("model_busy_check" if checks else "model_busy_get")
        if one.presence == "here" and not one.ours:
            return self._say("model_yours")
        if one.presence == "partly" and one.kept:
            return self._say("model_partly", size=size_in_words(one.kept))
        return self._say(f"model_{one.presence}" if one.presence != "partly" else "model_missing")

    def _facts(self, card: ModelCard) -> list[tuple[str, str, str]]:
        """(name, value, address or "")."""
        use = "model_use_yes" if card.commercial else "model_use_no"
        licence = card.licence
        if card.licence.startswith("academic"):
            licence = self._say("model_licence_mimicmotion")
        facts = [
            (self._say("model_size"), size_in_words(card.bytes), ""),
            (self._say("model_licence"), licence, card.licence_url),
            (self._say("model_use"), self._say(use), ""),
        ]
        if card.memory is not None:
            fit = fit_words(card, self._machine, self._language)
            facts.append((self._say("model_runs"), fit, ""))
        return facts

    def _needs(self, card: ModelCard) -> dict[str, Any] | None:
        """The other models it needs, and which of them are here."""
        if not card.needs:
            return None
        short = {
            "svd": "Stable Video Diffusion",
            "dwpose": "DWPose",
            "mimicmotion-posenet": "PoseNet",
        }
        items = [(short.get(key, key), key in self._here) for key in card.needs]
        return {"name": self._say("model_needs"), "items": items}

    def _actions(self, one: Standing) -> list[dict[str, str]]:
        if one.presence == "busy":
            return [_action("stop", self._say("model_cancel"))]
        actions = []
        if one.presence == "here":
            actions.append(_action("check", self._say("model_check")))
        elif one.presence == "broken":
            actions.append(_action("get", self._say("model_again")))
        elif one.presence == "partly":
            actions.append(_action("get", self._say("model_resume")))
        else:
            size = size_in_words(one.card.bytes)
            actions.append(_action("get", self._say("model_get", size=size)))
        if one.ours:
            sure = self._say("model_remove_sure")
            actions.append({**_action("remove", self._say("model_remove")), "sure": sure})
        return actions

    def _gate(self, source: Hub) -> dict[str, Any]:
        return {
            "more": self._say("model_gate"),
            "page": (self._say("model_gate_page"), source.url),
            "tokens": (self._say("model_gate_token_page"), _TOKENS),
            "label": self._say("model_token"),
            "set": self._say("model_token_set") if self._token_set else "",
        }

    def _note(self, one: Standing) -> str:
        record = one.record
        if record is None or one.presence == "busy":
            return ""
        if one.presence == "broken":
            return self._say("model_damaged", files=", ".join(one.damaged))
        if record.state in ("stopped", "interrupted") and one.kept:
            return self._say(f"model_{record.state}")
        if record.state == "done" and record.task == "check" and one.presence == "here":
            key = "model_checked_unknown" if record.unknown else "model_checked"
            return self._say(key, count=record.unknown)
        return ""

    def _trouble(self, record: Record | None) -> list[str] | None:
        if record is None or record.state != "failed":
            return None
        return list(trouble_texts(record.trouble, self._language))

    def _progress(self, record: Record | None) -> dict[str, Any]:
        """Percent (None while unknown), what moves, and the time left."""
        if record is None or record.state != "running" or not record.total:
            return {"percent": None, "words": self._say("model_starting"), "left": ""}
        done, total = size_in_words(record.step), size_in_words(record.total)
        quiet = time.time() - record.beat
        key = {"check": "model_proving", "wait": "model_waiting"}.get(record.stage, "model_moving")
        still = key == "model_moving" and quiet > _QUIET_SECONDS
        if still:
            key = "model_still"
        left = ""
        if record.seconds_left is not None and not still:
            left = self._say("time_left", time=duration(record.seconds_left, self._language))
        words = self._say(key, done=done, total=total, time=duration(quiet, self._language))
        percent = round(100 * record.step / record.total, 1)
        return {"percent": min(percent, 100.0), "words": words, "left": left}


_EMPTY: Mapping[str, Any] = {
    "alternative": False,
    "needs": None,
    "note": "",
    "trouble": None,
    "progress": None,
    "actions": [],
    "agree": "",
    "gate": None,
    "by_hand": "",
    "page": None,
}


def trouble_texts(trouble: Trouble, language: Language) -> tuple[str, str, str]:
    """What, why and fix of a download that failed, in the words of this tab where it has them."""
    if not known(f"{trouble.key}_what"):
        return explained(trouble, language)
    what, why, fix = (
        say(f"{trouble.key}_{part}", language, **trouble.values) for part in ("what", "why", "fix")
    )
    return what, why, fix


def _action(do: str, words: str) -> dict[str, str]:
    return {"do": do, "words": words}
