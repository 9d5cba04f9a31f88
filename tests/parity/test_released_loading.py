"""Tiny networks of upstream, stored in the published layout and loaded, compute as upstream.

The numbers are those of parity/mimicmotion (README 7); here they go through files.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from engine.data.pixels import to_pixels
from engine.models.released import Released, locate
from engine.models.sizes import PARTS
from engine.nets.residuals import Residuals
from tests.unit.tiny_released import flattened

SHARED = Path(__file__).parents[3] / "shared" / "parity" / "mimicmotion"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"the reference outputs are not at {SHARED}"
)
WEIGHTS = {
    "vae": "vae/diffusion_pytorch_model.safetensors",
    "image_encoder": "image_encoder/model.safetensors",
}


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Released:
    """Loaded from a folder of one's own: a flat pickle, and SVD's folder in fp32."""
    folder = tmp_path_factory.mktemp("own")
    both = {
        f"{part}.{key}": value
        for part in ("unet", "pose_net")
        for key, value in load_file(SHARED / f"tiny_{part}.safetensors").items()
    }
    torch.save(flattened(both), folder / "MimicMotion_1-1.pth")
    configs = json.loads((SHARED / "tiny_configs.json").read_text())
    for part, name in (
        ("unet", "unet/config.json"),
        ("vae", "vae/config.json"),
        ("image_encoder", "image_encoder/config.json"),
        ("scheduler", "scheduler/scheduler_config.json"),
        ("feature_extractor", "feature_extractor/preprocessor_config.json"),
    ):
        (folder / name).parent.mkdir()
        (folder / name).write_text(json.dumps(configs[part]))
    for part, name in WEIGHTS.items():
        save_file(load_file(SHARED / f"tiny_{part}.safetensors"), folder / name)
    public = Released(locate(str(folder), folder), dict.fromkeys(PARTS, torch.float32))
    public.check()
    return public


def arrays(name: str) -> dict[str, Tensor]:
    with np.load(SHARED / f"{name}.npz") as data:
        return {key: torch.from_numpy(np.asarray(data[key])) for key in data.files}


@torch.no_grad()
def test_unet(public: Released) -> None:
    data = arrays("tiny_unet_io")
    predicted = public.unet(
        data["sample"].transpose(1, 2),
        data["timestep"],
        data["image_embed"],
        residuals=Residuals(stem=data["pose_latents"][None].transpose(1, 2)),
        added_time_ids=data["added_time_ids"],
    )
    assert (predicted - data["out_pose"].transpose(1, 2)).abs().max() < 2e-5


@torch.no_grad()
def test_encoders(public: Released) -> None:
    data = arrays("tiny_pipeline")
    photo = to_pixels(data["image_u8"][None].numpy())
    token = public.image_encoder.tokens(photo)
    assert (token[0] - data["image_embeddings"][1]).abs().max() < 2e-5
    assert (public.vae.encode(photo)[0] - data["image_latents"][1]).abs().max() < 2e-5


@torch.no_grad()
def test_pose_net_is_the_stored_one(public: Released) -> None:
    stored = load_file(SHARED / "tiny_pose_net.safetensors")
    for key, value in public.pose_net.state_dict().items():
        assert torch.equal(value, stored[key]), key
