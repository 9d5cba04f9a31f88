"""The memory of one call of the network: the arithmetic against the network itself."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from torch.overrides import TorchFunctionMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from engine.models.checkpoint import build
from engine.nets.residuals import Residuals
from engine.nets.specs import SVD_XT
from engine.nets.unet import VideoUNet
from engine.sampling.footprint import LYING, SHORTEST, Call, call_bytes, longest_window
from engine.sampling.placing import chunked
from engine.sampling.profile import PROFILES


class Meter(TorchDispatchMode):
    """Counts the bytes that are alive at once, tensors without memory included."""

    def __init__(self, known: Sequence[Tensor]) -> None:
        super().__init__()
        self.now = self.peak = 0
        self._seen = {tensor.untyped_storage()._cdata for tensor in known}

    def __torch_dispatch__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        made = func(*args, **(kwargs or {}))
        for tensor in tree_leaves(made):
            if isinstance(tensor, Tensor):
                storage = tensor.untyped_storage()
                if storage._cdata not in self._seen:
                    self._seen.add(storage._cdata)
                    self.now += storage.nbytes()
                    weakref.finalize(storage, self._gone, storage._cdata, storage.nbytes())
        self.peak = max(self.peak, self.now)
        return made

    def _gone(self, key: int, size: int) -> None:
        self._seen.discard(key)
        self.now -= size


class Fused(TorchFunctionMode):
    """Attention as graphics cards and processors have it, without a table of all scores."""

    def __torch_function__(
        self, func: Callable[..., Any], types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if func is F.scaled_dot_product_attention:
            return torch.empty_like(args[0])
        return func(*args, **(kwargs or {}))


WIDTH = 64


@pytest.fixture(scope="module")
def net() -> VideoUNet:
    """The two finest levels of SVD, a fifth as wide; the highest point is in the finest."""
    spec = {**SVD_XT, "block_out_channels": (WIDTH, 2 * WIDTH), "num_attention_heads": (4, 8)}
    spec |= {"down_norm_eps": 1e-6, "attention_levels": True, "cross_attention_dim": 32}
    return build(VideoUNet, spec).bfloat16().requires_grad_(False)


def metered(net: VideoUNet, frames: int, tokens: int, batch: int = 1) -> int:
    def like(*shape: int) -> Tensor:
        return torch.empty(batch, *shape, dtype=torch.bfloat16, device="meta")

    stem = Residuals(stem=like(WIDTH, frames, 24, 32))
    given = like(8, frames, 24, 32), torch.empty((), device="meta"), like(1, 32)
    with torch.no_grad(), chunked(net, tokens), Fused(), Meter(list(net.parameters())) as meter:
        net(*given, residuals=stem, added_time_ids=like(3))
    return meter.peak


@pytest.mark.parametrize(("frames", "tokens", "batch"), [(8, 0, 1), (6, 1536, 2), (12, 768, 1)])
def test_the_arithmetic_covers_what_the_network_holds(
    net: VideoUNet, frames: int, tokens: int, batch: int
) -> None:
    held = metered(net, frames, tokens, batch)
    told = call_bytes(frames, Call(24 * 32, WIDTH, tokens=tokens, batch=batch))
    assert 0.75 * told < held <= told


def test_the_published_window_at_full_size() -> None:
    """72 frames of 576x1024 in bf16: the one tensor is 3.4 GB whole (specs/mimicmotion.md f.2)."""
    cells, unit = 72 * 128, 72 * 72 * 128 * 320 * 2
    assert unit * 8 == pytest.approx(3.4e9, rel=0.01)
    assert call_bytes(72, Call(cells, 320)) == pytest.approx((LYING + 16) * unit)
    chunked = call_bytes(72, Call(cells, 320, tokens=PROFILES["12gb"].tokens))
    assert chunked < 0.55 * call_bytes(72, Call(cells, 320))


@given(
    room=st.integers(10**8, 10**11),
    cells=st.sampled_from([256, 4096, 9216]),
    tokens=st.sampled_from([0, 16_384, 131_072]),
    batch=st.sampled_from([1, 4]),
)
def test_the_longest_window_fits_and_one_more_frame_does_not(
    room: int, cells: int, tokens: int, batch: int
) -> None:
    call = Call(cells, 320, tokens=tokens, batch=batch)
    longest = longest_window(room, call)
    assert longest == SHORTEST or call_bytes(longest, call) <= room * (1 + 1e-9)
    assert call_bytes(longest + 1, call) > room * (1 - 1e-9)
