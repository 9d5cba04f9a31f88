"""A worker whose engine is pretended: for the screens that a real job shows too briefly to test.

`python tests/e2e/stand_in.py <home> <name>`; the built-in dance that is asked for says how it goes:
"spin" never ends, "robot" ends its own process, "disco_night" is long enough to have pieces, any
other draws a clip in about a second. A look at the seams takes as long.

A test that has to see a state in between keeps a file `hold-<where>` in the home (`Server.hold`):
`hold-step-5` holds every video after its step 5, `hold-piece-24` one that has pieces after the one
that begins at frame 24, `hold-seams` a look at the seams. What is held can still be stopped.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from fractions import Fraction
from functools import partial
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from engine.data.video_write import VideoWriter
from engine.types import Event, Part, Preview, Progress, Result
from studio.jobs import worker
from studio.jobs.job import Job

_STEPS = 12
_PAUSE = 0.05
_FRAMES, _FPS, _PIECES = 24, 12, 3


def pretend(home: Path, job: Job, out: Path) -> Iterator[Event]:
    """Events as the engine sends them, and a playable clip."""
    dance = job.words.get("dance", "")
    if job.kind == "seams":
        yield from _seams(home, out)
        return
    yield Progress(1, 4, "find the pose")
    if dance == "robot":
        os.kill(os.getpid(), 9)
    step = 0
    while step < _STEPS or dance == "spin":
        shown = min(step, _STEPS - 1)
        told = Progress(shown, _STEPS, "denoise", _PAUSE * (_STEPS - shown))
        yield told
        look = _picture(step / _STEPS, noise=1 - shown / _STEPS)
        moving = np.stack([look, look[:, ::-1]]) if dance == "disco_night" and step == 2 else None
        yield Preview(look, moving, 2.0)
        time.sleep(_PAUSE)
        yield from _held(home, f"step-{step}", told)
        step += 1
    frames = _FRAMES
    if dance == "disco_night":
        frames = _PIECES * _FRAMES
        for first in range(0, frames, _FRAMES):
            path = job.scratch / f"part-{first}.mp4"
            path.parent.mkdir(exist_ok=True)
            _write(path, first, first + _FRAMES)
            told = Progress(first + _FRAMES, frames, "decode")
            yield told
            yield Part(path, first, _FRAMES, frames, _FPS)
            yield from _held(home, f"piece-{first}", told)
    _write(out, 0, frames, job.id)
    yield Result(out, {"model": "pocket", "seed": 7})


def _seams(home: Path, out: Path) -> Iterator[Event]:
    """Four ways of blending, of which the last one jumps where windows join."""
    for step in range(_STEPS):
        told = Progress(step, _STEPS, "preview the seams", _PAUSE * (_STEPS - step))
        yield told
        time.sleep(_PAUSE)
        yield from _held(home, "seams", told)
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


def _held(home: Path, where: str, told: Progress) -> Iterator[Event]:
    """Say the same while a test holds the job here: with every word the worker looks for "stop"."""
    while (home / f"hold-{where}").exists():
        time.sleep(_PAUSE)
        yield told


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
    worker.main(Path(sys.argv[1]), sys.argv[2], build=lambda: partial(pretend, Path(sys.argv[1])))
