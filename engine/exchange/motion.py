"""The dance that the user gives, whatever it comes as, made into one person's poses over time."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

import numpy as np

from engine.data import synth, video
from engine.data.limits import Limits, check_file, check_result
from engine.data.video_open import sniff
from engine.errors import BadInput
from engine.exchange.follow import Film, follow, together
from engine.exchange.kinds import look_at
from engine.exchange.pace import (
    ASSUMED_FPS,
    MODEL_FPS,
    film_frames,
    film_rate,
    keypoint_frames,
    keypoint_rate,
)
from engine.models.shelf import Shelf
from engine.pose.mend import Doubt, doubts, mend, report
from engine.pose.people import Crowd, crowd, pick
from engine.pose.readers import PoseFile, holds_poses, read_poses
from engine.pose.smooth import fill_gaps, smooth
from engine.types import Inputs, Poses, Progress, Warning

DRAWN = Warning(
    "The video was taken for a drawn one.",
    "Its dancer looks like those that Pirouette draws, so the poses were found by the detector for "
    "these.",
    "If it is a film of a real person, try a part of it with other light or another background.",
    key="film_drawn",
)


@dataclass(frozen=True)
class Motion:
    """A dance ready to be followed.

    Attributes:
        poses: one person.
        fps: frames per second of the poses, which is also the result's.
        audio: the file whose sound belongs to it, if it has any.
        kind: `dance` (built in), `keypoints`, `skeleton`, `drawn` or `video`.
        warnings: what the user should know.
        crowd: who of several people is followed, if several are often seen.
        doubts: where the poses were doubtful, also where that was mended.
    """

    poses: Poses
    fps: float
    audio: Path | None
    kind: str
    warnings: tuple[Warning, ...] = ()
    crowd: Crowd | None = None
    doubts: tuple[Doubt, ...] = ()


Opened: TypeAlias = PoseFile | video.VideoInfo
"""What had to be read of a file to know how long its dance is."""


def read_motion(
    inputs: Inputs,
    shelf: Shelf,
    *,
    fps: float = 0.0,
    num_frames: int = 0,
    person: int = 0,
    mended: bool = True,
    smoothing: float = 0.0,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    opened: Opened | None = None,
) -> Generator[Progress, None, Motion]:
    """Read the motion, yielding `Progress`; the generator returns the `Motion`.

    Args:
        fps: of the result; 0 thins the clip to about 15, in its own tempo.
        num_frames: take at most so many; 0 takes all, of a built-in dance one round.
        person: whom to follow, see `people.pick`.
        mended: bridge short doubtful spans (`pose/mend.py`); they are told as a warning either way.
        smoothing: width in frames of the Gaussian that calms the poses; 0 leaves them.
        opened: what `open_motion` gave for it, if it was asked before.

    Raises BadInput when there is no motion or it cannot be read, NoPoseFound when nobody is in it,
    MissingModel when a person's video needs a detector that is not on this machine.
    """
    if inputs.dance is not None:
        rate = fps or MODEL_FPS
        count = num_frames or _one_round(inputs.dance, rate)
        return Motion(synth.dance_poses(inputs.dance, count, rate), rate, None, "dance")
    if inputs.motion is None:
        raise BadInput(
            "There is no dance.",
            "Neither a file nor a built-in dance was given.",
            "Give a video, a skeleton video or a keypoint file, or choose a built-in dance.",
            key="no_dance",
        )
    if opened is None:
        opened = open_motion(inputs.motion, person, limits)
    if isinstance(opened, PoseFile):
        motion = _from_keypoints(opened, fps, num_frames, person, limits)
    else:
        motion = yield from _from_video(
            inputs.motion, opened, shelf, fps, num_frames, person, limits
        )
    return _cared_for(motion, mended, smoothing)


def open_motion(
    path: Path,
    person: int = 0,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Opened:
    """Read a keypoint file, or look at a film without looking for poses.

    Raises BadInput as `read_motion` does, and NoPoseFound for keypoints of nobody.
    """
    if path.is_dir() or _holds_keypoints(path, limits):
        return read_poses(path, person)
    return video.probe(path, limits)


def count_frames(
    inputs: Inputs,
    *,
    fps: float = 0.0,
    num_frames: int = 0,
    person: int = 0,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
    opened: Opened | None = None,
) -> int:
    """How many frames `read_motion` will give, before any pose is looked for; arguments as there.

    Of a video it is what its length promises; 0 without a motion. Raises what `open_motion` does.
    """
    if inputs.dance is not None:
        return num_frames or _one_round(inputs.dance, fps or MODEL_FPS)
    if inputs.motion is None:
        return 0
    if opened is None:
        opened = open_motion(inputs.motion, person, limits)
    if isinstance(opened, PoseFile):
        return _keypoint_pace(opened, fps, num_frames)[1]
    return _video_pace(opened, fps, num_frames)[1]


def _cared_for(motion: Motion, mended: bool, smoothing: float) -> Motion:
    """Mend and smooth what a detector or a file gave, and say where it was doubtful."""
    poses = motion.poses
    found = tuple(doubts(poses))
    told = report(found, motion.fps, mended=mended)
    if mended:
        poses = fill_gaps(mend(poses))
    warnings = motion.warnings if told is None else (*motion.warnings, told)
    return replace(motion, poses=smooth(poses, smoothing), warnings=warnings, doubts=found)


def several(crowd: Crowd | None) -> tuple[Warning, ...]:
    """What to say of a clip in which nobody was chosen and several people are often seen."""
    if crowd is None:
        return ()
    what, fix = (
        "Several people are in the clip.",
        "Choose whom to follow under Advanced, counted from the left.",
    )
    if not crowd.person:
        return (
            Warning(what, "The one who is seen largest is followed.", fix, key="several_people"),
        )
    return (
        Warning(
            what,
            "Of up to {most} at once the one who is seen largest is followed, number {person} from "
            "the left.",
            fix,
            key="several_people_counted",
            most=len(crowd.people),
            person=crowd.person,
        ),
    )


def _one_round(key: str, fps: float) -> int:
    """How many frames a built-in dance takes to show all its moves once."""
    dance = synth.find_dance(key)
    return round(len(dance.moves) * dance.beats_each * 60 / dance.bpm * fps)


def _holds_keypoints(path: Path, limits: Limits) -> bool:
    """Told by the content, not the name."""
    check_file(path, limits, "dance")
    if sniff(path) is not None:
        return False
    with path.open("rb") as file:
        return holds_poses(file.read(64))


def _keypoint_pace(file: PoseFile, fps: float, num_frames: int) -> tuple[float, int]:
    """Frames per second and number of frames of the result."""
    rate = keypoint_rate(file.fps, fps)
    return rate, keypoint_frames(len(file.poses), file.fps, rate, num_frames)


def _video_pace(info: video.VideoInfo, fps: float, num_frames: int) -> tuple[float, int]:
    """Frames per second and number of frames of the result, as the video's header promises."""
    rate = film_rate(info.fps, fps)
    return rate, film_frames(info.seconds, rate, num_frames)


