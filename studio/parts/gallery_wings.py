"""What is in the making, above the wall of results."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.examples import still
from studio.jobs.job import Job
from studio.names import name_of
from studio.parts.card import status
from studio.parts.source import part
from studio.words import Language, both


def wings(elem_id: str) -> gr.HTML:
    """Build the part; its value is made by `waiting`, its event is `.stop` with an `id`."""
    given = {"words": {"title": both("gallery_making")}}
    return part("gallery_wings", elem_id, block="wings-block", given=given)


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
