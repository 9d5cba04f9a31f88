"""A pool of drawn dancers on disk, from which all pocket networks learn.

Drawing a frame costs about as much as a training step on it, so frames are drawn once and learnt
from several times. The pool is an array per quantity, memory-mapped, filled clip by clip; an
interrupted `fill` goes on where it stopped. Clip number i is drawn from seed `first_seed + i`.
"""

from __future__ import annotations

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data import synth
from engine.errors import BadInput
from engine.pose import draw
from engine.types import NUM_KEYPOINTS, Progress

KEYPOINTS = NUM_KEYPOINTS["wholebody133"]


@dataclass(frozen=True)
class PoolSpec:
    """What is in a pool.

    Attributes:
        clips: how many dancers.
        frames: frames kept of each; frame 0 is the reference.
        size: side of the square pictures in pixels.
        stride: 0 keeps frames at random times; n > 0 keeps consecutive ones, n apart, after the
            reference, which is at a random time always.
        first_seed: seed of the first clip; held-out people have seeds outside every pool.
    """

    clips: int
    frames: int
    size: int
    stride: int = 0
    first_seed: int = 0


CLIP_FRAMES = 64
"""Length in frames of the dance that a clip's frames are chosen from."""


class Pool:
    """The arrays of a pool; index them as `[clip, frame]`.

    Attributes:
        rgb: uint8 `n f h w 3`.
        pose: uint8 `n f h w 3`, the drawn skeleton (`engine.pose.draw`, pocket style).
        keypoints: float32 `n f 133 2` in [0, 1].
        score: float32 `n f 133`.
    """

    def __init__(self, folder: Path, spec: PoolSpec) -> None:
        self.folder, self.spec = folder, spec
        folder.mkdir(parents=True, exist_ok=True)
        card = folder / "pool.json"
        if card.exists() and json.loads(card.read_text()) != asdict(spec):
            raise BadInput(
                f"The pool in {folder} cannot be used.",
                "It was drawn for other settings.",
                "Choose another folder, or delete this one.",
            )
        card.write_text(json.dumps(asdict(spec)))
        n, f, s = spec.clips, spec.frames, spec.size
        self.rgb = mapped(folder / "rgb.npy", np.uint8, (n, f, s, s, 3))
        self.pose = mapped(folder / "pose.npy", np.uint8, (n, f, s, s, 3))
        self.keypoints = mapped(folder / "keypoints.npy", np.float32, (n, f, KEYPOINTS, 2))
        self.score = mapped(folder / "score.npy", np.float32, (n, f, KEYPOINTS))
        self._done = mapped(folder / "done.npy", np.uint8, (n,))

    def __len__(self) -> int:
        """How many clips are drawn, counted from the first."""
        missing = np.flatnonzero(self._done == 0)
        return int(missing[0]) if len(missing) else self.spec.clips

    def draw(self, index: int) -> None:
        """Draw clip number `index` into the pool."""
        spec = self.spec
        seed = spec.first_seed + index
        frames = choose_frames(spec, np.random.default_rng([seed, 1]))
        size = (spec.size, spec.size)
        clip = synth.clip(seed, CLIP_FRAMES, size=size, camera=0.0, frames=frames)
        self.rgb[index] = clip.frames
        self.keypoints[index] = clip.poses.keypoints
        self.score[index] = clip.poses.score
        self.pose[index] = draw.draw(clip.poses, size, draw.POCKET)
        self._done[index] = 1

    def fill(self, processes: int = 2) -> Iterator[Progress]:
        """Draw every clip that is not there yet."""
        todo = [int(i) for i in np.flatnonzero(self._done == 0)]
        if not todo:
            return
        parts = [(self.folder, self.spec, todo[i : i + 16]) for i in range(0, len(todo), 16)]
        context = multiprocessing.get_context("spawn")
        with context.Pool(processes) as workers:
            for part, _ in enumerate(workers.imap_unordered(_draw_part, parts)):
                yield Progress(min((part + 1) * 16, len(todo)), len(todo), "draw dancers")


def mapped(path: Path, dtype: type[np.generic], shape: tuple[int, ...]) -> NDArray[np.generic]:
    """An array that lives in a file; made of zeros when there is none."""
    if path.exists():
        return np.load(path, mmap_mode="r+")
    return np.lib.format.open_memmap(path, mode="w+", dtype=dtype, shape=shape)


def _draw_part(part: tuple[Path, PoolSpec, list[int]]) -> None:
    folder, spec, indices = part
    pool = Pool(folder, spec)
    for index in indices:
        pool.draw(index)


def choose_frames(spec: PoolSpec, rng: np.random.Generator) -> list[int]:
    """Which frames of a clip's dance are kept: the reference first, then the others in order."""
    if spec.stride == 0:
        picked = rng.choice(CLIP_FRAMES, spec.frames, replace=False)
        return [int(picked[0]), *sorted(int(i) for i in picked[1:])]
    span = (spec.frames - 2) * spec.stride + 1
    start = int(rng.integers(0, CLIP_FRAMES - span + 1))
    reference = int(rng.integers(0, CLIP_FRAMES))
    return [reference, *range(start, start + span, spec.stride)]
