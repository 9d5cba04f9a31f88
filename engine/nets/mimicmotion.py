"""What MimicMotion computes with, at two sizes: the released one and the built-in pocket."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import torch
from torch import Tensor, nn

from engine.catalogue import QUALITY_STEPS
from engine.nets.autoencoder import Autoencoder
from engine.nets.controls import PoseNet
from engine.nets.encoders import ImageEncoder
from engine.nets.residuals import Residuals
from engine.nets.specs import SVD_XT
from engine.nets.unet import VideoUNet


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
        style: how the poses are drawn that it was trained on.
    """

    unet: Mapping[str, Any]
    pose_channels: int
    window: int
    steps: Mapping[str, int]
    guidance: float
    relative: bool = False
    sigma_min: float = 0.002
    style: Literal["mimicmotion", "pocket"] = "mimicmotion"


RELEASED = Spec(
    unet=SVD_XT,
    pose_channels=320,
    window=72,
    steps=QUALITY_STEPS["released"],
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
    steps=QUALITY_STEPS["pocket"],
    guidance=1.0,
    relative=True,
    sigma_min=5.0,
    style="pocket",
)
"""The small built-in model: 16x16 latents, attention at both levels (design.md 2).

Two things differ from the released model, because pocket learns from nothing what the released one
brings from SVD. It denoises the difference to the photo, so that a still background is
zero from the start and all learning goes to the person; and every frame is shown the photo's own
pose through a PoseNet of its own, where the released model has it in slot 0 alone.
"""


@dataclass(frozen=True)
class Networks:
    """Everything that a run of MimicMotion computes with."""

    spec: Spec
    unet: VideoUNet
    pose_net: PoseNet
    reference_net: PoseNet | None
    autoencoder: Autoencoder
    image_encoder: ImageEncoder

    def encoders(self) -> list[nn.Module]:
        """The modules that work once, before the first step, and are not needed after it."""
        parts = (self.image_encoder, self.pose_net, self.reference_net)
        return [part for part in parts if isinstance(part, nn.Module)]

    def modules(self) -> list[nn.Module]:
        """All of them."""
        parts = (self.unet, self.autoencoder)
        return self.encoders() + [part for part in parts if isinstance(part, nn.Module)]


def pose_stem(
    pose_net: PoseNet, reference_net: PoseNet | None, poses: Tensor, first: int = 0
) -> Residuals:
    """What the poses `b 3 f H W` add to the U-Net's stem in the frames from `first` on.

    Slot 0 holds the photo's own pose.
    """
    stem = pose_net(poses[:, :, first:])
    if reference_net is None:
        return stem
    return stem + reference_net(poses[:, :, :1])  # one frame, added to all


class PosePictures(Protocol):
    """Drawn poses `f 3 H W` in [-1, 1], item 0 the photo's own; a tensor is one."""

    def __len__(self) -> int: ...

    def split(self, size: int, /) -> Iterable[Tensor]:
        """The pictures in order, at most `size` at a time."""
        ...


@torch.no_grad()
def pose_features(nets: Networks, poses: PosePictures, *, chunk: int = 8) -> Iterator[Tensor]:
    """`pose_stem` of a whole dance in order, `f c h w` of at most `chunk` pictures at a time.

    Once per video: upstream runs its PoseNet again in every window of every step
    (specs/mimicmotion.md f.3).
    """
    own = torch.zeros(())
    for number, part in enumerate(poses.split(chunk)):
        if number == 0 and nets.reference_net is not None:
            own = nets.reference_net.features(part[:1])
        features = nets.pose_net.features(part)
        yield features + own.to(features)
