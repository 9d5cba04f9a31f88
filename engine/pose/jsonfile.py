"""JSON from strangers: read with limits, and turned into numbers with every doubt spoken out."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from engine.amounts import size_in_words
from engine.errors import BadInput

MOST_BYTES = 100_000_000
"""A keypoint file above this is refused: 20 minutes of 133 joints take about 70 MB."""

KINDS = (
    "Give a keypoint file of OpenPose, of COCO-WholeBody or MMPose, or one saved by this program."
)


def parse(text: bytes, name: str) -> Any:
    """Parse untrusted JSON; NaN, infinities, endless nesting and huge files raise BadInput."""
    if len(text) > MOST_BYTES:
        raise too_large(name, len(text))
    if not text.strip():
        raise BadInput(
            "The keypoint file {name} is empty.",
            "It has no content.",
            KINDS,
            key="keypoints_empty",
            name=name,
        )
    try:
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise BadInput(
            "The keypoint file {name} could not be read.",
            "It is nested too deeply.",
            KINDS,
            key="keypoints_too_deep",
            name=name,
        ) from error
    except ValueError as error:  # also wrong UTF-8 and numbers with thousands of digits
        raise BadInput(
            "The keypoint file {name} could not be read.",
            "It is not JSON as it should be: {reason}.",
            KINDS,
            key="keypoints_no_json",
            name=name,
            reason=str(error)[:120],
        ) from error


def read(path: Path) -> Any:
    """Parse the untrusted JSON file; as `parse`, and BadInput if it cannot be opened."""
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise too_large(path.name, size)
        text = path.read_bytes()
    except OSError as error:
        raise BadInput(
            "The keypoint file {name} could not be opened.",
            "The system says: {reason}.",
            "Check the name and that the file may be read.",
            key="keypoints_unreadable",
            name=path.name,
            reason=error.strerror,
        ) from error
    return parse(text, path.name)


def wrong(name: str, where: str, key: str, why: str, **values: object) -> BadInput:
    """The error for a file whose content is not what it should be at the place `where`.

    `why` is a template; `key` and `values` are those of a StudioError.
    """
    return BadInput(
        "The keypoint file {name} cannot be used.",
        "{where}: " + why + ".",
        KINDS,
        key=key,
        name=name,
        where=where,
        **values,
    )


def too_large(name: str, size: int) -> BadInput:
    """The error for a file above the limit."""
    return BadInput(
        "The keypoint file {name} is too large.",
        "It has {size}; at most {most} are read.",
        "Cut the clip into shorter parts.",
        key="keypoints_too_large",
        name=name,
        size=size_in_words(size),
        most=size_in_words(MOST_BYTES),
    )


def numbers(value: Any, name: str, where: str) -> NDArray[np.float64]:
    """A flat list of finite numbers as float64 `n`; anything else raises BadInput."""
    if not isinstance(value, list):
        raise wrong(name, where, "keypoints_no_numbers", "a list of numbers was expected")
    for number in value:
        # bool is an int to Python, and an integer may be too large for a float
        if type(number) not in (int, float) or abs(number) > 1e12 or not math.isfinite(number):
            why = "{given} is not a usable number"
            raise wrong(name, where, "keypoints_no_number", why, given=repr(str(number)[:30]))
    return np.asarray(value, np.float64)


def triples(value: Any, name: str, where: str, *counts: int) -> NDArray[np.float64]:
    """A flat list x, y, score, x, y, score, ... of one of the numbers of joints, as `k 3`."""
    flat = numbers(value, name, where)
    if len(flat) not in [3 * count for count in counts]:
        facts = {"allowed": "/".join(str(3 * count) for count in counts), "count": len(flat)}
        why = "{allowed} numbers were expected, there are {count}"
        raise wrong(name, where, "keypoints_count", why, **facts)
    return flat.reshape(-1, 3)


def mapping(value: Any, name: str, where: str) -> dict[str, Any]:
    """The value, which must be a JSON object."""
    if not isinstance(value, dict):
        raise wrong(name, where, "keypoints_no_object", "an object in braces was expected")
    return value


def sequence(value: Any, name: str, where: str, most: int) -> list[Any]:
    """The value, which must be a JSON list of at most `most` entries."""
    if not isinstance(value, list):
        raise wrong(name, where, "keypoints_no_list", "a list in brackets was expected")
    if len(value) > most:
        raise too_many(name, where, len(value), most)
    return value


def too_many(name: str, where: str, count: int, most: int) -> BadInput:
    """The error for a list that is longer than what is read."""
    why = "there are {count} entries, at most {most} are read"
    return wrong(name, where, "keypoints_too_many", why, count=count, most=most)


def frame_size(width: Any, height: Any, name: str) -> tuple[int, int]:
    """(width, height) in pixels, from 1 to 100,000 each; anything else raises BadInput."""
    for side in (width, height):
        if type(side) not in (int, float) or not 1 <= side <= 100_000:
            why = "{given} is not a number of pixels"
            raise wrong(name, "frame size", "keypoints_no_side", why, given=repr(str(side)[:30]))
    return int(width), int(height)


def _no_constant(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a number")
