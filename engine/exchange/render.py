"""From the sampler's steps to a file on disk, told as events on the way."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from engine.data.badge import Badge
from engine.data.limits import Limits
from engine.data.pixels import to_rgb
from engine.data.video_write import VideoWriter
from engine.exchange.looks import Looks
from engine.exchange.parts import Parts
from engine.nets.autoencoder import Autoencoder, decode_in_chunks
from engine.sampling.loop import Step, Tick
from engine.types import Event, Progress, Warning

SHOWN_SIDE = 512
"""Pocket's small pictures are enlarged to about this many pixels, to be seen on a screen."""


def watch(steps: Iterable[Tick | Step], looks: Looks) -> Generator[Event, None, Tensor]:
    """Pass the sampler's progress on, with a look after every step.

    The time left goes by this run's own calls of the network: what was prepared before the first,
    and what an earlier try had done, say nothing of what is still to come.

    Returns the last step's latents `1 c f h w`.
    """
    started, latents = time.monotonic(), None
    for event in steps:
        if isinstance(event, Tick):
            each = (time.monotonic() - event.began) / (event.done - event.before)
            yield Progress(event.done, event.total, "denoise", each * (event.total - event.done))
        else:
            last = event.index == event.total - 1
            if event.denoised is not None:
                yield looks.at(event.denoised, time.monotonic() - started, last)
            if last:
                latents = event.latents
        del event  # of a long video it holds as much as the sampler itself
    if latents is None:
        raise ValueError("the sampler made no step")
    return latents


def publish(
    latents: Tensor,
    autoencoder: Autoencoder,
    out: Path,
    fps: float,
    *,
    drop: int = 0,
    audio: Path | None,
    record: Mapping[str, Any],
    chunk: int = 8,
    parts: Path | None = None,
    badge: bool = False,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Generator[Event, None, tuple[Warning, ...]]:
    """Decode latents `1 c f h w` a few frames at a time straight into an mp4.

    The first `drop` frames are decoded and left out: SVD's decoder sees whole chunks, so leaving
    them out before would shift every chunk and change its pixels (specs/mimicmotion.md c.5).
    Pictures whose shorter side is much smaller than `SHOWN_SIDE` are enlarged smoothly, a whole
    number of times. With a folder `parts` a long video's finished pieces appear there, each told by
    a `Part`. A `badge` says in every frame that the video is made. Returns what went wrong with the
    file, which is told as events, too.
    """
    enlarge = max(1, SHOWN_SIDE // (min(latents.shape[-2:]) * autoencoder.downscale))
    total = latents.shape[2] - drop
    started, done = time.monotonic(), -drop
    mark = Badge() if badge else None
    writer = VideoWriter(out, fps, audio_from=audio, record=record, limits=limits)
    with writer as file, Parts(parts, total, fps, audio, limits) as pieces:
        for pixels in decode_in_chunks(autoencoder, latents, chunk):
            # one frame at a time: an enlarged chunk would be the run's largest tensor
            for one in pixels[max(-done, 0) :]:
                frame = to_rgb(_enlarged(one[None], enlarge))[0]
                shown = mark.on(frame) if mark else frame
                file.add(shown)
                if (piece := pieces.add(shown)) is not None:
                    yield piece
            done += len(pixels)
            left = (time.monotonic() - started) / (done + drop) * (total - done)
            yield Progress(max(done, 0), total, "decode", left)
    yield from writer.warnings
    return tuple(writer.warnings)


def _enlarged(pixels: Tensor, times: int) -> Tensor:
    if times == 1:
        return pixels
    return torch.nn.functional.interpolate(
        pixels, scale_factor=times, mode="bicubic", antialias=True
    )
