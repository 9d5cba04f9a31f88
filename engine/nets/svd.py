"""Stable Video Diffusion's temporal filling: every spatial layer is followed by a temporal twin.

A learned number per layer, `mix_factor`, says how much of the twin enters
(Blattmann et al. 2023, appendix D; keys as in UNetSpatioTemporalConditionModel). Fresh twins end in
zeros, so that training on clips starts from what the network has learnt on pictures.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from diffusers.models.embeddings import TimestepEmbedding, Timesteps
from torch import Tensor, nn

from engine.nets.attention import (
    Attention,
    FeedForward,
    TransformerBlock,
    add_context,
    pixels,
    tokens,
)
from engine.nets.frames import Signals, fold, unfold
from engine.nets.resnet import Resnet2d, frame_conv, zero


class TimeMixer(nn.Module):
    """sigmoid(mix_factor) of the spatial part and the rest of the temporal part."""

    def __init__(self) -> None:
        super().__init__()
        self.mix_factor = nn.Parameter(torch.full((1,), 0.5))

    def forward(self, spatial: Tensor, temporal: Tensor) -> Tensor:
        share = torch.sigmoid(-self.mix_factor).to(spatial.dtype)
        return torch.lerp(spatial, temporal.to(spatial.dtype), share)


class TemporalResnet(nn.Module):
    """Two convolutions over time; `b c f h w` to the same. Norms pool over the frames."""

    def __init__(self, channels: int, time_dim: int, *, groups: int, eps: float) -> None:
        super().__init__()
        self.norm1 = nn.GroupNorm(groups, channels, eps=eps)
        self.conv1 = frame_conv(channels, channels)
        self.time_emb_proj = nn.Linear(time_dim, channels)
        self.norm2 = nn.GroupNorm(groups, channels, eps=eps)
        self.conv2 = frame_conv(channels, channels)
        zero(self.conv2)

    def forward(self, x: Tensor, time: Tensor) -> Tensor:
        h = self.conv1(F.silu(self.norm1(x)))
        h = h + self.time_emb_proj(time)[:, :, None, None, None]
        return x + self.conv2(F.silu(self.norm2(h)))


class SvdResnet(nn.Module):
    """A 2-D resnet and its temporal twin, mixed; `(b f) c h w`."""

    def __init__(
        self, in_channels: int, out_channels: int, time_dim: int, *, groups: int, eps: float
    ) -> None:
        super().__init__()
        self.spatial_res_block = Resnet2d(
            in_channels, out_channels, time_dim, groups=groups, eps=eps
        )
        self.temporal_res_block = TemporalResnet(out_channels, time_dim, groups=groups, eps=eps)
        self.time_mixer = TimeMixer()

    def forward(self, x: Tensor, signals: Signals) -> Tensor:
        x = self.spatial_res_block(x, signals)
        if signals.image_only:
            return x
        x = unfold(x, signals.frames)
        x = self.time_mixer(x, self.temporal_res_block(x, signals.time))
        return fold(x)


class SvdTemporalBlock(nn.Module):
    """Feed-forward, attention over time, to the context, feed-forward; `(b n) f dim`."""

    def __init__(self, dim: int, heads: int, context_dim: int, ff_mult: int) -> None:
        super().__init__()
        self.norm_in = nn.LayerNorm(dim)
        self.ff_in = FeedForward(dim, ff_mult)
        self.norm1 = nn.LayerNorm(dim)
        self.attn1 = Attention(dim, heads, dim // heads)
        self.norm2 = nn.LayerNorm(dim)
        self.attn2 = Attention(dim, heads, dim // heads, context_dim)
        self.norm3 = nn.LayerNorm(dim)
        self.ff = FeedForward(dim, ff_mult)
        for last in (self.ff_in.net[2], self.attn1.to_out, self.attn2.to_out, self.ff.net[2]):
            zero(last)

    def forward(self, x: Tensor, context: Tensor) -> Tensor:
        x = x + self.ff_in(self.norm_in(x))
        x = x + self.attn1(self.norm1(x))
        x = add_context(x, self.norm2, self.attn2, context)
        return x + self.ff(self.norm3(x))


class SvdTransformer(nn.Module):
    """Spatial blocks, each mixed with a temporal twin that knows the frame number.

    `(b f) c h w` to the same. Frame positions are sinusoids of 0..f-1, so f has no limit.
    """

    def __init__(
        self,
        channels: int,
        heads: int,
        context_dim: int,
        *,
        groups: int,
        depth: int = 1,
        ff_mult: int = 4,
    ) -> None:
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.proj_in = nn.Linear(channels, channels)
        self.transformer_blocks = nn.ModuleList(
            TransformerBlock(channels, heads, channels // heads, context_dim, ff_mult=ff_mult)
            for _ in range(depth)
        )
        self.temporal_transformer_blocks = nn.ModuleList(
            SvdTemporalBlock(channels, heads, context_dim, ff_mult) for _ in range(depth)
        )
        self.time_proj = Timesteps(channels, flip_sin_to_cos=True, downscale_freq_shift=0)
        self.time_pos_embed = TimestepEmbedding(channels, 4 * channels, out_dim=channels)
        zero(self.time_pos_embed.linear_2)
        self.time_mixer = TimeMixer()
        self.proj_out = nn.Linear(channels, channels)

    def forward(self, x: Tensor, signals: Signals) -> Tensor:
        frames, context = signals.frames, signals.context
        h = self.proj_in(tokens(self.norm(x)))
        place = self.time_proj(torch.arange(frames, device=x.device)).to(h.dtype)
        place = self.time_pos_embed(place)
        for block, temporal in zip(
            self.transformer_blocks, self.temporal_transformer_blocks, strict=True
        ):
            h = block(h, context)
            if signals.image_only:
                continue
            h = h.unflatten(0, (-1, frames)).transpose(1, 2)  # b n f dim
            past = temporal((h + place).flatten(0, 1), context).unflatten(0, h.shape[:2])
            h = self.time_mixer(h, past).transpose(1, 2).flatten(0, 1)
        return x + pixels(self.proj_out(h), x.shape[-2:])
