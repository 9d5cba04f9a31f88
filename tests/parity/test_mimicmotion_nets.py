"""MimicMotion's networks against its own outputs (parity/mimicmotion/README.md 1 and 7)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load_file
from torch import Tensor

from engine.nets import specs
from engine.nets.controls import PoseNet
from engine.nets.residuals import NONE, Residuals
from engine.nets.unet import VideoUNet

CLONED = Path(__file__).parent / "data" / "mimicmotion"
SHARED = Path(__file__).parents[3] / "shared" / "parity" / "mimicmotion"
needs_shared = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"the reference outputs are not at {SHARED}"
)


def arrays(name: str) -> dict[str, Tensor]:
    with np.load(SHARED / f"{name}.npz") as data:
        return {key: torch.from_numpy(np.asarray(data[key])) for key in data.files}


@pytest.fixture(scope="module")
def unet() -> VideoUNet:
    config = json.loads((SHARED / "tiny_configs.json").read_text())["unet"]
    config["_class_name"] = "UNetSpatioTemporalConditionModel"
    net = VideoUNet(**specs.from_diffusers(config)).eval()
    net.load_state_dict(load_file(SHARED / "tiny_unet.safetensors"), strict=True)
    return net


@needs_shared
@pytest.mark.parametrize("case", ["nopose", "pose", "b2"])
@torch.no_grad()
def test_unet(unet: VideoUNet, case: str) -> None:
    data = arrays("tiny_unet_io")
    suffix = "_b2" if case == "b2" else ""
    pose = data["pose_latents"][None].transpose(1, 2)  # stored (b f) c h w, b = 1
    predicted = unet(
        data[f"sample{suffix}"].transpose(1, 2),
        data[f"timestep{suffix}"],
        data[f"image_embed{suffix}"],
        residuals=Residuals(stem=pose) if case == "pose" else NONE,
        added_time_ids=data[f"added_time_ids{suffix}"],
    )
    expected = data[f"out_{case}"].transpose(1, 2)
    assert (predicted - expected).abs().max().item() < 2e-5


@pytest.fixture(scope="module")
def pose_net() -> PoseNet:
    net = PoseNet().eval()
    net.load_state_dict(load_file(SHARED / "posenet_state.safetensors"), strict=True)
    return net


@needs_shared
@pytest.mark.parametrize("case", ["4", "_odd"])
@torch.no_grad()
def test_pose_net_on_pictures(pose_net: PoseNet, case: str) -> None:
    data = arrays("posenet_io")
    encoded = pose_net.features(data[f"x{case}"])
    assert (encoded - data[f"y{case}"]).abs().max().item() < 1e-5


@needs_shared
@torch.no_grad()
def test_pose_net_on_videos(pose_net: PoseNet) -> None:
    data = arrays("posenet_io")
    stem = pose_net(data["x5"].transpose(1, 2)).stem
    assert stem is not None
    expected = data["y5"].unflatten(0, (2, 2)).transpose(1, 2)
    assert (stem - expected).abs().max().item() < 1e-5


@needs_shared
@torch.no_grad()
def test_pose_net_layer_by_layer(pose_net: PoseNet) -> None:
    data = arrays("posenet_io")
    x = data["x4"][:1]
    for index, layer in enumerate(pose_net.conv_layers):
        x = layer(x)
        if (stored := data.get(f"act_{index}")) is not None:
            assert (x - stored.reshape(x.shape)).abs().max().item() < 1e-5


def test_fresh_pose_net_is_silent_and_sized_as_released() -> None:
    net = PoseNet()
    stem = net(torch.randn(1, 3, 2, 61, 83, generator=torch.Generator().manual_seed(0))).stem
    assert stem is not None and stem.shape == (1, 320, 2, 7, 10)
    assert stem.abs().max() == 0
    assert net.scale.tolist() == [2.0]
    assert sum(parameter.numel() for parameter in net.parameters()) == 205_557


def test_released_checkpoint_has_our_keys() -> None:
    stored: dict[str, Any] = json.loads((CLONED / "official_checkpoint_keys.json").read_text())
    with torch.device("meta"):
        nets = {"unet": VideoUNet(**specs.SVD_XT), "pose_net": PoseNet()}
    ours = {
        f"{prefix}.{key}": list(value.shape)
        for prefix, net in nets.items()
        for key, value in net.state_dict().items()
    }
    assert ours == stored
    assert len(ours) == 1_447
