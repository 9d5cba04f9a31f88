"""Attention controls reach the layers they name, and leave no trace."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from engine.nets.attention import Attention, TransformerBlock
from engine.sampling.controls import attached


def block() -> TransformerBlock:
    torch.manual_seed(0)
    return TransformerBlock(16, 2, 8, context_dim=12).eval()


def inputs() -> tuple[Tensor, Tensor]:
    """Two videos of three frames with ten pixels each, and five words for each video."""
    generator = torch.Generator().manual_seed(1)
    return (
        torch.randn(6, 10, 16, generator=generator),
        torch.randn(2, 5, 12, generator=generator),
    )


class Maps:
    """Captures the attention maps and changes nothing."""

    def __init__(self) -> None:
        self.maps: dict[str, Tensor] = {}

    def bias(self, site: str, queries: Tensor, keys: Tensor) -> None:
        scores = queries @ keys.transpose(-1, -2) / queries.shape[-1] ** 0.5
        self.maps[site] = scores.softmax(-1)


class Forbid:
    """Forbids one word in the frames of the second half of the pixels, as a box edit does."""

    def __init__(self, word: int) -> None:
        self.word = word

    def bias(self, site: str, queries: Tensor, keys: Tensor) -> Tensor:
        mask = queries.new_zeros(queries.shape[-2], keys.shape[-2])
        mask[:, self.word] = -torch.inf
        return mask


def is_cross(site: str) -> bool:
    return site.endswith("attn2")


@torch.no_grad()
def test_capturing_maps_changes_nothing() -> None:
    net, (x, context), maps = block(), inputs(), Maps()
    plain = net(x, context)
    with attached(net, maps) as sites:
        assert sites == ["attn1", "attn2"]
        watched = net(x, context)
    torch.testing.assert_close(watched, plain, rtol=1e-6, atol=1e-6)
    assert maps.maps["attn1"].shape == (6, 2, 10, 10)
    assert maps.maps["attn2"].shape == (2, 2, 30, 5)  # frames and pixels of a video share its words
    torch.testing.assert_close(maps.maps["attn2"].sum(-1), torch.ones(2, 2, 30))


@torch.no_grad()
def test_a_bias_moves_the_attention() -> None:
    """Forbidding a word is the same as not having said it."""
    net, (x, context) = block(), inputs()
    with attached(net, Forbid(4), is_cross) as sites:
        assert sites == ["attn2"]
        without = net(x, context)
    torch.testing.assert_close(without, net(x, context[:, :4]), rtol=1e-5, atol=1e-6)
    assert not torch.allclose(without, net(x, context), atol=1e-3)


@torch.no_grad()
def test_afterwards_all_is_as_before_bit_for_bit() -> None:
    net, (x, context) = block(), inputs()
    plain, state = net(x, context), {n: p.clone() for n, p in net.state_dict().items()}
    keys = set(vars(net.attn1)), set(vars(net.attn2))
    with pytest.raises(RuntimeError, match="stop"), attached(net, Forbid(0), is_cross):
        net(x, context)
        raise RuntimeError("stop")
    assert torch.equal(net(x, context), plain)
    assert all(torch.equal(p, state[n]) for n, p in net.state_dict().items())
    assert (set(vars(net.attn1)), set(vars(net.attn2))) == keys
    assert net.attn1.control is None and net.attn2.control is None


@torch.no_grad()
def test_controls_nest_and_unwind() -> None:
    net, (x, context), maps = block(), inputs(), Maps()
    with attached(net, Forbid(4), is_cross):
        outer = net(x, context)
        with attached(net, Forbid(3), is_cross), attached(net, maps):
            both = net(x, context)
        assert torch.equal(net(x, context), outer)
    torch.testing.assert_close(both, net(x, context[:, :3]), rtol=1e-5, atol=1e-6)


def test_a_control_that_reaches_nothing_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="no attention"), attached(nn.Linear(2, 2), Maps()):
        pass
    with pytest.raises(ValueError, match="no attention"), attached(block(), Maps(), "x".__eq__):
        pass


def test_a_layer_held_by_another_kind_of_control_is_refused() -> None:
    net = block()

    def own(layer: Attention, x: Tensor, context: Tensor | None) -> Tensor:
        return x

    net.attn1.control = own
    with pytest.raises(ValueError, match="attn1"), attached(net, Maps()):
        pass
    assert net.attn1.control is own and net.attn2.control is None
