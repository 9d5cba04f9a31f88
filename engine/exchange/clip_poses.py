"""Where the poses of a training clip come from: a file beside it, or one of the detectors."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.data.limits import shown
from engine.data.picture import fit_points
from engine.data.video import VideoInfo
from engine.errors import BadInput
from engine.models.shelf import Shelf
from engine.pose.dwpose import DWPose
from engine.pose.people import People, pick
from engine.pose.readers import PoseFile, read_poses
from engine.pose.skeleton import convert
from engine.types import Poses, Warning

Kind: TypeAlias = Literal["keypoints", "drawn", "people"]
_ASTRAY = 0.25
"""Seconds by which a keypoint file may be shorter or longer than its clip."""


class Finder(Protocol):
    """Finds one person's poses in frames that come a few at a time."""

    def add(self, frames: NDArray[np.uint8]) -> None:
        """The next frames, `f h w 3` RGB, all of one size."""
        ...

    def found(self) -> Poses:
        """The poses of all frames so far. Raises NoPoseFound."""
        ...


@dataclass(frozen=True)
class Detectors:
    """The detectors of a shelf; each is loaded when a clip needs it."""

    shelf: Shelf

    def key(self, kind: Kind) -> str:
        """Equal for equal detectors. Raises MissingModel when one is not on this machine."""
        if kind == "keypoints":
            return "file"
        return self.shelf.drawn_key() if kind == "drawn" else self.shelf.dwpose_key()

    def finder(self, kind: Literal["drawn", "people"]) -> Finder:
        """A finder for a new clip."""
        return _Drawn(self.shelf) if kind == "drawn" else _Film(self.shelf.dwpose())


@dataclass
class _Drawn:
    """The pocket detector."""

    shelf: Shelf
    _parts: list[Poses] = field(default_factory=list)

    def add(self, frames: NDArray[np.uint8]) -> None:
        self._parts.append(self.shelf.drawn_poses(frames))

    def found(self) -> Poses:
        first = self._parts[0]
        keypoints = np.concatenate([part.keypoints for part in self._parts])
        score = np.concatenate([part.score for part in self._parts])
        return Poses(keypoints, score, first.layout, first.size)


@dataclass
class _Film:
    """DWPose; of several people the one who is seen largest is followed."""

    detector: DWPose
    _clip: list[People] = field(default_factory=list)

    def add(self, frames: NDArray[np.uint8]) -> None:
        self._clip += self.detector.people(frames)

    def found(self) -> Poses:
        return pick(self._clip)


@dataclass
class Beside:
    """The keypoint file beside a clip, as a `Finder`.

    Attributes:
        path: the file.
        file: what is in it.
        info: the clip that it belongs to.
        rate: at which the clip's frames come.
    """

    path: Path
    file: PoseFile
    info: VideoInfo
    rate: float
    _size: tuple[int, int] = (0, 0)
    _count: int = 0

    def add(self, frames: NDArray[np.uint8]) -> None:
        self._count += len(frames)
        self._size = frames.shape[2], frames.shape[1]

    def found(self) -> Poses:
        """The poses at the frames' times, moved as the frames were cropped."""
        given, fps = self.file.poses, self.file.fps or self.info.fps
        times = np.arange(self._count) / self.rate
        rows = np.minimum((times * fps + 1e-6).astype(np.int64), len(given) - 1)
        old = self.info.width, self.info.height
        keypoints = fit_points(given.keypoints[rows], old, self._size)
        return convert(
            Poses(keypoints, given.score[rows], given.layout, self._size), "wholebody133"
        )


def find_beside(
    clip: Path, info: VideoInfo, rate: float
) -> tuple[Beside | None, tuple[Warning, ...]]:
    """The keypoint file of a clip's name, if there is one that belongs to it.

    A file of this name that is something else (a record, a caption) or of another length is not
    used; that is told, and a detector looks for the poses.
    """
    path = clip.with_suffix(".json")
    if not path.is_file():
        return None, ()
    try:
        file = read_poses(path)
    except BadInput as error:
        return None, (_unused(path, error.why),)
    seconds = len(file.poses) / (file.fps or info.fps)
    if abs(seconds - info.seconds) > _ASTRAY:
        why = f"It lasts {seconds:.2f} seconds, the clip {info.seconds:.2f}."
        return None, (_unused(path, why),)
    return Beside(path, file, info, rate), ()


def _unused(path: Path, why: str) -> Warning:
    return Warning(
        f"The file {shown(path)} beside the clip is not used.",
        why,
        "Poses are looked for in the frames instead; delete it, or put the right one there.",
    )
