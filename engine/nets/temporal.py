"""The temporal fillings: what turns the image U-Net into one of the video U-Nets.

A filling says which module follows which inside a level; the skeleton in `unet.py` does the rest.
Every module takes `(x, signals)` and returns x, `(b f) c h w`.

| filling | resnet | then | attention | then | public class it matches |
|---|---|---|---|---|---|
| none | 2-D | - | spatial | - | UNet2DConditionModel (SD 1.x) |
| motion | 2-D | - | spatial | motion module | UNetMotionModel (AnimateDiff) |
| modelscope | 2-D | temporal conv | spatial | temporal attention | UNet3DConditionModel |
| svd | 2-D + 1-D mixed | - | spatial + temporal mixed | - | UNetSpatioTemporalConditionModel |
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import torch
from torch import Tensor, nn

from engine.nets.attention import SpatialTransformer, TransformerBlock
from engine.nets.frames import Signals, fold, unfold
from engine.nets.resnet import Resnet2d, frame_conv, zero
from engine.nets.svd import SvdResnet, SvdTransformer

Temporal: TypeAlias = Literal["none", "motion", "modelscope", "svd"]


@dataclass(frozen=True)
class LevelSpec:
    """The numbers that all layers of one level share; see `VideoUNet` for their meaning."""

    time_dim: int
    context_dim: int
    heads: int
    groups: int
    eps: float
    pooled: bool
    linear: bool
    depth: int
    ff_mult: int
    motion_heads: int


@dataclass(frozen=True)
class Extra:
    """A list of further modules in a level.

    Attributes:
        name: the list's name in the checkpoint.
        build: makes one module from the number of channels.
        everywhere: also in levels without attention.
    """

    name: str
    build: Callable[[int, LevelSpec], nn.Module]
    everywhere: bool = True


@dataclass(frozen=True)
class Filling:
    """How one kind of level is made; `resnet` takes input and output channels."""

    resnet: Callable[[int, int, LevelSpec], nn.Module]
    attention: Callable[[int, LevelSpec], nn.Module]
    after_resnet: Extra | None = None
    after_attention: Extra | None = None


class TemporalConv(nn.Module):
    """ModelScope's four temporal convolutions, added to their input; zero when fresh."""

    def __init__(self, channels: int, groups: int, dropout: float = 0.1) -> None:
        super().__init__()

        def step(*drop: nn.Module) -> nn.Sequential:
            norm = nn.GroupNorm(groups, channels, eps=1e-5)
            return nn.Sequential(norm, nn.SiLU(), *drop, frame_conv(channels, channels))

        self.conv1 = step()
        self.conv2 = step(nn.Dropout(dropout))
        self.conv3 = step(nn.Dropout(dropout))
        self.conv4 = step(nn.Dropout(dropout))
        zero(self.conv4[-1])

    def forward(self, x: Tensor, signals: Signals) -> Tensor:
        if signals.image_only:
            return x
        h = unfold(x, signals.frames)
        return fold(h + self.conv4(self.conv3(self.conv2(self.conv1(h)))))


class FramePositions(nn.Module):
    """Adds the sinusoid of the frame number to `n f dim`.

    It is computed and has no weights, hence any number of frames. Checkpoints store the table as
    `pe` (`1 max_frames dim`); loading checks it against the formula and then leaves it out, so
    that a strict load neither misses nor silently drops it.
    """

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, x: Tensor) -> Tensor:
        return x + self.table(x.shape[1], x.device).to(x.dtype)

    def table(self, frames: int, device: torch.device | str = "cpu") -> Tensor:
        """`frames dim`: sines in the even columns, cosines in the odd ones (Vaswani et al. 3.5)."""
        even = torch.arange(0, self.dim, 2, device=device)
        angle = torch.arange(frames, device=device)[:, None] * torch.exp(
            even * (-math.log(10000.0) / self.dim)
        )
        return torch.stack((angle.sin(), angle.cos()), dim=-1).flatten(1)[:, : self.dim]

    def _load_from_state_dict(
        self, state_dict: dict[str, Any], prefix: str, *args: Any, **kwargs: Any
    ) -> None:
        """torch's hook for this module's part of a state dict; `args[-1]` collects the errors."""
        rest = dict(state_dict)
        stored: Tensor | None = rest.pop(prefix + "pe", None)
        super()._load_from_state_dict(rest, prefix, *args, **kwargs)
        if stored is None or stored.is_meta:
            return
        table = self.table(stored.shape[-2])
        values = stored.float().cpu().flatten(0, -2)
        if values.shape != table.shape or not torch.allclose(values, table, atol=2e-3):
            args[-1].append(f"{prefix}pe is not the sinusoid that this network computes")


