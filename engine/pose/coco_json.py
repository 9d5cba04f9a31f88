"""COCO's JSON: annotations of whole bodies, lists of results, and MMPose's predictions."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.pose.jsonfile import (
    frame_size,
    mapping,
    numbers,
    sequence,
    too_many,
    triples,
    wrong,
)
from engine.pose.raw import MOST_FRAMES, MOST_PEOPLE, RawFrame, RawPerson
from engine.types import Layout

_WHOLE_BODY = {"foot_kpts": 6, "face_kpts": 68, "lefthand_kpts": 21, "righthand_kpts": 21}
_LAYOUTS: dict[int, Layout] = {17: "coco17", 133: "wholebody133"}


def is_annotations(content: Any) -> bool:
    """Whether the parsed JSON is a data set with `images` and `annotations`."""
    return isinstance(content, dict) and "annotations" in content


def is_results(content: Any) -> bool:
    """Whether the parsed JSON is a list of found people, each with `image_id` and `keypoints`."""
    return _starts_with(content, "image_id")


def is_predictions(content: Any) -> bool:
    """Whether the parsed JSON is MMPose's: frames with `instances`, bare or in `instance_info`."""
    if isinstance(content, dict) and "instance_info" in content:
        return True
    return _starts_with(content, "instances")


def read_annotations(content: Any, name: str) -> list[RawFrame]:
    """Read a COCO or COCO-WholeBody data set, images in their order as frames.

    The third number of a joint is a visibility (0 absent, 1 covered, 2 seen), read as 0, 0.5 and
    1, or a score, where any joint has another number. Raises BadInput naming the place.
    """
    fields = mapping(content, name, "file")
    images = sequence(fields.get("images"), name, "images", MOST_FRAMES)
    frames: dict[Any, RawFrame] = {}
    for index, image in enumerate(images):
        image = mapping(image, name, f"images[{index}]")
        size = frame_size(image.get("width"), image.get("height"), name)
        frames[_key(image.get("id"), name, f"images[{index}].id")] = RawFrame([], size)
    most = MOST_FRAMES * 4
    for index, entry in enumerate(sequence(fields["annotations"], name, "annotations", most)):
        where = f"annotations[{index}]"
        entry = mapping(entry, name, where)
        key = _key(entry.get("image_id"), name, f"{where}.image_id")
        if key not in frames:
            why = "there is no image {image}"
            raise wrong(name, where, "keypoints_no_image", why, image=repr(str(key)[:40]))
        _add(frames[key].people, _person(entry, name, where), name, where)
    _visibility_to_score(list(frames.values()))
    return list(frames.values())


def read_results(content: Any, name: str) -> list[RawFrame]:
    """Read a list of found people; image numbers (or the numbers in names) order the frames."""
    frames: dict[Any, RawFrame] = {}
    for index, entry in enumerate(sequence(content, name, "file", MOST_FRAMES * 4)):
        where = f"[{index}]"
        entry = mapping(entry, name, where)
        key = _key(entry.get("image_id"), name, f"{where}.image_id")
        frame = frames.setdefault(key, RawFrame([]))
        _add(frame.people, _person(entry, name, where), name, where)
    if len(frames) > MOST_FRAMES:
        raise too_many(name, "file", len(frames), MOST_FRAMES)
    return [frames[key] for key in sorted(frames, key=natural)]


def read_predictions(content: Any, name: str) -> list[RawFrame]:
    """Read MMPose's predictions: `instances` with `keypoints` [[x, y], ...] and their scores."""
    entries = content["instance_info"] if isinstance(content, dict) else content
    frames = []
    for index, entry in enumerate(sequence(entries, name, "instance_info", MOST_FRAMES)):
        entry = mapping(entry, name, f"frame {index}")
        found = sequence(entry.get("instances"), name, f"frame {index}.instances", MOST_PEOPLE)
        people = [
            _instance(one, name, f"frame {index}.instances[{i}]") for i, one in enumerate(found)
        ]
        frames.append(RawFrame(people))
    return frames


def natural(key: Any) -> list[tuple[int, int, str]]:
    """Sort key that puts frame 2 before frame 10, for numbers and for names with numbers."""
    pieces = re.split(r"(\d{1,18})", str(key))  # Python makes no number of thousands of digits
    return [(0, int(p), "") if p.isdecimal() else (1, 0, p) for p in pieces]


def _person(entry: dict[str, Any], name: str, where: str) -> RawPerson:
    joints = triples(entry.get("keypoints"), name, f"{where}.keypoints", 17, 133)
    if len(joints) == 133 or not any(part in entry for part in _WHOLE_BODY):
        return RawPerson(joints, _LAYOUTS[len(joints)])
    parts = [joints]
    for part, count in _WHOLE_BODY.items():
        given = entry.get(part)
        parts.append(
            triples(given, name, f"{where}.{part}", count) if given else np.zeros((count, 3))
        )
    return RawPerson(np.concatenate(parts), "wholebody133")


def _instance(entry: Any, name: str, where: str) -> RawPerson:
    entry = mapping(entry, name, where)
    points = sequence(entry.get("keypoints"), name, f"{where}.keypoints", 133)
    xy = [numbers(point, name, f"{where}.keypoints") for point in points]
    score = numbers(entry.get("keypoint_scores"), name, f"{where}.keypoint_scores")
    if len(xy) not in _LAYOUTS or len(score) != len(xy) or any(len(p) != 2 for p in xy):
        why = "17 or 133 points with a score each were expected, there are {count}"
        raise wrong(name, where, "keypoints_no_body", why, count=len(xy))
    return RawPerson(np.column_stack([np.stack(xy), score]), _LAYOUTS[len(xy)])


def _add(people: list[RawPerson], person: RawPerson, name: str, where: str) -> None:
    if len(people) >= MOST_PEOPLE:
        why = "a frame has more than {most} people"
        raise wrong(name, where, "keypoints_crowd", why, most=MOST_PEOPLE)
    people.append(person)


def _visibility_to_score(frames: list[RawFrame]) -> None:
    """Halve the third numbers in place if they are visibilities."""
    thirds: list[NDArray[np.float64]] = [p.joints[:, 2] for f in frames for p in f.people]
    values = np.unique(np.concatenate([np.zeros(1), *thirds]))
    if set(values.tolist()) <= {0.0, 1.0, 2.0} and values.max() == 2:
        for third in thirds:
            third /= 2


def _key(value: Any, name: str, where: str) -> int | str:
    if type(value) not in (int, str):
        raise wrong(name, where, "keypoints_no_name", "a number or a name was expected")
    return value


def _starts_with(content: Any, key: str) -> bool:
    return (
        isinstance(content, list)
        and len(content) > 0
        and isinstance(content[0], dict)
        and key in content[0]
    )
