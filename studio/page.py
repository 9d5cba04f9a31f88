"""What the handlers of every tab need from the page."""

from __future__ import annotations

from typing import Any

QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
"""For events that answer at once and are no part of the API."""

IN_LANGUAGE = (
    "(...given) => [...given.slice(0, -1),"
    " document.documentElement.dataset.language ||"
    " document.querySelector('#language-code')?.textContent || navigator.language]"
)
"""With this as an event's `js`, its last input arrives as the language that the page is in."""
