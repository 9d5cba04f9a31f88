"""What a job is called, and what it was made from, in words."""

from __future__ import annotations

import dataclasses
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeAlias

from engine.catalogue import SETTINGS
from engine.settings import Spec, specs
from studio.costs import costs
from studio.forms import USUAL_FPS
from studio.jobs.job import Job
from studio.makers import title_of
from studio.orders import source_of
from studio.words import Language, known, say

Facts: TypeAlias = list[tuple[str, str]]
"""(what, which) pairs in words."""

_JOINERS = "\u200c\u200d"  # they hold emoji and some scripts together


def name_of(job: Job, language: Language) -> str:
    """The owner's own name for a job, or else that of its dance."""
    return job.title or dance_of(job, language)


def cast_of(job: Job, language: Language) -> str:
    """Who dances what, under the owner's own name for it if it has one."""
    cast = say("cast", language, person=person_of(job, language), dance=dance_of(job, language))
    return f"{job.title} · {cast}" if job.title else cast


def person_of(job: Job, language: Language) -> str:
    """Who dances in a job: an example person's name, or that it is a picture of one's own."""
    who = job.words.get("person")
    return _person(who, language) if who else say("fact_photo", language)


def dance_of(job: Job, language: Language) -> str:
    """The dance of a job: a built-in one's name, or what was uploaded."""
    dance = f"dance_{job.words.get('dance', '')}"
    if known(dance):
        return say(dance, language)
    keypoints = source_of(job.inputs.get("motion", "")) == "keypoints"
    return say("keypoint_dance" if keypoints else "my_video", language)


def clean_title(title: str) -> str:
    """A title without characters that do not show; some of them turn the order of letters."""
    shown = (sign if sign.isprintable() or sign in _JOINERS else " " for sign in title)
    return unicodedata.normalize("NFC", "".join(shown))


def job_facts(job: Job, language: Language) -> Facts:
    """What a job was made from and how it went."""
    record = job.record
    facts: Facts = []
    if "person" in job.words:
        facts.append((say("fact_person", language), _person(job.words["person"], language)))
    elif "image" in job.inputs:
        facts.append((say("fact_person", language), say("fact_photo", language)))
    facts.append((say("fact_dance", language), dance_of(job, language)))
    settings = {**job.settings, **({"seed": record["seed"]} if "seed" in record else {})}
    facts += chosen_facts(job.system, settings, language, paced(job))
    if record.get("model"):
        facts.append((say("fact_model", language), title_of(str(record["model"]), language)))
    return facts + (costs(job, language) if job.state == "done" else [])


def chosen_facts(
    system: str,
    settings: Mapping[str, Any],
    language: Language,
    record: Mapping[str, Any] | None = None,
) -> Facts:
    """Length, quality and seed, and every other setting that is not as it usually is."""
    kind = SETTINGS[system]
    known_specs, usual = specs(kind), kind()
    whole = {**dataclasses.asdict(usual), **settings}
    facts: Facts = []
    for name, spec in known_specs.items():
        if name == "num_frames":
            facts.append((say("fact_length", language), length_of(whole, record or {}, language)))
        elif name in ("quality", "seed") or whole[name] != getattr(usual, name):
            facts.append(_fact(name, spec, whole[name], getattr(usual, name), language))
    return facts


def every_fact(system: str, settings: Mapping[str, Any], language: Language) -> Facts:
    """Every setting in words."""
    kind = SETTINGS[system]
    usual = kind()
    return [
        _fact(name, spec, settings.get(name, getattr(usual, name)), getattr(usual, name), language)
        for name, spec in specs(kind).items()
    ]


def length_of(settings: Mapping[str, Any], record: Mapping[str, Any], language: Language) -> str:
    """How long the clip is, or was meant to be: seconds, or frames where only these are known."""
    frames = record.get("frames") or settings.get("num_frames") or 0
    fps = record.get("fps") or settings.get("fps") or (None if "fps" in record else USUAL_FPS)
    if not frames:
        return say("fact_whole", language)
    if not fps:
        return say("gallery_frames", language, count=frames)
    return say("tenths", language, count=f"{frames / fps:.1f}")


def paced(job: Job) -> Mapping[str, Any]:
    """The job's record; its `fps` is None where an own dance has one that nobody has read yet."""
    return {"fps": None, **job.record} if "motion" in job.inputs else job.record


def _person(key: str, language: Language) -> str:
    word = f"person_{key}"
    return say(word if known(word) else "fact_photo", language)


def _fact(name: str, spec: Spec, value: Any, usual: Any, language: Language) -> tuple[str, str]:
    return say(f"setting_{name}", language), _text(spec, value, usual, language)


def _text(spec: Spec, value: Any, usual: Any, language: Language) -> str:
    if spec.unit == "frames":
        return (
            say("gallery_frames", language, count=value) if value else say("fact_whole", language)
        )
    if isinstance(value, bool):
        return say("fact_yes" if value else "fact_no", language)
    if spec.choices:
        return say(f"choice_{value}", language)
    if spec.empty is not None and value == spec.empty:
        return say("fact_new", language)
    if value == 0 == usual:  # a setting whose default is 0 leaves the choice to the engine
        return say("fact_auto", language)
    return f"{value:.10g}"
