"""A row of example videos that play before anything was made, and that can be made again."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from studio.examples import Sample
from studio.parts.source import part
from studio.words import both


def reel(samples: Sequence[Sample], elem_id: str) -> gr.HTML:
    """Build the row; its event is `.choose` with a `key` of the samples."""
    given = {
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
    return part(
        "reel",
        elem_id,
        markup='<section class="reel" hidden><h2 class="shelf-title"></h2>'
        '<div class="shelf-row"></div></section>',
        block="shelf-block",
        given=given,
    )
