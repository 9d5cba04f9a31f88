"""A row of example videos that play before anything was made, and that can be made again."""

from __future__ import annotations

import json
from collections.abc import Sequence

import gradio as gr

from studio.examples import Sample
from studio.parts.source import script
from studio.words import both


def reel(samples: Sequence[Sample], elem_id: str) -> gr.HTML:
    """Build the row; its event is `.choose` with a `key` of the samples."""
    given = json.dumps(
        {
            "title": both("reel"),
            "items": [
                {
                    "key": one.key,
                    "clip": one.clip,
                    "poster": one.poster,
                    "person": both(f"person_{one.person}"),
                    "dance": both(f"dance_{one.dance}"),
                }
                for one in samples
            ],
        }
    )
    return gr.HTML(
        None,
        html_template='<section class="reel" hidden><h2 class="shelf-title"></h2>'
        '<div class="shelf-row"></div></section>',
        js_on_load=f"const given = {given};\n{script('reel')}",
        elem_id=elem_id,
        elem_classes=["shelf-block"],
        apply_default_css=False,
    )
