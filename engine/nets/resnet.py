"""Convolutional blocks of the U-Net; module names equal the keys of the public checkpoints."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.frames import Signals, fold, unfold


class FrameNorm(nn.GroupNorm):
    """GroupNorm of `(b f) c h w`; statistics per frame, or pooled over the frames of a clip."""

    def __init__(self, groups: int, channels: int, eps: float, pooled: bool = False) -> None:
        super().__init__(groups, channels, eps=eps)
        self.pooled = pooled

    def normalise(self, x: Tensor, frames: int) -> Tensor:
        """`(b f) c h w` to the same."""
        return fold(self(unfold(x, frames))) if self.pooled else self(x)


class Resnet2d(nn.Module):
    """Two 3x3 convolutions per frame with the time step between them; `(b f) c h w`."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        time_dim: int,
        *,
        groups: int,
        eps: float,
        pooled: bool = False,
    ) -> None:
        super().__init__()
        self.norm1 = FrameNorm(groups, in_channels, eps, pooled)
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, padding=1)
        self.time_emb_proj = nn.Linear(time_dim, out_channels)
        self.norm2 = FrameNorm(groups, out_channels, eps, pooled)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1)
        self.conv_shortcut = (
            nn.Conv2d(in_channels, out_channels, 1) if in_channels != out_channels else None
        )

    def forward(self, x: Tensor, signals: Signals) -> Tensor:
        h = self.conv1(F.silu(self.norm1.normalise(x, signals.frames)))
        time = self.time_emb_proj(signals.time).repeat_interleave(signals.frames, dim=0)
        h = h + time[:, :, None, None]
        h = self.conv2(F.silu(self.norm2.normalise(h, signals.frames)))
        return h + (x if self.conv_shortcut is None else self.conv_shortcut(x))


class FrameConv(nn.Conv3d):
    """A Conv3d of kernel (k, 1, 1), which looks along the frames pixel by pixel; `b c f h w`.

    It runs as a 2-D convolution over f x (h w): the same sum, for which CPUs have better code.
    """

    def forward(self, input: Tensor) -> Tensor:
        reach = (self.kernel_size[0] // 2, 0)
        h = F.conv2d(input.flatten(3), self.weight[..., 0], self.bias, padding=reach)
        return h.unflatten(3, input.shape[3:])


def frame_conv(in_channels: int, out_channels: int) -> FrameConv:
    """The temporal convolution of all published fillings: three neighbouring frames."""
    return FrameConv(in_channels, out_channels, (3, 1, 1), padding=(1, 0, 0))


def zero(module: nn.Module) -> None:
    """Set all parameters to 0, so that what a residual branch adds starts from nothing."""
    for parameter in module.parameters():
        nn.init.zeros_(parameter)


class Downsample(nn.Module):
    """Half the size by a 3x3 convolution of stride 2; odd sizes round up."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, stride=2, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return self.conv(x)


class Upsample(nn.Module):
    """Nearest neighbour to the wanted size, then a 3x3 convolution."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1)

    def forward(self, x: Tensor, size: torch.Size) -> Tensor:
        return self.conv(F.interpolate(x, size=size, mode="nearest"))
