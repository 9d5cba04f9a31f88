"""A whole pocket model in small, as a folder of weights: it knows nothing and is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import nn

from engine.data import synth
from engine.data.pixels import to_pixels
from engine.models import pocket_files
from engine.nets.autoencoder import PocketAutoencoder
from engine.nets.controls import PoseNet
from engine.nets.encoders import PocketImageEncoder
from engine.nets.pose_detector import PocketPoseDetector
from engine.nets.unet import VideoUNet

SIDE = 64
UNET: dict[str, Any] = {
    "temporal": "svd",
    "in_channels": 48,
    "out_channels": 24,
    "block_out_channels": (16, 16),
    "layers_per_block": 1,
    "attention_levels": True,
    "num_attention_heads": 2,
    "cross_attention_dim": 8,
    "ff_mult": 1,
    "norm_num_groups": 4,
    "addition_time_embed_dim": 4,
}


def write_pocket(folder: Path) -> Path:
    """Networks a hundredth in size, for pictures of 64 by 64; the latents are real ones."""
    torch.manual_seed(0)
    autoencoder = {"wide": 16, "narrow": 16}
    vae = PocketAutoencoder(**autoencoder)
    vae.calibrate(to_pixels(synth.clip(1, 6, size=(SIDE, SIDE)).frames))
    image_encoder = {"size": 32, "width": 8, "dim": 8}
    detector = {"size": SIDE, "width": 16, "blocks": 1}
    pose = {"out_channels": 16}
    nets: dict[str, tuple[nn.Module, dict[str, Any]]] = {
        "autoencoder": (vae, autoencoder),
        "image-encoder": (PocketImageEncoder(**image_encoder), image_encoder),
        "pose-detector": (PocketPoseDetector(**detector), detector),
        "mimicmotion-unet": (VideoUNet(**UNET), UNET),
        "mimicmotion-pose": (PoseNet(**pose), pose),
        "mimicmotion-reference": (PoseNet(**pose), pose),
    }
    for name, (net, config) in nets.items():
        card = {"key": f"pocket/{name}", "title": name, "size": SIDE, "config": config}
        pocket_files.save(folder, name, net, card)
    return folder
