"""An order: what a visitor chose on the Dance tab, checked and turned into a job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from engine.data.limits import check_result
from engine.models.makers import BUILT_IN, require_maker
from studio.examples import Examples
from studio.intake import KEYPOINT_ENDINGS, Intake, Role
from studio.jobs.job import Job, Kind
from studio.jobs.limits import Refused
from studio.jobs.store import Store
from studio.lengths import frames_of

Source: TypeAlias = Literal["library", "video", "keypoints"]


class Incomplete(Exception):
    """Something is missing; `key` names the words that say what, `values` fill their places."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class Order:
    """What was chosen. Everything here came from a browser.

    Attributes:
        person: key of an example person; if given, it counts and `photo` does not.
        photo, motion, keypoints: files that Gradio took as uploads.
        source: which of `dance`, `motion` and `keypoints` counts.
        dance: key of a built-in dance.
        consent: the visitor says that the person in `photo` agrees.
        model: who makes the video; None where there was nothing to choose: the built-in model.
    """

    person: str | None
    photo: str | None
    consent: bool
    source: str
    dance: str | None
    motion: str | None
    keypoints: str | None
    model: str | None = None


def place_order(
    order: Order,
    settings: Mapping[str, Any],
    system: str,
    owner: str,
    store: Store,
    examples: Examples,
    intake: Intake,
    kind: Kind = "video",
) -> Job:
    """Queue the job; every file of the visitor's has been read by `intake` before.

    `settings` are as the engine takes them: a length is a number of frames.

    Raises Incomplete when a choice is missing or there is no room, UnusableFile for a file that
    cannot be used, BadInput when the video would be longer than is made here or no such model
    makes videos, and MissingModel when the model is not whole on this machine.
    """
    model = order.model or BUILT_IN
    require_maker(model, system, store.home)
    files: dict[str, Path] = {}
    words: dict[str, str] = {}
    if order.person in examples.people:
        words["person"] = order.person
        files["image"] = examples.people[order.person]
    elif order.photo:
        if not order.consent:
            raise Incomplete("need_consent")
        files["image"] = Path(order.photo)
        intake.require(files["image"], "photo")
    else:
        raise Incomplete("need_person")
    own = own_dance(order.source, order.motion, order.keypoints)
    facts: Mapping[str, Any] = {}
    if own is not None:
        files["motion"] = own[0]
        facts = intake.require(*own)
    elif order.source == "library" and order.dance in examples.dances:
        words["dance"] = order.dance
    else:
        raise Incomplete("need_dance")
    wanted = frames_of(facts, settings)
    check_result(wanted, intake.limits)
    consent = "person" not in words
    try:
        return store.add(
            owner,
            system,
            settings,
            files,
            words,
            consent=consent,
            model=model,
            kind=kind,
            frames=wanted,
        )
    except Refused as error:
        raise Incomplete(error.key, **error.values) from error


def source_of(name: str) -> Source:
    """Where a dance comes from that was given as a file, by the end of its name."""
    return "keypoints" if name.lower().endswith(KEYPOINT_ENDINGS) else "video"


def own_dance(source: str, motion: str | None, keypoints: str | None) -> tuple[Path, Role] | None:
    """The visitor's file that is danced, and its role for `intake`; None for a built-in dance."""
    if source == "video" and motion:
        return Path(motion), "motion"
    if source == "keypoints" and keypoints:
        return Path(keypoints), "keypoints"
    return None
