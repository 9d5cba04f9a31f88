"""A quick look at the joins of a long video, in every way of blending them, side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
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
from engine.sampling.spans import FUSIONS, strip
from engine.types import Event, Progress, Result

Shoot: TypeAlias = Callable[[MimicMotionSettings, Scene], NDArray[np.uint8]]
"""A sampler and decoder: settled settings and a scene to frames `f h w 3`."""

MOST_WINDOWS = 3
"""Two joins are enough to see how a mode blends."""


def enough_frames(settings: MimicMotionSettings) -> int:
    """How many frames `MOST_WINDOWS` windows of settled settings hold, without the reference."""
    hop = settings.window_size - settings.overlap
    return settings.window_size - 1 + (MOST_WINDOWS - 1) * hop


def compare_seams(
    shoot: Shoot, settings: MimicMotionSettings, scene: Scene, out: Path
) -> Iterator[Event]:
    """Make a dance in every mode and write them side by side as one mp4.

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
    for mode in FUSIONS:
        yield Progress(len(made), len(FUSIONS), "preview the seams")
        made.append(shoot(replace(settings, fusion=mode), scene))
        scores[mode] = round(seam_score(made[-1], plan.joins), 3)
    yield Progress(len(FUSIONS), len(FUSIONS), "preview the seams")
    record = {
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
