"""What a video will cost, found by trying a small piece of the very run."""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from typing import cast

import torch

from engine.nets.autoencoder import Autoencoder, decode_in_chunks
from engine.sampling.loop import Step, Tick


@dataclass(frozen=True)
class Estimate:
    """Before a run.

    Attributes:
        seconds: until the video is there.
        peak: bytes of memory at the highest point: of the graphics card, or of the process.
        memory: the profile that would be used.
    """

    seconds: float
    peak: int
    memory: str = ""


def probe(
    steps: Iterator[Tick | Step],
    autoencoder: Autoencoder,
    *,
    frames: int,
    size: tuple[int, int],
    chunk: int,
    device: torch.device,
) -> Estimate:
    """Run a sampler up to its first call of the network, decode one chunk, and extrapolate.

    Preparation is done in full and counted once. Writing the file and finding poses are not in it.
    """
    began = time.monotonic()
    tick = next(event for event in steps if isinstance(event, Tick))
    first = time.monotonic() - began  # preparation and one call
    again = time.monotonic()
    following = next((event for event in steps if isinstance(event, Tick)), None)
    call = first if following is None else time.monotonic() - again
    cast(Generator[Tick | Step, None, None], steps).close()
    width, height = size
    factor, count = autoencoder.downscale, min(chunk, frames)
    latents = torch.zeros(
        1, autoencoder.latent_channels, count, height // factor, width // factor, device=device
    )
    again = time.monotonic()
    for _ in decode_in_chunks(autoencoder, latents, chunk):
        pass
    decode = (time.monotonic() - again) / count * frames
    return Estimate(first + call * (tick.total - 1) + decode, peak_bytes(device))


def peak_bytes(device: torch.device) -> int:
    """The most memory that was in use so far, on the card or, without one, by this process."""
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, Linux kilobytes
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
