"""Whole clips of drawn dancers, everything decided by one seed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from engine.data.synth.body import Array
from engine.data.synth.draw import Frame, Framing, Stage
from engine.data.synth.look import Look, describe, random_look
from engine.data.synth.motion import blinking, mirrored, phrase, random_motion
from engine.data.synth.moves import MOVES
from engine.types import Poses


@dataclass(frozen=True)
class Plan:
    """A clip that is decided but not drawn.

    Attributes:
        look: who.
        motion: pose channels `f channels`.
        moves: names of the moves in it, empty for random motion.
        bpm: tempo; of random motion a nominal one.
        fps: frames a second.
        framing: where the dancer is.
        pan: camera path `f 2`, shares of the frame.
        caption: one English sentence.
    """

    look: Look
    motion: Array
    moves: tuple[str, ...]
    bpm: float
    fps: float
    framing: Framing
    pan: Array
    caption: str

    def stage(self, size: tuple[int, int]) -> Stage:
        """Make ready to draw frames of `size` (width, height)."""
        return Stage(self.look, self.motion, size, fitted(self.framing, size), self.pan)


@dataclass(frozen=True)
class DrawnClip:
    """Drawn frames and the truth about them.

    Attributes:
        frames: RGB uint8 `f h w c`.
        poses: 133 keypoints of every frame.
        plan: what was drawn; `plan.look`, `plan.moves`, `plan.caption`, `plan.pan`.
        indices: which frames of the plan these are.
        drawn: the single frames, with their lazily made masks and depth.
    """

    frames: NDArray[np.uint8]
    poses: Poses
    plan: Plan
    indices: tuple[int, ...]
    drawn: tuple[Frame, ...]

    @property
    def look(self) -> Look:
        return self.plan.look

    @property
    def moves(self) -> tuple[str, ...]:
        return self.plan.moves

    @property
    def caption(self) -> str:
        return self.plan.caption

    @cached_property
    def masks(self) -> dict[str, NDArray[np.float32]]:
        """person, face, hands, outfit: float32 `f h w` in [0, 1]."""
        names = self.drawn[0].masks
        return {name: np.stack([f.masks[name] for f in self.drawn]) for name in names}

    @cached_property
    def depth(self) -> NDArray[np.float32]:
        """Nearness float32 `f h w` in [0, 1]."""
        return np.stack([f.depth for f in self.drawn])


def fitted(framing: Framing, size: tuple[int, int]) -> Framing:
    """The same framing, made smaller for frames too narrow for stretched arms."""
    w, h = size
    widest = 0.82 * w / h
    if framing.scale <= widest:
        return framing
    return Framing(widest, framing.x, framing.floor - 0.35 * (framing.scale - widest))


def plan(seed: int, num_frames: int, fps: float = 15.0, *, camera: float = 0.5) -> Plan:
    """Decide a clip: who, where, which moves or random motion, framing and camera.

    Args:
        seed: every seed is another person and dance.
        num_frames: length, at least 1.
        fps: frames a second.
        camera: share of clips in which the camera pans.
    """
    rng = np.random.default_rng([seed, 20])
    look = random_look(rng)
    if rng.random() < 0.72:
        moves = tuple(str(m) for m in rng.choice(list(MOVES), 3, replace=False))
        bpm = float(rng.uniform(88, 132))
        motion = phrase(
            moves, bpm, fps, num_frames,
            beats_each=4 if rng.random() < 0.6 else 8, size=float(rng.uniform(0.85, 1.1)),
            start_beat=float(rng.integers(0, 24)),
        )  # fmt: skip
    else:
        moves, bpm = (), 100.0
        motion = random_motion(rng, fps, num_frames)
    if rng.random() < 0.5:
        motion = mirrored(motion)
    motion = blinking(motion, rng, fps)
    floor = float(rng.uniform(0.915, 0.955))
    framing = Framing(
        scale=float(rng.uniform(0.71, 0.80)), x=0.5 + float(rng.normal(0, 0.025)), floor=floor
    )
    pan = np.zeros((num_frames, 2))
    if rng.random() < camera:
        seconds = np.arange(num_frames) / fps
        reach = rng.uniform(0.03, 0.11) * rng.choice([-1, 1])
        pan[:, 0] = reach * np.sin(
            2 * np.pi * seconds / rng.uniform(4.0, 9.0) + rng.uniform(0, 6.28)
        )
        pan[:, 1] = 0.012 * np.sin(2 * np.pi * seconds / rng.uniform(4.0, 9.0))
    return Plan(look, motion, moves, bpm, fps, framing, pan, describe(look, moves))


def draw(a_plan: Plan, size: tuple[int, int], frames: Sequence[int] | None = None) -> DrawnClip:
    """Draw all frames of a plan, or only those named in `frames`."""
    indices = tuple(range(len(a_plan.motion))) if frames is None else tuple(int(i) for i in frames)
    stage = a_plan.stage(size)
    drawn = tuple(stage.frame(i) for i in indices)
    poses = Poses(
        np.stack([f.keypoints for f in drawn]),
        np.stack([f.score for f in drawn]),
        "wholebody133",
        size,
    )
    return DrawnClip(np.stack([f.rgb for f in drawn]), poses, a_plan, indices, drawn)


def clip(
    seed: int,
    num_frames: int,
    size: tuple[int, int] = (256, 256),
    fps: float = 15.0,
    *,
    frames: Sequence[int] | None = None,
    camera: float = 0.5,
) -> DrawnClip:
    """The clip that belongs to a seed.

    Args:
        seed: which clip; equal arguments give equal bytes.
        num_frames: length of the whole clip.
        size: (width, height) in pixels.
        fps: frames a second.
        frames: draw only these frames of it; the picture of a frame does not depend on which
            others are drawn.
        camera: share of seeds whose camera pans.
    """
    return draw(plan(seed, num_frames, fps, camera=camera), size, frames)


def clips(seeds: Sequence[int], num_frames: int, size: tuple[int, int] = (256, 256),
          fps: float = 15.0,
          ) -> Iterator[DrawnClip]:  # fmt: skip
    """One clip after the other, for writing a data set."""
    for seed in seeds:
        yield clip(seed, num_frames, size, fps)


def sheet(
    seeds: Sequence[int],
    *,
    columns: int = 8,
    tile: int = 160,
    num_frames: int = 48,
    frame: int = 20,
) -> NDArray[np.uint8]:
    """A contact sheet, RGB uint8 `h w c`, of one frame of each seed's clip."""
    tiles = [clip(s, num_frames, (tile, tile), frames=[frame], camera=0.0).frames[0] for s in seeds]
    blank = np.full((tile, tile, 3), 255, np.uint8)
    tiles += [blank] * (-len(tiles) % columns)
    rows = [np.concatenate(tiles[k : k + columns], 1) for k in range(0, len(tiles), columns)]
    return np.concatenate(rows, 0)
