"""What turns pictures into what a model learns from, and how to tell that it is the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray

from engine.data.picture import published_size
from engine.data.pixels import to_pixels
from engine.models.released import precisions
from engine.models.shelf import Shelf
from engine.models.start import locate_svd
from engine.models.svd_folder import IMAGE_ENCODER_WEIGHTS, VAE_WEIGHTS, SvdFolder
from engine.models.verify import sha256_of
from engine.nets.autoencoder import Autoencoder
from engine.nets.encoders import ImageEncoder

POCKET_PARTS = ("autoencoder", "image-encoder")
_AT_ONCE = 2
"""Frames that SVD's autoencoder sees together: one of 576x1024 takes it about 2 GB in fp32."""


@dataclass(frozen=True)
class Encoders:
    """The autoencoder and the image encoder of a model.

    Args:
        shelf: where the model is looked for, and the device.
        resolution: the shorter side in pixels of a public model's pictures, a multiple of 64.

    The networks are loaded when they are first used; `key` needs only their files.
    """

    shelf: Shelf
    resolution: int

    @property
    def drawn_only(self) -> bool:
        """Whether the model only knows drawn people."""
        return self.shelf.is_pocket

    @cached_property
    def _svd(self) -> SvdFolder:
        found = locate_svd(self.shelf.model, self.shelf.home)
        found.check()
        return found

    @cached_property
    def key(self) -> str:
        """Equal for equal weights. Raises MissingModel, BadInput or CheckpointMismatch."""
        if self.shelf.is_pocket:
            cards = (self.shelf.pocket_card(name) for name in POCKET_PARTS)
            hashes = [file["sha256"] for card in cards for file in card["files"]]
        else:
            paths = (self._svd.paths[name] for name in (VAE_WEIGHTS, IMAGE_ENCODER_WEIGHTS))
            hashes = [sha256_of(path) for path in paths]
        return hashlib.sha256(" ".join(hashes).encode()).hexdigest()

    @cached_property
    def autoencoder(self) -> Autoencoder:
        """It gives the latents. Raises CheckpointMismatch."""
        if self.shelf.is_pocket:
            return self.shelf.autoencoder()
        device = self.shelf.device
        return self._svd.autoencoder(precisions(device)["vae"], device.torch)

    @cached_property
    def image_encoder(self) -> ImageEncoder:
        """It gives the tokens. Raises CheckpointMismatch."""
        if self.shelf.is_pocket:
            return self.shelf.image_encoder()
        device = self.shelf.device
        return self._svd.image_encoder(precisions(device)["image_encoder"], device.torch)

    def size(self, width: int, height: int) -> tuple[int, int]:
        """The (width, height) to which a clip is brought (specs/mimicmotion.md b.1)."""
        if self.shelf.is_pocket:
            return self.shelf.pocket_size, self.shelf.pocket_size
        return published_size(width, height, self.resolution)

    @torch.no_grad()
    def __call__(
        self, frames: NDArray[np.uint8]
    ) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
        """Frames `f h w 3` to unscaled latents `f c h/8 w/8` and tokens `f k d`."""
        latents, tokens = [], []
        for pixels in to_pixels(frames, self.shelf.device.torch).split(
            len(frames) if self.shelf.is_pocket else _AT_ONCE
        ):
            latents.append(self.autoencoder.encode(pixels).half().cpu().numpy())
            tokens.append(self.image_encoder.tokens(pixels).half().cpu().numpy())
        return np.concatenate(latents), np.concatenate(tokens)