def _from_keypoints(
    file: PoseFile, fps: float, num_frames: int, person: int, limits: Limits
) -> Motion:
    rate, count = _keypoint_pace(file, fps, num_frames)
    if fps:  # a high rate makes many frames of few, so that is refused before they are made
        check_result(count, limits)
    own = file.fps or ASSUMED_FPS
    chosen = np.minimum(np.arange(count) * own / rate, len(file.poses) - 1).astype(np.int64)
    warnings = () if person else several(file.crowd)
    if file.fps is None:
        warnings += (
            Warning(
                "The tempo of the keypoints was assumed.",
                "The file does not say how many frames a second it has; 30 were taken.",
                "Choose the frames per second under Advanced if the dance is too fast or slow.",
                key="tempo_assumed",
            ),
        )
    return Motion(file.poses[chosen], rate, None, "keypoints", warnings, file.crowd)


def _from_video(
    path: Path,
    info: video.VideoInfo,
    shelf: Shelf,
    fps: float,
    num_frames: int,
    person: int,
    limits: Limits,
) -> Generator[Progress, None, Motion]:
    rate, total = _video_pace(info, fps, num_frames)
    yield Progress(0, total, "find the pose")
    look = look_at(path, info, shelf, limits)
    found, told = yield from follow(Film(path, look, rate, num_frames, total), shelf, limits)
    yield Progress(total, total, "find the pose")
    seen = None
    if look.kind != "video":
        poses = together(found.clip)
        if look.kind == "drawn" and not shelf.is_pocket:
            told = (*told, DRAWN)
    else:
        poses = pick(found.clip, person)
        seen = crowd(found.clip, poses)
        if not person:
            told = (*told, *several(seen))
    return Motion(poses, rate, path if info.has_audio else None, look.kind, told, seen)
