"""How the networks learn that all pocket systems share: autoencoder, image encoder, pose detector.

Each comes as an objective (a module whose forward gives the losses), the examples it learns from,
and a `Stage`. The pocket recipes are ours, so every number's source is a measurement or a choice.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from engine.data.drawn import Pool
from engine.data.pixels import to_pixels
from engine.nets.autoencoder import PocketAutoencoder
from engine.nets.encoders import PocketImageEncoder
from engine.nets.pose_detector import PocketPoseDetector
from engine.train.fit import Batch
from engine.train.losses import info_nce, multiscale_l1, simcc
from engine.train.stage import Optim, Stage

_COMMON: Mapping[str, str] = {
    "rate": "ours: the largest that stayed stable in a short trial",
    "decay": "ours: about a third of the stage, where there is one",
    "warmup": "ours: about the first twentieth of the stage",
    "weight_decay": "AdamW's default: not tuned",
    "betas": "AdamW's default: not tuned",
    "clip": "ours: customary for diffusion models",
    "accumulate": "ours: a batch fits into memory, so there is nothing to add up",
    "ema": "ours: averages over about the last tenth of the run",
    "steps": "ours: what the time budget allows; more steps keep helping",
    "batch_size": "ours: fits 2 GB and keeps two cores busy",
}


def pick(pool: Pool, seed: int, index: int) -> tuple[int, np.random.Generator]:
    """A clip of the pool for example `index`, and the generator for what else is drawn of it."""
    rng = np.random.default_rng([seed, index])
    return int(rng.integers(len(pool))), rng


class Pictures:
    """Single pictures, half of them mirrored, for the autoencoder."""

    def __init__(self, pool: Pool, seed: int = 0) -> None:
        self.pool, self.seed = pool, seed

    def example(self, index: int) -> Batch:
        clip, rng = pick(self.pool, self.seed, index)
        pixels = to_pixels(self.pool.rgb[clip, rng.integers(self.pool.spec.frames)])
        return {"pixels": pixels.flip(-1) if rng.random() < 0.5 else pixels}


class DecoderObjective(nn.Module):
    """Rebuild the picture from its latents, a little noise on them as a sampler leaves it.

    The loss is `multiscale_l1` at `scales` sizes and `squared` times the mean squared error.
    """

    def __init__(
        self, autoencoder: PocketAutoencoder, *, noise: float, scales: float, squared: float
    ) -> None:
        super().__init__()
        self.autoencoder, self.noise = autoencoder, noise
        self.scales, self.squared = int(scales), squared

    def forward(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        pixels = batch["pixels"]
        latents = self.autoencoder.encode(pixels)
        noise = torch.randn(latents.shape, generator=generator, device=latents.device)
        rebuilt = self.autoencoder.decode(latents + self.noise * noise)
        squared = (rebuilt - pixels).square().mean()
        psnr = 10 * torch.log10(4 / squared.detach())
        loss = multiscale_l1(rebuilt, pixels, self.scales) + self.squared * squared
        return {"loss": loss, "psnr": psnr}


class Couples:
    """Two pictures of one dancer in different poses, brightness changed, for the image encoder."""

    def __init__(self, pool: Pool, seed: int = 1) -> None:
        self.pool, self.seed = pool, seed

    def example(self, index: int) -> Batch:
        clip, rng = pick(self.pool, self.seed, index)
        one, two = rng.choice(self.pool.spec.frames, 2, replace=False)
        return {
            "one": self._changed(self.pool.rgb[clip, one], rng),
            "two": self._changed(self.pool.rgb[clip, two], rng),
        }

    @staticmethod
    def _changed(rgb: np.ndarray, rng: np.random.Generator) -> Tensor:
        pixels = to_pixels(rgb) * rng.uniform(0.9, 1.1) + rng.uniform(-0.05, 0.05)
        shift = rng.integers(-6, 7, size=2)
        pixels = torch.roll(pixels, (int(shift[0]), int(shift[1])), dims=(1, 2))
        return (pixels.flip(-1) if rng.random() < 0.5 else pixels).float()


class ImageEncoderObjective(nn.Module):
    """Pictures of the same dancer must find each other in the batch (InfoNCE)."""

    def __init__(self, encoder: PocketImageEncoder, *, temperature: float) -> None:
        super().__init__()
        self.encoder, self.temperature = encoder, temperature

    def forward(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        one, two = self.encoder(batch["one"]), self.encoder(batch["two"])
        found = (one @ two.T).argmax(dim=1) == torch.arange(len(one), device=one.device)
        return {"loss": info_nce(one, two, self.temperature), "found": found.float().mean()}


class Keypoints:
    """Pictures with their keypoints, shifted and dimmed, for the pose detector."""

    def __init__(self, pool: Pool, seed: int = 2) -> None:
        self.pool, self.seed = pool, seed

    def example(self, index: int) -> Batch:
        clip, rng = pick(self.pool, self.seed, index)
        frame = rng.integers(self.pool.spec.frames)
        pixels = to_pixels(self.pool.rgb[clip, frame])
        pixels = pixels * float(rng.uniform(0.8, 1.1)) + float(rng.uniform(-0.1, 0.1))
        pixels = pixels + 0.03 * torch.from_numpy(rng.standard_normal(pixels.shape)).float()
        places = torch.from_numpy(np.array(self.pool.keypoints[clip, frame]))
        score = torch.from_numpy(np.array(self.pool.score[clip, frame]))
        dx, dy = (int(v) for v in rng.integers(-10, 11, size=2))
        pixels = torch.roll(pixels, (dy, dx), dims=(1, 2))
        places = places + torch.tensor([dx, dy]) / pixels.shape[-1]
        return {"pixels": pixels, "keypoints": places, "score": score}


class PoseDetectorObjective(nn.Module):
    """SimCC along both axes for the joints that are in the picture, and whether each is seen.

    `label_width` is the `sigma` of `losses.simcc`.
    """

    def __init__(self, detector: PocketPoseDetector, *, label_width: float) -> None:
        super().__init__()
        self.detector, self.label_width = detector, label_width

    def forward(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        x, y, visible = self.detector(batch["pixels"])
        places, score = batch["keypoints"], batch["score"]
        inside = ((places >= 0) & (places < 1)).all(dim=-1) & (score > 0)
        weight = inside.float()
        width = self.label_width
        across = simcc(x, places[..., 0], weight, width)
        place = (across + simcc(y, places[..., 1], weight, width)) / 2
        seen = nn.functional.binary_cross_entropy_with_logits(
            visible, torch.where(inside, score.clamp(0, 1), torch.zeros_like(score))
        )
        return {"loss": place + seen, "place": place.detach(), "seen": seen.detach()}


STAGES: Mapping[str, Stage] = {
    "decoder": Stage(
        "decoder",
        "ours",
        ("autoencoder.*",),
        Optim(rate=1e-3, warmup=50, decay=300, ema=0.98),
        steps=900,
        batch_size=16,
        loss={"noise": 0.05, "scales": 3, "squared": 2.0},
        sources={
            **_COMMON,
            "noise": "ours: a little, as a sampler leaves some; not tuned",
            "scales": "ours: the picture, its half and its quarter; not tuned",
            "squared": "ours: beside the absolute error, for PSNR; not tuned",
        },
    ),
    "image_encoder": Stage(
        "image_encoder",
        "ours, after CLIP's contrast (arXiv 2103.00020, 2.3)",
        ("encoder.*",),
        Optim(rate=1e-3, warmup=50, ema=0.99),
        steps=800,
        batch_size=64,
        loss={"temperature": 0.1},
        sources={
            **_COMMON,
            "temperature": "ours: a customary one, not tuned; CLIP learns its own",
        },
    ),
    "pose_detector": Stage(
        "pose_detector",
        "ours, after SimCC (arXiv 2107.03332)",
        ("detector.*",),
        Optim(rate=1.5e-3, warmup=50, decay=350, ema=0.99),
        steps=1000,
        batch_size=24,
        loss={"label_width": 0.7},
        sources={
            **_COMMON,
            "label_width": "ours: reaches the next bin on either side; not tuned",
        },
    ),
}
