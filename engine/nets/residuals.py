"""What a control network tells the U-Net: features to add, and the arithmetic on them."""

from __future__ import annotations

from dataclasses import dataclass

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

        def scaled(x: Tensor | None) -> Tensor | None:
            return None if x is None else x * scale

        return Residuals(
            scaled(self.stem),
            tuple(map(scaled, self.blocks)),
            tuple(map(scaled, self.skips)),
            scaled(self.mid),
        )

    __rmul__ = __mul__


NONE = Residuals()


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
