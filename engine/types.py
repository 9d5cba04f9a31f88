"""The values that travel between the parts of the engine.

Units, once and for all: files hold RGB `uint8 f h w c`; video and latent tensors are `b c f h w`
in [-1, 1]; keypoints are `f k 2` as (x, y) in [0, 1] of the frame, origin top left; masks are
`f h w` in [0, 1].
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Layout: TypeAlias = Literal["coco17", "openpose18", "wholebody133"]
NUM_KEYPOINTS: Mapping[Layout, int] = {"coco17": 17, "openpose18": 18, "wholebody133": 133}


@dataclass(frozen=True)
class Poses:
    """The pose of one person over time.

    Attributes:
        keypoints: `f k 2` float64, (x, y) in [0, 1] of the frame; may leave [0, 1] when a joint is
            outside the picture.
        score: `f k` float64, confidence; 0 means "not there". Detectors may exceed 1.
        layout: which joints the `k` are.
        size: (width, height) in pixels of the frames the pose was found in; the normalised
            coordinates need it to keep their aspect ratio.
    """

    keypoints: NDArray[np.float64]
    score: NDArray[np.float64]
    layout: Layout
    size: tuple[int, int]

    def __post_init__(self) -> None:
        frames, count = self.score.shape
        if self.keypoints.shape != (frames, count, 2) or count != NUM_KEYPOINTS[self.layout]:
            raise ValueError(
                f"{self.layout} needs keypoints f {NUM_KEYPOINTS[self.layout]} 2 and score f "
                f"{NUM_KEYPOINTS[self.layout]}, got {self.keypoints.shape} and {self.score.shape}"
            )

    def __len__(self) -> int:
        return len(self.score)

    def __getitem__(self, frames: slice | NDArray[np.int64] | list[int]) -> Poses:
        return Poses(self.keypoints[frames], self.score[frames], self.layout, self.size)


# --- events: all that leaves a running engine ------------------------------------------------


@dataclass(frozen=True)
class Progress:
    """How far the work is: `step` of `total` in the named `stage`; `seconds_left` if known."""

    step: int
    total: int
    stage: str
    seconds_left: float | None = None
    unit: Literal["steps", "bytes"] = "steps"


@dataclass(frozen=True)
class Preview:
    """A look at the unfinished result.

    `image` is RGB uint8 `h w c`. Where it costs little there is the moving beginning, too: `clip`,
    RGB uint8 `f h w c`, to be played at `fps` frames per second.
    """

    image: NDArray[np.uint8]
    clip: NDArray[np.uint8] | None = None
    fps: float = 0.0


@dataclass(frozen=True)
class Part:
    """A finished piece of a long video: an mp4 that can be played while the rest is made.

    It holds `num_frames` frames from frame `first` on, of `total` in the whole video, which has
    `fps` frames per second.
    """

    path: Path
    first: int
    num_frames: int
    total: int
    fps: float


@dataclass(frozen=True)
class Metric:
    """A number worth a curve, such as a loss."""

    name: str
    value: float
    step: int


@dataclass(frozen=True, init=False)
class Warning:
    """Something the user should know although the work goes on.

    It is made as a `StudioError` is: with a `key` the three texts are templates, which `values`
    fill, and a screen finds them in another language.
    """

    what: str
    why: str
    fix: str
    key: str
    values: Mapping[str, str] = field(hash=False)

    def __init__(self, what: str, why: str, fix: str, *, key: str = "", **values: object) -> None:
        filled = {name: str(value) for name, value in values.items()}
        texts = {"what": what, "why": why, "fix": fix}
        if key:
            texts = {name: text.format_map(filled) for name, text in texts.items()}
        for name, value in {**texts, "key": key, "values": filled}.items():
            object.__setattr__(self, name, value)  # frozen, as every event is


@dataclass(frozen=True)
class Result:
    """The finished file and the record that is stored beside it."""

    path: Path
    record: Mapping[str, Any] = field(default_factory=dict)


Event: TypeAlias = Progress | Preview | Part | Metric | Warning | Result


@dataclass(frozen=True)
class Inputs:
    """What the user gives, by its role. A motion is a file (`motion`) or a built-in dance."""

    image: Path | None = None
    motion: Path | None = None
    dance: str | None = None
    face: Path | None = None
    outfit: Path | None = None
    depth: Path | None = None
    prompt: str = ""
