"""The residual block that the pocket autoencoder and the pocket pose detector are built of."""

from __future__ import annotations

from torch import Tensor, nn


class ResidualBlock(nn.Module):
    """Norm, SiLU, 3x3 conv, twice, with a shortcut: `n c h w` to the same shape."""

    def __init__(self, channels: int, groups: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.GroupNorm(groups, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
            nn.GroupNorm(groups, channels),
            nn.SiLU(),
            nn.Conv2d(channels, channels, 3, padding=1),
        )

    def forward(self, x: Tensor) -> Tensor:
        return x + self.body(x)
