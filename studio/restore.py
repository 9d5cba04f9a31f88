"""Settings back from a result: an mp4 of ours, or the JSON that was written beside it.

The file is a stranger's until it has proved otherwise. Only its first bytes and the record inside
are read, by our own reader (`engine.data.video_record`): no decoder and no demuxer is started, so
no list can make one open another file, and the work is bounded whatever the bytes are. From the
record, settings are taken by name through their declarations; a path, an id or a command in it has
nowhere to go.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.catalogue import SETTINGS
from engine.data.limits import Limits, check_file
from engine.data.video_record import (
    APP,
    MAX_RECORD_BYTES,
    RECORD_VERSION,
    from_json,
    read_record,
)
from engine.errors import BadInput
from engine.settings import parse_known, specs
from studio.examples import Examples
from studio.jobs.job import Job

_FASTEST = 240.0  # frames a second
_NAMED = 8  # how many names of left-out settings are said
_NAME_LENGTH = 40
_MOST_INPUTS = 16
_BLANK = b" \t\r\n"
_SIMPLE = str | int | float  # the kinds of a setting's value; a bool is an int
_LIMITS = Limits(max_bytes=1 << 62)  # of a video only the record is read, however long it is


class NotRestorable(Exception):
    """The file holds no settings for us; `key` names the words that say why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


@dataclass(frozen=True)
class Restored:
    """What a record can give back.

    Attributes:
        system: which of `engine.catalogue.SETTINGS` the settings are of.
        settings: every setting of the system, valid; the seed is the one that was used.
        words: `person` and `dance`, keys of the examples, where the record means one of them.
        missing: roles of what was used and is not in the record (`image`, `motion`, `dance`).
        ignored: names of settings that are unknown here or out of range, the first few, shortened.
        ignored_more: how many more there were.
        model: what made it, by the name that its record gives; it need not be here.
        fps: frames a second of the video; None where the record does not say.
    """

    system: str
    settings: Mapping[str, Any]
    words: Mapping[str, str]
    missing: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    ignored_more: int = 0
    model: str | None = None
    fps: float | None = None


def read(path: Path, examples: Examples) -> Restored:
    """What the file gives back; raises NotRestorable."""
    return restored(_record(path), examples)


def restored(record: Mapping[str, Any], examples: Examples) -> Restored:
    """What a record from outside gives back; raises NotRestorable."""
    version, system = record.get("v"), record.get("system")
    if record.get("app") != APP or type(version) is not int or version < 1:
        raise NotRestorable("other_app")
    if version > RECORD_VERSION:
        raise NotRestorable("newer")
    if not isinstance(system, str) or system not in SETTINGS:
        raise NotRestorable("other_system")
    settings, ignored = checked(system, record.get("settings"), record.get("seed"))
    words, missing = _inputs(record, examples)
    names = tuple(_name(name) for name in ignored[:_NAMED])
    more, model = len(ignored) - len(names), record.get("model")
    named = _name(model) if isinstance(model, str) and model else None
    return Restored(system, settings, words, missing, names, more, named, _rate(record.get("fps")))


def checked(system: str, given: object, seed: object) -> tuple[dict[str, Any], list[str]]:
    """Every setting of `system`, from `given` where that is a mapping with fit values.

    `seed` is the one that was drawn; it takes the place of the one that was asked for. The second
    item names what was left out.
    """
    kind = SETTINGS[system]
    known = specs(kind)
    said = given if isinstance(given, Mapping) else {"settings": given}
    mine = {name: said[name] for name in known if isinstance(said.get(name), _SIMPLE)}
    ignored = [str(name) for name in said if name not in mine]
    if type(seed) is int and seed >= 0:
        mine["seed"] = seed
    settings, unfit = parse_known(kind, mine)
    return dataclasses.asdict(settings), [*unfit, *ignored]


def record_of(job: Job) -> dict[str, Any]:
    """What is written beside a job's video: its record, or its settings where it has none yet."""
    return {
        "app": APP,
        "v": RECORD_VERSION,
        "system": job.system,
        "settings": dict(job.settings),
        "dance": job.words.get("dance"),
        **(job.record if job.state == "done" else {}),  # of a failed one it explains the failure
    }


def _rate(told: object) -> float | None:
    """A rate that a video can have."""
    return float(told) if isinstance(told, int | float) and 1 <= told <= _FASTEST else None


def _record(path: Path) -> Mapping[str, Any]:
    try:
        check_file(path, _LIMITS, "video")
        with path.open("rb") as file:
            head = file.read(MAX_RECORD_BYTES + 1)
        record = from_json(head) if _looks_like_json(head) else read_record(path)
    except (BadInput, OSError) as error:
        raise NotRestorable("unreadable") from error
    if record is None:
        raise NotRestorable("no_record" if head[4:8] == b"ftyp" else "not_ours")
    return record


def _looks_like_json(head: bytes) -> bool:
    return head.removeprefix(b"\xef\xbb\xbf").lstrip(_BLANK).startswith(b"{")


def _inputs(
    record: Mapping[str, Any], examples: Examples
) -> tuple[dict[str, str], tuple[str, ...]]:
    """The words of the examples that the record means, and the roles of what it does not hold."""
    words: dict[str, str] = {}
    missing: list[str] = []
    files = dict(_files(record))
    if "image" in files:
        person = _person(files["image"], examples)
        if person:
            words["person"] = person
        else:
            missing.append("image")
    dance = record.get("dance")
    if isinstance(dance, str) and dance in examples.dances:
        words["dance"] = dance
    elif isinstance(dance, str) and dance:
        missing.append("dance")
    elif "motion" in files:
        missing.append("motion")
    return words, tuple(missing)


def _files(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    inputs = record.get("inputs")
    for one in inputs[:_MOST_INPUTS] if isinstance(inputs, list) else []:
        if isinstance(one, Mapping) and one.get("role") in ("image", "motion"):
            yield str(one["role"]), str(one.get("sha256", ""))


def _person(digest: str, examples: Examples) -> str | None:
    """The example person whose picture has this SHA-256."""
    return next(
        (
            key
            for key, path in examples.people.items()
            if hashlib.sha256(path.read_bytes()).hexdigest() == digest
        ),
        None,
    )


def _name(name: str) -> str:
    """A stranger's word, safe to show: printable, on one line, short."""
    clean = "".join(sign if sign.isprintable() else " " for sign in name[: 2 * _NAME_LENGTH])
    clean = " ".join(clean.split())
    return clean if len(clean) <= _NAME_LENGTH else clean[: _NAME_LENGTH - 1] + "…"
