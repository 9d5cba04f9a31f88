"""Losses that more than one stage uses; each is a plain function of tensors."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor


def weighted_mse(prediction: Tensor, target: Tensor, weight: Tensor | None = None) -> Tensor:
    """Mean squared error over elements, each times its `weight` (broadcast).

    The weights are not normalised: MimicMotion's hand regions count ten times on top of the rest
    (specs/mimicmotion.md d), they do not take from it.
    """
    error = (prediction.float() - target.float()).square()
    return (error if weight is None else error * weight).mean()


def multiscale_l1(prediction: Tensor, target: Tensor, scales: int) -> Tensor:
    """Mean absolute error of pictures `n c h w` at full size and halved `scales - 1` times.

    The coarse terms keep large areas in the right colour while the fine one still blurs.
    """
    total = prediction.new_zeros(())
    for scale in range(scales):
        if scale:
            prediction, target = F.avg_pool2d(prediction, 2), F.avg_pool2d(target, 2)
        total = total + (prediction - target).abs().mean()
    return total / scales


def info_nce(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Contrast: row i of `first` must find row i of `second` among all rows, and the other way.

    Both are `n d`; they are normalised here.
    """
    similarity = F.normalize(first, dim=-1) @ F.normalize(second, dim=-1).T / temperature
    labels = torch.arange(len(first), device=first.device)
    return (F.cross_entropy(similarity, labels) + F.cross_entropy(similarity.T, labels)) / 2


def simcc(logits: Tensor, place: Tensor, weight: Tensor, sigma: float) -> Tensor:
    """Cross-entropy of bins with a Gaussian around the true place (SimCC with soft labels).

    Args:
        logits: `n k bins`.
        place: `n k` true coordinate in [0, 1].
        weight: `n k`, 0 where the keypoint does not count.
        sigma: width of the label in bins.
    """
    bins = logits.shape[-1]
    centres = torch.arange(bins, device=logits.device) + 0.5
    label = torch.softmax(-0.5 * ((centres - place[..., None] * bins) / sigma).square(), dim=-1)
    entropy = -(label * logits.float().log_softmax(dim=-1)).sum(dim=-1)
    return (entropy * weight).sum() / weight.sum().clamp(min=1)
