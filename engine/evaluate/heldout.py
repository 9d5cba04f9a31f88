"""How well a system redraws dancers it has never seen, where the right answer is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from engine.data import synth
from engine.evaluate.metrics import box_around, colour_difference, pck, psnr
from engine.types import Poses

FIRST_SEED = 10_000_000
"""Seeds of held-out dancers begin here; no training pool ever reaches them."""
REFERENCE_FRAME = 40
"""The frame of the dance that is given as the photo; it lies outside of the frames to be made."""


class Animate(Protocol):
    """A system under test."""

    def __call__(
        self, photo: NDArray[np.uint8], photo_pose: Poses, dance: Poses, seed: int
    ) -> NDArray[np.uint8]:
        """Photo `h w 3`, its pose and a dance of `f` frames to frames `f h w 3`."""
        ...


class Detect(Protocol):
    """A pose detector: frames `f h w 3` to poses."""

    def __call__(self, frames: NDArray[np.uint8]) -> Poses: ...


@dataclass(frozen=True)
class Trial:
    """One held-out person: the true dance, what was made of it, and the numbers."""

    seed: int
    photo: NDArray[np.uint8]
    true: NDArray[np.uint8]
    made: NDArray[np.uint8]
    numbers: dict[str, float]


def trials(
    animate: Animate,
    detect: Detect,
    *,
    size: tuple[int, int],
    seeds: Sequence[int],
    num_frames: int = 24,
) -> Iterator[Trial]:
    """Make every held-out person dance, in pictures of `size` (width, height), and measure it.

    The numbers: PSNR in dB on the whole frame and in the person's box, for what was made, for
    repeating the photo (`repeat_...`) and the gain between them; PCK@0.1 of the pose found again
    in what was made and in the true frames; the difference of the outfit's mean colour.
    """
    for seed in seeds:
        clip = synth.clip(seed, REFERENCE_FRAME + 1, size=size, camera=0.0)
        photo = clip.frames[REFERENCE_FRAME]
        dance, true = clip.poses[:num_frames], clip.frames[:num_frames]
        made = animate(photo, clip.poses[REFERENCE_FRAME:], dance, seed)
        repeat = np.broadcast_to(photo, true.shape)
        # the photo's own place counts too: whoever repeats it leaves a ghost there
        person = clip.masks["person"]
        where = box_around(np.concatenate([person[:num_frames], person[REFERENCE_FRAME:]]))
        numbers = {
            "psnr": psnr(made, true),
            "repeat_psnr": psnr(repeat, true),
            "box_psnr": psnr(made, true, where),
            "repeat_box_psnr": psnr(repeat, true, where),
            "pck": pck(detect(made), dance),
            "true_pck": pck(detect(true), dance),
            "outfit_colour": colour_difference(made, true, clip.masks["outfit"][:num_frames]),
        }
        numbers["gain"] = numbers["psnr"] - numbers["repeat_psnr"]
        numbers["box_gain"] = numbers["box_psnr"] - numbers["repeat_box_psnr"]
        yield Trial(seed, photo, true, made, numbers)
