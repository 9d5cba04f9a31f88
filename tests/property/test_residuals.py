"""The algebra of `Residuals`, and that zero of it changes nothing in the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from engine.nets.residuals import NONE, Residuals
from engine.nets.unet import VideoUNet

SHAPE = (2, 3, 4, 2, 2)  # b c f h w
PLACES = 3


@st.composite
def residuals(draw: st.DrawFn) -> Residuals:
    """Whole numbers, so that sums and products are exact; each part may be absent."""
    generator = torch.Generator().manual_seed(draw(st.integers(0, 2**31)))

    def part() -> Tensor | None:
        values = torch.randint(-8, 9, SHAPE, generator=generator).float()
        return values if draw(st.booleans()) else None

    def parts() -> tuple[Tensor | None, ...]:
        return tuple(part() for _ in range(PLACES)) if draw(st.booleans()) else ()

    return Residuals(part(), parts(), parts(), part())


def dense(x: Residuals) -> Tensor:
    """All places as one tensor, zeros where there is nothing."""
    places = [x.stem, *(x.blocks or (None,) * PLACES), *(x.skips or (None,) * PLACES), x.mid]
    return torch.stack([torch.zeros(SHAPE) if place is None else place for place in places])


def same(a: Residuals, b: Residuals) -> bool:
    return torch.equal(dense(a), dense(b))


@given(residuals(), residuals(), residuals(), st.integers(-4, 4), st.integers(-4, 4))
def test_residuals_are_a_vector_space(
    a: Residuals, b: Residuals, c: Residuals, s: int, t: int
) -> None:
    assert torch.equal(dense(a + b), dense(a) + dense(b))
    assert same(a + b, b + a)
    assert same((a + b) + c, a + (b + c))
    assert same(a + NONE, a) and same(NONE + a, a)
    assert same((a + b) * s, a * s + b * s)
    assert same(a * (s + t), a * s + a * t)
    assert same(s * a, a * s) and same(a * 1, a)


@given(residuals(), residuals())
def test_tensor_scales_broadcast(a: Residuals, b: Residuals) -> None:
    half = torch.tensor([1.0, 0.0]).view(2, 1, 1, 1, 1)
    ramp = torch.arange(4.0).view(1, 1, 4, 1, 1)
    assert torch.equal(dense(a * half), dense(a) * half)
    assert same((a + b) * ramp, a * ramp + ramp * b)


def test_residuals_for_different_networks_do_not_add() -> None:
    x = torch.zeros(SHAPE)
    with pytest.raises(ValueError, match="different networks: 1 and 2 places"):
        _ = Residuals(skips=(x,)) + Residuals(skips=(x, x))


WIDTHS = (8, 16)
SKIPS = (8, 8, 8, 16)  # conv_in, layer, downsampler, layer


@pytest.fixture(scope="module")
def predict() -> Callable[[Residuals], Tensor]:
    torch.manual_seed(0)
    net = VideoUNet(
        block_out_channels=WIDTHS,
        layers_per_block=1,
        attention_levels=(False, True),
        num_attention_heads=2,
        cross_attention_dim=8,
        norm_num_groups=4,
    ).eval()
    sample, context = torch.randn(2, 4, 3, 4, 4), torch.randn(2, 2, 8)

    @torch.no_grad()
    def run(residuals: Residuals) -> Tensor:
        return net(sample, 5, context, residuals=residuals)

    return run


def full(make: Callable[..., Tensor]) -> Residuals:
    """One value in every place of the network above."""
    sizes = (4, 4, 2, 2)
    return Residuals(
        stem=make(2, WIDTHS[0], 3, 4, 4),
        blocks=(make(2, WIDTHS[0], 3, 4, 4), make(2, WIDTHS[1], 3, 2, 2)),
        skips=tuple(make(2, c, 3, s, s) for c, s in zip(SKIPS, sizes, strict=True)),
        mid=make(2, WIDTHS[1], 3, 2, 2),
    )


def test_zero_residuals_change_no_bit(predict: Callable[[Residuals], Tensor]) -> None:
    plain = predict(NONE)
    assert torch.equal(predict(full(torch.zeros)), plain)
    assert torch.equal(predict(full(torch.randn) * 0.0), plain)
    assert torch.equal(predict(Residuals()), plain)


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(["stem", "blocks.0", "blocks.1", "mid", *(f"skips.{i}" for i in range(4))]))
def test_every_place_reaches_the_output(predict: Callable[[Residuals], Tensor], place: str) -> None:
    name, _, index = place.partition(".")
    value = getattr(full(torch.ones), name)
    if index:
        value = tuple(x if i == int(index) else None for i, x in enumerate(value))
    one = replace(NONE, **{name: value})
    assert not torch.allclose(predict(one), predict(NONE), atol=1e-3)
