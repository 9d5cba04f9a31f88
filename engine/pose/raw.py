"""People as keypoint files hold them, in pixels, before the size of the frame is known."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput
from engine.pose.people import People, boxes_around
from engine.pose.skeleton import SEEN
from engine.types import NUM_KEYPOINTS, Layout

MOST_FRAMES = 40_000
MOST_PEOPLE = 100


@dataclass(frozen=True)
class RawPerson:
    """One person: `k 3` of x, y (in the file's unit) and score."""

    joints: NDArray[np.float64]
    layout: Layout


@dataclass(frozen=True)
class RawFrame:
    """The people of one frame and the frame's (width, height), where the file says it."""

    people: list[RawPerson]
    size: tuple[int, int] | None = None


def people_of_clip(frames: list[RawFrame], name: str) -> list[People]:
    """Normalise a clip's coordinates by the size of the frame and clean the scores.

    A file in pixels that does not say its frame's size gets the smallest frame that holds all
    joints: retargeting needs only that pixels are square. People without any seen joint are left
    out, and joints further than ten frames away count as not seen.

    Raises BadInput if the frames differ in size or layout, or if coordinates in [0, 1] come
    without the size of the frame, because their aspect ratio is then unknown.
    """
    layouts: set[Layout] = {person.layout for frame in frames for person in frame.people}
    if len(layouts) > 1:
        raise BadInput(
            "The keypoint file {name} cannot be used.",
            "Its people have different sets of joints: {layouts}.",
            "Export all frames with the same detector and the same parts of the body.",
            key="keypoints_mixed",
            name=name,
            layouts=", ".join(sorted(layouts)),
        )
    layout: Layout = layouts.pop() if layouts else "openpose18"
    size, unit = _size(frames, name)
    return [_normalise(frame, layout, size, unit) for frame in frames]


def _size(frames: list[RawFrame], name: str) -> tuple[tuple[int, int], tuple[float, float]]:
    """The (width, height) of the clip's frames, and what the coordinates are to be divided by."""
    sizes = {frame.size for frame in frames if frame.size is not None}
    if len(sizes) > 1:
        raise BadInput(
            "The keypoint file {name} cannot be used.",
            "Its frames differ in size: {sizes}.",
            "Export all frames of one clip at the same size.",
            key="keypoints_sizes",
            name=name,
            sizes=", ".join(f"{w}x{h}" for w, h in sorted(sizes)[:4]),
        )
    seen = [
        person.joints[person.joints[:, 2] > SEEN, :2] for frame in frames for person in frame.people
    ]
    points = np.concatenate([np.zeros((0, 2)), *seen])
    normalised = len(points) > 0 and points.max() <= 1.5 and np.ptp(points, axis=0).max() > 0
    if sizes:
        size = next(iter(sizes))
        return size, (1.0, 1.0) if normalised else (float(size[0]), float(size[1]))
    if normalised:
        raise BadInput(
            "The keypoint file {name} cannot be used.",
            "Its coordinates lie between 0 and 1 and it does not say how large the frames are.",
            "Add canvas_width and canvas_height to each frame, or export pixels.",
            key="keypoints_no_size",
            name=name,
        )
    extent = np.clip(points.max(axis=0, initial=1), 1, 99_999)
    size = math.ceil(extent[0]) + 1, math.ceil(extent[1]) + 1
    return size, (float(size[0]), float(size[1]))


def _normalise(
    frame: RawFrame, layout: Layout, size: tuple[int, int], unit: tuple[float, float]
) -> People:
    count = NUM_KEYPOINTS[layout]
    joints = np.array([p.joints for p in frame.people], np.float64).reshape(-1, count, 3)
    keypoints = joints[..., :2] / unit
    score = np.clip(joints[..., 2], 0, None)
    score[(np.abs(keypoints) > 10).any(axis=-1)] = 0
    keypoints[score <= 0] = 0
    here = (score > SEEN).any(axis=1)
    keypoints, score = keypoints[here], score[here]
    return People(boxes_around(keypoints, score), keypoints, score, layout, size)
