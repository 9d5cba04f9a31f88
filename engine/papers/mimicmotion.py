"""MimicMotion: one photo and one dance make a video (Zhang et al., arXiv 2406.19680, ICML 2025).

| section | what | here | checked by |
|---|---|---|---|
| 3.1 | the public networks | `RELEASED`, `load` | parity/test_released_loading.py |
| 3.1 | PoseNet after `conv_in` | `Denoiser`, `conditions` | parity/test_mimicmotion_pipeline.py |
| 3.1 | steps, noise levels, seeds | `svd_scheduler`, `noise.draw` | parity/test_fusion.py |
| 3.2 | confidence-aware pose guidance | `engine/pose/draw.py` | parity/test_pose_draw.py |
| 3.2 | hand region enhancement, weight 10 | `engine/train/hands.py` | unit/test_hands.py |
| 3.3 | progressive latent fusion | `windows.anchored`, `denoise` | parity/test_fusion.py |
| 4.1 | loss and stages | `Objective`, `STAGES` | unit/test_mimicmotion.py |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import torch
from torch import Tensor, nn

from engine.catalogue import MimicMotionSettings
from engine.device import moved
from engine.evaluate.heldout import Animate
from engine.exchange.camera import Camera
from engine.models.shelf import Shelf
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
from engine.sampling.guidance import Guidance, ramp
from engine.sampling.loop import Step, Tick, denoise
from engine.sampling.placing import chunked, resident
from engine.sampling.plan import Plan
from engine.sampling.profile import PROFILES, Profile, choose
from engine.sampling.schedule import first_latents, svd_scheduler
from engine.sampling.scratch import Scratch
from engine.sampling.stored import gathered
from engine.train.fit import Batch
from engine.train.losses import weighted_mse
from engine.train.pocket_dance import POCKET_DETAILS, POCKET_PICTURES, POCKET_WINDOWS
from engine.train.stage import Optim, Stage
from engine.types import Event, Inputs

__all__ = ["POCKET", "RELEASED", "STAGES", "Networks", "Objective", "Spec", "generate", "redraw"]

# --- the networks ----------------------------------------------------------------------------


TIME_IDS = (6.0, 127.0, 0.0)
"""fps - 1, motion bucket, noise augmentation: the released pipeline's defaults (a.2)."""


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
    nets: Networks,
    reference: Tensor,
    poses: PosePictures,
    image_noise: Tensor,
    profile: Profile = PROFILES["cpu"],
    noise_augmentation: float = 0.0,
    folder: Path | None = None,
) -> Conditioning:
    """Everything that steers the U-Net, computed once for the whole video.

    Args:
        reference: the photo, `1 3 H W` in [-1, 1]. The image encoder sees it as it is, the
            autoencoder with `noise_augmentation` times `image_noise` (`1 3 H W`) on it.
        poses: the drawn dance.
        folder: where the features of a long dance lie, see `gathered`.
    """
    if isinstance(nets.autoencoder, nn.Module):
        # to stay: it shows every step, and decodes the last
        moved(nets.autoencoder, reference.device)
    with resident(nets.encoders(), reference.device, profile):
        noisy = reference + noise_augmentation * image_noise
        image = nets.autoencoder.encode(noisy)[:, :, None]
        time_ids = (*TIME_IDS[:2], noise_augmentation)
        return Conditioning(
            per_frame={
                "image": image.expand(-1, -1, len(poses), -1, -1),
                "pose": gathered(
                    pose_features(nets, poses, chunk=profile.decode),
                    len(poses),
                    dtype=profile.dtype or torch.float32,
                    # 5.9 MB a frame at 576x1024 would fill a small card; a window's worth travels
                    keep=torch.device("cpu") if profile.residency == "swap" else None,
                    folder=folder,
                ),
            },
            shared={
                "token": nets.image_encoder.tokens(reference),
                "time_ids": torch.tensor([time_ids], device=reference.device),
            },
        )


