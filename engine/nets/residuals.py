"""What a control network tells the U-Net: features to add, and the arithmetic on them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Residuals:
    """Features that `VideoUNet` adds to its own, all `b c f h w`; None and () add nothing.

    They form a vector space, so several controls are a sum and a control's strength is a factor:
    `pose * 0.8 + depth * 0.5`. A factor may be a tensor that broadcasts to `b c f h w`, for
    example `b 1 1 1 1` (which half of a guided batch sees the control) or `1 1 f 1 1` (a ramp).

    Attributes:
        stem: added to the output of `conv_in`; it also travels on the first skip.
        blocks: one per down block, added at its end, before its last skip and its downsampler.
        skips: one per skip connection, in the order in which the down path makes them; added to
            the skip alone, not to the down path.
        mid: added to the output of the mid block.
    """

    stem: Tensor | None = None
    blocks: tuple[Tensor | None, ...] = ()
    skips: tuple[Tensor | None, ...] = ()
    mid: Tensor | None = None

    def __add__(self, other: Residuals) -> Residuals:
        """The sum of two controls. Raises ValueError when they fit different networks."""
        return Residuals(
            _plus(self.stem, other.stem),
            _plus_each(self.blocks, other.blocks),
            _plus_each(self.skips, other.skips),
            _plus(self.mid, other.mid),
        )

    def __mul__(self, scale: float | Tensor) -> Residuals:
        """The control at another strength."""
        return self.map(lambda x: x * scale)

    __rmul__ = __mul__

    def map(self, change: Callable[[Tensor], Tensor]) -> Residuals:
        """Apply one function to every tensor."""

        def apply(x: Tensor | None) -> Tensor | None:
            return None if x is None else change(x)

        return Residuals(
            apply(self.stem),
            tuple(map(apply, self.blocks)),
            tuple(map(apply, self.skips)),
            apply(self.mid),
        )

    def at(self, frames: Tensor) -> Residuals:
        """The features of the frames with these indices (int64 `n`), as a window needs them."""
        return self.map(lambda x: x.index_select(2, frames.to(x.device)))


NONE = Residuals()


def cat(parts: Sequence[Residuals]) -> Residuals:
    """Join along the batch; where one part has a feature and another has none, zeros stand in.

    The absent part is taken to be of the same batch size as the present ones, so that guidance
    halves and windows of equal shape can be run as one batch.
    """
    if not parts:
        return NONE
    lists = {}
    for field in fields(Residuals):
        values = [getattr(part, field.name) for part in parts]
        if field.name in ("stem", "mid"):
            lists[field.name] = _cat(values)
        else:
            size = max(map(len, values))
            if any(len(value) not in (0, size) for value in values):
                raise ValueError(f"the parts have different numbers of {field.name}")
            rows = [value or (None,) * size for value in values]
            lists[field.name] = tuple(_cat(column) for column in zip(*rows, strict=True))
    return Residuals(**lists)


def _cat(values: Sequence[Tensor | None]) -> Tensor | None:
    model = next((value for value in values if value is not None), None)
    if model is None:
        return None
    return torch.cat([torch.zeros_like(model) if value is None else value for value in values])


def _plus(a: Tensor | None, b: Tensor | None) -> Tensor | None:
    if a is None or b is None:
        return b if a is None else a
    return a + b


def _plus_each(
    a: tuple[Tensor | None, ...], b: tuple[Tensor | None, ...]
) -> tuple[Tensor | None, ...]:
    if not a or not b:
        return a or b
    if len(a) != len(b):
        raise ValueError(f"residuals for different networks: {len(a)} and {len(b)} places")
    return tuple(_plus(x, y) for x, y in zip(a, b, strict=True))
