"""Where a result is dropped to get its settings back, and what was found in it."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import gradio as gr

from studio.names import chosen_facts
from studio.parts.source import script
from studio.restore import Restored
from studio.words import Language, both, say

_TEMPLATE = Path(__file__).with_name("gallery_drop.html")
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
    given = json.dumps({"words": {name: both(key) for name, key in _WORDS.items()}})
    return gr.HTML(
        None,
        html_template=_TEMPLATE.read_text(encoding="utf-8"),
        js_on_load=f"const given = {given};\n{script('gallery_drop')}",
        elem_id=elem_id,
        elem_classes=["drop-block"],
        apply_default_css=False,
    )


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
    notes = [say(f"restore_missing_{role}", language) for role in found.missing]
    if found.ignored:
        names = ", ".join(found.ignored)
        key = "restore_ignored_more" if found.ignored_more else "restore_ignored"
        notes.append(say(key, language, names=names, count=found.ignored_more))
    return {
        "facts": facts + chosen_facts(found.system, found.settings, language),
        "notes": notes,
    }
