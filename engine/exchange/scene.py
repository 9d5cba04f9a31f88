"""Who dances what: the photo and the motion, read and fitted to each other, ready to be drawn."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.catalogue import MimicMotionSettings
from engine.data.limits import check_moving, check_result
from engine.exchange.motion import read_motion
from engine.exchange.person import read_person
from engine.exchange.render import to_pixels
from engine.models.shelf import Shelf
from engine.pose.draw import MIMICMOTION, POCKET, Style, draw
from engine.pose.retarget import retarget
from engine.types import Inputs, Poses, Progress, Warning

STYLES: Mapping[str, Style] = {"mimicmotion": MIMICMOTION, "pocket": POCKET}
"""How poses are drawn for a model, by the name in its spec."""


@dataclass(frozen=True)
class Scene:
    """What is to be filmed.

    Attributes:
        photo: RGB uint8 `h w 3` of the model's size.
        photo_pose: the pose in the photo, one frame.
        dance: the motion, already moved onto the person.
        fps: frames per second of the dance.
        audio: the file whose sound belongs to it, if it has any.
        warnings: what the user should know.
    """

    photo: NDArray[np.uint8]
    photo_pose: Poses
    dance: Poses
    fps: float
    audio: Path | None = None
    warnings: tuple[Warning, ...] = ()


def read_scene(
    settings: MimicMotionSettings, inputs: Inputs, shelf: Shelf, size: tuple[int, int]
) -> Generator[Progress | Warning, None, Scene]:
    """Read photo and motion for pictures of `size` (width, height); returns the `Scene`.

    Yields the progress of finding poses, then the warnings. Raises what `read_person`,
    `read_motion` and `retarget` raise.
    """
    person = read_person(inputs, shelf, size, settings.fit, settings.paper_person)
    motion = yield from read_motion(
        inputs, shelf, fps=settings.fps, num_frames=settings.num_frames, limits=shelf.limits
    )
    if inputs.motion is not None and settings.num_frames != 1:
        check_moving(len(motion.poses), inputs.motion)
    check_result(len(motion.poses), shelf.limits)
    warnings = (*person.warnings, *motion.warnings)
    yield from warnings
    dance = retarget(motion.poses, person.poses, size) if settings.retarget else motion.poses
    audio = motion.audio if settings.keep_audio else None
    return Scene(person.picture, person.poses, dance, motion.fps, audio, warnings)


class DrawnPoses:
    """The pictures that the PoseNet sees, drawn when they are asked for.

    A ten-minute dance at full size would fill 16 GB as pictures; its keypoints are a few megabytes.
    Item 0 is the photo's own pose. It can be measured and split as a tensor `f 3 h w` can.

    Args:
        scene: the poses.
        size: (width, height) of the pictures.
        style: how they are drawn.
        device: where the pixels go.
    """

    def __init__(
        self, scene: Scene, size: tuple[int, int], style: Style, device: torch.device
    ) -> None:
        self._scene, self._size, self._style, self._device = scene, size, style, device

    def __len__(self) -> int:
        return 1 + len(self._scene.dance)

    def split(self, size: int) -> Iterator[Tensor]:
        """Pixels `n 3 h w` in [-1, 1], n <= size, in order."""
        frames = len(self)
        for start in range(0, frames, size):
            parts = []
            if start == 0:
                parts.append(self._scene.photo_pose[:1])
            parts.append(self._scene.dance[max(start - 1, 0) : min(start + size, frames) - 1])
            drawn = [draw(part, self._size, self._style) for part in parts]
            yield to_pixels(np.concatenate(drawn), self._device)
