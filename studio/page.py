"""What the handlers of every tab need from the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import gradio as gr

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For events that answer at once and are no part of the API."""

LANGUAGE = (
    "document.documentElement.dataset.language ||"
    " document.querySelector('#language-code')?.textContent || navigator.language"
)
"""The language that the page is in, asked there."""

IN_LANGUAGE = f"(...given) => [...given.slice(0, -1), {LANGUAGE}]"
"""With this as an event's `js`, its last input arrives as the language that the page is in."""


def event_says(event: gr.EventData) -> Mapping[str, Any]:
    """What a part of the page said with its event: a mapping, whatever came."""
    return event._data if isinstance(event._data, Mapping) else {}
