"""The one denoising network of all systems: a skeleton with an exchangeable temporal filling."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

import torch
import torch.nn.functional as F
from diffusers.configuration_utils import ConfigMixin, register_to_config
from diffusers.models.embeddings import TimestepEmbedding, Timesteps
from diffusers.models.modeling_utils import ModelMixin
from torch import Tensor, nn

from engine.nets.frames import Signals, fold, plus, unfold
from engine.nets.levels import DownLevel, MidLevel, UpLevel
from engine.nets.residuals import NONE, Residuals
from engine.nets.resnet import FrameNorm
from engine.nets.temporal import FILLINGS, LevelSpec, Temporal, TemporalTransformer

T = TypeVar("T")


class VideoUNet(ModelMixin, ConfigMixin):
    """Predicts noise, velocity or whatever it was trained for, from a noisy latent video.

    Module names equal the keys of the public checkpoint of each filling, so
    `load_state_dict(strict=True)` needs no renaming. Arguments keep diffusers' names where it has
    one; a single value stands for every level. `specs.py` has the public configurations and
    `specs.from_diffusers` translates any other.

    Args:
        temporal: the filling, see `temporal.py`.
        in_channels: channels of the sample (8 where an image latent is concatenated).
        out_channels: channels of the prediction.
        block_out_channels: width of each level, finest first; the number of levels is free.
        layers_per_block: resnets per down level; up levels have one more.
        attention_levels: which levels have attention.
        num_attention_heads: heads of each level.
        cross_attention_dim: width of the context tokens.
        transformer_layers_per_block: transformer blocks per attention.
        ff_mult: how much wider than the level the feed-forwards are.
        use_linear_projection: linear instead of 1x1 convolutions around the transformers
            (always so in the svd filling).
        norm_num_groups: groups of every GroupNorm.
        norm_eps: epsilon of the resnets' norms in the middle and of the last norm.
        down_norm_eps: the same in the down levels, if it differs.
        up_norm_eps: the same in the up levels, if it differs.
        pooled_norm: resnets' and last norm pool their statistics over the frames
            (Follow Your Pose) instead of taking each frame for itself.
        addition_time_embed_dim: width of the sinusoid of each added time id; None: there are none.
        num_added_time_ids: how many ids (SVD: fps - 1, motion bucket, noise augmentation).
        motion_num_attention_heads: heads of AnimateDiff's motion modules.
        use_motion_mid_block: whether the middle has a motion module (AnimateDiff v2: yes).
        temporal_in_head_dim: width per head of ModelScope's `transformer_in`, which has 8 heads.
    """

    _supports_gradient_checkpointing = True
    _skip_layerwise_casting_patterns = ["norm", "time_embedding", "add_embedding"]
    _no_split_modules = ["TransformerBlock", "SvdTransformer", "SvdResnet", "Resnet2d"]
    _keys_to_ignore_on_load_unexpected = [r"pos_embed\.pe$"]  # see FramePositions

    @register_to_config
    def __init__(
        self,
        temporal: Temporal = "none",
        in_channels: int = 4,
        out_channels: int = 4,
        block_out_channels: Sequence[int] = (320, 640, 1280, 1280),
        layers_per_block: int | Sequence[int] = 2,
        attention_levels: bool | Sequence[bool] = (True, True, True, False),
        num_attention_heads: int | Sequence[int] = 8,
        cross_attention_dim: int = 768,
        transformer_layers_per_block: int | Sequence[int] = 1,
        ff_mult: int = 4,
        use_linear_projection: bool = False,
        norm_num_groups: int = 32,
        norm_eps: float = 1e-5,
        down_norm_eps: float | Sequence[float] | None = None,
        up_norm_eps: float | Sequence[float] | None = None,
        pooled_norm: bool = False,
        addition_time_embed_dim: int | None = None,
        num_added_time_ids: int = 3,
        motion_num_attention_heads: int | Sequence[int] = 8,
        use_motion_mid_block: bool = True,
        temporal_in_head_dim: int = 64,
    ) -> None:
        super().__init__()
        widths = tuple(block_out_channels)
        num = len(widths)
        filling = FILLINGS[temporal]
        layers = _per_level(layers_per_block, num)
        attention = _per_level(attention_levels, num)
        down_eps = _per_level(norm_eps if down_norm_eps is None else down_norm_eps, num)
        up_eps = _per_level(norm_eps if up_norm_eps is None else up_norm_eps, num)
        heads = _per_level(num_attention_heads, num)
        depths = _per_level(transformer_layers_per_block, num)
        motion_heads = _per_level(motion_num_attention_heads, num)
        time_dim = 4 * widths[0]

        def spec(level: int, eps: float) -> LevelSpec:
            return LevelSpec(
                time_dim=time_dim,
                context_dim=cross_attention_dim,
                heads=heads[level],
                groups=norm_num_groups,
                eps=eps,
                pooled=pooled_norm,
                linear=use_linear_projection,
                depth=depths[level],
                ff_mult=ff_mult,
                motion_heads=motion_heads[level],
            )

        self.conv_in = nn.Conv2d(in_channels, widths[0], 3, padding=1)
        self.time_proj = Timesteps(widths[0], flip_sin_to_cos=True, downscale_freq_shift=0)
        self.time_embedding = TimestepEmbedding(widths[0], time_dim)
        self.add_time_proj = self.add_embedding = None
        if addition_time_embed_dim is not None:
            self.add_time_proj = Timesteps(addition_time_embed_dim, True, 0)
            self.add_embedding = TimestepEmbedding(
                num_added_time_ids * addition_time_embed_dim, time_dim
            )
        self.transformer_in = None
        if temporal == "modelscope":
            self.transformer_in = TemporalTransformer(
                widths[0],
                8,
                temporal_in_head_dim,
                groups=norm_num_groups,
                positions=False,
                ff_mult=ff_mult,
            )

        self.down_blocks = nn.ModuleList()
        skips = [widths[0]]  # channels of every skip, in the order in which they are made
        channels = widths[0]
        for level, width in enumerate(widths):
            last = level == num - 1
            self.down_blocks.append(
                DownLevel(
                    filling,
                    [(channels if i == 0 else width, width) for i in range(layers[level])],
                    spec(level, down_eps[level]),
                    attention=attention[level],
                    last=last,
                )
            )
            skips += [width] * (layers[level] + (not last))
            channels = width

        middle = (
            filling if use_motion_mid_block else dataclasses.replace(filling, after_attention=None)
        )
        self.mid_block = MidLevel(middle, channels, spec(num - 1, norm_eps))

        self.up_blocks = nn.ModuleList()
        for level in reversed(range(num)):
            pairs = []
            for _ in range(layers[level] + 1):
                pairs.append((channels + skips.pop(), widths[level]))
                channels = widths[level]
            self.up_blocks.append(
                UpLevel(
                    filling,
                    pairs,
                    spec(level, up_eps[level]),
                    attention=attention[level],
                    last=level == 0,
                )
            )

        self.conv_norm_out = FrameNorm(norm_num_groups, widths[0], norm_eps, pooled_norm)
        self.conv_out = nn.Conv2d(widths[0], out_channels, 3, padding=1)

    def forward(
        self,
        sample: Tensor,
        timestep: Tensor | float,
        context: Tensor,
        *,
        residuals: Residuals = NONE,
        added_time_ids: Tensor | None = None,
        image_only: bool = False,
    ) -> Tensor:
        """Denoise a clip.

        Args:
            sample: `b c f h w`; h and w of any size.
            timestep: a number, or `b`.
            context: `b m d` tokens, m of any number; batch 1 serves the whole batch.
            residuals: what control networks add.
            added_time_ids: `b k`, for networks with `addition_time_embed_dim`.
            image_only: the frames are single pictures: temporal layers are left out.

        Returns:
            `b c f h w`.

        Raises:
            ValueError: shapes, or the presence of `added_time_ids`, do not fit this network.
        """
        self._check(sample, context, residuals, added_time_ids)
        batch, _, frames, _, _ = sample.shape
        context = context.expand(batch, -1, -1)
        time = self._time(timestep, added_time_ids, sample)
        signals = Signals(F.silu(time), context, frames, image_only)

        x = plus(self.conv_in(fold(sample)), residuals.stem, frames)
        if self.transformer_in is not None:
            x = self.transformer_in(x, signals)

        skips = [x]
        for index, down in enumerate(self.down_blocks):
            residual = residuals.blocks[index] if residuals.blocks else None
            x, new = down(x, signals, residual)
            skips += new
        if len(residuals.skips) not in (0, len(skips)):
            raise ValueError(f"{len(residuals.skips)} skip residuals for {len(skips)} skips")
        if residuals.skips:
            skips = [plus(s, r, frames) for s, r in zip(skips, residuals.skips, strict=True)]

        x = plus(self.mid_block(x, signals), residuals.mid, frames)

        for up in self.up_blocks:
            x = up(x, signals, skips)

        x = self.conv_out(F.silu(self.conv_norm_out.normalise(x, frames)))
        return unfold(x, frames)

    def _time(self, timestep: Tensor | float, ids: Tensor | None, sample: Tensor) -> Tensor:
        """The embedded time step and time ids, `b e`."""
        steps = torch.as_tensor(timestep, device=sample.device).reshape(-1).expand(len(sample))
        time = self.time_embedding(self.time_proj(steps).to(sample.dtype))
        if self.add_time_proj is None or self.add_embedding is None or ids is None:
            return time
        ids = ids.expand(len(sample), -1)
        extra = self.add_time_proj(ids.flatten()).reshape(len(sample), -1)
        return time + self.add_embedding(extra.to(sample.dtype))

    def _check(
        self, sample: Tensor, context: Tensor, residuals: Residuals, ids: Tensor | None
    ) -> None:
        if sample.ndim != 5 or sample.shape[1] != self.conv_in.in_channels:
            raise ValueError(
                f"sample must be b {self.conv_in.in_channels} f h w, not {tuple(sample.shape)}"
            )
        if context.ndim != 3 or context.shape[0] not in (1, len(sample)):
            raise ValueError(
                f"context must be {len(sample)} m d or 1 m d, not {tuple(context.shape)}"
            )
        if (ids is None) != (self.add_embedding is None):
            raise ValueError(
                "added_time_ids are missing" if ids is None else "this network takes no time ids"
            )
        if len(residuals.blocks) not in (0, len(self.down_blocks)):
            raise ValueError(
                f"{len(residuals.blocks)} block residuals for {len(self.down_blocks)} down blocks"
            )


def _per_level(value: T | Sequence[T], num: int) -> tuple[T, ...]:
    """One value per level; a single value stands for all. Raises ValueError on another length."""
    values = tuple(value) if isinstance(value, Sequence) else (value,) * num
    if len(values) != num:
        raise ValueError(f"{num} levels, but {len(values)} values: {values}")
    return values
