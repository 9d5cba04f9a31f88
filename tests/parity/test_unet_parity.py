"""`VideoUNet` equals diffusers' four U-Nets: same keys, same shapes, same numbers."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from diffusers import (
    UNet2DConditionModel,
    UNet3DConditionModel,
    UNetMotionModel,
    UNetSpatioTemporalConditionModel,
)
from torch import Tensor, nn

from engine.nets import specs
from engine.nets.unet import VideoUNet

TOLERANCE = 1e-5
SIZE = (9, 13)  # odd: no level halves exactly
FRAMES = 5


def build(oracle: type[nn.Module], **config: Any) -> tuple[nn.Module, VideoUNet]:
    """The public class with random weights, and ours with the same state dict."""
    torch.manual_seed(0)
    theirs = oracle(**config).eval()
    for parameter in theirs.parameters():  # the zero-initialised layers must count too
        nn.init.normal_(parameter, mean=parameter.mean().item(), std=0.05)
    ours = VideoUNet(**specs.from_diffusers(translated(theirs))).eval()
    ours.load_state_dict(theirs.state_dict(), strict=True)
    return theirs, ours


def translated(model: Any) -> dict[str, Any]:
    return dict(model.config) | {"_class_name": type(model).__name__}


def inputs(ours: VideoUNet, tokens: int) -> tuple[Tensor, Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    channels, width = ours.conv_in.in_channels, ours.config["cross_attention_dim"]
    sample = torch.randn(2, channels, FRAMES, *SIZE, generator=generator)
    return sample, torch.tensor([701.0, 3.0]), torch.randn(2, tokens, width, generator=generator)


def agree(theirs: Tensor, ours: Tensor) -> None:
    assert theirs.std() > 0.1  # a dead network would agree with anything
    assert (theirs - ours).abs().max().item() < TOLERANCE


def image_blocks(kind: str, attention: tuple[bool, ...]) -> dict[str, tuple[str, ...]]:
    down = tuple(f"{'CrossAttn' if a else ''}DownBlock{kind}" for a in attention)
    up = tuple(f"{'CrossAttn' if a else ''}UpBlock{kind}" for a in reversed(attention))
    return {"down_block_types": down, "up_block_types": up}


TINY = {"block_out_channels": (16, 32), "layers_per_block": 1, "norm_num_groups": 4}


@pytest.mark.parametrize("tokens", [1, 7])
@pytest.mark.parametrize(
    "config",
    [
        {**TINY, "attention_head_dim": 2, **image_blocks("2D", (True, False))},
        {**TINY, "attention_head_dim": (2, 4), "use_linear_projection": True}
        | image_blocks("2D", (True, True)),
        {
            "block_out_channels": (8, 16, 32),
            "layers_per_block": (1, 2, 1),
            "norm_num_groups": 8,
            "attention_head_dim": 4,
            "transformer_layers_per_block": 2,
            "norm_eps": 1e-4,
            **image_blocks("2D", (False, True, False)),
        },
    ],
)
@torch.no_grad()
def test_image_network(config: dict[str, Any], tokens: int) -> None:
    theirs, ours = build(UNet2DConditionModel, cross_attention_dim=24, **config)
    sample, timestep, context = inputs(ours, tokens)
    expected = [theirs(sample[:, :, f], timestep, context).sample for f in range(FRAMES)]
    agree(torch.stack(expected, dim=2), ours(sample, timestep, context))


@pytest.mark.parametrize("tokens", [1, 7])
@pytest.mark.parametrize(
    "config",
    [
        {**TINY, **image_blocks("Motion", (True, False))},
        {**TINY, "use_motion_mid_block": False, "motion_num_attention_heads": (2, 4)}
        | image_blocks("Motion", (True, True)),
        {**TINY, "layers_per_block": 2, "use_linear_projection": True}
        | image_blocks("Motion", (False, True)),
    ],
)
@torch.no_grad()
def test_motion_network(config: dict[str, Any], tokens: int) -> None:
    heads = {"num_attention_heads": 2, "motion_num_attention_heads": 4, "motion_max_seq_length": 8}
    theirs, ours = build(UNetMotionModel, cross_attention_dim=24, **(heads | config))
    sample, timestep, context = inputs(ours, tokens)
    expected = theirs(sample, timestep, context.repeat_interleave(FRAMES, dim=0)).sample
    agree(expected, ours(sample, timestep, context))


@pytest.mark.parametrize("tokens", [1, 7])
@pytest.mark.parametrize(
    "config",
    [
        {**TINY, **image_blocks("3D", (True, False))},
        {**TINY, "layers_per_block": 2, "norm_num_groups": 8, "norm_eps": 1e-4}
        | image_blocks("3D", (True, True)),
    ],
)
@torch.no_grad()
def test_modelscope_network(config: dict[str, Any], tokens: int) -> None:
    theirs, ours = build(
        UNet3DConditionModel, cross_attention_dim=24, attention_head_dim=8, **config
    )
    sample, timestep, context = inputs(ours, tokens)
    expected = theirs(sample, timestep, context).sample
    agree(expected, ours(sample, timestep, context))


@pytest.mark.parametrize("tokens", [1, 7])
@pytest.mark.parametrize(
    "config",
    [
        {"block_out_channels": (32, 64), "num_attention_heads": (2, 4)}
        | image_blocks("SpatioTemporal", (True, False)),
        {"block_out_channels": (32, 32, 64), "num_attention_heads": (2, 4, 4)}
        | {"layers_per_block": 2, "transformer_layers_per_block": 2}
        | image_blocks("SpatioTemporal", (False, True, True)),
    ],
)
@torch.no_grad()
def test_svd_network(config: dict[str, Any], tokens: int) -> None:
    shared = {
        "layers_per_block": 1,
        "cross_attention_dim": 24,
        "addition_time_embed_dim": 8,
        "projection_class_embeddings_input_dim": 24,
    }
    theirs, ours = build(UNetSpatioTemporalConditionModel, **(shared | config))
    sample, timestep, context = inputs(ours, tokens)
    ids = torch.tensor([[6.0, 127.0, 0.02], [14.0, 40.0, 0.0]])
    expected = theirs(sample.transpose(1, 2), timestep, context, ids).sample.transpose(1, 2)
    agree(expected, ours(sample, timestep, context, added_time_ids=ids))


FULL_SIZE = [  # class, its public configuration, ours, tensors, parameters
    (
        UNet2DConditionModel,
        {"cross_attention_dim": 768, "attention_head_dim": 8},
        specs.SD15,
        686,
        859_520_964,
    ),
    (
        UNetMotionModel,
        {"cross_attention_dim": 768, "num_attention_heads": 8, "motion_max_seq_length": 32},
        specs.ANIMATEDIFF,
        1_232,
        1_312_730_244,
    ),
    (
        UNet3DConditionModel,
        {"cross_attention_dim": 1024, "attention_head_dim": 64},
        specs.ZEROSCOPE,
        1_480,
        1_411_233_860,
    ),
    (
        UNetSpatioTemporalConditionModel,
        {"cross_attention_dim": 1024, "num_attention_heads": (5, 10, 20, 20)},
        specs.SVD_XT,
        1_428,
        1_524_623_082,
    ),
]


@pytest.mark.parametrize(("oracle", "config", "spec", "tensors", "parameters"), FULL_SIZE)
def test_full_size_keys_and_shapes(
    oracle: type[nn.Module],
    config: dict[str, Any],
    spec: specs.Spec,
    tensors: int,
    parameters: int,
) -> None:
    with torch.device("meta"):
        theirs = oracle(**config)
        named = VideoUNet(**spec)
        read = VideoUNet(**specs.from_diffusers(translated(theirs)))
    expected = {
        key: tuple(value.shape)
        for key, value in theirs.state_dict().items()
        if not key.endswith("pos_embed.pe")  # computed, see FramePositions
    }
    for ours in (named, read):
        assert {key: tuple(value.shape) for key, value in ours.state_dict().items()} == expected
    assert len(expected) == tensors
    assert sum(parameter.numel() for parameter in named.parameters()) == parameters
