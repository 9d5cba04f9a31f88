"""MimicMotion's public files in small: every published name, with networks a thousandth in size."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.models.checkpoint import build, shapes
from engine.nets import specs
from engine.nets.controls import PoseNet
from engine.nets.unet import VideoUNet

UNET: Mapping[str, Any] = {
    "_class_name": "UNetSpatioTemporalConditionModel",
    "_diffusers_version": "0.24.0.dev0",
    "addition_time_embed_dim": 32,
    "block_out_channels": [32, 64, 96, 96],
    "cross_attention_dim": 32,
    "down_block_types": [*["CrossAttnDownBlockSpatioTemporal"] * 3, "DownBlockSpatioTemporal"],
    "in_channels": 8,
    "layers_per_block": 2,
    "num_attention_heads": [1, 2, 3, 3],
    "num_frames": 25,
    "out_channels": 4,
    "projection_class_embeddings_input_dim": 96,
    "sample_size": 96,
    "transformer_layers_per_block": 1,
    "up_block_types": ["UpBlockSpatioTemporal", *["CrossAttnUpBlockSpatioTemporal"] * 3],
}
VAE: Mapping[str, Any] = {
    "_class_name": "AutoencoderKLTemporalDecoder",
    "block_out_channels": [32, 32, 32, 32],
    "down_block_types": ["DownEncoderBlock2D"] * 4,
    "force_upcast": True,
    "in_channels": 3,
    "latent_channels": 4,
    "layers_per_block": 2,
    "out_channels": 3,
    "sample_size": 768,
    "scaling_factor": 0.18215,
}
IMAGE_ENCODER: Mapping[str, Any] = {
    "architectures": ["CLIPVisionModelWithProjection"],
    "hidden_act": "gelu",
    "hidden_size": 32,
    "image_size": 224,
    "intermediate_size": 64,
    "model_type": "clip_vision_model",
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "patch_size": 56,
    "projection_dim": 32,
}
SCHEDULER: Mapping[str, Any] = {  # as published
    "_class_name": "EulerDiscreteScheduler",
    "_diffusers_version": "0.24.0.dev0",
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "beta_start": 0.00085,
    "clip_sample": False,
    "interpolation_type": "linear",
    "num_train_timesteps": 1000,
    "prediction_type": "v_prediction",
    "set_alpha_to_one": False,
    "sigma_max": 700.0,
    "sigma_min": 0.002,
    "skip_prk_steps": True,
    "steps_offset": 1,
    "timestep_spacing": "leading",
    "timestep_type": "continuous",
    "trained_betas": None,
    "use_karras_sigmas": True,
}
FEATURES: Mapping[str, Any] = {
    "crop_size": {"height": 224, "width": 224},
    "image_mean": [0.48145466, 0.4578275, 0.40821073],
    "image_std": [0.26862954, 0.26130258, 0.27577711],
    "size": {"shortest_edge": 224},
}


def numbers(net: nn.Module, seed: int = 0) -> dict[str, Tensor]:
    """Small random fp16 numbers for every tensor of a network that has no memory."""
    dice = torch.Generator().manual_seed(seed)
    return {
        key: (torch.randn(shape, generator=dice) * 0.05).half()
        for key, shape in shapes(net.state_dict()).items()
    }


@cache
def unet_numbers() -> Mapping[str, Tensor]:
    """Without prefix, under all 1,428 published names."""
    return MappingProxyType(numbers(build(VideoUNet, specs.from_diffusers(UNET))))


@cache
def pose_net_numbers() -> Mapping[str, Tensor]:
    """Without prefix, under all 19 published names."""
    return MappingProxyType(numbers(build(PoseNet, {"out_channels": 32}), seed=1))


def released_numbers() -> dict[str, Tensor]:
    """As in the released `.pth`: both networks with their prefixes, 1,447 names."""
    parts = {"unet": unet_numbers(), "pose_net": pose_net_numbers()}
    return {f"{part}.{key}": value for part, state in parts.items() for key, value in state.items()}


def flattened(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors as views of one storage, as the released files have them."""
    flat = torch.cat([value.flatten() for value in state.values()])
    parts = flat.split([value.numel() for value in state.values()])
    return {
        key: part.view(value.shape) for (key, value), part in zip(state.items(), parts, strict=True)
    }


def write_pth(folder: Path, name: str = "MimicMotion_1-1.pth") -> Path:
    """The released form."""
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(flattened(released_numbers()), folder / name)
    return folder / name


def write_pruned(folder: Path) -> Path:
    """The U-Net and the PoseNet alone, as safetensors."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "MimicMotionMergedUnet_1-1-fp16.safetensors"
    save_file(dict(unet_numbers()), path)
    save_file(dict(pose_net_numbers()), folder / "mimic_motion_pose_net.safetensors")
    return path


def write_svd(folder: Path, *, old_positions: bool = True) -> Path:
    """SVD's folder; `old_positions` adds the table that older programs stored with CLIP."""
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import (
        AutoencoderKLTemporalDecoder,
    )
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    configs = {
        "unet/config.json": UNET,
        "vae/config.json": VAE,
        "image_encoder/config.json": IMAGE_ENCODER,
        "scheduler/scheduler_config.json": SCHEDULER,
        "feature_extractor/preprocessor_config.json": FEATURES,
    }
    for name, config in configs.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(config))
    vae = build(AutoencoderKLTemporalDecoder.from_config, {"config": dict(VAE)})
    save_file(numbers(vae, seed=2), folder / "vae/diffusion_pytorch_model.fp16.safetensors")
    config = CLIPVisionConfig.from_dict(dict(IMAGE_ENCODER))
    clip = numbers(build(CLIPVisionModelWithProjection, {"config": config}), seed=3)
    if old_positions:
        clip["vision_model.embeddings.position_ids"] = torch.arange(17)[None]
    save_file(clip, folder / "image_encoder/model.fp16.safetensors")
    return folder
