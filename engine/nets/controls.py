"""Control networks: they turn what the user steers with into `Residuals` for the U-Net."""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from engine.nets.frames import fold, unfold
from engine.nets.residuals import Residuals

_STEPS = (  # in, out, kernel, stride (MimicMotion spec a.3)
    (3, 3, 3, 1),
    (3, 16, 4, 2),
    (16, 16, 3, 1),
    (16, 32, 4, 2),
    (32, 32, 3, 1),
    (32, 64, 4, 2),
    (64, 64, 3, 1),
    (64, 128, 3, 1),
)


class PoseNet(nn.Module):
    """MimicMotion's pose encoder: pose pictures to features at 1/8 of their size.

    A fresh one gives exactly zero, so training starts from the untouched U-Net. Keys are those of
    the released checkpoint (`pose_net.*` without the prefix).

    Args:
        out_channels: width of the U-Net's first level.
    """

    def __init__(self, out_channels: int = 320) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for inputs, outputs, kernel, stride in _STEPS:
            conv = nn.Conv2d(inputs, outputs, kernel, stride, padding=1)
            nn.init.normal_(conv.weight, std=math.sqrt(2 / (kernel * kernel * inputs)))
            nn.init.zeros_(conv.bias)  # pyright: ignore[reportArgumentType]
            layers += [conv, nn.SiLU()]
        self.conv_layers = nn.Sequential(*layers)
        self.final_proj = nn.Conv2d(_STEPS[-1][1], out_channels, 1)
        for parameter in self.final_proj.parameters():
            nn.init.zeros_(parameter)
        self.scale = nn.Parameter(torch.full((1,), 2.0))

    def forward(self, pose: Tensor) -> Residuals:
        """Encode pose pictures `b 3 f H W` in [-1, 1]; the stem is `b c f H//8 W//8`."""
        features = self.features(fold(pose))
        return Residuals(stem=unfold(features, pose.shape[2]))

    def features(self, pose: Tensor) -> Tensor:
        """`n 3 H W` to `n c H//8 W//8`."""
        return self.final_proj(self.conv_layers(pose)) * self.scale
