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
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from engine.catalogue import MimicMotionSettings
from engine.evaluate.heldout import Animate
from engine.exchange.motion import read_motion
from engine.exchange.person import read_person
from engine.exchange.record import make_record
from engine.exchange.render import publish, to_pixels, to_rgb, watch
from engine.models.shelf import Shelf
from engine.nets.autoencoder import Autoencoder, decode_in_chunks
from engine.nets.controls import PoseNet
from engine.nets.encoders import ImageEncoder
from engine.nets.residuals import Residuals
from engine.nets.specs import SVD_XT
from engine.nets.unet import VideoUNet
from engine.pose.draw import POCKET as POCKET_STYLE
from engine.pose.draw import draw
from engine.pose.retarget import retarget
from engine.sampling import noise, windows
from engine.sampling.conditioning import Conditioning
from engine.sampling.guidance import Guidance
from engine.sampling.loop import Step, Tick, denoise
from engine.sampling.schedule import first_latents, svd_scheduler
from engine.train.fit import Batch
from engine.train.losses import weighted_mse
from engine.train.stage import NUMBERS, Optim, Stage
from engine.types import Event, Inputs, Poses, Result

# --- the networks ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Spec:
    """Sizes of one MimicMotion and what it was trained for.

    Attributes:
        unet: arguments of `VideoUNet`.
        pose_channels: outputs of the PoseNet, the U-Net's first width.
        window: frames per window, the reference slot included.
        steps: denoising steps for the qualities draft, standard and best.
        guidance: the scale that suits it.
        relative: whether it denoises how a video differs from its photo instead of the video.
        sigma_min: the noise level from which the last step goes to 0; below it a network that has
            learnt little there would only leave its own noise.
    """

    unet: Mapping[str, Any]
    pose_channels: int
    window: int
    steps: Mapping[str, int]
    guidance: float
    relative: bool = False
    sigma_min: float = 0.002


RELEASED = Spec(
    unet=SVD_XT,
    pose_channels=320,
    window=72,
    steps={"draft": 10, "standard": 25, "best": 40},
    guidance=2.0,
)
"""The public weights, version 1.1 (specs/mimicmotion.md a.4); version 1.0 has a window of 16."""

POCKET = Spec(
    unet={
        "temporal": "svd",
        "in_channels": 48,
        "out_channels": 24,
        "block_out_channels": (96, 128),
        "layers_per_block": 1,
        "attention_levels": True,
        "num_attention_heads": (4, 4),
        "cross_attention_dim": 128,
        "ff_mult": 2,
        "norm_num_groups": 16,
        "addition_time_embed_dim": 32,
    },
    pose_channels=96,
    window=16,
    steps={"draft": 1, "standard": 2, "best": 4},
    guidance=1.0,
    relative=True,
    sigma_min=40.0,
)
"""The small built-in model: 16x16 latents, attention at both levels (design.md 2).

Two things differ from the released model, because pocket learns from nothing in an hour what the
released one brings from SVD. It denoises the difference to the photo, so that a still background is
zero from the start and all learning goes to the person; and every frame is shown the photo's own
pose through a PoseNet of its own, where the released model has it in slot 0 alone.
"""

SHOWN_SIDE = 512
"""Pocket's small pictures are enlarged to about this many pixels, to be seen on a screen."""

TIME_IDS = (6.0, 127.0, 0.0)
"""fps - 1, motion bucket, noise augmentation: constants of the released pipeline (a.2)."""


@dataclass(frozen=True)
class Networks:
    """Everything that a run of MimicMotion computes with."""

    spec: Spec
    unet: VideoUNet
    pose_net: PoseNet
    reference_net: PoseNet | None
    autoencoder: Autoencoder
    image_encoder: ImageEncoder


def pose_stem(pose_net: PoseNet, reference_net: PoseNet | None, poses: Tensor) -> Residuals:
    """What the poses `b 3 f H W`, slot 0 the photo's own, add to the U-Net's stem."""
    stem = pose_net(poses)
    if reference_net is None:
        return stem
    return stem + reference_net(poses[:, :, :1])  # one frame, added to all


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
    nets: Networks, reference: Tensor, poses: Tensor, image_noise: Tensor
) -> Conditioning:
    """Everything that steers the U-Net, computed once for the whole video.

    Args:
        reference: the photo, `1 3 H W` in [-1, 1]. The image encoder sees it as it is, the
            autoencoder with `image_noise` (`1 3 H W`, already scaled) on it.
        poses: drawn poses `f 3 H W` in [-1, 1]; item 0 is the reference's own.
    """
    frames = len(poses)
    image = nets.autoencoder.encode(reference + image_noise)
    pose = pose_stem(nets.pose_net, nets.reference_net, poses.movedim(0, 1)[None]).stem
    assert pose is not None  # a PoseNet always fills the stem
    return Conditioning(
        per_frame={"image": image[:, :, None].expand(-1, -1, frames, -1, -1), "pose": pose},
        shared={
            "token": nets.image_encoder.tokens(reference),
            "time_ids": torch.tensor([TIME_IDS], device=reference.device),
        },
    )


