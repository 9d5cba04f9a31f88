"""What the constants of `exchange/forecast.py` and `sampling/footprint.py` stand for, measured.

`python -m tests.bench.forecast_constants`: jobs with the built-in model on one thread, in processor
seconds, so that other work beside it counts little; the memory of videos by the command line, in a
process each; and networks on tensors without memory. `memory` after it: that part alone. Five
minutes. Those of published models (the second values of `_HELD`,
`_TOGETHER`, `_WAITING`) need their weights and a graphics card: they are computed, not measured.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch

from engine.exchange import forecast
from engine.library import Library, generate
from engine.models.checkpoint import build
from engine.models.makers import BUILT_IN
from engine.models.sizes import window_of
from engine.nets.mimicmotion import POCKET
from engine.nets.residuals import Residuals
from engine.nets.specs import SVD_XT
from engine.nets.unet import VideoUNet
from engine.sampling import footprint
from engine.sampling.placing import chunked
from engine.sampling.profile import PROFILES
from engine.types import Inputs, Result
from tests.bench.memory_told import made
from tests.unit.test_footprint import Fused, Meter

PERSON = Path(__file__).parents[2] / "assets" / "examples" / "people" / "mina.png"
JOBS = ((8, 1), (8, 4), (24, 1), (24, 2), (24, 4), (48, 2))
"""Frames and steps."""
MEMORY_FRAMES = (8, 16, 64, 600)
"""Half a window, a whole one, a few side by side, and many."""


def main() -> None:
    torch.set_num_threads(1)
    parts = (memory,) if sys.argv[1:] == ["memory"] else (times, memory, lying)
    tell(f"{'constant':44} {'is':>10} {'measured':>10}")
    for name, constant, measured in (row for part in parts for row in part()):
        tell(f"{name:44} {constant:>10.4g} {measured:>10.4g}")


def tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def job(library: Library, frames: int, steps: int, shape: str = "auto") -> float:
    """Processor seconds of one video."""
    values = {"num_frames": frames, "num_inference_steps": steps, "seed": 1, "shape": shape}
    inputs = Inputs(image=PERSON, dance="disco_night")
    with tempfile.TemporaryDirectory() as folder:
        started = time.process_time()
        *_, done = generate("mimicmotion", values, inputs, library, Path(folder) / "a.mp4")
    assert isinstance(done, Result)
    return time.process_time() - started


def times() -> list[tuple[str, float, float]]:
    """Seconds to begin, per frame, per frame and step; and of a longer picture."""
    library = Library(device="cpu")
    first = job(library, *JOBS[0])
    taken = [job(library, *one) for one in JOBS]
    work = np.array([(1, frames, frames * steps) for frames, steps in JOBS], float)
    (start, frame, step), *_ = np.linalg.lstsq(work, np.array(taken), rcond=None)
    told = work @ (forecast._START, forecast._FRAME, forecast._STEP)
    ratios = np.array(taken) / told
    upright = job(library, 24, 2, "portrait")
    return [
        ("forecast._START, s", forecast._START, start),
        ("forecast._FRAME, s", forecast._FRAME, frame),
        ("forecast._STEP, s", forecast._STEP, step),
        ("the least of a job, in what they say", 1.0, ratios.min()),
        ("the most of a job", 1.0, ratios.max()),
        ("the first after a start", 1.0, first / told[0]),
        ("forecast._LONG", forecast._LONG, upright / taken[JOBS.index((24, 2))]),
    ]


def memory() -> list[tuple[str, float, float]]:
    """Bytes that lie there in any case, of each frame of a window, and of one outside of it."""
    slots = np.array(MEMORY_FRAMES) + 1  # the photo has one of its own
    inside = np.minimum(slots, window_of(BUILT_IN))
    taken = np.array([made(frames, steps=1)[1] for frames in MEMORY_FRAMES], float)
    work = np.stack([np.ones(len(slots)), inside, slots - inside], axis=1)
    (held, together, outside), *_ = np.linalg.lstsq(work, taken)
    waiting = outside / together
    return [
        ("forecast._HELD, bytes", forecast._HELD[True], held),
        ("forecast._TOGETHER, bytes", forecast._TOGETHER[True], together),
        ("forecast._WAITING", forecast._WAITING[True], waiting),
    ]


def lying() -> list[tuple[str, float, float]]:
    """`LYING` of the built-in and of the public network at full size; no memory is taken."""
    specs = {
        "the built-in network": (POCKET.unet, 16, (16, 16), 0),
        "the public one": (SVD_XT, 72, (72, 128), 0),
        "the same in pieces": (SVD_XT, 72, (72, 128), PROFILES["24gb"].tokens),
    }
    return [
        (f"footprint.LYING, {name}", footprint.LYING, held_units(*given))
        for name, given in specs.items()
    ]


def held_units(spec: Mapping[str, Any], frames: int, cells: tuple[int, int], tokens: int) -> float:
    """Tensors of the finest level that a call holds, less those of its feed-forward."""
    net = build(VideoUNet, dict(spec)).bfloat16().requires_grad_(False)
    width = net.config["block_out_channels"][0]

    def like(*shape: int) -> torch.Tensor:
        return torch.empty(1, *shape, dtype=torch.bfloat16, device="meta")

    stem = Residuals(stem=like(width, frames, *cells))
    given = (
        like(net.config["in_channels"], frames, *cells),
        torch.empty((), device="meta"),
        like(1, net.config["cross_attention_dim"]),
    )
    weights = list(net.parameters())
    with torch.no_grad(), chunked(net, tokens), Fused(), Meter(weights) as meter:
        net(*given, residuals=stem, added_time_ids=like(3))
    unit = like(width, frames, *cells).nbytes
    together = frames * cells[0] * cells[1]
    piece = min(tokens or together, together) / together
    return meter.peak / unit - footprint._GATED * net.config["ff_mult"] * piece


if __name__ == "__main__":
    main()
