"""The visitor's results as a wall of pictures; each is sent to a page once."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import gradio as gr

from studio.examples import Examples, dance_items
from studio.jobs.job import Job
from studio.names import length_of, name_of, paced
from studio.parts.source import part
from studio.served import poster_of
from studio.words import Language, both, say

_INVITING = ("heart", "moonwalk", "star_jump", "salsa", "disco_point")


def gallery(examples: Examples, elem_id: str) -> gr.HTML:
    """Build the wall; its value is made by `wall`.

    Its events are `.look` (with `all`: the page has lost what it was sent), `.open` (with an `id`)
    and `.older`.
    """
    items = {item.key: item for item in dance_items(examples)}
    given = {
        "words": {
            "empty": both("gallery_empty"),
            "more": both("gallery_empty_more"),
            "first": both("gallery_first"),
            "older": both("gallery_older"),
        },
        "pictures": [
            {"moving": items[key].picture, "still": items[key].still}
            for key in _INVITING
            if key in items
        ],
    }
    return part("gallery", elem_id, block="works-block", given=given)


@dataclass(frozen=True)
class Wall:
    """A value of the wall, and what the page then has.

    Attributes:
        value: for the part.
        sent: a mark of each work that the page has, by id; give it to the next `wall`.
    """

    value: Mapping[str, Any]
    sent: Mapping[str, str]

    @property
    def mark(self) -> str:
        """What the page shows with this value; the same mark, the same sight."""
        shown = [self.value[name] for name in ("order", "more", "empty", "live")]
        return _mark([shown, [self.sent[key] for key in self.value["order"]]])


def wall(
    jobs: Sequence[Job], more: bool, live: bool, sent: Mapping[str, str], language: Language
) -> Wall:
    """The wall with `jobs`, of which the page has those in `sent` already.

    Args:
        more: whether older ones are not shown.
        live: whether something is in the making, so that it is worth looking again soon.
    """
    light = {job.id: _work(job, language) for job in jobs}
    marks = {key: _mark(work) for key, work in light.items()}
    fresh = [job for job in jobs if sent.get(job.id) != marks[job.id]]
    value = {
        "order": list(light),
        "fresh": [{**light[job.id], "poster": poster_of(job)} for job in fresh],
        "more": more,
        "empty": not jobs and not live,
        "live": live,
    }
    return Wall(value, {**sent, **marks})


def _work(job: Job, language: Language) -> dict[str, Any]:
    """One tile without its picture, which never changes once a job has ended."""
    facts = [length_of(job.settings, paced(job), language)]
    if "quality" in job.settings:
        facts.append(say(f"choice_{job.settings['quality']}", language))
    return {
        "id": job.id,
        "name": name_of(job, language),
        "state": job.state,
        "words": say(f"state_{job.state}", language),
        "created": job.created,
        "facts": " · ".join(facts),
    }


def _mark(part: object) -> str:
    return hashlib.sha256(json.dumps(part).encode()).hexdigest()[:16]
