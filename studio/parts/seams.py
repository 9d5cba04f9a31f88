"""The look at the seams: a long video's beginning in every way of blending, moving side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import gradio as gr

from studio.explained import warned
from studio.jobs.job import Job
from studio.names import dance_of
from studio.parts.card import status
from studio.parts.source import part
from studio.served import address, cached
from studio.words import Language, both, known, say

_WORDS = {
    "ask": "seams_ask",
    "again": "seams_again",
    "help": "seams_help",
    "pause": "seams_pause",
    "play": "seams_play",
    "drop": "seams_drop",
}

_ALIKE = 0.05
"""Scores that differ by less say the same: a dancer's own movement changes them by as much."""

_UNSEEN, _HARDLY = 1.15, 1.5
"""Up to these scores joins cannot be told, and hardly show."""

_STYLE = """
.seams { display: flex; flex-direction: column; align-items: flex-start; gap: 9px; }
.seams [hidden] { display: none; }
.seams p { margin: 0; }
.seams-help, .seams-note, .seams-of { font-size: 13px; line-height: 1.5; color: var(--quiet); }
.seams-said { width: 100%; box-sizing: border-box; padding: 12px 15px; border-radius: 13px;
  border-left: 4px solid #c8452f; background: var(--error-background-fill);
  font-size: 14px; line-height: 1.5; overflow-wrap: anywhere; }
.seams-said b, .seams-said span { display: block; }
.seams-work, .seams-found { width: 100%; }
.seams-row { display: flex; align-items: center; justify-content: space-between; gap: 14px; }
.seams-head, .seams-verdict { font-weight: 650; font-size: 15px; line-height: 1.4; }
.seams-detail { font-size: 13.5px; color: var(--quiet); font-variant-numeric: tabular-nums; }
.seams-modes { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 10px;
  margin: 10px 0 12px; padding: 0; list-style: none; }
.seams-mode { display: flex; flex-direction: column; min-width: 0; font-size: 12.5px;
  line-height: 1.35; color: var(--quiet); }
.seams-picture { display: block; width: 100%; margin-bottom: 7px; border-radius: 11px;
  background: #1b1022; }
.seams-modes[data-join="true"] .seams-picture { outline: 3px solid var(--amber);
  outline-offset: -3px; }
.seams-name { font-size: 14px; font-weight: 600; color: var(--body-text-color); }
.seams-mode[data-best="true"] .seams-name { color: var(--step); }
.seams-mode[data-best="true"] .seams-name::after { content: " ✓"; }
.seams-level { color: var(--body-text-color); }
.seams-score { font-variant-numeric: tabular-nums; }
.seams-use { min-height: 40px; margin-top: auto; padding: 4px 6px; font-size: 13px; }
.seams-score { margin-bottom: 8px; }
.seams-acts { display: flex; flex-wrap: wrap; gap: 9px; margin-top: 10px; }
@media (max-width: 640px) { .seams-modes { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
"""


def seams(elem_id: str) -> gr.HTML:
    """Build the part; its value is None or made by `shown`.

    Its events are `.look`, `.ask`, `.stop` and `.drop` (with an `id`), and `.pick` (with a `mode`
    of blending).
    """
    given = {"words": {name: both(key) for name, key in _WORDS.items()}}
    return part("seams", elem_id, style=_STYLE, given=given)


def shown(
    job: Job | None, place: int, language: Language, said: Sequence[str] | None = None
) -> dict[str, Any]:
    """What the part shows of a job of the kind `seams`.

    `place` jobs run or wait before it. `said` is why another could not be asked for: what, and what
    to do; without it a job that failed says why itself.
    """
    view: dict[str, Any] = {
        "id": job.id if job else "",
        "live": job is not None and job.live,
        "head": "",
        "modes": [],
        "said": list(said) if said else None,
    }
    if job is None:
        return view
    if job.live:
        return view | _live(job, place, language)
    if job.state == "done":
        with suppress(FileNotFoundError):  # removed in another tab at this moment
            view |= _found(job, language)
        return view
    trouble = status(job, 0, language)["trouble"]
    if trouble and not said:
        view["said"] = [text for _, text in trouble]
    return view


def _live(job: Job, place: int, language: Language) -> dict[str, Any]:
    told = status(job, place, language)
    head = say("seams_wait", language) if job.state == "queued" else told["head"]
    return {
        "head": head,
        **{fact: told[fact] for fact in ("detail", "percent", "stop", "can_stop")},
    }


def _found(job: Job, language: Language) -> dict[str, Any]:
    record = job.record
    scores: Mapping[str, float] = record["scores"]
    best, fps = smoothest(scores), float(record["fps"])
    return {
        "clip": address(cached(job.result)),
        "modes": [_mode(mode, scores[mode], mode in best, language) for mode in record["modes"]],
        "joins": [[first / fps, (last + 1) / fps] for first, last in record["joins"]],
        "verdict": verdict(scores, language),
        "of": say(
            "seams_of",
            language,
            seconds=f"{record['frames'] / fps:.1f}",
            dance=dance_of(job, language),
        ),
        "note": " ".join([say("seams_note", language), *warned(record, language)]),
    }


def smoothest(scores: Mapping[str, float]) -> list[str]:
    """The ways of blending with the lowest score, nearly equal ones among them; [] if all are."""
    least = min(scores.values())
    alike = [mode for mode, score in scores.items() if score - least < _ALIKE]
    return alike if len(alike) < len(scores) else []


def verdict(scores: Mapping[str, float], language: Language) -> str:
    """Which way of blending is the smoothest, in a sentence; nearly equal ones are named alike."""
    names = [_name(mode, language) for mode in smoothest(scores)]
    if not names:
        return say("seams_best_all", language)
    if len(names) == 1:
        return say("seams_best", language, mode=names[0])
    return say("seams_best_some", language, modes=", ".join(names))


def _mode(mode: str, score: float, best: bool, language: Language) -> dict[str, Any]:
    name = _name(mode, language)
    level = "unseen" if score <= _UNSEEN else "hardly" if score <= _HARDLY else "seen"
    words = say(f"seams_{level}", language)
    number = say("seams_score", language, score=f"{score:.2f}")
    return {
        "key": mode,
        "name": name,
        "words": words,
        "score": number,
        "best": best,
        "alt": say("seams_moving", language, mode=name, words=words, score=number),
        "use": say("seams_use", language, mode=name),
    }


def _name(mode: str, language: Language) -> str:
    key = f"choice_{mode}"
    return say(key, language) if known(key) else mode
