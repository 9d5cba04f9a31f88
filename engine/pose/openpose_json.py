"""OpenPose's JSON: one object a frame with `people`, each with flat lists of x, y, score."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.pose.jsonfile import frame_size, mapping, sequence, triples, wrong
from engine.pose.raw import MOST_PEOPLE, RawFrame, RawPerson
from engine.pose.skeleton import FACE, FEET, LEFT_HAND, OPENPOSE18_FROM_COCO17, RIGHT_HAND

_COCO17_FROM_BODY25 = (0, 16, 15, 18, 17, 5, 2, 6, 3, 7, 4, 12, 9, 13, 10, 14, 11)
_FEET_FROM_BODY25 = (19, 20, 21, 22, 23, 24)
_COCO17_FROM_OPENPOSE18 = tuple(OPENPOSE18_FROM_COCO17.index(joint) for joint in range(17))
_PARTS = {
    "hand_left_keypoints_2d": (LEFT_HAND, 21),
    "hand_right_keypoints_2d": (RIGHT_HAND, 21),
    "face_keypoints_2d": (FACE, 68),
}


def is_openpose(content: Any) -> bool:
    """Whether the parsed JSON is one OpenPose frame."""
    return isinstance(content, dict) and "people" in content


def read_frame(content: Any, name: str) -> RawFrame:
    """Read one frame: 18, 25 or 17 points of the body, and hands and face where given.

    A frame with feet, hands or face becomes `wholebody133`, with the body alone too, so that
    frames with and without found hands go together. `canvas_width` and `canvas_height`, which
    editors write, are read as the size of the frame. Raises BadInput naming the place.
    """
    fields = mapping(content, name, "frame")
    size = None
    if "canvas_width" in fields or "canvas_height" in fields:
        size = frame_size(fields.get("canvas_width"), fields.get("canvas_height"), name)
    people = sequence(fields.get("people"), name, "people", MOST_PEOPLE)
    read = [_person(person, name, f"people[{index}]") for index, person in enumerate(people)]
    return RawFrame([person for person in read if person is not None], size)


def _person(content: Any, name: str, where: str) -> RawPerson | None:
    fields = mapping(content, name, where)
    body = fields.get("pose_keypoints_2d")
    if body is None:
        why = "it has no pose_keypoints_2d"
        raise wrong(name, where, "keypoints_no_openpose", why)
    if body == []:  # OpenPose writes hands without a body in its hand-only mode
        return None
    joints = np.zeros((133, 3))
    points = triples(body, name, f"{where}.pose_keypoints_2d", 18, 25, 17)
    joints[:17] = _coco17(points)
    if len(points) == 25:
        joints[FEET] = points[list(_FEET_FROM_BODY25)]
    for key, (part, count) in _PARTS.items():
        if fields.get(key):
            found = triples(fields[key], name, f"{where}.{key}", count, count + 2)
            joints[part] = found[:count]  # OpenPose's face ends with two pupils
    return RawPerson(joints, "wholebody133")


def _coco17(points: NDArray[np.float64]) -> NDArray[np.float64]:
    if len(points) == 25:
        return points[list(_COCO17_FROM_BODY25)]
    return points[list(_COCO17_FROM_OPENPOSE18)] if len(points) == 18 else points
