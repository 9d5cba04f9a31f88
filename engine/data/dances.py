"""Training clips of drawn dancers, with their latents computed once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.data.drawn import Pool, mapped
from engine.data.pixels import to_pixels
from engine.pose import draw
from engine.pose.skeleton import convert
from engine.types import Poses, Progress

Encode = Callable[[Tensor], tuple[Tensor, Tensor]]
"""Pixels `f 3 H W` of one clip to latents `f c h w` and the tokens `k d` of its reference."""
HandWeights = Callable[
    [NDArray[np.float32], NDArray[np.float32], tuple[int, int]], NDArray[np.float32]
]


def even_weights(
    keypoints: NDArray[np.float32], score: NDArray[np.float32], size: tuple[int, int]
) -> NDArray[np.float32]:
    """`HandWeights` that count everything alike."""
    return np.ones((len(score), *size), np.float32)


class EncodedPool:
    """A pool and, clip by clip, its latents (fp16 `n f c h w`) and tokens (fp16 `n k d`)."""

    def __init__(
        self, pool: Pool, folder: Path, latent: tuple[int, int, int], token: tuple[int, int]
    ) -> None:
        self.pool = pool
        spec = pool.spec
        folder.mkdir(parents=True, exist_ok=True)
        self.latents = mapped(
            folder / "latents.npy", np.float16, (spec.clips, spec.frames, *latent)
        )
        self.tokens = mapped(folder / "tokens.npy", np.float16, (spec.clips, *token))
        self._done = mapped(folder / "done.npy", np.uint8, (spec.clips,))

    def __len__(self) -> int:
        missing = np.flatnonzero(self._done == 0)
        return int(missing[0]) if len(missing) else self.pool.spec.clips

    def fill(self, encode: Encode) -> Iterator[Progress]:
        """Encode every drawn clip that is not encoded yet."""
        todo = [i for i in range(len(self.pool)) if not self._done[i]]
        for step, index in enumerate(todo):
            latents, tokens = encode(to_pixels(self.pool.rgb[index]))
            self.latents[index] = latents.half().cpu().numpy()
            self.tokens[index] = tokens.half().cpu().numpy()
            self._done[index] = 1
            if step % 100 == 99:
                yield Progress(step + 1, len(todo), "encode dancers")


class Dances:
    """Windows for MimicMotion: the reference in slot 0, then `frames - 1` frames of the dance."""

    def __init__(
        self, clips: EncodedPool, frames: int, weights: HandWeights, seed: int = 3
    ) -> None:
        self.clips, self.frames, self.weights, self.seed = clips, frames, weights, seed

    def example(self, index: int) -> dict[str, Tensor]:
        """Latents `c f h w`, image `c h w`, pose `3 f H W` in [-1, 1], token, weight `f h w`."""
        rng = np.random.default_rng([self.seed, index])
        clip, pool = int(rng.integers(len(self.clips))), self.clips.pool
        available, wanted = pool.spec.frames - 1, self.frames - 1
        if pool.spec.stride:
            start = int(rng.integers(available - wanted + 1))
            chosen = np.arange(start, start + wanted)
        else:
            chosen = np.sort(rng.choice(available, wanted, replace=False))
        frames = np.concatenate([[0], 1 + chosen])
        return _window(self.clips, clip, frames, self.weights, rng)


class Turns:
    """Pairs of one dancer's pictures for MimicMotion: one is the photo, the other is to be drawn.

    Any two of a clip's frames make a pair, so a pool of n frames per dancer holds n (n - 1) of
    them. Many people in a batch teach more than many frames of few.
    """

    def __init__(self, clips: EncodedPool, weights: HandWeights, seed: int = 3) -> None:
        self.clips, self.weights, self.seed = clips, weights, seed

    def example(self, index: int) -> dict[str, Tensor]:
        """As `Dances` with two frames, but latents and weight of the second alone (`c 1 h w`)."""
        rng = np.random.default_rng([self.seed, index])
        clip, pool = int(rng.integers(len(self.clips))), self.clips.pool
        frames = rng.choice(pool.spec.frames, 2, replace=False)
        return {
            name: value[:, 1:] if name == "latents" else value[1:] if name == "weight" else value
            for name, value in _window(self.clips, clip, frames, self.weights, rng).items()
        }


def _window(
    clips: EncodedPool,
    clip: int,
    frames: NDArray[np.int64],
    weights: HandWeights,
    rng: np.random.Generator,
) -> dict[str, Tensor]:
    """The chosen frames of a clip as a training example, the first being the reference."""
    pool = clips.pool
    latents = torch.from_numpy(clips.latents[clip][frames])
    keypoints, score = pool.keypoints[clip][frames], pool.score[clip][frames]
    weight = weights(keypoints, score, (latents.shape[-2], latents.shape[-1]))
    return {
        "latents": latents.transpose(0, 1).float(),
        "image": latents[0].float(),
        "pose": to_pixels(_drawn(pool, clip, frames, rng)).transpose(0, 1),
        "token": torch.from_numpy(np.array(clips.tokens[clip])).float(),
        "weight": torch.from_numpy(weight),
    }


def _drawn(
    pool: Pool, clip: int, frames: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.uint8]:
    """The drawn poses; one in four without hands and face, as many driving clips are."""
    if rng.random() >= BODY_ONLY:
        return pool.pose[clip][frames]
    size = (pool.spec.size, pool.spec.size)
    keypoints = np.array(pool.keypoints[clip][frames], np.float64)
    score = np.array(pool.score[clip][frames], np.float64)
    return draw.draw(body_alone(Poses(keypoints, score, "wholebody133", size)), size, draw.POCKET)


def body_alone(poses: Poses) -> Poses:
    """The 18 joints of the body: `poses` without hands and face."""
    score = poses.score.copy()
    score[:, 17:] = 0
    return convert(Poses(poses.keypoints, score, poses.layout, poses.size), "openpose18")


BODY_ONLY = 0.25
"""Share of the examples whose poses show neither hands nor face."""