class TemporalTransformer(nn.Module):
    """Two self-attentions over time and a feed-forward per pixel, added to the input.

    Serves as AnimateDiff's motion module (with `positions`), as ModelScope's temporal attention
    and as its `transformer_in`. The norm pools over frames. The output projection starts at zero,
    so a fresh filling leaves the image network as it is (AnimateDiff 3.2).
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        head_dim: int,
        *,
        groups: int,
        positions: bool,
        ff_mult: int = 4,
    ) -> None:
        super().__init__()
        inner = heads * head_dim
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, inner)
        place = FramePositions(inner) if positions else None
        self.transformer_blocks = nn.ModuleList(
            [TransformerBlock(inner, heads, head_dim, None, ff_mult=ff_mult, positions=place)]
        )
        self.proj_out = nn.Linear(inner, channels)
        zero(self.proj_out)

    def forward(self, x: Tensor, signals: Signals) -> Tensor:
        if signals.image_only:
            return x
        video = unfold(x, signals.frames)
        b, _, f, height, width = video.shape
        h = self.norm(video).permute(0, 3, 4, 2, 1).flatten(0, 2)  # (b h w) f c
        h = self.proj_in(h)
        for block in self.transformer_blocks:
            h = block(h)
        h = self.proj_out(h).view(b, height, width, f, -1).permute(0, 4, 3, 1, 2)
        return fold(video + h)


def _resnet_2d(in_channels: int, out_channels: int, spec: LevelSpec) -> nn.Module:
    return Resnet2d(
        in_channels,
        out_channels,
        spec.time_dim,
        groups=spec.groups,
        eps=spec.eps,
        pooled=spec.pooled,
    )


def _resnet_svd(in_channels: int, out_channels: int, spec: LevelSpec) -> nn.Module:
    return SvdResnet(in_channels, out_channels, spec.time_dim, groups=spec.groups, eps=spec.eps)


def _spatial(channels: int, spec: LevelSpec) -> nn.Module:
    return SpatialTransformer(
        channels,
        spec.heads,
        spec.context_dim,
        groups=spec.groups,
        linear=spec.linear,
        depth=spec.depth,
        ff_mult=spec.ff_mult,
    )


def _spatial_svd(channels: int, spec: LevelSpec) -> nn.Module:
    return SvdTransformer(
        channels,
        spec.heads,
        spec.context_dim,
        groups=spec.groups,
        depth=spec.depth,
        ff_mult=spec.ff_mult,
    )


def _temporal(heads: int, positions: bool, channels: int, spec: LevelSpec) -> nn.Module:
    return TemporalTransformer(
        channels,
        heads,
        channels // heads,
        groups=spec.groups,
        positions=positions,
        ff_mult=spec.ff_mult,
    )


FILLINGS: Mapping[Temporal, Filling] = {
    "none": Filling(_resnet_2d, _spatial),
    "motion": Filling(
        _resnet_2d,
        _spatial,
        after_attention=Extra(
            "motion_modules", lambda width, spec: _temporal(spec.motion_heads, True, width, spec)
        ),
    ),
    "modelscope": Filling(
        _resnet_2d,
        _spatial,
        after_resnet=Extra("temp_convs", lambda width, spec: TemporalConv(width, spec.groups)),
        after_attention=Extra(
            "temp_attentions",
            lambda width, spec: _temporal(spec.heads, False, width, spec),
            everywhere=False,
        ),
    ),
    "svd": Filling(_resnet_svd, _spatial_svd),
}