def animate(
    nets: Networks,
    reference: Tensor,
    poses: PosePictures,
    plan: Plan,
    generator: torch.Generator,
    *,
    profile: Profile = PROFILES["cpu"],
    scratch: Scratch | None = None,
) -> Iterator[Tick | Step]:
    """Denoise a video of the reference dancing the poses (3.1 to 3.3).

    Args as for `conditions` and `denoise`; `generator` draws the noise the run starts from. The
    last `Step`'s latents are the scaled video `1 c f h w`; frame 0 is the reference, to be dropped.
    """
    scheduler, device = svd_scheduler(nets.spec.sigma_min), reference.device
    fresh = noise.draw(
        len(poses),
        min(plan.window, len(poses)),
        (reference.shape[-2], reference.shape[-1]),
        generator,
        channels=nets.autoencoder.latent_channels,
        factor=nets.autoencoder.downscale,
    )
    cond = conditions(
        nets, reference, poses, fresh.image.to(device), profile, plan.noise_augmentation,
        folder=None if scratch is None else scratch.folder,
    )  # fmt: skip
    end = plan.guidance if plan.guidance_end is None else plan.guidance_end
    scale = plan.guidance if end == plan.guidance else ramp(plan.guidance, end, len(poses))
    still = cond["image"][:, :, :1] * nets.autoencoder.scaling_factor if nets.spec.relative else 0.0
    with resident([nets.unet], device, profile), chunked(nets.unet, profile.tokens):
        events = denoise(
            Denoiser(nets.unet),
            first_latents(fresh.video.to(device), scheduler, plan.steps),
            scheduler,
            plan.steps,
            cond,
            guidance=Guidance(scale, drop=frozenset({"image", "pose", "token"})),
            windows=windows.anchored(
                len(poses), plan.window, plan.overlap, fusion=plan.fusion, spread=plan.spread
            ),
            batch=profile.batch,
            dtype=profile.dtype or torch.float32,
            scratch=scratch,
        )
        del fresh  # as large as the latents of the whole video
        for event in events:
            yield _onto(still, event) if isinstance(event, Step) else event
            del event  # as large as well


def _onto(still: Tensor | float, step: Step) -> Step:
    """The step of a network that denoises how a video differs from its `still`."""
    guess = None if step.denoised is None else step.denoised + still
    return replace(step, latents=step.latents + still, denoised=guess)


# --- training --------------------------------------------------------------------------------


