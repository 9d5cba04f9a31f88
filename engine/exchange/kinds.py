"""What kind of film a dance comes as, told by frames from all over it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.data import video
from engine.data.limits import Limits
from engine.data.video_open import sniff
from engine.errors import BadInput
from engine.models.shelf import Shelf
from engine.pose.drawn_look import is_even
from engine.pose.palette import Palette
from engine.pose.skeleton_video import recognise

Kind: TypeAlias = Literal["skeleton", "drawn", "video"]

SAMPLES = 8
"""Frames that are looked at."""
_SHORT = 20.0
"""Seconds up to which a clip is read through for them; in a longer one they are sought."""
_MOST_OTHERS = 0.3
"""Share of a drawn film's frames in which its dancer may be missed, of those that show anything."""


@dataclass(frozen=True)
class Look:
    """What a film is.

    Attributes:
        kind: `skeleton` (lines on black), `drawn` (one of our dancers) or `video` (a person).
        palette: of a skeleton.
    """

    kind: Kind
    palette: Palette | None = None


def look_at(path: Path, info: video.VideoInfo, shelf: Shelf, limits: Limits) -> Look:
    """What kind of film it is. Raises BadInput when it cannot be read."""
    frames = sample(path, info, limits)
    palette = recognise(frames)
    if palette is not None:
        return Look("skeleton", palette)
    return Look("drawn" if is_drawn(frames, shelf) else "video")


def is_drawn(frames: Sequence[NDArray[np.uint8]], shelf: Shelf) -> bool:
    """Whether frames `h w 3` of a film show a drawn dancer; those of one colour do not count."""
    shown = [frame for frame in frames if not is_even(frame)]
    others = 0
    for frame in shown:
        others += not shelf.is_drawn(frame)
        if others > _MOST_OTHERS * len(shown):  # more frames would not change it
            return False
    return bool(shown)


def sample(path: Path, info: video.VideoInfo, limits: Limits) -> list[NDArray[np.uint8]]:
    """About `SAMPLES` frames `h w 3` from all over a clip, one at least. Raises BadInput.

    A gif has no index and a browser's recording often none, so these are read through too.
    """
    seconds = max(info.seconds, 1 / limits.max_seconds)
    if seconds <= _SHORT or sniff(path) in ("gif", "matroska"):
        rate = min(SAMPLES / seconds, 1000.0)
        with video.read(path, fps=rate, max_frames=SAMPLES, limits=limits) as frames:
            return list(frames)
    found: list[NDArray[np.uint8]] = []
    for index in range(SAMPLES):
        at = (index + 0.5) / SAMPLES * seconds
        with (
            suppress(BadInput),  # a damaged clip ends before it says
            video.read(path, start=at, max_frames=1, limits=limits) as frames,
        ):
            found += frames
    if found:
        return found
    with video.read(path, max_frames=1, limits=limits) as frames:
        return list(frames)
