"""Attention, temporal convolution and frame positions, each against its formula."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from engine.nets import attention as attention_module
from engine.nets.attention import Attention, attend
from engine.nets.frames import fold, unfold
from engine.nets.resnet import frame_conv
from engine.nets.temporal import FramePositions


def by_formula(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | float = 0.0) -> Tensor:
    return torch.softmax(q @ k.mT / math.sqrt(q.shape[-1]) + mask, dim=-1) @ v


def heads(batch: int, tokens: int, seed: int) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(batch, 2, tokens, 4, generator=generator)


def test_attend_is_softmax_attention_with_an_additive_mask() -> None:
    q, k, v = heads(3, 5, 0), heads(3, 7, 1), heads(3, 7, 2)
    torch.testing.assert_close(attend(q, k, v), by_formula(q, k, v))
    mask = torch.zeros(1, 1, 5, 7).index_fill(3, torch.tensor([2, 3]), -torch.inf)
    torch.testing.assert_close(attend(q, k, v, mask), by_formula(q, k, v, mask))


def test_large_batches_are_split_for_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    q, k, v = heads(7, 5, 0), heads(7, 5, 1), heads(7, 5, 2)
    mask = heads(7, 5, 3) @ heads(7, 5, 4).mT
    whole = attend(q, k, v, mask)
    monkeypatch.setattr(attention_module, "MAX_BATCH", 3)
    torch.testing.assert_close(attend(q, k, v, mask), whole)


def test_frames_share_the_context_of_their_clip() -> None:
    layer = Attention(8, 2, 4, context_dim=6)
    x, context = torch.randn(2 * 3, 5, 8), torch.randn(2, 4, 6)
    repeated = context.repeat_interleave(3, dim=0)
    torch.testing.assert_close(layer(x, context), layer(x, repeated))


def test_constant_is_the_output_for_any_query() -> None:
    layer = Attention(8, 2, 4, context_dim=6)
    context = torch.randn(2, 1, 6)
    assert layer.ignores_query(context)
    assert not layer.ignores_query(torch.randn(2, 2, 6))
    expected = layer.constant(context).expand(-1, 5, -1)
    torch.testing.assert_close(layer(torch.randn(2, 5, 8), context), expected)


def test_frame_conv_is_the_convolution_of_its_weight() -> None:
    conv = frame_conv(3, 5)
    plain = nn.Conv3d(3, 5, (3, 1, 1), padding=(1, 0, 0))
    plain.load_state_dict(conv.state_dict(), strict=True)
    x = torch.randn(2, 4, 3, 5, 6).transpose(1, 2)  # a view, as in the network
    torch.testing.assert_close(conv(x), plain(x))


def test_fold_and_unfold_undo_each_other() -> None:
    x = torch.arange(2 * 3 * 4 * 2 * 2).view(2, 3, 4, 2, 2)
    assert fold(x).shape == (8, 3, 2, 2)
    assert torch.equal(fold(x)[5], x[1, :, 1])
    assert torch.equal(unfold(fold(x), 4), x)


def test_positions_are_sinusoids_without_a_limit() -> None:
    place = FramePositions(6)
    table = place(torch.zeros(1, 70, 6))[0]
    for frame in (0, 1, 69):
        for pair in range(3):
            angle = frame * 10_000 ** (-2 * pair / 6)
            assert table[frame, 2 * pair].item() == pytest.approx(math.sin(angle), abs=1e-4)
            assert table[frame, 2 * pair + 1].item() == pytest.approx(math.cos(angle), abs=1e-4)


def test_stored_positions_are_checked_not_ignored() -> None:
    place = FramePositions(6)
    table = place.table(32)[None]
    place.load_state_dict({"pe": table.half()}, strict=True)
    with pytest.raises(RuntimeError, match="pe is not the sinusoid"):
        place.load_state_dict({"pe": table + 0.1}, strict=True)
    with pytest.raises(RuntimeError, match="Unexpected"):
        nn.Sequential(place).load_state_dict({"0.pe": table, "0.weight": table}, strict=True)
