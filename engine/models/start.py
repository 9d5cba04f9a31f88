"""What training the public networks begins with: MimicMotion's weights, or SVD's own U-Net."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch

from engine.errors import BadInput
from engine.models import checkpoint
from engine.models.cards import CARDS
from engine.models.released import folder_holds, locate, svd_beside, tensors_of
from engine.models.resolve import require
from engine.models.svd_folder import SvdFolder
from engine.nets.controls import PoseNet
from engine.nets.unet import VideoUNet

PAPER_WINDOW = 16
"""Frames of a training window, the reference slot included (paper, 4.1)."""
BARE = ("svd", "svd-unet")
"""Names of Stable Video Diffusion without MimicMotion's training."""
_SVD_UNETS = (
    "unet/diffusion_pytorch_model.fp16.safetensors",
    "unet/diffusion_pytorch_model.safetensors",
)


@dataclass(frozen=True)
class Start:
    """The files that training begins with.

    Attributes:
        unet: the file with the U-Net.
        pose_net: the file with the PoseNet; None for one that has learnt nothing (paper, 4.1).
        svd: the folder of Stable Video Diffusion.
        licence: of what is trained from them, in words.
    """

    unet: Path
    pose_net: Path | None
    svd: SvdFolder
    licence: str

    def networks(self, seed: int) -> tuple[VideoUNet, PoseNet]:
        """Both networks in fp32 and in memory of their own, every parameter to be trained.

        `seed` decides a PoseNet that has learnt nothing. Raises CheckpointMismatch.
        """
        spec = self.svd.unet_spec()
        unet = checkpoint.build(VideoUNet, spec)
        _fill(unet, tensors_of(self.unet, "unet"), self.unet)
        channels = spec.get("block_out_channels", (320,))[0]
        if self.pose_net is None:
            with torch.random.fork_rng(devices=()):
                torch.manual_seed(seed)
                return unet, PoseNet(channels)
        pose_net = checkpoint.build(PoseNet, {"out_channels": channels})
        _fill(pose_net, tensors_of(self.pose_net, "pose_net"), self.pose_net)
        return unet, pose_net


def _fill(net: torch.nn.Module, state: checkpoint.State, path: Path) -> None:
    checkpoint.load_into(net, state, name=path.name, dtype=torch.float32).requires_grad_(True)


def locate_start(model: str, home: Path) -> Start:
    """Find what training begins with, without touching the network.

    Args:
        model: `svd` for Stable Video Diffusion and a fresh PoseNet, a card of MimicMotion, or a
            folder with the weights of either.
        home: the user's folder.

    Raises MissingModel with size, licence and the command that gets it, and BadInput.
    """
    if model in BARE:
        unet = require(CARDS["svd-unet"], home).path
        svd = SvdFolder(require(CARDS["svd"], home).paths)
        return Start(unet, None, svd, CARDS["svd"].licence)
    folder = Path(model).expanduser()
    if model not in CARDS and not folder_holds(folder):
        unets = [folder / name for name in _SVD_UNETS if (folder / name).is_file()]
        if unets:
            return Start(unets[0], None, SvdFolder.of(folder), CARDS["svd"].licence)
    files = locate(model, home)
    return Start(files.unet, files.pose_net, files.svd, CARDS["mimicmotion"].licence)


def locate_svd(model: str, home: Path) -> SvdFolder:
    """Find the autoencoder and image encoder that a public model works with.

    `model` as for `locate_start`; its U-Net need not be there. Raises MissingModel and BadInput.
    """
    known = model in BARE or (model in CARDS and "svd" in CARDS[model].needs)
    folder = Path(model).expanduser()
    beside = None if known else svd_beside(folder)
    if beside is not None:
        return beside
    if known or folder_holds(folder):
        return SvdFolder(require(CARDS["svd"], home).paths)
    names = [key for key, card in CARDS.items() if "svd" in card.needs]
    raise BadInput(
        f"There is no model '{model[-60:]}' that clips can be prepared for.",
        "It is neither the name of a model nor a folder with published weights.",
        f"Give pocket, svd, one of {', '.join(names)}, or a folder that holds weights.",
    )
