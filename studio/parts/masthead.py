"""The top of the page: the name, a way past it, the language and the light."""

from __future__ import annotations

import gradio as gr

from studio.parts.source import part
from studio.words import both

_TABS = ("dance", "gallery", "models")
_WORDS = (
    "page_title", "skip", "tagline", "private", "language", "dark", "bytes", "own_photo",
    "own_settings",
)  # fmt: skip


def masthead(private: bool) -> gr.HTML:
    """Build it; `private` says that nothing leaves this machine.

    What is chosen here is kept in the browser (assets/brand/head.html); no server keeps it.
    """
    words = {key: both(key) for key in _WORDS}
    tabs = {name: both(f"tab_{name}") for name in _TABS}
    given = {**words, "tabs": tabs, "is_private": private}
    return part("masthead", "masthead", given=given, uses=("own_photo",))
