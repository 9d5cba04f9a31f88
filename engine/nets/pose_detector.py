"""Find the 133 keypoints of a drawn dancer in a small picture."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

from engine.nets.blocks import ResidualBlock
from engine.types import NUM_KEYPOINTS

KEYPOINTS = NUM_KEYPOINTS["wholebody133"]
_CELL = 4  # pixels per bin


class PocketPoseDetector(ModelMixin, ConfigMixin):
    """Keypoints as two classifications over bins, one along x and one along y (SimCC).

    The same output as DWPose's, in small: one score per bin of 4 pixels along each side, and one
    that says whether the keypoint is visible. A map per keypoint says how likely it is in each
    cell; the scores along a side are the map's, summed over the other side. So a joint that moves
    moves its peak, and nothing has to be learnt again for every place, as it would with linear
    layers from a map to the bins.
    """

    @register_to_config
    def __init__(self, size: int = 128, width: int = 48, blocks: int = 2, groups: int = 8) -> None:
        super().__init__()
        self.size = size
        self.stem = nn.Sequential(
            nn.PixelUnshuffle(_CELL), nn.Conv2d(3 * _CELL**2, width, 3, padding=1)
        )

        def level(channels: int) -> nn.Sequential:
            return nn.Sequential(*(ResidualBlock(channels, groups) for _ in range(blocks)))

        widths = [width, 2 * width, 4 * width]
        pairs = list(zip(widths[:-1], widths[1:], strict=True))
        self.down = nn.ModuleList(level(channels) for channels in widths)
        self.narrow = nn.ModuleList(nn.Conv2d(a, b, 4, stride=2, padding=1) for a, b in pairs)
        self.widen = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairs)
        self.up = nn.ModuleList(ResidualBlock(a, groups) for a, _ in pairs)
        self.maps = nn.Sequential(
            nn.GroupNorm(groups, width), nn.SiLU(), nn.Conv2d(width, KEYPOINTS, 1)
        )
        self.visible = nn.Sequential(
            nn.GroupNorm(groups, widths[-1]), nn.SiLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(widths[-1], KEYPOINTS),
        )  # fmt: skip

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pixels `n 3 H W` to logits along x `n k bins`, along y, and of visibility `n k`."""
        if pixels.shape[-2:] != (self.size, self.size):
            pixels = F.interpolate(pixels, (self.size, self.size), mode="bilinear", antialias=True)
        x = self.down[0](self.stem(pixels))
        skips = []
        for narrow, level in zip(self.narrow, self.down[1:], strict=True):
            skips.append(x)
            x = level(narrow(x))
        seen = self.visible(x)
        for widen, level in zip(reversed(self.widen), reversed(self.up), strict=True):
            x = level(skips.pop() + F.interpolate(widen(x), scale_factor=2.0, mode="bilinear"))
        maps = self.maps(x)
        return maps.logsumexp(dim=-2), maps.logsumexp(dim=-1), seen

    @torch.no_grad()
    def look(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Pixels `n 3 H W` in [-1, 1] to keypoints `n k 2`, score and certainty `n k` in [0, 1].

        The score says whether a joint of a dancer is visible; the certainty says whether it was
        found at all. It is the share of probability in the three bins around the peak, along the
        less sure side.
        """
        x, y, visible = self(pixels)
        (across, sure_x), (down, sure_y) = _centre(x), _centre(y)
        return torch.stack([across, down], -1), visible.sigmoid(), torch.minimum(sure_x, sure_y)

    def detect(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Pixels `n 3 H W` in [-1, 1] to keypoints `n k 2` in [0, 1] and score `n k` in [0, 1]."""
        places, score, _ = self.look(pixels)
        return places, score

    def certainty(self, pixels: Tensor) -> Tensor:
        """How sure the place of each keypoint is: pixels `n 3 H W` to `n k` in [0, 1]."""
        return self.look(pixels)[2]


def _centre(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The place of the peak in [0, 1], refined by the mean over the three bins around it, and the
    probability in them."""
    bins = logits.shape[-1]
    probability = logits.float().softmax(dim=-1)
    peak = probability.argmax(dim=-1, keepdim=True)
    near = (peak + torch.arange(-1, 2, device=logits.device)).clamp(0, bins - 1)
    weight = probability.gather(-1, near)
    sure = weight.sum(dim=-1)
    return (weight * (near + 0.5)).sum(dim=-1) / sure / bins, sure
