"""The stage and the status card: what one job is doing, in words."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

from engine.catalogue import SETTINGS
from engine.settings import specs
from studio.examples import Sample
from studio.explained import explained, warned
from studio.jobs.job import Job
from studio.jobs.pieces import Piece
from studio.makers import title_of
from studio.names import cast_of, name_of
from studio.parts.source import part
from studio.words import Language, duration, known, say

_PARTS: Mapping[str, tuple[int, int]] = {"find": (0, 15), "denoise": (15, 85), "decode": (85, 100)}
"""Which part of the bar a stage of the engine fills, from and to in percent."""


def card(elem_id: str) -> gr.HTML:
    """Build the card; its value is made by `status`.

    Its events are `.stop` and what can be done with an ended job: `.again`, `.use`, `.longer`,
    `.resume`; a download never leaves the browser.
    """
    return part("card", elem_id, value=status(None, 0, "en"), uses=("pieces",))


def status(
    job: Job | None,
    place: int,
    language: Language,
    pieces: Sequence[Piece] = (),
    most_frames: int | None = None,
    resumable: bool = True,
) -> dict[str, Any]:
    """What the card shows of `job`.

    `place` jobs run or wait before it; `pieces` of it can be watched already; one video may have
    `most_frames` here; `resumable` says whether it may be gone on with if it has no result.
    """
    view: dict[str, Any] = {
        "id": job.id if job else "",
        "state": job.state if job else "empty",
        "stage": job is None or job.state != "done",
        "head": "",
        "detail": "",
        "note": "",
        "badge": "",
        "who": "",
        "preview": "",
        "percent": None,
        "stop": "",
        "can_stop": False,
        "trouble": None,
        "clip": "",
        "poster": "",
        "file": "",
        "ready": "",
        "pieces": [],
        "actions": _actions(job, language, most_frames, resumable),
    }
    if job is None:
        return view | {"head": say("empty", language), "detail": say("empty_more", language)}
    view["who"] = cast_of(job, language)
    if job.live:
        return view | _live(job, place, language, pieces)
    if job.state == "done":
        return view | {
            "head": say("done", language),
            "detail": _how(job, language),
            "badge": _maker(job, language),
            "note": "\n".join(warned(job.record, language)),
            "file": f"pirouette-{name_of(job, language)}.mp4".lower().replace(" ", "-"),
        }
    view["head"] = say(job.state, language)
    if job.state == "cancelled":
        view["detail"] = say("cancelled_more", language)
    else:
        view["trouble"] = _trouble(job, language)
    return view


def sample_status(sample: Sample, language: Language) -> dict[str, Any]:
    """What the card shows of a sample video, before anything was made."""
    words = {"person": sample.person, "dance": sample.dance}
    names = {kind: say(f"{kind}_{key}", language) for kind, key in words.items()}
    return status(None, 0, language) | {
        "id": sample.key,
        "state": "sample",
        "head": say("sample_head", language, **names),
        "detail": say("sample_detail", language),
        "badge": say("by_pocket", language),
        "clip": sample.clip,
        "poster": sample.poster,
    }


def picture_url(path: Path) -> str:
    """A small JPEG as a data address: nothing is copied to a cache that others could read."""
    try:
        return "data:image/jpeg;base64," + base64.b64encode(path.read_bytes()).decode("ascii")
    except FileNotFoundError:  # not drawn yet
        return ""


def _actions(
    job: Job | None, language: Language, most_frames: int | None, resumable: bool
) -> list[tuple[str, str]]:
    """(event, words) of what can be done with a job that has ended."""
    if job is None or job.live:
        return []
    if job.state == "done":
        more = ("longer",) if longer(job, most_frames) else ()
        keys = ("download", "again", *more, "use")
        return [(key, say(f"act_{key}", language)) for key in keys]
    use = ("use", say("act_use", language))
    if not resumable:
        return [use]
    started = job.scratch.is_dir() and any(job.scratch.iterdir())
    return [("resume", say("act_resume" if started else "act_retry", language)), use]


def longer(job: Job, most_frames: int | None = None) -> int:
    """How many frames "make it longer" makes of a finished job; 0 if there is no more to be had.

    `most_frames` is how many one video may have here.
    """
    frames = int(job.settings.get("num_frames") or 0)
    most = int(specs(SETTINGS[job.system])["num_frames"].maximum or 0)
    most = min(most, most_frames) if most_frames is not None else most
    whole = not frames or job.record.get("frames", frames) < frames  # the clip has no more
    return 0 if job.state != "done" or whole or frames >= most else min(2 * frames, most)


def _live(job: Job, place: int, language: Language, pieces: Sequence[Piece]) -> dict[str, Any]:
    stopping = job.cancel_wanted is not None
    view: dict[str, Any] = {
        "note": say("safe_to_leave", language),
        "stop": say("stopping" if stopping else "stop", language),
        "can_stop": not stopping,
    }
    if job.state == "queued":
        held = f"held_{job.stage}"  # why no job is taken just now
        ahead = "queued_next" if not place else "queued_one" if place == 1 else "queued_place"
        waits = held if job.stage else ahead
        return view | {
            "head": say("queued", language),
            "detail": say(waits, language, count=place),
        }
    facts = []
    if job.total:
        facts.append(say("step_of", language, step=job.step, total=job.total))
    if job.seconds_left is not None:
        time = duration(job.seconds_left, language)
        facts.append(say("time_left", language, time=time))
    return view | {
        "head": stage_words(job.stage, language),
        "detail": " · ".join(facts),
        "ready": _ready(pieces, language),
        "preview": picture_url(job.preview),
        "percent": _percent(job),
    }


def _ready(pieces: Sequence[Piece], language: Language) -> str:
    if not pieces:
        return ""
    key = "look_ready" if pieces[-1].rough else "part_ready"
    return say(key, language, count=f"{pieces[-1].end:.1f}")


def _percent(job: Job) -> int:
    """How much of the whole bar is full: each stage fills its own part of it."""
    done = job.step / job.total if job.total else 0.0
    begin, end = _PARTS.get(job.stage.split(" ")[0], (0, 100))
    return round(begin + (end - begin) * min(done, 1.0))


def stage_words(stage: str, language: Language) -> str:
    """The engine's name of a stage in words."""
    if not stage:
        return say("starting", language)
    key = "stage_" + stage.split(" ")[0]
    return say(key if known(key) else "stage_other", language)


def _how(job: Job, language: Language) -> str:
    facts = []
    if job.started is not None and job.ended is not None:
        time = duration(job.ended - job.started, language)
        facts.append(say("done_in", language, time=time))
    return " · ".join(facts)


def _maker(job: Job, language: Language) -> str:
    model = str(job.record.get("model", ""))
    if model.startswith("pocket"):
        return say("by_pocket", language)
    return say("by_model", language, model=title_of(model, language)) if model else ""


def _trouble(job: Job, language: Language) -> list[tuple[str, str]]:
    """(title, text) of what, why and fix."""
    what, why, fix = explained(job.trouble, language)
    return [("", what), (say("why", language), why), (say("fix", language), fix)]
