"""Stable Video Diffusion's folder: its autoencoder, its image encoder, and the numbers beside them.

The layout is that of stabilityai/stable-video-diffusion-img2vid-xt-1-1 (specs/mimicmotion.md a.8);
its U-Net's weights are not needed. What the folder's configurations say is compared with what is
built in, so that a folder of another model is refused instead of giving grey pictures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from engine.errors import CheckpointMismatch
from engine.models import checkpoint
from engine.models.weight_file import read
from engine.nets import specs
from engine.nets.autoencoder import SVDAutoencoder
from engine.sampling.schedule import svd_scheduler

if TYPE_CHECKING:  # it brings transformers' models, so whoever loads one pays for them
    from engine.nets.clip_image import SVDImageEncoder

UNET = "unet/config.json"
VAE = "vae/config.json"
IMAGE_ENCODER = "image_encoder/config.json"
SCHEDULER = "scheduler/scheduler_config.json"
FEATURES = "feature_extractor/preprocessor_config.json"
VAE_WEIGHTS = "vae/diffusion_pytorch_model.fp16.safetensors"
IMAGE_ENCODER_WEIGHTS = "image_encoder/model.fp16.safetensors"
_FULL_WEIGHTS = {  # the same networks in fp32, twice as large
    VAE_WEIGHTS: "vae/diffusion_pytorch_model.safetensors",
    IMAGE_ENCODER_WEIGHTS: "image_encoder/model.safetensors",
}
_CLASSES = {
    UNET: "UNetSpatioTemporalConditionModel",
    VAE: "AutoencoderKLTemporalDecoder",
    SCHEDULER: "EulerDiscreteScheduler",
}
_POSITIONS = "vision_model.embeddings.position_ids"
"""A table of 0, 1, 2, ... that older programs stored with CLIP and newer ones make themselves."""


@dataclass(frozen=True)
class SvdFolder:
    """The folder's files by their names in it.

    Attributes:
        paths: at least the weights and configurations of the two networks.
    """

    paths: Mapping[str, Path]

    @classmethod
    def of(cls, folder: Path) -> SvdFolder:
        """A folder on this disk; weights in fp16 are preferred. Raises CheckpointMismatch."""
        paths: dict[str, Path] = {}
        for name in (UNET, VAE, IMAGE_ENCODER, SCHEDULER, FEATURES, *_FULL_WEIGHTS):
            for candidate in (name, _FULL_WEIGHTS.get(name, name)):
                if (folder / candidate).is_file():
                    paths.setdefault(name, folder / candidate)
        missing = [name for name in (VAE, IMAGE_ENCODER, *_FULL_WEIGHTS) if name not in paths]
        if missing:
            raise CheckpointMismatch(
                "The folder {name} is not that of Stable Video Diffusion.",
                "Not found in it: {missing}.",
                "Copy the whole folder of stable-video-diffusion-img2vid-xt-1-1; only its own "
                "U-Net's weights can be left out.",
                key="svd_incomplete",
                name=folder.name,
                missing=", ".join(missing),
            )
        return cls(paths)

    @property
    def folder(self) -> Path | None:
        """The one folder that holds all files, if there is one."""
        whole = self.paths[VAE].parents[1]
        return whole if all(path.is_relative_to(whole) for path in self.paths.values()) else None

    def config(self, name: str) -> dict[str, Any]:
        """One of the configurations. Raises CheckpointMismatch when it cannot be read."""
        path = self.paths[name]
        try:
            config = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            why = "It cannot be read ({reason})."
            raise _refused(path, "svd_unreadable", why, reason=error) from error
        if not isinstance(config, dict):
            raise _refused(path, "svd_no_table", "It is no table of settings.")
        kind = config.get("_class_name", _CLASSES.get(name))
        if kind != _CLASSES.get(name, kind):
            why = "It is of a {kind}, not of a {wanted}."
            raise _refused(path, "svd_other_class", why, kind=kind, wanted=_CLASSES[name])
        return config

    def unet_spec(self) -> Mapping[str, Any]:
        """Arguments of `VideoUNet`: what the folder says, or the published ones if it does not."""
        if UNET not in self.paths:
            return specs.SVD_XT
        return specs.from_diffusers({"_class_name": _CLASSES[UNET], **self.config(UNET)})

    def check(self) -> None:
        """Compare the numbers beside the weights with ours. Raises CheckpointMismatch."""
        if SCHEDULER in self.paths:
            theirs, ours = self.config(SCHEDULER), dict(svd_scheduler().config)
            shared = {key: ours[key] for key in theirs.keys() & ours.keys() if key[0] != "_"}
            _compare(self.paths[SCHEDULER], theirs, shared)
        if FEATURES in self.paths:
            from engine.nets.clip_image import DEVIATION, MEAN, SIDE

            theirs = self.config(FEATURES)
            ours = {"image_mean": list(MEAN), "image_std": list(DEVIATION)}
            _compare(self.paths[FEATURES], theirs, ours)
            size = theirs.get("crop_size", SIDE)
            side = size.get("height") if isinstance(size, dict) else size
            _compare(self.paths[FEATURES], {"crop_size": side}, {"crop_size": SIDE})

    def autoencoder(
        self, dtype: torch.dtype | None = None, device: torch.device | str = "cpu"
    ) -> SVDAutoencoder:
        """Load the VAE with its temporal decoder. Raises CheckpointMismatch."""
        from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import (
            AutoencoderKLTemporalDecoder,
        )

        def empty(config: dict[str, Any]) -> AutoencoderKLTemporalDecoder:
            net = AutoencoderKLTemporalDecoder.from_config(config)
            assert isinstance(net, AutoencoderKLTemporalDecoder)  # a pair only if asked for
            return net

        path = self.paths[VAE_WEIGHTS]
        net = checkpoint.build(empty, {"config": self.config(VAE)})
        loaded = checkpoint.load_into(
            net, read(path), name=str(path), dtype=dtype, device=device, share=True
        )
        return SVDAutoencoder(loaded).eval()

    def image_encoder(
        self, dtype: torch.dtype | None = None, device: torch.device | str = "cpu"
    ) -> SVDImageEncoder:
        """Load CLIP's ViT-H with its projection. Raises CheckpointMismatch."""
        from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

        from engine.nets.clip_image import SVDImageEncoder

        path = self.paths[IMAGE_ENCODER_WEIGHTS]
        config = CLIPVisionConfig.from_dict(self.config(IMAGE_ENCODER))
        net = checkpoint.build(CLIPVisionModelWithProjection, {"config": config})
        embeddings = net.vision_model.embeddings
        count = embeddings.position_embedding.num_embeddings
        embeddings.register_buffer("position_ids", torch.arange(count)[None], persistent=False)
        state = {key: value for key, value in read(path).items() if key != _POSITIONS}
        loaded = checkpoint.load_into(
            net, state, name=str(path), dtype=dtype, device=device, share=True
        )
        return SVDImageEncoder(loaded).eval()


def _compare(path: Path, theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> None:
    other = {
        key: f"{key} is {theirs[key]!r} instead of {value!r}"
        for key, value in sorted(ours.items())
        if key in theirs and theirs[key] != value
    }
    if other:
        facts = {"differences": "; ".join(other.values()), "names": ", ".join(other)}
        raise _refused(path, "svd_other_model", "It is of another model: {differences}.", **facts)


def _refused(path: Path, key: str, why: str, **values: object) -> CheckpointMismatch:
    return CheckpointMismatch(
        "The file {name} does not fit Stable Video Diffusion 1.1.",
        why + " It lies at {path}.",
        "Use the folder of stable-video-diffusion-img2vid-xt-1-1, whose files belong together.",
        key=key,
        name=path.name,
        path=path,
        **values,
    )
