"""The whole of MimicMotion, at tiny sizes, against upstream's pipeline (parity README 7)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import (
    AutoencoderKLTemporalDecoder,
)
from diffusers.pipelines.stable_video_diffusion.pipeline_stable_video_diffusion import (
    _resize_with_antialiasing,
)
from safetensors.torch import load_file
from torch import Tensor
from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

from engine.data.pixels import to_pixels, to_rgb
from engine.nets import specs
from engine.nets.autoencoder import SVDAutoencoder, decode_in_chunks
from engine.nets.clip_image import SVDImageEncoder, shrunk
from engine.nets.controls import PoseNet
from engine.nets.mimicmotion import Networks, Spec
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.sampling import noise
from engine.sampling.loop import Step
from engine.sampling.plan import Plan
from engine.sampling.profile import PROFILES
from engine.sampling.schedule import first_latents, svd_scheduler

SHARED = Path(__file__).parents[3] / "shared" / "parity" / "mimicmotion"
pytestmark = pytest.mark.skipif(
    not SHARED.is_dir(), reason=f"the reference outputs are not at {SHARED}"
)


@pytest.fixture(scope="module")
def golden() -> dict[str, Tensor]:
    with np.load(SHARED / "tiny_pipeline.npz") as data:
        return {key: torch.from_numpy(np.asarray(data[key])) for key in data.files}


@pytest.fixture(scope="module")
def nets() -> Networks:
    config = json.loads((SHARED / "tiny_configs.json").read_text())
    unet_config = specs.from_diffusers(
        config["unet"] | {"_class_name": "UNetSpatioTemporalConditionModel"}
    )
    unet = VideoUNet(**unet_config).eval()
    unet.load_state_dict(load_file(SHARED / "tiny_unet.safetensors"), strict=True)
    pose_net = PoseNet(config["pose_net"]["noise_latent_channels"]).eval()
    pose_net.load_state_dict(load_file(SHARED / "tiny_pose_net.safetensors"), strict=True)
    vae = AutoencoderKLTemporalDecoder(**config["vae"]).eval()
    vae.load_state_dict(load_file(SHARED / "tiny_vae.safetensors"), strict=True)
    clip = CLIPVisionModelWithProjection(CLIPVisionConfig(**config["image_encoder"])).eval()
    clip.load_state_dict(load_file(SHARED / "tiny_image_encoder.safetensors"), strict=True)
    spec = Spec(unet_config, 32, window=8, steps={}, guidance=2.0)
    return Networks(spec, unet, pose_net, None, SVDAutoencoder(vae), SVDImageEncoder(clip))


def photo(golden: dict[str, Tensor]) -> Tensor:
    return to_pixels(golden["image_u8"][None].numpy())


@torch.no_grad()
def test_what_steers_the_network(nets: Networks, golden: dict[str, Tensor]) -> None:
    cond = mimicmotion.conditions(nets, photo(golden), golden["pose"], torch.zeros(()))
    assert (cond["token"][0] - golden["image_embeddings"][1]).abs().max() < 2e-5
    assert (cond["image"][0, :, 7] - golden["image_latents"][1]).abs().max() < 2e-5
    assert cond["time_ids"].tolist() == [[6, 127, 0]]
    tile, seeded = int(golden["tile"]), torch.Generator().manual_seed(int(golden["seed"]))
    drawn = noise.draw(int(golden["num_frames"]), tile, (64, 96), seeded)
    begun = first_latents(drawn.video, svd_scheduler(), int(golden["steps"]))[:, :, :tile]
    assert (begun - golden["latents0_tile"].transpose(1, 2)).abs().max() < 1e-3  # of 700
    dropped = cond.without("token", "image", "pose")
    assert not dropped["token"].any() and not dropped["image"].any() and not dropped["pose"].any()


@torch.no_grad()
def test_the_autoencoder_alone(nets: Networks) -> None:
    """Encoded to the posterior's mode; decoded whole and in pieces, which SVD shows (README 7)."""
    with np.load(SHARED / "tiny_unet_io.npz") as data:
        stored = {key: torch.from_numpy(data[key]) for key in data.files if key.startswith("vae_")}
    mode = nets.autoencoder.encode(stored["vae_in"])
    assert (mode - stored["vae_enc_mode"]).abs().max() < 2e-5
    scaled = stored["vae_z"].movedim(0, 1)[None] * nets.autoencoder.scaling_factor
    for chunk, name in ((len(stored["vae_z"]), "all"), (3, "chunk3")):
        frames = torch.cat(list(decode_in_chunks(nets.autoencoder, scaled, chunk)))
        assert (frames - stored[f"vae_dec_{name}"]).abs().max() < 2e-5


@pytest.mark.parametrize("profile", ["cpu", "6gb", "80gb"])
@torch.no_grad()
def test_the_whole_pipeline(nets: Networks, golden: dict[str, Tensor], profile: str) -> None:
    """Every profile: batched or one by one, feed-forwards whole or in pieces, is the same video."""
    events = mimicmotion.animate(
        nets,
        photo(golden),
        golden["pose"],
        Plan(
            steps=int(golden["steps"]),
            guidance=float(golden["guidance"]),
            window=int(golden["tile"]),
            overlap=int(golden["overlap"]),
        ),
        torch.Generator().manual_seed(int(golden["seed"])),
        profile=PROFILES[profile],
    )
    steps = [event for event in events if isinstance(event, Step)]
    expected = golden["latents_steps"].transpose(2, 3)
    for step, wanted, allowed in zip(steps, expected, (1e-3, 1e-3, 2e-4), strict=True):
        assert (step.latents - wanted).abs().max() < allowed
    frames = torch.cat(
        list(decode_in_chunks(nets.autoencoder, steps[-1].latents, int(golden["decode_chunk"])))
    )
    shown = (frames / 2 + 0.5).clamp(0, 1)
    assert (shown - golden["frames"][0]).abs().max() < 1e-4
    # upstream truncates to whole levels, which darkens by half a level; ours are rounded
    truncated = (golden["frames"][0] * 255).byte().movedim(1, -1).int().numpy()
    difference = to_rgb(frames).astype(int) - truncated
    assert difference.min() >= 0 and difference.max() <= 1


@pytest.mark.parametrize("size", [(64, 96), (1024, 576), (300, 225), (576, 1024), (224, 500)])
def test_pictures_are_squashed_as_by_diffusers(size: tuple[int, int]) -> None:
    picture = torch.rand(1, 3, *size, generator=torch.Generator().manual_seed(0)) * 2 - 1
    theirs = _resize_with_antialiasing(picture, (224, 224))
    assert (shrunk(picture) - theirs).abs().max() < 2e-5
