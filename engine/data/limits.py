"""How much of a stranger's file is taken: sizes are checked before anything is decoded."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.amounts import size_in_words
from engine.errors import BadInput


@dataclass(frozen=True)
class Limits:
    """What a file from outside may cost at most.

    The defaults suit a person at their own computer; a public host passes smaller ones.

    Attributes:
        max_pixels: width x height of one video frame (default: 4096 x 2304).
        max_frames: frames in one clip (default: half an hour at 60 frames per second).
        max_seconds: length of one clip.
        max_bytes: size of any file.
        max_picture_pixels: width x height of one still picture.
        max_result_frames: frames of a video that is made.
    """

    max_pixels: int = 4096 * 2304
    max_frames: int = 108_000
    max_seconds: float = 1800.0
    max_bytes: int = 2_000_000_000
    max_picture_pixels: int = 40_000_000
    max_result_frames: int = 9000


def check_file(path: Path, limits: Limits, kind: str) -> None:
    """Make sure that `path` is a file with something in it; `kind` names it, such as "picture".

    Raises BadInput when it is missing, a folder, empty, too big or not readable.
    """
    name = shown(path)
    try:
        if path.is_dir():
            raise BadInput(
                "The {kind} '{name}' cannot be used.",
                "It is a folder.",
                "Give the {kind} file itself.",
                key="file_is_folder",
                kind=kind,
                name=name,
            )
        if not path.is_file():
            raise BadInput(
                "The {kind} '{name}' was not found.",
                "There is no file of this name.",
                "Check the spelling and the folder.",
                key="file_missing",
                kind=kind,
                name=name,
            )
        size = path.stat().st_size
        with path.open("rb") as file:
            file.read(1)
    except (OSError, ValueError) as error:  # ValueError: a name with a zero byte in it
        raise BadInput(
            "The {kind} '{name}' cannot be opened.",
            "The system says: {reason}.",
            "Check that you may read it, or copy it somewhere else.",
            key="file_unreadable",
            kind=kind,
            name=name,
            reason=getattr(error, "strerror", None) or error,
        ) from error
    if size == 0:
        raise BadInput(
            "The {kind} '{name}' is empty.",
            "It has 0 bytes; a copy or a download was probably cut off.",
            "Copy or download it again.",
            key="file_empty",
            kind=kind,
            name=name,
        )
    if size > limits.max_bytes:
        raise BadInput(
            "The {kind} '{name}' is too big.",
            "It has {size}; at most {most} are taken.",
            "Use a shorter or smaller one.",
            key="file_too_big",
            kind=kind,
            name=name,
            size=size_in_words(size),
            most=size_in_words(limits.max_bytes),
        )


def check_moving(frames: int, path: Path) -> None:
    """Raises BadInput for a dance of fewer than two frames."""
    if frames < 2:
        raise BadInput(
            "The dance '{name}' has only one frame.",
            "Nothing moves in it.",
            "Give a clip or a keypoint file with at least two frames; pictures belong in step 1.",
            key="one_frame",
            name=shown(path),
        )


def check_result(frames: int, limits: Limits) -> None:
    """Raises BadInput when a result would have more frames than are made here."""
    if frames > limits.max_result_frames:
        raise BadInput(
            "This video would be too long.",
            "It would have {frames} frames; at most {most} are made here.",
            "Choose a shorter length, or cut the clip.",
            key="result_too_long",
            frames=f"{frames:,}",
            most=f"{limits.max_result_frames:,}",
        )


def shown(path: Path) -> str:
    """The file's name for a message: without its folders, and never long."""
    name = path.name or str(path)
    return name if len(name) <= 60 else name[:40] + "..." + name[-15:]