class Objective(nn.Module):
    """The denoising loss in EDM form, as SVD was trained (4.1; specs/mimicmotion.md d).

    `sigma = exp(mean + deviation * n)`; the network sees `x / sqrt(sigma^2 + 1)` at
    `ln(sigma) / 4` and predicts `v = (n - sigma x0) / sqrt(sigma^2 + 1)`. Weighted by
    `(sigma^2 + 1) / sigma^2`, the error of x0 is exactly the error of v, so v is what is compared.

    Args:
        reference_net, relative: as in `Networks` and `Spec`.
        sigma_mean, sigma_deviation: of the noise, see above.
        dropout: how often token, image and pose are dropped; together, because the unconditional
            half of the sampler drops all three at once.
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
        sigma_mean: float,
        sigma_deviation: float,
        dropout: float,
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


def objective(
    stage: Stage,
    unet: VideoUNet,
    pose_net: PoseNet,
    reference_net: PoseNet | None = None,
    *,
    relative: bool = False,
    image_only: bool = False,
) -> Objective:
    """The loss of a stage, with its numbers; arguments as for `Objective`."""
    numbers = {name: stage.loss[name] for name in ("sigma_mean", "sigma_deviation", "dropout")}
    return Objective(
        unet, pose_net, reference_net, relative=relative, image_only=image_only, **numbers
    )


RELEASED_STAGE = Stage(
    name="released",
    paper="arXiv 2406.19680, 4.1",
    train=("unet.*", "pose_net.*"),
    optim=Optim(rate=1e-5, warmup=500),
    steps=11_000,
    batch_size=1,
    whole_batch=8,
    loss={
        "sigma_mean": 0.7,
        "sigma_deviation": 1.6,
        "dropout": 0.1,
        "hand_weight": 10.0,
        "hand_threshold": 0.5,
        "hand_padding": 10 / 576,
    },
    sources={
        "rate": "paper, 4.1: 1e-5",
        "warmup": "paper, 4.1: 500 iterations",
        "decay": "ours: the paper gives none, so the rate stays",
        "weight_decay": "AdamW's default: the paper gives none",
        "betas": "AdamW's default: the paper gives none",
        "clip": "ours: customary for diffusion models; the paper gives none",
        "accumulate": "ours: as few as make up the whole batch on the devices there are",
        "ema": "ours: the paper gives none, so no average is kept",
        "steps": "a later paper's table: about 11k for the paper's 20 epochs",
        "batch_size": "ours: 16 frames fill a card (Tencent/MimicMotion issues 28 and 65)",
        "whole_batch": "paper, 4.1: batch 8 on 8 cards",
        "sigma_mean": "SVD's report, arXiv 2311.15127: from memory, uncertain (spec d)",
        "sigma_deviation": "SVD's report, arXiv 2311.15127: from memory, uncertain (spec d)",
        "dropout": "ours: not published; about 10 % is usual, all three together (spec d)",
        "hand_weight": "paper, 3.2: ten times",
        "hand_threshold": "ours: the paper gives none; the lowest that spec d suggests",
        "hand_padding": "ours: the paper gives none; 10 of 576 pixels, as spec d suggests",
    },
    data=("clips",),
    base="svd",
)
"""The paper's only stage: SVD's U-Net and a fresh PoseNet, both trained in full."""

STAGES: Mapping[str, Stage] = {
    stage.name: stage for stage in (RELEASED_STAGE, POCKET_PICTURES, POCKET_DETAILS, POCKET_WINDOWS)
}


# --- from a photo and a dance to a video -----------------------------------------------------


def load(shelf: Shelf, memory: str = "auto") -> Networks:
    """The networks of the shelf's model, loaded once, where the setting `memory` has them.

    `cpu` brings the shelf to the processor, whatever it was made for; every other brings it back.
    Raises MissingModel when files are gone.
    """
    shelf.work_on("cpu" if memory == "cpu" else "")
    if not shelf.is_pocket:
        roomy = choose(memory, shelf.device).residency == "all"
        public = shelf.released(resident=roomy)
        nets = Networks(
            public.spec, public.unet, public.pose_net, None, public.vae, public.image_encoder
        )
        if not roomy:  # an earlier run with more memory may have left them on the card
            travelling: list[nn.Module] = [nets.unet, *nets.encoders()]
            for net in travelling:
                moved(net, "cpu")
        return nets
    return Networks(
        POCKET,
        shelf.pocket("mimicmotion-unet", VideoUNet),
        shelf.pocket("mimicmotion-pose", PoseNet),
        shelf.pocket("mimicmotion-reference", PoseNet),
        shelf.autoencoder(),
        shelf.image_encoder(),
    )


def get_ready(shelf: Shelf) -> None:
    """Load what a video of the shelf's model needs; see `load`."""
    load(shelf)
    svd_scheduler()  # its module brings scipy.stats, a second of a processor


def camera(shelf: Shelf, memory: str = "auto") -> Camera:
    """The shelf's model with this paper's way of sampling; see `load`."""
    return Camera("mimicmotion", shelf.model_name, load(shelf, memory), animate, shelf)


def generate(
    settings: MimicMotionSettings,
    inputs: Inputs,
    shelf: Shelf,
    out: Path,
    scratch: Path | None = None,
) -> Iterator[Event]:
    """Make a video of the person in `inputs.image` dancing the motion of `inputs`.

    Yields progress of the stages `find the pose`, `denoise` and `decode`, a preview after every
    step, warnings, and the `Result`. Raises a `StudioError` for whatever stops it.

    With a folder `scratch` a run that was cut goes on after its last finished step, and parts of
    a long video can be played from there (`Part`) while the rest is decoded.
    """
    yield from camera(shelf, settings.memory).generate(settings, inputs, out, scratch)


def redraw(settings: MimicMotionSettings, shelf: Shelf) -> Animate:
    """The system as the measurements see it: a photo, its pose and a dance to frames."""
    return camera(shelf, settings.memory).redraw(settings)
