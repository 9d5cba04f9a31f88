"""Where a result is dropped to get its settings back, and what was found in it."""

from __future__ import annotations

import time
from typing import Any

import gradio as gr

from studio.makers import title_of
from studio.names import chosen_facts
from studio.parts.source import part
from studio.restore import Restored
from studio.words import Language, both, say

_WORDS = {
    "title": "restore_title",
    "more": "restore_more",
    "choose": "restore_choose",
    "reading": "restore_reading",
    "drop": "restore_drop",
    "found": "restore_found",
    "use": "gallery_use",
    "dismiss": "restore_dismiss",
}


def drop(elem_id: str) -> gr.HTML:
    """Build the place; its value is None or made by `finding` or `nothing`, its event is `.use`."""
    given = {"words": {name: both(key) for name, key in _WORDS.items()}}
    return part("gallery_drop", elem_id, block="drop-block", given=given)


def nothing() -> dict[str, Any]:
    """That a file was read and gave nothing; each time anew, so that the page notices."""
    return {"at": time.time_ns()}


def finding(found: Restored, language: Language) -> dict[str, Any]:
    """What the place shows of the settings that were found."""
    facts = [
        (say(f"fact_{role}", language), say(f"{role}_{found.words[role]}", language))
        for role in ("person", "dance")
        if role in found.words
    ]
    if found.model:
        facts.append((say("fact_model", language), title_of(found.model, language)))
    notes = [say(f"restore_missing_{role}", language) for role in found.missing]
    if found.ignored:
        names = ", ".join(found.ignored)
        key = "restore_ignored_more" if found.ignored_more else "restore_ignored"
        notes.append(say(key, language, names=names, count=found.ignored_more))
    record = {"fps": found.fps} if found.fps else None
    return {
        "facts": facts + chosen_facts(found.system, found.settings, language, record),
        "notes": notes,
    }
