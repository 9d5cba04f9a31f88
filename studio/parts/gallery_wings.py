"""What is in the making, above the wall of results."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from studio.examples import still
from studio.jobs.job import Job
from studio.names import name_of
from studio.parts.card import status
from studio.parts.source import script
from studio.words import Language, both

_TEMPLATE = Path(__file__).with_name("gallery_wings.html")


def wings(elem_id: str) -> gr.HTML:
    """Build the part; its value is made by `waiting`, its event is `.stop` with an `id`."""
    given = json.dumps({"words": {"title": both("gallery_making")}})
    return gr.HTML(
        None,
        html_template=_TEMPLATE.read_text(encoding="utf-8"),
        js_on_load=f"const given = {given};\n{script('gallery_wings')}",
        elem_id=elem_id,
        elem_classes=["wings-block"],
        apply_default_css=False,
    )


def waiting(jobs: Sequence[tuple[Job, int]], language: Language) -> dict[str, Any]:
    """What the part shows of running and waiting jobs, each with its place in the queue."""
    return {
        "items": [
            {
                **status(job, place, language),
                "id": job.id,
                "name": name_of(job, language),
                "still": still(job.words.get("dance", "")),
            }
            for job, place in jobs
        ]
    }
