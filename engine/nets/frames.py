"""How a video travels through the network.

2-D layers see `(b f) c h w`; temporal layers see the same memory as `b c f h w`.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True)
class Signals:
    """What every layer may read besides its input.

    Attributes:
        time: `b e`, the embedded time step, already through SiLU (every resnet wants it so).
        context: `b m d`, tokens of the text or image prompt, shared by all frames.
        frames: number of frames f; 2-D layers see `(b f) c h w`.
        image_only: the frames are pictures that have nothing to do with each other, so temporal
            layers let them through unchanged (SVD's image_only_indicator).
    """

    time: Tensor
    context: Tensor
    frames: int
    image_only: bool = False


def fold(x: Tensor) -> Tensor:
    """`b c f h w` to `(b f) c h w`."""
    return x.transpose(1, 2).flatten(0, 1)


def unfold(x: Tensor, frames: int) -> Tensor:
    """`(b f) c h w` to `b c f h w`, a view."""
    return x.unflatten(0, (-1, frames)).transpose(1, 2)


def plus(x: Tensor, residual: Tensor | None, frames: int) -> Tensor:
    """`(b f) c h w` plus a residual that broadcasts to `b c f h w`."""
    return x if residual is None else fold(unfold(x, frames) + residual)
