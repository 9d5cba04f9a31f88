"""A worker whose engine is pretended: for tests that are about the screen, in less time.

`python tests/e2e/stand_in.py <home> <name>`; a clip is drawn in about a second, whoever dances
what. One of 96 frames or more has a look that moves, and pieces, as the engine's have. A look at
the seams takes as long. A test can hold it, as it can the real engine: see gate.py.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from gate import PAUSE, gated
from numpy.typing import NDArray

from engine.data.video_write import VideoWriter
from engine.exchange.parts import PART_FRAMES
from engine.types import Event, Part, Preview, Progress, Result
from studio.jobs import worker
from studio.jobs.job import Job

_STEPS = 12
_FRAMES, _FPS = 24, 15


def pretend(job: Job, out: Path) -> Iterator[Event]:
    """Events as the engine sends them, and a playable clip."""
    if job.kind == "seams":
        yield from _seams(out)
        return
    asked = int(job.settings.get("num_frames", _FRAMES))
    long = asked >= 2 * PART_FRAMES
    yield Progress(1, 4, "find the pose")
    for step in range(_STEPS):
        yield Progress(step, _STEPS, "denoise", PAUSE * (_STEPS - step))
        look = _picture(step / _STEPS, noise=1 - step / _STEPS)
        yield Preview(look, np.stack([look, look[:, ::-1]]) if long and step == 2 else None, 2.0)
        time.sleep(PAUSE)
    frames = asked if long else _FRAMES
    for first in range(0, frames, PART_FRAMES) if long else ():
        path = job.scratch / f"part-{first}.mp4"
        path.parent.mkdir(exist_ok=True)
        end = min(first + PART_FRAMES, frames)
        _write(path, first, end)
        yield Progress(end, frames, "decode")
        yield Part(path, first, end - first, frames, _FPS)
    _write(out, 0, frames, job.id)
    yield Result(out, {"model": "pocket", "seed": max(0, int(job.settings.get("seed", 0)))})


def _seams(out: Path) -> Iterator[Event]:
    """Four ways of blending, of which the last one jumps where windows join."""
    for step in range(_STEPS):
        yield Progress(step, _STEPS, "preview the seams", PAUSE * (_STEPS - step))
        time.sleep(PAUSE)
    scores = {"triangle": 1.02, "ramp": 1.0, "average": 1.21, "none": 2.4}
    joins = [(6, 9), (15, 18)]
    with VideoWriter(out, _FPS) as video:
        for frame in range(_FRAMES):
            phase = frame / _FRAMES
            jump = phase + (0.4 if 8 <= frame < 17 else 0)
            row = [_picture(one, 0.0)[::2, ::2] for one in (phase, phase, phase, jump)]
            video.add(np.concatenate(row, axis=1))
    facts = {"joins": joins, "frames": _FRAMES, "fps": _FPS}
    yield Result(out, {"modes": list(scores), "scores": scores, **facts})


def _write(path: Path, first: int, end: int, title: str = "") -> None:
    """Draw these frames; no two videos are the same file, as no two real ones are."""
    with av.open(path, "w") as container:
        container.metadata["title"] = title
        stream = container.add_stream("libx264", rate=Fraction(_FPS))
        stream.width = stream.height = 256
        stream.pix_fmt = "yuv420p"
        for number in range(first, end):
            frame = av.VideoFrame.from_ndarray(_picture(number / _FRAMES, 0.0), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def _picture(phase: float, noise: float) -> NDArray[np.uint8]:
    y, x = np.mgrid[0:256, 0:256] / 256
    glow = np.exp(-((x - 0.5 - 0.25 * np.sin(6.3 * phase)) ** 2 + (y - 0.5) ** 2) * 40)
    colour = np.stack([90 + 160 * glow, 50 + 110 * glow, 80 + 40 * (1 - glow)], -1)
    grain = np.random.default_rng(int(phase * 1000)).normal(0, 70 * noise, colour.shape)
    return np.clip(colour + grain, 0, 255).astype(np.uint8)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    worker.main(folder, sys.argv[2], build=lambda: gated(folder, pretend))
