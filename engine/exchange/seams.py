"""A quick look at the joins of a long video, in every way of blending them, side by side."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.catalogue import MimicMotionSettings
from engine.data.video_write import VideoWriter
from engine.errors import BadInput
from engine.evaluate.seams import seam_score
from engine.exchange.scene import Scene
from engine.sampling.loop import Tick
from engine.sampling.spans import FUSIONS, strip
from engine.types import Event, Progress, Result

Shoot: TypeAlias = Callable[[MimicMotionSettings, Scene], Generator[Tick, None, NDArray[np.uint8]]]
"""A sampler and decoder: settled settings and a scene to frames `f h w 3`, told as it goes."""

MOST_WINDOWS = 3
"""Two joins are enough to see how a mode blends."""

SMALL_SIDE = 320
"""Of the pictures of a published model, in pixels: enough to see a jump, a third of the work."""

_STAGE = "preview the seams"


def enough_frames(settings: MimicMotionSettings) -> int:
    """How many frames `MOST_WINDOWS` windows of settled settings hold, without the reference."""
    hop = settings.window_size - settings.overlap
    return settings.window_size - 1 + (MOST_WINDOWS - 1) * hop


def compare_seams(
    shoot: Shoot, settings: MimicMotionSettings, scene: Scene, out: Path
) -> Iterator[Event]:
    """Make a dance in every mode and write them side by side as one mp4; to cancel, close it.

    Args:
        shoot: makes frames.
        settings: settled; their `fusion` is replaced by each of `FUSIONS` in turn.

    The record of the `Result` has `modes` from left to right, their `scores` (see `seam_score`),
    `joins`, `frames` and `fps`. Raises BadInput when all of the dance fits into one window.
    """
    frames = len(scene.dance)
    plan = strip(frames, settings.window_size, settings.overlap, spread=settings.spread_windows)
    if not plan.joins:
        raise BadInput(
            "There are no seams to look at.",
            "All {frames} frames fit into one window.",
            "Make a longer dance, or choose a smaller window.",
            key="no_seams",
            frames=frames,
        )
    made: list[NDArray[np.uint8]] = []
    scores: dict[str, float] = {}
    yield Progress(0, len(FUSIONS), _STAGE)
    started = time.monotonic()
    for mode in FUSIONS:
        shooting = shoot(replace(settings, fusion=mode), scene)
        made.append((yield from _told(shooting, len(made), started)))
        scores[mode] = round(seam_score(made[-1], plan.joins), 3)
    record = {
        "ai_generated": True,
        "modes": list(FUSIONS),
        "scores": scores,
        "joins": plan.joins,
        "frames": frames,
        "fps": scene.fps,
    }
    with VideoWriter(out, scene.fps, record=record) as writer:
        for row in zip(*made, strict=True):
            writer.add(np.concatenate(row, axis=1))
    yield from writer.warnings
    yield Result(out, record)


def _told(
    shooting: Generator[Tick, None, NDArray[np.uint8]], before: int, started: float
) -> Generator[Progress, None, NDArray[np.uint8]]:
    """Pass on how far the modes are together; `before` of them are made."""
    while True:
        try:
            tick = next(shooting)
        except StopIteration as end:
            return end.value
        done, total = before * tick.total + tick.done, len(FUSIONS) * tick.total
        left = (time.monotonic() - started) / done * (total - done)
        yield Progress(done, total, _STAGE, left)
