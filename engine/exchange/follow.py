"""The poses of one person, found in a film once and kept (`pose_cache.py`)."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data import video
from engine.data.limits import Limits
from engine.exchange.kinds import Look
from engine.exchange.pose_cache import FOLDER, Found, PoseCache
from engine.models.shelf import Shelf
from engine.models.verify import sha256_of
from engine.pose.drawn import AT_ONCE
from engine.pose.drawn_look import is_even
from engine.pose.people import People, boxes_around
from engine.pose.skeleton_video import Reader, check_understood
from engine.types import Layout, Poses, Progress, Warning

Frame = NDArray[np.uint8]


@dataclass(frozen=True)
class Film:
    """A film to be followed.

    Attributes:
        path: the file.
        look: what kind it is, and how it is to be read.
        rate: frames per second at which it is read.
        most: frames to be read; 0 reads all.
        total: frames expected, for the progress.
    """

    path: Path
    look: Look
    rate: float
    most: int
    total: int


def follow(
    film: Film, shelf: Shelf, limits: Limits
) -> Generator[Progress, None, tuple[Found, tuple[Warning, ...]]]:
    """Everybody in the frames of a film, and what reading it told; progress on the way.

    What is known from an earlier time is not looked for again, also where that was cut short or
    shorter. A damaged film is not kept, since its warnings name the file.

    Raises what `video.read` raises; MissingModel without the files of a detector; and NoPoseFound
    when no frame of a skeleton video is understood.
    """
    look, most = film.look, film.most
    cache = PoseCache(shelf.home / FOLDER)
    facts = {
        "film": sha256_of(film.path),
        "rate": film.rate,
        "detector": _detector(look, shelf),
        # the drawn dancer's frames are looked at several at once, so how many there are matters
        "frames": most if look.kind == "drawn" else 0,
    }
    place = cache.path(facts)
    found = cache.load(place) or Found((), whole=False)
    warnings: tuple[Warning, ...] = ()
    if not found.whole and not (most and len(found.clip) >= most):
        clip = list(found.clip)
        with video.read(film.path, fps=film.rate, max_frames=most or None, limits=limits) as frames:
            saved = len(clip)
            for people in _people(islice(frames, saved, None), look, shelf, clip):
                clip.append(people)
                yield Progress(len(clip), max(film.total, len(clip)), "find the pose")
                if len(clip) - saved >= max(AT_ONCE, saved // 8) and _can_go_on(clip, look):
                    saved = len(clip)
                    cache.save(place, Found(tuple(clip), whole=False))
            warnings = tuple(frames.warnings)
        found = Found(tuple(clip), whole=not most or len(clip) < most)
        if not warnings and (found.whole or look.kind == "drawn" or _can_go_on(clip, look)):
            cache.save(place, found)
    found = Found(found.clip[: most or None], found.whole)
    if look.palette is not None:
        check_understood([people.score for people in found.clip], look.palette)
    return found, warnings


def _detector(look: Look, shelf: Shelf) -> str:
    """Equal for equal ways of reading poses. Raises MissingModel."""
    if look.palette is not None:
        return f"skeleton {look.palette.name} {look.palette.swapped}"
    return shelf.drawn_key() if look.kind == "drawn" else shelf.dwpose_key()


def _can_go_on(clip: Sequence[People], look: Look) -> bool:
    """Whether reading on from here later finds what it would find now."""
    if look.kind == "drawn":
        return len(clip) % AT_ONCE == 0
    return look.kind == "video" or bool(clip[-1].score.any())


def _people(
    frames: Iterable[Frame], look: Look, shelf: Shelf, known: Sequence[People]
) -> Iterator[People]:
    """Who is in these frames, which follow those in which `known` were found."""
    if look.palette is not None:
        return _skeletons(frames, Reader(look.palette, known[-1].keypoints[0] if known else None))
    return _drawn(frames, shelf) if look.kind == "drawn" else shelf.dwpose().people(frames)


def _skeletons(frames: Iterable[Frame], reader: Reader) -> Iterator[People]:
    for frame in frames:
        joints, score, _ = reader.read(frame)
        yield from _alone(joints[None], score[None], reader.layout, (frame.shape[1], len(frame)))


def _drawn(frames: Iterable[Frame], shelf: Shelf) -> Iterator[People]:
    """The pocket detector, a few frames at a time; where a frame shows nothing it sees nobody."""
    frames = iter(frames)
    while batch := list(islice(frames, AT_ONCE)):
        poses = shelf.drawn_poses(np.stack(batch))
        shown = np.array([[not is_even(frame)] for frame in batch])
        yield from _alone(poses.keypoints, poses.score * shown, poses.layout, poses.size)


def _alone(
    keypoints: NDArray[np.float64],
    score: NDArray[np.float64],
    layout: Layout,
    size: tuple[int, int],
) -> Iterator[People]:
    """One person in each frame, whose box is that of the joints."""
    boxes = boxes_around(keypoints, score)
    for parts in zip(boxes[:, None], keypoints[:, None], score[:, None], strict=True):
        yield People(*parts, layout, size)


def together(clip: Sequence[People]) -> Poses:
    """The poses of a clip that shows one person in each frame."""
    return Poses(
        np.concatenate([people.keypoints for people in clip]),
        np.concatenate([people.score for people in clip]),
        clip[0].layout,
        clip[0].size,
    )
