"""What a video will cost, found by trying a small piece of the very run."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import cast

import torch

from engine.exchange.peak import PeakMemory
from engine.nets.autoencoder import Autoencoder, decode_in_chunks
from engine.sampling.loop import Step, Tick

MOST, LONG = 4, 5.0


@dataclass(frozen=True)
class Estimate:
    """Before a run, what it will take.

    Attributes:
        seconds: until the video is there.
        peak_bytes: the most memory in use at once, as `PeakMemory` counts it.
        memory: the profile that would be used.
        window: frames that would be made together.
        frames: of the video.
    """

    seconds: float
    peak_bytes: int
    memory: str = ""
    window: int = 0
    frames: int = 0


def probe(
    steps: Iterator[Tick | Step],
    autoencoder: Autoencoder,
    *,
    frames: int,
    size: tuple[int, int],
    chunk: int,
    peak: PeakMemory,
) -> Estimate:
    """Run a sampler for a few calls of the network, decode a chunk, and extrapolate.

    Preparation (drawing and encoding every pose) is done in full and counted once. Writing the file
    is not in it. Two calls are made if they take more than `LONG` seconds, else up to `MOST`.
    """
    started = time.monotonic()
    tick, spent = Tick(0, 1), 0.0
    for event in steps:
        if not isinstance(event, Tick):
            continue
        tick, spent = event, time.monotonic() - event.began
        if tick.done >= MOST or (tick.done >= 2 and spent > LONG):
            break
    preparing = tick.began - started
    cast(Generator[Tick | Step, None, None], steps).close()
    width, height = size
    factor, count = autoencoder.downscale, min(chunk, frames)
    latents = torch.zeros(
        1, autoencoder.latent_channels, count, height // factor, width // factor, device=peak.device
    )
    again = time.monotonic()
    for _ in decode_in_chunks(autoencoder, latents, chunk):
        pass
    decode = (time.monotonic() - again) / count * frames
    return Estimate(preparing + spent / tick.done * tick.total + decode, peak.bytes())
