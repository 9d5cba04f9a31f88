"""Everybody who was found in a frame, and how one of them is followed through a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput, NoPoseFound
from engine.pose.parts import Parts, parts_of_people
from engine.pose.skeleton import SEEN
from engine.types import NUM_KEYPOINTS, Layout, Poses


@dataclass(frozen=True)
class People:
    """The `n` people of one frame, best first.

    Attributes:
        boxes: `n 4`, (x0, y0, x1, y1) in [0, 1] of the frame.
        keypoints: `n k 2` in [0, 1], score: `n k`, as in `Poses`.
        size: (width, height) of the frame in pixels.
    """

    boxes: NDArray[np.float64]
    keypoints: NDArray[np.float64]
    score: NDArray[np.float64]
    layout: Layout
    size: tuple[int, int]

    def __len__(self) -> int:
        return len(self.score)

    def parts(self) -> Parts:
        """For drawing everyone."""
        return parts_of_people(self.keypoints, self.score, self.layout)


OFTEN = 0.25
"""Share of the frames with several people from which on it is said."""


@dataclass(frozen=True)
class Crowd:
    """That a clip shows several people: who they are, and who of them is followed.

    Attributes:
        frame: the first that shows the most people.
        people: those of this frame, from the left.
        person: who of them is followed, counted as for `pick`; 0 if they are not in that frame.
    """

    frame: int
    people: People
    person: int


def crowd(clip: Sequence[People], followed: Poses) -> Crowd | None:
    """Who of several people is followed; None where several are seldom seen.

    `followed` is what `pick` made of the clip.
    """
    if sum(len(people) > 1 for people in clip) < OFTEN * len(clip):
        return None
    frame, order = _counted(clip)
    found = clip[frame]
    people = People(
        found.boxes[order], found.keypoints[order], found.score[order], found.layout, found.size
    )
    here = followed.score[frame].any()
    for number, keypoints in enumerate(people.keypoints, start=1):
        if here and np.array_equal(keypoints, followed.keypoints[frame]):
            return Crowd(frame, people, number)
    return Crowd(frame, people, 0)


def boxes_around(keypoints: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """The boxes `n 4` around the seen joints of `n` people; nothing seen gives an empty box."""
    boxes = np.zeros((len(score), 4))
    for box, points, seen in zip(boxes, keypoints, score > SEEN, strict=True):
        if seen.any():
            box[:2], box[2:] = points[seen].min(axis=0), points[seen].max(axis=0)
    return boxes


def pick(clip: Sequence[People], person: int = 0) -> Poses:
    """Follow one person through the clip.

    Args:
        person: 0 follows the one with the largest box in any frame; 1, 2, ... the first, second,
            ... from the left in the first of the frames that show the most people.

    They are followed from there to both ends by overlap of boxes, or, where nothing overlaps, by
    distance of at most one box width plus what may be moved in the frames since they were last
    seen. Frames without them get score 0.

    Raises NoPoseFound if nobody is in the clip, BadInput if there are fewer people than `person`.
    """
    start, who = _largest(clip) if person == 0 else _from_the_left(clip, person)
    layout, size = clip[start].layout, clip[start].size
    count = NUM_KEYPOINTS[layout]
    keypoints, score = np.zeros((len(clip), count, 2)), np.zeros((len(clip), count))
    for order in (range(start, len(clip)), range(start - 1, -1, -1)):
        last, unseen = clip[start].boxes[who], 0
        for index in order:
            people = clip[index]
            found = who if index == start else _nearest(people.boxes, last, unseen)
            if found is None:
                unseen += 1
                continue
            last, unseen = people.boxes[found], 0
            keypoints[index], score[index] = people.keypoints[found], people.score[found]
    return Poses(keypoints, score, layout, size)


def _largest(clip: Sequence[People]) -> tuple[int, int]:
    """(frame, number) of the largest box of the clip."""
    sizes = [
        (_area(b), -f, -n) for f, people in enumerate(clip) for n, b in enumerate(people.boxes)
    ]
    if not sizes:
        raise NoPoseFound(
            "No person was found in the clip.",
            "None of its {frames} frames shows a person that could be recognised.",
            "Use a clip in which the dancer is seen well, from head to feet if possible.",
            key="nobody_in_clip",
            frames=len(clip),
        )
    _, frame, number = max(sizes)
    return -frame, -number


def _from_the_left(clip: Sequence[People], person: int) -> tuple[int, int]:
    """(frame, number) of the `person`-th from the left where the most people are seen."""
    _largest(clip)  # raises if there is nobody at all
    frame, order = _counted(clip)
    if person > len(order):
        raise BadInput(
            "Person {person} cannot be followed.",
            "At most {most} people are seen at once in the clip.",
            "Choose a number up to {most}, or 0 for the largest person.",
            key="no_such_person",
            person=person,
            most=len(order),
        )
    return frame, order[person - 1]


def _counted(clip: Sequence[People]) -> tuple[int, list[int]]:
    """The first frame that shows the most people, and these from the left."""
    frame = int(np.argmax([len(people) for people in clip]))
    boxes = clip[frame].boxes
    return frame, np.argsort(boxes[:, 0] + boxes[:, 2], kind="stable").tolist()


def _nearest(boxes: NDArray[np.float64], last: NDArray[np.float64], unseen: int) -> int | None:
    if not len(boxes):
        return None
    overlap = [_overlap(box, last) for box in boxes]
    if max(overlap) > 0.1:
        return int(np.argmax(overlap))
    middle = (last[:2] + last[2:]) / 2
    distance = np.linalg.norm((boxes[:, :2] + boxes[:, 2:]) / 2 - middle, axis=1)
    reach = (last[2] - last[0]) * (1 + 0.25 * unseen)
    who = int(np.argmin(distance))
    return who if distance[who] <= reach else None


def _area(box: NDArray[np.float64]) -> float:
    return float(max(box[2] - box[0], 0) * max(box[3] - box[1], 0))


def _overlap(one: NDArray[np.float64], two: NDArray[np.float64]) -> float:
    """Intersection over union of two boxes, 0 to 1."""
    shared = np.concatenate([np.maximum(one[:2], two[:2]), np.minimum(one[2:], two[2:])])
    inside = _area(shared)
    union = _area(one) + _area(two) - inside
    return inside / union if union > 0 else 0.0
