"""What a picture is about, as one token: SVD's CLIP image encoder and its pocket counterpart."""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn


class ImageEncoder(Protocol):
    """What the spines need of an image encoder."""

    def tokens(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to tokens `n k d`."""
        ...


class PocketImageEncoder(ModelMixin, ConfigMixin):
    """A small convolutional network that gives pictures of the same person the same token.

    It is trained by contrast: two pictures of one drawn dancer, in other poses and before other
    backgrounds, must find each other among the pictures of a batch (`train/pocket.py`).
    """

    @register_to_config
    def __init__(self, size: int = 64, width: int = 32, dim: int = 128, groups: int = 8) -> None:
        super().__init__()
        self.size = size
        layers: list[nn.Module] = [nn.PixelUnshuffle(2), nn.Conv2d(12, width, 3, padding=1)]
        channels = width
        for _ in range(3):
            layers += [
                nn.GroupNorm(groups, channels),
                nn.SiLU(),
                nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1),
            ]
            channels *= 2
        layers += [nn.GroupNorm(groups, channels), nn.SiLU()]
        self.trunk = nn.Sequential(*layers)
        self.head = nn.Linear(channels * 2, dim)

    def forward(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to embeddings `n d` of unit length times sqrt(d)."""
        small = F.interpolate(pixels, (self.size, self.size), mode="area")
        features = self.trunk(small)
        pooled = torch.cat([features.mean(dim=(2, 3)), features.amax(dim=(2, 3))], dim=1)
        embedding = self.head(pooled)
        return F.normalize(embedding, dim=-1) * embedding.shape[-1] ** 0.5

    def tokens(self, pixels: Tensor) -> Tensor:
        """Pixels `n 3 H W` in [-1, 1] to one token each, `n 1 d`."""
        return self(pixels)[:, None]
