"""Classifier-free guidance as a value: its strength by frame, and what its other half drops."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


def ramp(first: float, last: float, num_frames: int) -> Tensor:
    """A guidance scale that grows evenly over the frames, `f`, as SVD and MimicMotion use it."""
    return torch.linspace(first, last, num_frames)


@dataclass(frozen=True, eq=False)
class Guidance:
    """Classifier-free guidance (Ho and Salimans, arXiv 2207.12598).

    Attributes:
        scale: one number, or one per frame `f`; 1 means the conditional prediction alone.
        drop: the conditions that the unconditional half goes without.
        rescale: 0..1, how far the result is brought back to the conditional prediction's
            deviation (Lin et al., arXiv 2305.08891, section 3.4).
    """

    scale: float | Tensor = 1.0
    drop: frozenset[str] = frozenset()
    rescale: float = 0.0

    def __post_init__(self) -> None:
        if isinstance(self.scale, Tensor) and self.scale.ndim != 1:
            raise ValueError(
                f"a guidance scale per frame has one dimension, got {self.scale.shape}"
            )
        if not 0 <= self.rescale <= 1:
            raise ValueError(f"rescale must lie in 0..1, got {self.rescale}")

    @property
    def needed(self) -> bool:
        """Whether an unconditional half has to be computed: not when the scale is 1 everywhere."""
        return bool((torch.as_tensor(self.scale) != 1).any())

    def combine(self, uncond: Tensor, cond: Tensor) -> Tensor:
        """Guide the prediction: `uncond + scale * (cond - uncond)`, then rescale.

        Both predictions are `b c f h w`, with as many frames as the scale has, if it has any.
        """
        scale = self.scale
        if isinstance(scale, Tensor):
            scale = scale.to(cond)
            if len(scale) != cond.shape[2]:
                raise ValueError(f"{len(scale)} guidance scales for {cond.shape[2]} frames")
            scale = scale.view(1, 1, -1, 1, 1)
        guided = uncond + scale * (cond - uncond)
        if not self.rescale:
            return guided
        dims = tuple(range(1, cond.ndim))
        factor = cond.std(dims, keepdim=True) / guided.std(dims, keepdim=True)
        return guided * (self.rescale * factor + (1 - self.rescale))