def animate(
    nets: Networks,
    reference: Tensor,
    poses: Tensor,
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
    ) -> None:
        super().__init__()
        self.unet, self.pose_net, self.reference_net = unet, pose_net, reference_net
        self.relative = relative
        self.sigma_mean, self.sigma_deviation = sigma_mean, sigma_deviation
        self.dropout = dropout

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
        prediction = self.unet(
            torch.cat([(latents + s * noise) / scale, image * keep], dim=1),
            sigma.log() / 4,
            batch["token"].float() * kept.view(-1, 1, 1),
            residuals=pose_stem(self.pose_net, self.reference_net, batch["pose"]) * keep,
            added_time_ids=torch.tensor([TIME_IDS], device=device).expand(count, -1),
        )
        target = (noise - s * latents) / scale
        loss = weighted_mse(prediction, target, batch["weight"][:, None])
        plain = weighted_mse(prediction.detach(), target)
        return {"loss": loss, "v_mse": plain}


PAPER = "paper, 4.1"


def _sources(**known: str) -> Mapping[str, str]:
    """Where each number of a stage was read; the others are ours, since the paper gives none."""
    return dict.fromkeys(NUMBERS, "ours; the paper gives none") | known


RELEASED_STAGE = Stage(
    name="released",
    paper="arXiv 2406.19680, 4.1",
    train=("unet.*", "pose_net.*"),
    optim=Optim(rate=1e-5, warmup=500),
    steps=11_000,
    batch_size=1,
    sources=_sources(
        rate=PAPER,
        warmup=PAPER,
        accumulate="paper, 4.1: 8 GPUs, batch 8, so 1 each",
        steps="20 epochs; 11k steps by a later paper's table",
        batch_size=PAPER,
    ),
)
"""The paper's only stage: SVD's U-Net and a fresh PoseNet, both trained in full."""

_POCKET_SOURCES = _sources(
    rate="ours: pocket starts from nothing, so fifty times the paper's or more",
    ema="ours: averages over the last hundred steps",
    steps="ours: what the time budget allows; more steps keep helping",
    batch_size="ours: keeps two cores busy",
)
POCKET_SHORT = Stage(
    name="pocket_short",
    paper="arXiv 2406.19680, 4.1, on drawn dancers",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=8e-4, warmup=100, ema=0.99),
    steps=20_000,
    batch_size=4,
    sources=_POCKET_SOURCES,
)
"""Many people, few frames of each at random times: who to draw and where every part goes."""
POCKET_WINDOWS = Stage(
    name="pocket_windows",
    paper="arXiv 2406.19680, 4.1, on drawn dancers",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=5e-4, warmup=50, ema=0.99),
    steps=2_000,
    batch_size=2,
    sources=_POCKET_SOURCES,
    starts_from="pocket_short",
)
"""Whole windows of consecutive frames: how they hang together."""
STAGES: Mapping[str, Stage] = {
    stage.name: stage for stage in (RELEASED_STAGE, POCKET_SHORT, POCKET_WINDOWS)
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

    Yields progress of the stages `pose`, `denoise` and `decode`, a preview after every step,
    warnings, and the `Result`. Raises a `StudioError` for whatever stops it.
    """
    started = time.monotonic()
    nets = load(shelf)
    size = (shelf.pocket_size, shelf.pocket_size)
    limits = shelf.limits
    person = read_person(inputs, shelf, size, settings.fit, settings.paper_person)
    motion = yield from read_motion(
        inputs, shelf, fps=settings.fps, num_frames=settings.num_frames, limits=limits
    )
    warnings = (*person.warnings, *motion.warnings)
    yield from warnings
    dance = retarget(motion.poses, person.poses, size) if settings.retarget else motion.poses
    drawn = [draw(poses, size, POCKET_STYLE) for poses in (person.poses, dance)]

    seed = settings.seed if settings.seed >= 0 else secrets.randbelow(2**31)
    steps = settings.num_inference_steps or nets.spec.steps[settings.quality]
    window = settings.window_size or nets.spec.window
    latents = yield from watch(
        _sample(nets, settings, shelf, person.picture, np.concatenate(drawn), seed),
        nets.autoencoder,
        frame=1 + len(dance) // 2,
    )
    record = make_record(
        system="mimicmotion",
        model="pocket",
        settings=settings,
        seed=seed,
        inputs=inputs,
        warnings=warnings,
        frames=len(dance),
        fps=motion.fps,
        steps=steps,
        window=window,
        seconds=round(time.monotonic() - started, 2),
        device=shelf.device.name,
    )
    yield from publish(
        latents[:, :, 1:],  # slot 0 is the reference
        nets.autoencoder,
        out,
        motion.fps,
        audio=motion.audio if settings.keep_audio else None,
        record=record,
        enlarge=max(1, SHOWN_SIDE // size[0]),
        limits=limits,
    )
    yield Result(out, record)


def _sample(
    nets: Networks,
    settings: MimicMotionSettings,
    shelf: Shelf,
    photo: NDArray[np.uint8],
    drawn: NDArray[np.uint8],
    seed: int,
) -> Iterator[Tick | Step]:
    """`animate` with the user's settings; `drawn` are the poses, the photo's own first."""
    window = settings.window_size or nets.spec.window
    return animate(
        nets,
        to_pixels(photo[None], shelf.device.torch),
        to_pixels(drawn, shelf.device.torch),
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
        drawn = [draw(poses, dance.size, POCKET_STYLE) for poses in (photo_pose[:1], dance)]
        events = _sample(nets, settings, shelf, photo, np.concatenate(drawn), seed)
        latents = [event.latents for event in events if isinstance(event, Step)][-1]
        parts = decode_in_chunks(nets.autoencoder, latents[:, :, 1:], 8)
        return np.concatenate([to_rgb(part) for part in parts])

    return animated
