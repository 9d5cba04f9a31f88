"""The rehearsal on the page: the dance as a skeleton over the photo, and what may go wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import gradio as gr

from engine.catalogue import SETTINGS
from engine.settings import specs
from studio.explained import explained
from studio.jobs.job import Trouble
from studio.parts.source import part
from studio.words import Language, known, say


def look(elem_id: str) -> gr.HTML:
    """Build the panel; its value is None or made by `seen` or `unseen`.

    Its event is `.follow`, with the `person` who was clicked of several.
    """
    return part(
        "look",
        elem_id,
        markup='<div class="look" aria-live="polite" hidden>'
        '<img class="look-picture" alt="" hidden>'
        '<div class="look-words"><p class="look-head"></p><ul class="look-list"></ul></div>'
        '<div class="whom" role="group" hidden><p class="whom-said"></p>'
        '<div class="whom-frame"><img class="whom-still" alt=""></div></div></div>',
    )


def seen(answer: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """What the panel shows of an answer of `studio.rehearsal`."""
    if not answer.get("picture"):
        trouble = Trouble(**answer["trouble"])
        return unseen("look_failed", language, explained(trouble, language))
    crowd = answer.get("crowd")
    found = list(answer["findings"])
    lines = [
        say("look_whom" if crowd and key == "several" else f"look_{key}", language)
        for key in found
        if known(f"look_{key}")
    ]
    lines += [_told(note, language) for note in answer["notes"]]
    if answer.get("start"):
        lines.append(say("look_start", language, seconds=f"{answer['start']:.1f}"))
    good = not set(found) - {"paper"} and not answer["notes"]
    return {
        "picture": answer["picture"],
        "head": say("look_fine" if good else "look_mind", language),
        "good": good,
        "lines": lines,
        "alt": say("look_alt", language),
        "whom": _whom(crowd, language) if crowd else None,
    }


def _whom(crowd: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """The still of several people, and a button on each whom the setting can name."""
    person, most = crowd["person"], len(crowd["boxes"])
    key = "whom_followed" if person else "whom_nobody"
    can = int(specs(SETTINGS["mimicmotion"])["person"].maximum or most)
    return {
        "still": crowd["still"],
        "alt": say("whom_alt", language),
        "said": say(key, language, person=person, most=most),
        "boxes": [
            {
                "person": number,
                "at": [round(100 * side, 2) for side in box],
                "name": say("whom_choose", language, person=number),
                "followed": number == person,
            }
            for number, box in enumerate(crowd["boxes"][:can], start=1)
        ],
    }


def _told(note: Mapping[str, Any], language: Language) -> str:
    """What, and why: that says which seconds of a pose are doubtful and what was mended."""
    what, why, _ = explained(Trouble(**note), language)
    return f"{what} {why}".strip()


def unseen(key: str, language: Language, lines: Sequence[str] = ()) -> dict[str, Any]:
    """Why there is nothing to see; `key` names the words."""
    return {
        "picture": "",
        "head": say(key, language),
        "good": False,
        "lines": [str(line) for line in lines],
        "alt": "",
        "whom": None,
    }
