"""Attention and the transformer that every U-Net level is made of.

Module names equal the keys of the public Stable Diffusion checkpoints.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from engine.nets.frames import Signals

# CUDA kernels put the batch on a grid axis that ends at 65,535; temporal attention has one batch
# entry per pixel and passes it at 576x1024 with eight windows.
MAX_BATCH = 65_535


class Override(Protocol):
    """A stand-in for one attention layer's forward; see `Attention.control`."""

    def __call__(self, layer: Attention, x: Tensor, context: Tensor | None) -> Tensor: ...


class Attention(nn.Module):
    """Multi-head attention, `b n dim` to `b n dim`; keys and values from `x` or from a context.

    `control` is the seam for box edits, map capture and extra key streams: when set, it is called
    instead of the plain path, and may use `queries`, `keys_values`, `attend` and `merge`. Attach
    and detach it with a context manager; None is the plain layer.

    With `tokens` above 0 a self-attention takes so many tokens at a time, always whole entries of
    the batch: frames where it looks within a frame, pixels where it looks along the frames. None
    of them sees another, so this changes nothing else (MimicMotion spec f.3).
    """

    def __init__(self, dim: int, heads: int, head_dim: int, context_dim: int | None = None) -> None:
        super().__init__()
        inner = heads * head_dim
        self.heads = heads
        self.to_q = nn.Linear(dim, inner, bias=False)
        self.to_k = nn.Linear(context_dim or dim, inner, bias=False)
        self.to_v = nn.Linear(context_dim or dim, inner, bias=False)
        self.to_out = nn.Sequential(nn.Linear(inner, dim))
        self.control: Override | None = None
        self.tokens = 0

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        """Attend from `x` to itself, or to `context` (`b m d`).

        The batch of `x` may be a multiple of the context's: neighbouring entries share one
        context and are treated as more queries to the same keys, which repeats nothing.
        """
        if self.control is not None:
            return self.control(self, x, context)
        if context is None and 0 < self.tokens < x.shape[:-1].numel():
            entries = max(1, self.tokens // x.shape[1])
            return in_pieces(lambda part: self._plain(part, None), x, entries)
        return self._plain(x, context)

    def _plain(self, x: Tensor, context: Tensor | None) -> Tensor:
        rows = x if context is None else x.reshape(context.shape[0], -1, x.shape[-1])
        keys, values = self.keys_values(rows if context is None else context)
        return self.merge(attend(self.queries(rows), keys, values)).reshape(x.shape)

    def ignores_query(self, context: Tensor) -> bool:
        """True when the softmax runs over one key and is therefore 1 whatever the query is."""
        return context.shape[1] == 1 and self.control is None

    def constant(self, context: Tensor) -> Tensor:
        """The output for a context of one token: `b 1 d` to `b 1 dim` (MimicMotion spec f.3)."""
        return self.to_out(self.to_v(context))

    def queries(self, x: Tensor) -> Tensor:
        """`b n dim` to `b heads n head_dim`."""
        return self._split(self.to_q(x))

    def keys_values(self, context: Tensor) -> tuple[Tensor, Tensor]:
        """`b m d` to keys and values, each `b heads m head_dim`."""
        return self._split(self.to_k(context)), self._split(self.to_v(context))

    def merge(self, heads: Tensor) -> Tensor:
        """`b heads n head_dim` to `b n dim`, through the output projection."""
        return self.to_out(heads.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


def attend(queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None = None) -> Tensor:
    """softmax(q k^T / sqrt(d) + mask) v, all `b heads tokens head_dim`.

    `mask` is additive and broadcasts to `b heads n m`.
    """
    if queries.shape[0] <= MAX_BATCH:
        return F.scaled_dot_product_attention(queries, keys, values, attn_mask=mask)
    whole = None if mask is None else mask.expand(queries.shape[0], -1, -1, -1)
    starts = range(0, queries.shape[0], MAX_BATCH)
    parts = [slice(start, start + MAX_BATCH) for start in starts]
    return torch.cat(
        [attend(queries[p], keys[p], values[p], None if whole is None else whole[p]) for p in parts]
    )


class Geglu(nn.Module):
    """A linear layer whose one half gates the other through GELU."""

    def __init__(self, dim: int, inner: int) -> None:
        super().__init__()
        self.proj = nn.Linear(dim, 2 * inner)

    def forward(self, x: Tensor) -> Tensor:
        value, gate = self.proj(x).chunk(2, dim=-1)
        return value * F.gelu(gate)


class FeedForward(nn.Module):
    """Geglu to `mult` times the width and back, `b n dim` to `b n dim`.

    Its inner tensor is the largest of the whole network (3.4 GB for 72 frames of 576x1024). With
    `tokens` above 0 at most so many tokens go through at a time, which changes nothing else.
    """

    def __init__(self, dim: int, mult: int = 4) -> None:
        super().__init__()
        # index 1 is the checkpoints' dropout, which has rate 0
        self.net = nn.Sequential(Geglu(dim, mult * dim), nn.Identity(), nn.Linear(mult * dim, dim))
        self.tokens = 0

    def forward(self, x: Tensor) -> Tensor:
        if not self.tokens or x.shape[:-1].numel() <= self.tokens:
            return self.net(x)
        return in_pieces(self.net, x.flatten(0, -2), self.tokens).view_as(x)


def in_pieces(layer: Callable[[Tensor], Tensor], x: Tensor, size: int) -> Tensor:
    """`layer(x)`, `size` entries of the first dimension at a time; the result is like `x`.

    The pieces are written where the result is, so there are never two copies of it.
    """
    whole = torch.empty_like(x, memory_format=torch.contiguous_format)
    for before, after in zip(x.split(size), whole.split(size), strict=True):
        after.copy_(layer(before))
    return whole


class TransformerBlock(nn.Module):
    """Self-attention, attention to the context, feed-forward; `b n dim` to `b n dim`.

    With `context_dim=None` the second attention is a self-attention too. `positions`, when given,
    is added to the input of both attentions (AnimateDiff's motion modules).
    """

    def __init__(
        self,
        dim: int,
        heads: int,
        head_dim: int,
        context_dim: int | None,
        *,
        ff_mult: int = 4,
        positions: nn.Module | None = None,
    ) -> None:
        super().__init__()
        self.pos_embed = positions
        self.norm1 = nn.LayerNorm(dim)
        self.attn1 = Attention(dim, heads, head_dim)
        self.norm2 = nn.LayerNorm(dim)
        self.attn2 = Attention(dim, heads, head_dim, context_dim)
        self.norm3 = nn.LayerNorm(dim)
        self.ff = FeedForward(dim, ff_mult)

    def forward(self, x: Tensor, context: Tensor | None = None) -> Tensor:
        x = x + self.attn1(self._placed(self.norm1(x)))
        if context is None:
            x = x + self.attn2(self._placed(self.norm2(x)))
        else:
            x = add_context(x, self.norm2, self.attn2, context)
        return x + self.ff(self.norm3(x))

    def _placed(self, x: Tensor) -> Tensor:
        return x if self.pos_embed is None else self.pos_embed(x)


def add_context(x: Tensor, norm: nn.Module, attention: Attention, context: Tensor) -> Tensor:
    """`x + attention(norm(x), context)`, without norm and queries where they cannot matter."""
    if not attention.ignores_query(context):
        return x + attention(norm(x), context)
    change = attention.constant(context)  # b 1 dim; x is (b r) n dim
    return (x.unflatten(0, (context.shape[0], -1)) + change[:, None]).flatten(0, 1)


class SpatialTransformer(nn.Module):
    """Transformer blocks over the pixels of each frame; `(b f) c h w` to the same."""

    def __init__(
        self,
        channels: int,
        heads: int,
        context_dim: int,
        *,
        groups: int,
        linear: bool,
        depth: int = 1,
        ff_mult: int = 4,
    ) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels) if linear else nn.Conv2d(channels, channels, 1)
        self.transformer_blocks = nn.ModuleList(
            TransformerBlock(channels, heads, channels // heads, context_dim, ff_mult=ff_mult)
            for _ in range(depth)
        )
        self.proj_out = (
            nn.Linear(channels, channels) if linear else nn.Conv2d(channels, channels, 1)
        )
        self.linear = linear

    def forward(self, x: Tensor, signals: Signals) -> Tensor:
        size = x.shape[-2:]
        h = self.norm(x)
        h = self.proj_in(tokens(h)) if self.linear else tokens(self.proj_in(h))
        for block in self.transformer_blocks:
            h = block(h, signals.context)
        h = pixels(self.proj_out(h), size) if self.linear else self.proj_out(pixels(h, size))
        return x + h


def tokens(x: Tensor) -> Tensor:
    """`n c h w` to `n (h w) c`."""
    return x.flatten(2).transpose(1, 2)


def pixels(x: Tensor, size: torch.Size) -> Tensor:
    """`n (h w) c` to `n c h w`."""
    return x.transpose(1, 2).unflatten(2, size)
