"""Find the 133 keypoints of a drawn dancer in a small picture."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

from engine.nets.blocks import ResidualBlock

KEYPOINTS = 133


class PocketPoseDetector(ModelMixin, ConfigMixin):
    """Keypoints as two classifications over bins, one along x and one along y (SimCC).

    The same representation as DWPose's, in small: every keypoint gets a map over the 8x8 grid of
    features, a linear layer mixes that map into a vector, and two linear layers turn the vector
    into one score per bin; `bins` covers the picture's side. A further output says whether the
    keypoint is visible.
    """

    @register_to_config
    def __init__(
        self,
        size: int = 128,
        bins: int = 128,
        width: int = 48,
        hidden: int = 96,
        blocks: int = 2,
        groups: int = 8,
    ) -> None:
        super().__init__()
        self.size = size
        self.bins = bins
        layers: list[nn.Module] = [nn.PixelUnshuffle(4), nn.Conv2d(48, width, 3, padding=1)]
        channels = width
        for _ in range(2):
            layers += [ResidualBlock(channels, groups) for _ in range(blocks)]
            layers += [nn.Conv2d(channels, 2 * channels, 4, stride=2, padding=1)]
            channels *= 2
        layers += [ResidualBlock(channels, groups) for _ in range(blocks)]
        self.trunk = nn.Sequential(*layers, nn.GroupNorm(groups, channels), nn.SiLU())
        self.maps = nn.Conv2d(channels, KEYPOINTS, 1)
        self.mix = nn.Sequential(nn.Linear((size // 16) ** 2, hidden), nn.SiLU())
        # one small vector per keypoint tells the shared layers which joint they look at
        self.joint = nn.Parameter(torch.randn(KEYPOINTS, hidden) * 0.02)
        self.context = nn.Linear(channels, hidden)
        self.along_x = nn.Linear(hidden, bins)
        self.along_y = nn.Linear(hidden, bins)
        self.visible = nn.Linear(hidden, 1)

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pixels `n 3 H W` to logits along x `n k bins`, along y, and of visibility `n k`."""
        if pixels.shape[-2:] != (self.size, self.size):
            pixels = F.interpolate(pixels, (self.size, self.size), mode="bilinear", antialias=True)
        features = self.trunk(pixels)
        hidden = self.mix(self.maps(features).flatten(2)) + self.joint
        hidden = F.silu(hidden + self.context(features.mean(dim=(2, 3)))[:, None])
        return self.along_x(hidden), self.along_y(hidden), self.visible(hidden)[..., 0]

    @torch.no_grad()
    def detect(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels `n 3 H W` in [-1, 1] to keypoints `n k 2` in [0, 1] and score `n k` in [0, 1]."""
        x, y, visible = self(pixels)
        return torch.stack([_centre(x), _centre(y)], dim=-1), visible.sigmoid()


def _centre(logits: Tensor) -> Tensor:
    """The place of the peak, refined by the mean over the three bins around it, in [0, 1]."""
    bins = logits.shape[-1]
    probability = logits.float().softmax(dim=-1)
    peak = probability.argmax(dim=-1, keepdim=True)
    near = (peak + torch.arange(-1, 2, device=logits.device)).clamp(0, bins - 1)
    weight = probability.gather(-1, near)
    place = (weight * (near + 0.5)).sum(dim=-1) / weight.sum(dim=-1)
    return place / bins
