"""Who dances what: the photo and the motion, read and fitted to each other, ready to be drawn."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.catalogue import MimicMotionSettings
from engine.data.limits import check_moving, check_result
from engine.data.pixels import to_pixels
from engine.exchange.motion import Motion, Opened, count_frames, open_motion, read_motion
from engine.exchange.person import read_person, read_real_person
from engine.exchange.shapes import PUBLISHED_RESOLUTION
from engine.models.shelf import Shelf
from engine.nets.mimicmotion import Spec
from engine.pose.draw import MIMICMOTION, POCKET, Style, draw
from engine.pose.retarget import fit
from engine.pose.skeleton import FACE, SEEN
from engine.sampling.spans import ANCHOR, far_fewer
from engine.types import Inputs, Poses, Progress, Warning

STYLES: Mapping[str, Style] = {"mimicmotion": MIMICMOTION, "pocket": POCKET}
"""How poses are drawn for a model, by the name in its spec."""

FITTED: Mapping[str, Warning] = {
    "bones": Warning(
        "The size of the dance was taken from the lengths of the limbs.",
        "The person in the photo is held so differently from the dancer that the places of their "
        "joints did not tell it.",
        "Look at the pose before the run; if it does not fit, use a photo of someone standing.",
        key="fitted_by_bones",
    ),
    "frame": Warning(
        "The dance was put into the middle of the picture.",
        "No pose was found in the photo that it could be fitted to.",
        "Use a picture of one person, seen from head to feet.",
        key="fitted_to_frame",
    ),
}
"""What is told when a dance could not be fitted by the places of its joints, by `Fit.by`."""

FACE_SHARE: Mapping[str, float] = {"full": 1.0, "weak": 0.4, "none": 0.0}
"""How bright the face is drawn. Its points carry the driving person's identity (spec e.3)."""


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
        motion: what the dance was before it was moved; None for a scene that nobody read.
    """

    photo: NDArray[np.uint8]
    photo_pose: Poses
    dance: Poses
    fps: float
    audio: Path | None = None
    warnings: tuple[Warning, ...] = ()
    motion: Motion | None = None


def read_scene(
    settings: MimicMotionSettings, inputs: Inputs, shelf: Shelf, size: tuple[int, int] | None
) -> Generator[Progress | Warning, None, Scene]:
    """Read photo and motion; returns the `Scene`.

    Args:
        size: (width, height) of the pictures of a model of drawn people (`drawn_size`); None for a
            model of real people, where resolution and shape, or the photo's shape, decide.

    Yields the progress of finding poses, then the warnings. Raises what `read_person`,
    `read_real_person`, `read_motion` and `retarget` raise, and BadInput for a dance that is longer
    than is made here, before a pose is looked for.
    """
    opened = None
    if inputs.motion is not None:  # its poses may take hours
        opened = open_motion(inputs.motion, settings.person, shelf.limits)
        check_result(foreseen_frames(settings, inputs, shelf, opened), shelf.limits)
    if size is None:
        resolution = settings.resolution or PUBLISHED_RESOLUTION
        person = read_real_person(
            inputs,
            shelf,
            resolution,
            settings.fit,
            settings.shape,
            as_published=settings.as_published,
        )
        size = person.poses.size
    else:
        person = read_person(inputs, shelf, size, settings.fit, settings.paper_person)
    motion = yield from read_motion(
        inputs,
        shelf,
        fps=settings.fps,
        num_frames=settings.num_frames,
        person=settings.person,
        mended=settings.mend,
        smoothing=settings.smoothing,
        limits=shelf.limits,
        opened=opened,
    )
    if inputs.motion is not None and settings.num_frames != 1:
        check_moving(len(motion.poses), inputs.motion)
    check_result(len(motion.poses), shelf.limits)
    dance, fitting = motion.poses, None
    if settings.retarget:
        mode = "parity" if settings.as_published else "robust"
        found = fit(motion.poses, person.poses, size, mode)
        dance, fitting = found.moved(motion.poses, size), FITTED.get(found.by)
    warnings = (*person.warnings, *motion.warnings, *([fitting] if fitting else []))
    yield from warnings
    audio = motion.audio if settings.keep_audio else None
    return Scene(person.picture, person.poses, dance, motion.fps, audio, warnings, motion)


def foreseen_frames(
    settings: MimicMotionSettings, inputs: Inputs, shelf: Shelf, opened: Opened | None = None
) -> int:
    """How many frames the video will have, before any pose is looked for; see `count_frames`."""
    return count_frames(
        inputs,
        fps=settings.fps,
        num_frames=settings.num_frames,
        person=settings.person,
        limits=shelf.limits,
        opened=opened,
    )


def settled(settings: MimicMotionSettings, spec: Spec, seed: int) -> MimicMotionSettings:
    """The settings with nothing left open: what is 0 becomes what suits the model."""
    window = settings.window_size or spec.window
    return replace(
        settings,
        seed=seed,
        num_inference_steps=settings.num_inference_steps or spec.steps[settings.quality],
        guidance_scale=settings.guidance_scale or spec.guidance,
        window_size=window,
        overlap=max(ANCHOR, min(settings.overlap, window - 1)),
    )


def unlike_training(chosen: MimicMotionSettings, spec: Spec, frames: int) -> tuple[Warning, ...]:
    """The warning that a public model makes far fewer frames together than it learnt, if it does.

    Args:
        chosen: settled settings.
        spec: the model.
        frames: of the whole video, the reference slot included.
    """
    together = min(chosen.window_size, frames)
    if spec.style != "mimicmotion" or not far_fewer(together, spec.window):
        return ()
    return (
        Warning(
            "The model was trained on longer videos.",
            "It learnt {trained} frames at once and gets {together} here; with so few, users saw "
            "patterns in the picture.",
            "Make {usual} frames or more and leave the window at 0, or use a model that was "
            "trained for fewer.",
            key="window_untrained",
            trained=spec.window,
            together=together,
            usual=spec.window - 1,
        ),
    )


def guiding(poses: Poses, settings: MimicMotionSettings) -> Poses:
    """The poses as they are to guide: brightness off or on, the face full, weak or none (3.2)."""
    score = poses.score if settings.confidence else (poses.score > SEEN).astype(np.float64)
    if poses.layout == "wholebody133":
        score = score.copy()
        score[:, FACE] *= FACE_SHARE[settings.face]
    return Poses(poses.keypoints, score, poses.layout, poses.size)


class DrawnPoses:
    """The pictures that the PoseNet sees, drawn when they are asked for.

    A ten-minute dance at full size would fill 16 GB as pictures; its keypoints are a few megabytes.
    Item 0 is the photo's own pose. It can be measured and split as a tensor `f 3 h w` can.

    Args:
        own: the photo's own pose, one frame.
        dance: the poses to follow.
        size: (width, height) of the pictures.
        style: how they are drawn.
        device: where the pixels go.
    """

    def __init__(
        self, own: Poses, dance: Poses, size: tuple[int, int], style: Style, device: torch.device
    ) -> None:
        self._own, self._dance = own[:1], dance
        self._size, self._style, self._device = size, style, device

    def __len__(self) -> int:
        return 1 + len(self._dance)

    def split(self, size: int) -> Iterator[Tensor]:
        """Pixels `n 3 h w` in [-1, 1], n <= size, in order."""
        frames = len(self)
        for start in range(0, frames, size):
            parts = []
            if start == 0:
                parts.append(self._own)
            parts.append(self._dance[max(start - 1, 0) : min(start + size, frames) - 1])
            drawn = [draw(part, self._size, self._style) for part in parts]
            yield to_pixels(np.concatenate(drawn), self._device)
