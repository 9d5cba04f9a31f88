"""The visitor's latest jobs as a row of small pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from studio.jobs.job import Job
from studio.names import name_of, person_of
from studio.parts.source import part
from studio.served import poster_of
from studio.words import Language, say


def shelf(elem_id: str) -> gr.HTML:
    """Build the shelf; its value is made by `contents`, its event is `.choose` with an `id`."""
    return part(
        "shelf",
        elem_id,
        markup='<section class="shelf" hidden><h2 class="shelf-title"></h2>'
        '<div class="shelf-row"></div></section>',
    )


def contents(jobs: Sequence[Job], chosen: str | None, language: Language) -> dict[str, Any]:
    """What the shelf shows of `jobs`, of which `chosen` is on the stage."""
    return {
        "title": say("shelf", language),
        "chosen": chosen,
        "items": [
            {
                "id": job.id,
                "name": name_of(job, language),
                "state": job.state,
                "words": _words(job, language),
                "poster": poster_of(job),
            }
            for job in jobs
        ],
    }


def _words(job: Job, language: Language) -> str:
    """How a job stands; where its picture says that it is ready, who dances in it."""
    return person_of(job, language) if job.state == "done" else say(f"state_{job.state}", language)
