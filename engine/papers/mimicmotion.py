"""MimicMotion: one photo and one dance make a video (Zhang et al., arXiv 2406.19680, ICML 2025).

| section | what | here | checked by |
|---|---|---|---|
| 3.1 | SVD with a PoseNet after `conv_in` | `RELEASED`, `Denoiser` | parity/test_unet_parity.py |
| 3.2 | confidence-aware pose guidance | `engine/pose/draw.py` | parity/test_pose_draw.py |
| 3.2 | hand region enhancement, weight 10 | `hand_weights` | unit/test_mimicmotion.py |
| 3.3 | progressive latent fusion | `windows.anchored`, `denoise` | parity/test_fusion.py |
| 4.1 | training | `Objective`, `STAGES` | unit/test_mimicmotion.py |
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.catalogue import MimicMotionSettings
from engine.evaluate.heldout import Animate
from engine.exchange.record import make_record
from engine.exchange.render import publish, to_pixels, to_rgb, watch
from engine.exchange.scene import STYLES, DrawnPoses, Scene, read_scene
from engine.models.shelf import Shelf
from engine.nets.autoencoder import decode_in_chunks
from engine.nets.controls import PoseNet
from engine.nets.mimicmotion import (
    POCKET,
    RELEASED,
    Networks,
    PosePictures,
    Spec,
    pose_features,
    pose_stem,
)
from engine.nets.residuals import Residuals
from engine.nets.unet import VideoUNet
from engine.sampling import noise, windows
from engine.sampling.conditioning import Conditioning
from engine.sampling.guidance import Guidance
from engine.sampling.loop import Step, Tick, denoise
from engine.sampling.schedule import first_latents, svd_scheduler
from engine.train.fit import Batch
from engine.train.losses import weighted_mse
from engine.train.pocket_dance import POCKET_PICTURES, POCKET_WINDOWS, sources
from engine.train.stage import Optim, Stage
from engine.types import Event, Inputs, Poses, Result

__all__ = ["POCKET", "RELEASED", "STAGES", "Networks", "Objective", "Spec", "generate", "redraw"]

# --- the networks ----------------------------------------------------------------------------


TIME_IDS = (6.0, 127.0, 0.0)
"""fps - 1, motion bucket, noise augmentation: constants of the released pipeline (a.2)."""


class Denoiser:
    """The U-Net as the sampling loop sees it: latents and image latents share the channels."""

    def __init__(self, unet: VideoUNet) -> None:
        self.unet = unet

    def __call__(self, latents: Tensor, timestep: Tensor, cond: Conditioning) -> Tensor:
        return self.unet(
            torch.cat([latents, cond["image"].to(latents)], dim=1),
            timestep,
            cond["token"].to(latents),
            residuals=Residuals(stem=cond["pose"].to(latents)),
            added_time_ids=cond["time_ids"].to(latents),
        )


# --- sampling --------------------------------------------------------------------------------


@torch.no_grad()
def conditions(
    nets: Networks, reference: Tensor, poses: PosePictures, image_noise: Tensor
) -> Conditioning:
    """Everything that steers the U-Net, computed once for the whole video.

    Args:
        reference: the photo, `1 3 H W` in [-1, 1]. The image encoder sees it as it is, the
            autoencoder with `image_noise` (`1 3 H W`, already scaled) on it.
        poses: the drawn dance.
    """
    image = nets.autoencoder.encode(reference + image_noise)
    return Conditioning(
        per_frame={
            "image": image[:, :, None].expand(-1, -1, len(poses), -1, -1),
            "pose": pose_features(nets, poses),
        },
        shared={
            "token": nets.image_encoder.tokens(reference),
            "time_ids": torch.tensor([TIME_IDS], device=reference.device),
        },
    )


def animate(
    nets: Networks,
    reference: Tensor,
    poses: PosePictures,
    *,
    steps: int,
    guidance: float,
    window: int,
    overlap: int,
    generator: torch.Generator,
    batch: int = 1,
    dtype: torch.dtype = torch.float32,
    noise_augmentation: float = 0.0,
) -> Iterator[Tick | Step]:
    """Denoise a video of the reference dancing the poses (3.1 to 3.3).

    Args as for `conditions`; `window` and `overlap` in frames, the reference slot included. The
    last `Step`'s latents are the scaled video `1 c f h w`; frame 0 is the reference, to be dropped.
    """
    scheduler = svd_scheduler(nets.spec.sigma_min)
    fresh = noise.draw(
        len(poses),
        min(window, len(poses)),
        (reference.shape[-2], reference.shape[-1]),
        generator,
        channels=nets.autoencoder.latent_channels,
        factor=nets.autoencoder.downscale,
    )
    device = reference.device
    cond = conditions(nets, reference, poses, fresh.image.to(device) * noise_augmentation)
    start = cond["image"] * nets.autoencoder.scaling_factor if nets.spec.relative else 0.0
    for event in denoise(
        Denoiser(nets.unet),
        first_latents(fresh.video.to(device), scheduler, steps),
        scheduler,
        steps,
        cond,
        guidance=Guidance(guidance, drop=frozenset({"image", "pose", "token"})),
        windows=windows.anchored(len(poses), window, overlap),
        batch=batch,
        dtype=dtype,
    ):
        if isinstance(event, Step):
            guess = None if event.denoised is None else event.denoised + start
            yield replace(event, latents=event.latents + start, denoised=guess)
        else:
            yield event


# --- training --------------------------------------------------------------------------------

LEFT_HAND, RIGHT_HAND = slice(91, 112), slice(112, 133)


def hand_weights(
    keypoints: NDArray[np.floating],
    score: NDArray[np.floating],
    size: tuple[int, int],
    *,
    weight: float = 10.0,
    threshold: float = 0.5,
    padding: float = 10 / 576,
) -> NDArray[np.float32]:
    """Where the loss counts more: the boxes of hands that are reliably seen (3.2).

    Args:
        keypoints: `f 133 2` in [0, 1].
        score: `f 133`; a hand counts if all of its keypoints exceed `threshold`. The paper gives
            no number; 0.5 is ours.
        size: (height, width) of the latents. A cell counts as soon as the box touches it.
        padding: around the box, as a fraction of the picture's width: 10 of 576 pixels, ours.

    Returns `f h w`: `weight` inside reliable hands, 1 elsewhere.
    """
    height, width = size
    cells = np.array([width, height])
    weights = np.ones((len(score), height, width), np.float32)
    for hand in (LEFT_HAND, RIGHT_HAND):
        for frame in np.flatnonzero((score[:, hand] > threshold).all(axis=1)):
            points = keypoints[frame, hand]
            low = np.floor((points.min(axis=0) - padding) * cells).astype(int).clip(0, cells)
            high = np.ceil((points.max(axis=0) + padding) * cells).astype(int).clip(0, cells)
            weights[frame, low[1] : high[1], low[0] : high[0]] = weight
    return weights


class Objective(nn.Module):
    """The denoising loss in EDM form, as SVD was trained (4.1; specs/mimicmotion.md d).

    `sigma = exp(mean + deviation * n)`; the network sees `x / sqrt(sigma^2 + 1)` at
    `ln(sigma) / 4` and predicts `v = (n - sigma x0) / sqrt(sigma^2 + 1)`. Weighted by
    `(sigma^2 + 1) / sigma^2`, the error of x0 is exactly the error of v, so v is what is compared.

    Args:
        reference_net, relative: as in `Networks` and `Spec`.
        sigma_mean, sigma_deviation: SVD's 0.7 and 1.6.
        dropout: how often token, image and pose are dropped together. The rate is not published;
            together, because the unconditional half of the sampler drops all three at once.
        image_only: learn single pictures, without the temporal layers. The photo's own slot has
            nothing to teach then, so `latents` and `weight` of a batch begin after it.
    """

    def __init__(
        self,
        unet: VideoUNet,
        pose_net: PoseNet,
        reference_net: PoseNet | None = None,
        *,
        relative: bool = False,
        sigma_mean: float = 0.7,
        sigma_deviation: float = 1.6,
        dropout: float = 0.1,
        image_only: bool = False,
    ) -> None:
        super().__init__()
        self.unet, self.pose_net, self.reference_net = unet, pose_net, reference_net
        self.relative = relative
        self.sigma_mean, self.sigma_deviation = sigma_mean, sigma_deviation
        self.dropout, self.image_only = dropout, image_only

    def forward(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        """Losses of a batch; slot 0 of every clip is the reference.

        `batch`: latents `b c f h w` (scaled), image `b c h w` (not scaled), pose `b 3 f H W` in
        [-1, 1], token `b k d`, weight `b f h w`.
        """
        latents = batch["latents"].float()
        device, count, frames = latents.device, len(latents), latents.shape[2]
        noise = torch.randn(latents.shape, generator=generator, device=device)
        level = torch.randn(count, generator=generator, device=device)
        sigma = torch.exp(self.sigma_mean + self.sigma_deviation * level)
        kept = (torch.rand(count, generator=generator, device=device) >= self.dropout).float()

        s, keep = sigma.view(-1, 1, 1, 1, 1), kept.view(-1, 1, 1, 1, 1)
        scale = (s.square() + 1).sqrt()
        image = batch["image"].float()[:, :, None].expand(-1, -1, frames, -1, -1)
        if self.relative:
            latents = latents - image
        first = int(self.image_only)
        prediction = self.unet(
            torch.cat([(latents + s * noise) / scale, image * keep], dim=1),
            sigma.log() / 4,
            batch["token"].float() * kept.view(-1, 1, 1),
            residuals=pose_stem(self.pose_net, self.reference_net, batch["pose"], first) * keep,
            added_time_ids=torch.tensor([TIME_IDS], device=device).expand(count, -1),
            image_only=self.image_only,
        )
        target = (noise - s * latents) / scale
        loss = weighted_mse(prediction, target, batch["weight"][:, None])
        plain = weighted_mse(prediction.detach(), target)
        return {"loss": loss, "v_mse": plain}


PAPER = "paper, 4.1"


RELEASED_STAGE = Stage(
    name="released",
    paper="arXiv 2406.19680, 4.1",
    train=("unet.*", "pose_net.*"),
    optim=Optim(rate=1e-5, warmup=500),
    steps=11_000,
    batch_size=1,
    sources=sources(
        rate=PAPER,
        warmup=PAPER,
        accumulate="paper, 4.1: 8 GPUs, batch 8, so 1 each",
        steps="20 epochs; 11k steps by a later paper's table",
        batch_size=PAPER,
    ),
)
"""The paper's only stage: SVD's U-Net and a fresh PoseNet, both trained in full."""

STAGES: Mapping[str, Stage] = {
    stage.name: stage for stage in (RELEASED_STAGE, POCKET_PICTURES, POCKET_WINDOWS)
}


# --- from a photo and a dance to a video -----------------------------------------------------


def load(shelf: Shelf) -> Networks:
    """The pocket networks, loaded once per shelf; raises MissingModel when files are gone."""
    return Networks(
        POCKET,
        shelf.pocket("mimicmotion-unet", VideoUNet),
        shelf.pocket("mimicmotion-pose", PoseNet),
        shelf.pocket("mimicmotion-reference", PoseNet),
        shelf.autoencoder(),
        shelf.image_encoder(),
    )


def generate(
    settings: MimicMotionSettings, inputs: Inputs, shelf: Shelf, out: Path
) -> Iterator[Event]:
    """Make a video of the person in `inputs.image` dancing the motion of `inputs`.

    Yields progress of the stages `find the pose`, `denoise` and `decode`, a preview after every
    step, warnings, and the `Result`. Raises a `StudioError` for whatever stops it.
    """
    started = time.monotonic()
    nets = load(shelf)
    size = (shelf.pocket_size, shelf.pocket_size)
    scene = yield from read_scene(settings, inputs, shelf, size)
    seed = settings.seed if settings.seed >= 0 else secrets.randbelow(2**31)
    latents = yield from watch(
        film(nets, settings, scene, seed, shelf.device.torch),
        nets.autoencoder,
        frame=1 + len(scene.dance) // 2,
    )
    record = make_record(
        system="mimicmotion",
        model="pocket",
        settings=settings,
        seed=seed,
        inputs=inputs,
        warnings=scene.warnings,
        frames=len(scene.dance),
        fps=scene.fps,
        steps=settings.num_inference_steps or nets.spec.steps[settings.quality],
        window=settings.window_size or nets.spec.window,
        seconds=round(time.monotonic() - started, 2),
        device=shelf.device.name,
    )
    yield from publish(
        latents[:, :, 1:],  # slot 0 is the reference
        nets.autoencoder,
        out,
        scene.fps,
        audio=scene.audio,
        record=record,
        limits=shelf.limits,
    )
    yield Result(out, record)


def film(
    nets: Networks, settings: MimicMotionSettings, scene: Scene, seed: int, device: torch.device
) -> Iterator[Tick | Step]:
    """`animate` for a scene, with the user's settings or what suits the model."""
    window = settings.window_size or nets.spec.window
    height, width = scene.photo.shape[:2]
    return animate(
        nets,
        to_pixels(scene.photo[None], device),
        DrawnPoses(scene, (width, height), STYLES[nets.spec.style], device),
        steps=settings.num_inference_steps or nets.spec.steps[settings.quality],
        guidance=settings.guidance_scale or nets.spec.guidance,
        window=window,
        overlap=min(settings.overlap, window - 1),
        generator=torch.Generator().manual_seed(seed),
        batch=2,
    )


def redraw(settings: MimicMotionSettings, shelf: Shelf) -> Animate:
    """The system as the measurements see it: a photo, its pose and a dance to frames."""
    nets = load(shelf)

    def animated(
        photo: NDArray[np.uint8], photo_pose: Poses, dance: Poses, seed: int
    ) -> NDArray[np.uint8]:
        steps = film(
            nets, settings, Scene(photo, photo_pose, dance, 15.0), seed, shelf.device.torch
        )
        latents = [event.latents for event in steps if isinstance(event, Step)][-1]
        parts = decode_in_chunks(nets.autoencoder, latents[:, :, 1:], 8)
        return np.concatenate([to_rgb(part) for part in parts])

    return animated
