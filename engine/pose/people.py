"""Everybody who was found in a frame, and how one of them is followed through a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import NoPoseFound
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


def boxes_around(keypoints: NDArray[np.float64], score: NDArray[np.float64]) -> NDArray[np.float64]:
    """The boxes `n 4` around the seen joints of `n` people; nothing seen gives an empty box."""
    boxes = np.zeros((len(score), 4))
    for box, points, seen in zip(boxes, keypoints, score > SEEN, strict=True):
        if seen.any():
            box[:2], box[2:] = points[seen].min(axis=0), points[seen].max(axis=0)
    return boxes


def pick(clip: Sequence[People]) -> Poses:
    """Follow one person through the clip: the largest, then in every frame the nearest to them.

    The one with the largest box in any frame is followed from there to both ends by overlap of
    boxes, or, where nothing overlaps, by distance of at most one box width plus what may be moved
    in the frames since they were last seen. Frames without them get score 0.

    Raises NoPoseFound if nobody is in the clip.
    """
    best = max(
        ((_area(box), index) for index, people in enumerate(clip) for box in people.boxes),
        default=None,
    )
    if best is None:
        raise NoPoseFound(
            "No person was found in the clip.",
            "None of its {frames} frames shows a person that could be recognised.",
            "Use a clip in which the dancer is seen well, from head to feet if possible.",
            key="nobody_in_clip",
            frames=len(clip),
        )
    start = best[1]
    layout, size = clip[start].layout, clip[start].size
    count = NUM_KEYPOINTS[layout]
    keypoints, score = np.zeros((len(clip), count, 2)), np.zeros((len(clip), count))
    seed = clip[start].boxes[int(np.argmax([_area(box) for box in clip[start].boxes]))]
    for order in (range(start, len(clip)), range(start - 1, -1, -1)):
        last, unseen = seed, 0
        for index in order:
            people = clip[index]
            who = _nearest(people.boxes, last, unseen)
            if who is None:
                unseen += 1
                continue
            last, unseen = people.boxes[who], 0
            keypoints[index], score[index] = people.keypoints[who], people.score[who]
    return Poses(keypoints, score, layout, size)


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
