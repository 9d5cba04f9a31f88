"""The loop as MimicMotion's published code has it, for comparison (specs/mimicmotion.md c and f.3).

One window at a time, guidance halves one after the other, the PoseNet in the loop, queries computed
for a context of one token, convolutions along the frames as Conv3d and weights laid out as they are
stored, everything in fp32 and kept. The formulas are written out here, apart from
`engine/sampling`, so equal frames also say that the fast loop is right.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from engine.nets.mimicmotion import Networks, pose_stem
from engine.nets.resnet import FrameConv
from engine.papers.mimicmotion import TIME_IDS
from engine.sampling.controls import attached


class _Nothing:
    """An attention control without a bias: it only takes the single-token short cut away."""

    def bias(self, site: str, queries: Tensor, keys: Tensor) -> None:
        return None


def published(net: nn.Module) -> None:
    """Make the network compute as the published one: Conv3d, weights with the pixels innermost."""
    for module in list(net.modules()):
        for name, layer in list(module.named_children()):
            if isinstance(layer, FrameConv):
                reach = layer.kernel_size[0]
                plain = nn.Conv3d(
                    layer.in_channels, layer.out_channels, (reach, 1, 1), padding=(reach // 2, 0, 0)
                )
                plain.load_state_dict(layer.state_dict())
                setattr(module, name, plain)
    net.to(memory_format=torch.contiguous_format)


def sigmas(steps: int, smallest: float) -> list[float]:
    """Karras et al. 2022, eq. 5, from 700 down, then 0."""
    high, low = 700 ** (1 / 7), smallest ** (1 / 7)
    span = max(steps - 1, 1)
    return [(high + k / span * (low - high)) ** 7 for k in range(steps)] + [0.0]


def windows(frames: int, size: int, overlap: int) -> list[list[int]]:
    """Slot 0 is the reference."""
    size = min(size, frames)
    starts = list(range(0, frames - size + 1, max(size - overlap, 1)))
    if starts[-1] + size < frames:
        starts.append(frames - size)
    return [[0, *range(s + 1, s + size)] for s in starts]


@torch.no_grad()
def straightforward(
    nets: Networks,
    reference: Tensor,
    poses: Tensor,
    *,
    steps: int,
    guidance: float,
    window: int,
    overlap: int,
    seed: int,
) -> Tensor:
    """Photo `1 3 H W` and all poses `f 3 H W`, item 0 the photo's own, to frames `f 3 H W`."""
    frames, (height, width) = len(poses), reference.shape[-2:]
    generator = torch.Generator().manual_seed(seed)
    torch.randn(1, 3, height, width, generator=generator)  # the picture's noise, not used
    size = min(window, frames)
    channels, factor = nets.autoencoder.latent_channels, nets.autoencoder.downscale
    base = torch.randn(1, size, channels, height // factor, width // factor, generator=generator)
    levels = sigmas(steps, nets.spec.sigma_min)
    latents = base[:, [f % size for f in range(frames)]].transpose(1, 2)
    latents = latents * math.sqrt(levels[0] ** 2 + 1)
    image = nets.autoencoder.encode(reference)[:, :, None].repeat(1, 1, frames, 1, 1)
    token = nets.image_encoder.tokens(reference)
    ids = torch.tensor([TIME_IDS])
    own = poses[None, :1].transpose(1, 2)
    with attached(nets.unet, _Nothing(), lambda name: name.endswith("attn2")):
        for sigma, following in zip(levels[:-1], levels[1:], strict=True):
            scaled = latents / math.sqrt(sigma**2 + 1)
            halves = [torch.zeros_like(latents) for _ in range(2)]
            total = torch.zeros(frames)
            for chosen in windows(frames, window, overlap):
                place = (torch.arange(len(chosen)) + 0.5) * 2 / len(chosen)
                weight = torch.minimum(place, 2 - place)
                given = torch.cat([scaled, image], dim=1)[:, :, chosen]
                blank = torch.cat([given[:, :channels], 0 * given[:, channels:]], dim=1)
                time = torch.tensor(math.log(sigma) / 4)
                plain = nets.unet(blank, time, 0 * token, added_time_ids=ids)
                # the photo's own pose in slot 0, as every window has it
                seen = torch.cat([own, poses[None, chosen[1:]].transpose(1, 2)], dim=2)
                stem = pose_stem(nets.pose_net, nets.reference_net, seen)
                guided = nets.unet(given, time, token, residuals=stem, added_time_ids=ids)
                for half, prediction in zip(halves, (plain, guided), strict=True):
                    half[:, :, chosen] += weight.view(-1, 1, 1) * prediction
                total[chosen] += weight
            without, having = (half / total.view(-1, 1, 1) for half in halves)
            v = without + guidance * (having - without)
            clean = latents / (sigma**2 + 1) - v * sigma / math.sqrt(sigma**2 + 1)
            latents = latents + (latents - clean) / sigma * (following - sigma)
    if nets.spec.relative:
        latents = latents + image * nets.autoencoder.scaling_factor
    unscaled = latents[0].transpose(0, 1) / nets.autoencoder.scaling_factor
    return torch.cat([nets.autoencoder.decode(part) for part in unscaled.split(8)])
