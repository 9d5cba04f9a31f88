"""The random numbers a video starts from, in the order that makes a seed mean the same video."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Noise:
    """Unit-variance noise: `image` for the reference picture `1 3 h w`, `video` `1 c f h w`."""

    image: Tensor
    video: Tensor


def draw(
    num_frames: int,
    window: int,
    image_size: tuple[int, int],
    generator: torch.Generator,
    *,
    channels: int = 4,
    factor: int = 8,
) -> Noise:
    """Draw MimicMotion's noise: the picture's first, then that of one window, repeated over time.

    Frame `f` starts from the noise of frame `f mod window`. The picture's noise is drawn even if
    none of it is used, because it moves the generator on.

    Args:
        num_frames: frames of the video, the reference slot included.
        window: frames of one window.
        image_size: (height, width) in pixels, multiples of `factor`.
        generator: drawn from in fp32 on its own device; a CPU generator gives the same video on
            every device.
        channels, factor: channels of the latents, pixels per latent cell.
    """
    height, width = image_size
    device = generator.device
    image = torch.randn(1, 3, height, width, generator=generator, device=device)
    # upstream's order is b f c h w, and the order decides which number lands where
    base = torch.randn(
        1, window, channels, height // factor, width // factor, generator=generator, device=device
    )
    frames = torch.arange(num_frames, device=device) % window
    return Noise(image, base[:, frames].transpose(1, 2).contiguous())
