"""From pictures to latents and back: the pocket autoencoder, and one door for it and SVD's.

Latent diffusion works in the latents of an autoencoder. Both kinds used here speak the same small
language (`Autoencoder`): `encode` gives the mode of the posterior without any scaling, and the
denoised latents are divided by `scaling_factor` before `decode`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Protocol

import torch
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

from engine.lanes import fitting, lanes
from engine.nets.blocks import ResidualBlock

if TYPE_CHECKING:  # its package imports every autoencoder and transformer of diffusers
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import (
        AutoencoderKLTemporalDecoder,
    )


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
    parts = (latents[0].movedim(1, 0) / autoencoder.scaling_factor).split(chunk)
    cells = parts[0][:, 0].numel()
    with lanes(fitting(len(parts), cells, latents.device)) as in_order:
        yield from in_order(autoencoder.decode, parts)


class SVDAutoencoder(nn.Module):
    """SVD's VAE with its temporal decoder (97.7 M parameters), from diffusers.

    It computes in the precision of its weights; what goes in and out may have another.
    """

    def __init__(self, vae: AutoencoderKLTemporalDecoder) -> None:
        super().__init__()
        self.vae = vae
        self.scaling_factor: float = vae.config["scaling_factor"]
        self.downscale: int = 2 ** (len(vae.config["block_out_channels"]) - 1)
        self.latent_channels: int = vae.config["latent_channels"]

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to the posterior's mode `n 4 H/8 W/8`, fp32, not scaled."""
        found = self.vae.encode(pixels.to(self.vae.dtype)).latent_dist  # pyright: ignore[reportAttributeAccessIssue]
        return found.mode().float()

    def decode(self, latents: Tensor) -> Tensor:
        """Latents of consecutive frames `n 4 h w` to pixels `n 3 8h 8w`, fp32."""
        own = latents.to(self.vae.dtype)
        return self.vae.decode(own, num_frames=len(own)).sample.float()  # pyright: ignore[reportAttributeAccessIssue]


class PocketAutoencoder(ModelMixin, ConfigMixin):
    """A small autoencoder for drawn dancers: 8x8 pixels become one cell of 24 latent channels.

    The encoder is linear, the principal components of 8x8 patches, so it needs seconds of fitting
    (`calibrate`) instead of hours of training, and never changes afterwards: the decoder can be
    trained further at any time without training the diffusion models again.

    The decoder adds to the linear inverse what the neighbouring patches let it guess: lines across
    patch borders, faces, fingers. It starts as the linear inverse itself.

    Each component is divided by the square root of its deviation. Divided by the whole deviation,
    the finest component would count in the diffusion loss like the coarsest, which matters far
    more to the eye; not divided, the fine ones would drown in the noise of every step.
    """

    mean: Tensor
    basis: Tensor
    scale: Tensor
    scaling_factor = 1.0
    downscale = 8

    @register_to_config
    def __init__(
        self,
        latent_channels: int = 24,
        wide: int = 128,
        narrow: int = 64,
        wide_blocks: int = 2,
        narrow_blocks: int = 3,
        groups: int = 8,
    ) -> None:
        super().__init__()
        self.latent_channels = latent_channels
        self.coarse = nn.Sequential(
            nn.Conv2d(latent_channels, wide, 3, padding=1),
            *(ResidualBlock(wide, groups) for _ in range(wide_blocks)),
            nn.Conv2d(wide, narrow * 4, 1),
            nn.PixelShuffle(2),
        )
        # 4x4 pixels as channels: a convolution at full resolution has sixteen times as many places
        self.fine = nn.Sequential(nn.PixelUnshuffle(4), nn.Conv2d(3 * 16, narrow, 3, padding=1))
        self.refine = nn.Sequential(
            *(ResidualBlock(narrow, groups) for _ in range(narrow_blocks)),
            nn.GroupNorm(groups, narrow),
            nn.SiLU(),
            nn.Conv2d(narrow, 3 * 16, 3, padding=1),
            nn.PixelShuffle(4),
        )
        last = self.refine[-2]
        assert isinstance(last, nn.Conv2d) and last.bias is not None
        nn.init.zeros_(last.weight)
        nn.init.zeros_(last.bias)
        patch = (3, self.downscale, self.downscale)
        self.register_buffer("mean", torch.zeros(patch))
        self.register_buffer("basis", torch.zeros(latent_channels, *patch))
        self.register_buffer("scale", torch.ones(latent_channels))

    @torch.no_grad()
    def calibrate(self, pixels: Tensor) -> None:
        """Fit the encoder to typical pixels `n 3 H W`: principal components and their scales."""
        side = self.downscale
        patches = nn.functional.unfold(pixels.double(), side, stride=side).transpose(1, 2)
        patches = patches.flatten(0, 1)
        mean = patches.mean(dim=0)
        variance, vectors = torch.linalg.eigh(torch.cov((patches - mean).T))
        order = torch.arange(len(variance)).flip(0)[: self.latent_channels]
        deviation = variance[order].clamp(min=1e-8).sqrt()
        scale = deviation.sqrt()
        scale = scale * (deviation / scale).square().mean().sqrt()  # latents of variance 1 overall
        self.mean.copy_(mean.unflatten(0, self.mean.shape))
        self.basis.copy_(vectors[:, order].T.unflatten(1, self.mean.shape))
        self.scale.copy_(scale)

    def encode(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to latents `n c H/8 W/8`."""
        offset = (self.basis * self.mean).sum(dim=(1, 2, 3))
        components = nn.functional.conv2d(pixels, self.basis, -offset, stride=self.downscale)
        return components / self.scale[:, None, None]

    def linear_decode(self, latents: Tensor) -> Tensor:
        """The linear inverse alone: latents `n c h w` to pixels `n 3 8h 8w`."""
        components = latents * self.scale[:, None, None]
        pixels = nn.functional.conv_transpose2d(components, self.basis, stride=self.downscale)
        return pixels + self.mean.repeat(1, latents.shape[-2], latents.shape[-1])

    def decode(self, latents: Tensor) -> Tensor:
        """Latents `n c h w` to pixels `n 3 8h 8w`, about [-1, 1]."""
        rough = self.linear_decode(latents)
        return rough + self.refine(self.coarse(latents) + self.fine(rough))
