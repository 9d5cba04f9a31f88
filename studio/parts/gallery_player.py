"""One result, large: it plays, says what it was made from, and can be renamed, kept or deleted."""

from __future__ import annotations

from typing import Any

import gradio as gr

from studio.explained import warned
from studio.jobs.job import Job
from studio.names import every_fact, job_facts, name_of
from studio.pack import safe_name, to_text
from studio.parts.card import status
from studio.parts.source import part
from studio.served import address, cached, poster_of
from studio.words import Language, both

_WORDS = {
    "use": "gallery_use",
    "download": "gallery_download",
    "record": "gallery_record",
    "delete": "gallery_delete",
    "keep": "gallery_keep",
    "gone": "gallery_delete_now",
    "sure": "gallery_sure",
    "more": "gallery_more",
    "warned": "player_warned",
    "name": "gallery_name",
    "close": "gallery_close",
    "newer": "gallery_newer_one",
    "older": "gallery_older_one",
}


def player(elem_id: str) -> gr.HTML:
    """Build the player; its value is None or made by `detail`.

    Its events carry an `id`: `.open` (a neighbour), `.use`, `.remove` and `.rename` (with `title`).
    """
    given = {"words": {name: both(key) for name, key in _WORDS.items()}}
    return part("gallery_player", elem_id, block="player-block", given=given)


def detail(job: Job, language: Language) -> dict[str, Any]:
    """What the player shows of a job that has ended."""
    name = name_of(job, language)
    file = safe_name(name)
    video, download = _addresses(job, file)
    done = bool(video)
    said = status(job, 0, language)
    seed = {"seed": job.record["seed"]} if "seed" in job.record else {}
    return {
        "id": job.id,
        "name": name,
        "created": job.created,
        "video": video,
        "poster": poster_of(job),
        "download": download,
        "file": file,
        "record": to_text(job),
        "facts": job_facts(job, language),
        "every": every_fact(job.system, {**job.settings, **seed}, language),
        "warnings": warned(job.record, language),
        "trouble": said["trouble"] or ([] if done else [("", said["head"]), ("", said["detail"])]),
    }


def _addresses(job: Job, file: str) -> tuple[str, str]:
    """Where the video plays, and where it is saved under its name; "" while there is none."""
    if job.state != "done":
        return "", ""
    try:
        return address(cached(job.result)), address(cached(job.result, f"{file}.mp4"))
    except FileNotFoundError:  # it is being deleted
        return "", ""
