"""The top of the page: the name, a way past it, the language and the light."""

from __future__ import annotations

import json
from pathlib import Path

import gradio as gr

from studio.parts.source import script
from studio.words import both

_TEMPLATE = Path(__file__).with_name("masthead.html")
_TABS = ("dance", "gallery", "models")
_WORDS = ("page_title", "skip", "tagline", "private", "language", "dark")


def masthead(private: bool) -> gr.HTML:
    """Build it; `private` says that nothing leaves this machine.

    What is chosen here is kept in the browser (assets/brand/head.html); no server keeps it.
    """
    words = {key: both(key) for key in _WORDS}
    tabs = {name: both(f"tab_{name}") for name in _TABS}
    given = json.dumps({**words, "tabs": tabs, "is_private": private})
    return gr.HTML(
        None,
        html_template=_TEMPLATE.read_text(encoding="utf-8"),
        js_on_load=f"const given = {given};\n{script('masthead')}",
        elem_id="masthead",
        apply_default_css=False,
    )
