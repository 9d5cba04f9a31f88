"""From pictures to latents and back: the pocket autoencoder, and one door for it and SVD's.

Latent diffusion works in the latents of an autoencoder. Both kinds used here speak the same small
language (`Autoencoder`): `encode` gives the mode of the posterior without any scaling, and the
denoised latents are divided by `scaling_factor` before `decode`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import (
    AutoencoderKLTemporalDecoder,
)
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

from engine.nets.blocks import ResidualBlock


class Autoencoder(Protocol):
    """What the spines need of an autoencoder."""

    @property
    def scaling_factor(self) -> float:
        """What the diffusion model's latents are multiplied by, relative to `encode`."""
        ...

    @property
    def downscale(self) -> int:
        """Pixels per latent cell along one side."""
        ...

    @property
    def latent_channels(self) -> int:
        """Channels of a latent."""
        ...

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to unscaled latents `n c h w`."""
        ...

    def decode(self, latents: Tensor) -> Tensor:
        """Unscaled latents of consecutive frames `n c h w` to pixels `n 3 H W` in [-1, 1]."""
        ...


@torch.no_grad()  # on the generator itself: a `with` inside it would leak into the caller
def decode_in_chunks(autoencoder: Autoencoder, latents: Tensor, chunk: int) -> Iterator[Tensor]:
    """Decode scaled latents `1 c f h w` a few frames at a time, so that a long video fits.

    Yields pixels `n 3 H W` in [-1, 1], n <= chunk. SVD's temporal decoder sees only its chunk, so
    there the chunk size changes pixels slightly (specs/mimicmotion.md a.6).
    """
    frames = latents[0].movedim(1, 0) / autoencoder.scaling_factor
    for part in frames.split(chunk):
        yield autoencoder.decode(part)


class SVDAutoencoder:
    """SVD's VAE with its temporal decoder (97.7 M parameters), from diffusers."""

    def __init__(self, vae: AutoencoderKLTemporalDecoder) -> None:
        self.vae = vae
        self.scaling_factor: float = vae.config["scaling_factor"]
        self.downscale: int = 2 ** (len(vae.config["block_out_channels"]) - 1)
        self.latent_channels: int = vae.config["latent_channels"]

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to the posterior's mode `n 4 H/8 W/8`, not scaled."""
        return self.vae.encode(pixels).latent_dist.mode()  # pyright: ignore[reportAttributeAccessIssue]

    def decode(self, latents: Tensor) -> Tensor:
        """Latents of consecutive frames `n 4 h w` to pixels `n 3 8h 8w`."""
        return self.vae.decode(latents, num_frames=len(latents)).sample  # pyright: ignore[reportAttributeAccessIssue]


class PocketAutoencoder(ModelMixin, ConfigMixin):
    """A small autoencoder with 8 pixels per latent cell, for drawn dancers.

    The first and last step only rearrange 4x4 pixels into channels and back, so that no
    convolution runs at full resolution, where it would be ten times dearer. `latent_mean` and
    `latent_std` (`c`) are measured after training (`calibrate`) and make latents zero-mean and
    unit-variance, which is what the noise levels of the diffusion models assume.
    """

    latent_mean: Tensor
    latent_std: Tensor
    scaling_factor = 1.0
    downscale = 8

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 8,
        wide: int = 128,
        narrow: int = 64,
        encoder_blocks: int = 2,
        decoder_blocks: int = 3,
        groups: int = 8,
    ) -> None:
        super().__init__()
        self.latent_channels = latent_channels
        self.encoder = nn.Sequential(
            nn.PixelUnshuffle(4),
            nn.Conv2d(3 * 16, narrow, 3, padding=1),
            *(ResidualBlock(narrow, groups) for _ in range(encoder_blocks)),
            nn.PixelUnshuffle(2),
            nn.Conv2d(narrow * 4, wide, 1),
            *(ResidualBlock(wide, groups) for _ in range(encoder_blocks)),
            nn.GroupNorm(groups, wide),
            nn.SiLU(),
            nn.Conv2d(wide, 2 * latent_channels, 3, padding=1),
        )
        self.decoder = nn.Sequential(
            nn.Conv2d(latent_channels, wide, 3, padding=1),
            *(ResidualBlock(wide, groups) for _ in range(decoder_blocks)),
            nn.Conv2d(wide, narrow * 4, 1),
            nn.PixelShuffle(2),
            *(ResidualBlock(narrow, groups) for _ in range(decoder_blocks)),
            nn.GroupNorm(groups, narrow),
            nn.SiLU(),
            nn.Conv2d(narrow, 3 * 16, 3, padding=1),
            nn.PixelShuffle(4),
        )
        # Start with almost no noise on the latents: at unit variance it drowns the picture for the
        # first hundreds of steps, and the KL term pulls the variance up as far as it likes anyway.
        last = self.encoder[-1]
        assert isinstance(last, nn.Conv2d) and last.bias is not None
        nn.init.constant_(last.bias[latent_channels:], -6.0)
        self.register_buffer("latent_mean", torch.zeros(latent_channels))
        self.register_buffer("latent_std", torch.ones(latent_channels))

    def posterior(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Mean and log variance, each `n c h w`, of the raw latents (before normalisation)."""
        mean, log_variance = self.encoder(pixels).chunk(2, dim=1)
        return mean, log_variance.clamp(-12, 4)

    def reconstruct(self, raw: Tensor) -> Tensor:
        """Raw latents `n c h w` to pixels `n 3 H W`."""
        return self.decoder(raw)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to normalised latents `n c H/8 W/8`."""
        mean, _ = self.posterior(pixels)
        return (mean - _per_channel(self.latent_mean)) / _per_channel(self.latent_std)

    def decode(self, latents: Tensor) -> Tensor:
        """Normalised latents `n c h w` to pixels `n 3 8h 8w`, about [-1, 1]."""
        return self.reconstruct(
            latents * _per_channel(self.latent_std) + _per_channel(self.latent_mean)
        )

    @torch.no_grad()
    def calibrate(self, pixels: Tensor) -> None:
        """Measure the latents of typical pixels `n 3 H W` and normalise by them from now on."""
        mean, _ = self.posterior(pixels)
        self.latent_mean.copy_(mean.mean(dim=(0, 2, 3)))
        self.latent_std.copy_(mean.std(dim=(0, 2, 3)))


def _per_channel(values: Tensor) -> Tensor:
    return values[:, None, None]
