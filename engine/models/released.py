"""MimicMotion's public weights: which files they are, and the networks that are built from them.

| file | holds |
|---|---|
| `MimicMotion_1-1.pth`, `MimicMotion_1.pth` | U-Net and PoseNet, views of one flat fp16 storage |
| `MimicMotionMergedUnet_1-*-fp16.safetensors` | the U-Net alone, names without prefix |
| `mimic_motion_pose_net.safetensors` | the PoseNet alone |
| the folder of SVD img2vid-xt-1-1 | autoencoder, image encoder (`svd_folder.py`) |

Names and shapes are those of `official_checkpoint_keys.json` (specs/mimicmotion.md a.8).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from engine.device import Device
from engine.errors import BadInput, CheckpointMismatch
from engine.models import checkpoint, sizes
from engine.models.cards import CARDS, with_needs
from engine.models.layout import MIMICMOTION
from engine.models.resolve import require
from engine.models.sizes import Part
from engine.models.svd_folder import SvdFolder
from engine.models.trained import read_trained
from engine.models.weight_file import read
from engine.nets.autoencoder import SVDAutoencoder
from engine.nets.controls import PoseNet
from engine.nets.mimicmotion import RELEASED, Spec
from engine.nets.unet import VideoUNet

if TYPE_CHECKING:
    from engine.nets.clip_image import SVDImageEncoder

_SHORT_WINDOW = 16
_FIRST_VERSION = frozenset({"MimicMotion", "MimicMotion_1", "MimicMotionMergedUnet_1-0-fp16"})
_BOTH = ("MimicMotion_1-1.pth", "MimicMotion_1.pth", "MimicMotion.pth")
_UNET_ALONE = tuple(
    f"MimicMotionMergedUnet_{version}-fp16.safetensors" for version in ("1-1", "1-0")
)
_POSE_NET_ALONE = "mimic_motion_pose_net.safetensors"
_SVD_FOLDERS = ("", "svd", "stable-video-diffusion-img2vid-xt-1-1")


@dataclass(frozen=True)
class ReleasedFiles:
    """Where the networks of one public MimicMotion are.

    Attributes:
        unet: the file with the U-Net.
        pose_net: the file with the PoseNet; the same one in the released form.
        svd: the folder of Stable Video Diffusion.
        trained_for: frames of a window, where the user trained it and not its name tells.
    """

    unet: Path
    pose_net: Path
    svd: SvdFolder
    trained_for: int = 0

    @property
    def window(self) -> int:
        """Frames that this version was trained for: 72, or 16 for version 1.0 (told by name)."""
        if self.trained_for:
            return self.trained_for
        return _SHORT_WINDOW if self.unet.stem in _FIRST_VERSION else RELEASED.window

    @property
    def spec(self) -> Spec:
        """The sizes of its networks and what suits it."""
        unet = self.svd.unet_spec()
        channels = unet.get("block_out_channels", (RELEASED.pose_channels,))[0]
        return replace(RELEASED, unet=unet, pose_channels=channels, window=self.window)


def locate(model: str, home: Path) -> ReleasedFiles:
    """Find a public MimicMotion without touching the network.

    Args:
        model: a card's key, or a file or folder of the user's own with the published names.
        home: the user's folder.

    Raises MissingModel with size, licence and the command that gets it, and BadInput.
    """
    if model not in CARDS or "svd" not in CARDS[model].needs:
        return _in_folder(Path(model).expanduser(), home)
    paths: dict[str, Path] = {}
    for card in with_needs(CARDS[model]):
        if card.system in ("mimicmotion", "base"):  # DWPose is asked for when a film is read
            paths |= require(card, home).paths
    return _among(paths, SvdFolder(paths), home)


def folder_holds(place: Path) -> bool:
    """Whether MimicMotion's weights are there, as published or as training wrote them."""
    if place.is_file():
        return True
    names = (*_BOTH, *_UNET_ALONE)
    return read_trained(place) is not None or any((place / name).is_file() for name in names)


def svd_beside(folder: Path) -> SvdFolder | None:
    """Stable Video Diffusion in the folder itself or in one of the usual name within it."""
    for name in _SVD_FOLDERS:
        if (folder / name / "vae").is_dir() and (folder / name / "image_encoder").is_dir():
            return SvdFolder.of(folder / name)
    return None


def _in_folder(place: Path, home: Path) -> ReleasedFiles:
    folder = place if place.is_dir() else place.parent
    trained = read_trained(place)
    if trained is not None:
        svd = svd_beside(folder) or (svd_beside(trained.svd) if trained.svd else None)
        svd = svd or SvdFolder(require(CARDS["svd"], home).paths)
        return ReleasedFiles(trained.unet, trained.pose_net, svd, trained.window)
    names = [place.name] if place.is_file() else [*_BOTH, *_UNET_ALONE]
    paths = {name: folder / name for name in (*names, _POSE_NET_ALONE) if (folder / name).is_file()}
    if not any(name in paths for name in names):
        raise BadInput(
            "There is no MimicMotion at {place}.",
            "It is neither the name of a model nor a folder or file with published weights.",
            "Give pocket, one of {cards}, or a folder that holds {both}, or {unet} with "
            "{pose_net}.",
            key="no_mimicmotion",
            place=place,
            cards=", ".join(key for key, card in CARDS.items() if "svd" in card.needs),
            both=_BOTH[0],
            unet=_UNET_ALONE[0],
            pose_net=_POSE_NET_ALONE,
        )
    svd = svd_beside(folder) or SvdFolder(require(CARDS["svd"], home).paths)
    return _among(paths, svd, home)


def _among(paths: Mapping[str, Path], svd: SvdFolder, home: Path) -> ReleasedFiles:
    unet = next(path for name, path in paths.items() if "/" not in name and name != _POSE_NET_ALONE)
    if unet.name in _UNET_ALONE and _POSE_NET_ALONE not in paths:
        paths = {**paths, **require(CARDS["mimicmotion-posenet"], home).paths}
    return ReleasedFiles(unet, paths.get(_POSE_NET_ALONE, unet), svd)


def precisions(device: Device) -> Mapping[Part, torch.dtype]:
    """Which precision suits which network on a device; see `sizes.precisions`."""
    fast = str(device.sampling).removeprefix("torch.")
    named = sizes.precisions(device.torch.type, fast)
    return {part: getattr(torch, name) for part, name in named.items()}


class Released:
    """The four networks, each built from its file when it is first asked for.

    No network is ever filled with random numbers, and none is in memory twice: names and shapes
    are compared, then one tensor after the other goes to its device and precision. Where precision
    and device are the file's own, the file itself is the memory.

    Args:
        files: from `locate`.
        dtypes: precision of each network; None of a network: as in its file.
        device: where they are put.
    """

    def __init__(
        self,
        files: ReleasedFiles,
        dtypes: Mapping[Part, torch.dtype | None],
        device: torch.device | str = "cpu",
    ) -> None:
        self.files = files
        self.spec = files.spec
        self._dtypes = dtypes
        self._device = device
        self._bare: dict[Part, VideoUNet | PoseNet] = {}  # built by `check`, without memory

    def put(self, device: torch.device | str) -> None:
        """Where networks go that are built from now on."""
        self._device = device

    @cached_property
    def unet(self) -> VideoUNet:
        """The denoising network. Raises CheckpointMismatch."""
        return self._filled(self._empty_unet(), "unet", self.files.unet)

    @cached_property
    def pose_net(self) -> PoseNet:
        """The pose encoder. Raises CheckpointMismatch."""
        return self._filled(self._empty_pose_net(), "pose_net", self.files.pose_net)

    @cached_property
    def vae(self) -> SVDAutoencoder:
        """SVD's autoencoder. Raises CheckpointMismatch."""
        return self.files.svd.autoencoder(self._dtypes["vae"], self._device)

    @cached_property
    def image_encoder(self) -> SVDImageEncoder:
        """SVD's image encoder. Raises CheckpointMismatch."""
        return self.files.svd.image_encoder(self._dtypes["image_encoder"], self._device)

    def check(self) -> None:
        """Compare names, shapes and configurations with what is built in; no weight is read.

        Raises CheckpointMismatch.
        """
        self.files.svd.check()
        nets: tuple[tuple[Part, VideoUNet | PoseNet, Path], ...] = (
            ("unet", self._empty_unet(), self.files.unet),
            ("pose_net", self._empty_pose_net(), self.files.pose_net),
        )
        for part, net, path in nets:
            expected = checkpoint.shapes(net.state_dict())
            checkpoint.check(checkpoint.shapes(tensors_of(path, part)), expected, name=path.name)
            self._bare[part] = net

    def _empty_unet(self) -> VideoUNet:
        net = self._bare.pop("unet", None)
        return net if isinstance(net, VideoUNet) else checkpoint.build(VideoUNet, self.spec.unet)

    def _empty_pose_net(self) -> PoseNet:
        net = self._bare.pop("pose_net", None)
        if isinstance(net, PoseNet):
            return net
        return checkpoint.build(PoseNet, {"out_channels": self.spec.pose_channels})

    def _filled(self, net: checkpoint.Net, part: Part, path: Path) -> checkpoint.Net:
        return checkpoint.load_into(
            net,
            tensors_of(path, part),
            name=path.name,
            dtype=self._dtypes[part],
            device=self._device,
            share=True,
        ).requires_grad_(False)


def tensors_of(path: Path, part: Part) -> dict[str, Tensor]:
    """One network's tensors in a file. Raises CheckpointMismatch, also when it has none of them."""
    state = read(path)
    split = MIMICMOTION.split(state, bare=part, name=path.name)
    if not split[part]:
        other = ", ".join(name for name, tensors in split.items() if tensors)
        raise CheckpointMismatch(
            "The weights '{name}' hold no {part}.",
            "What they hold is: {other}.",
            "Put {pose_net} beside a U-Net alone, or use {both}, which holds both.",
            key="weights_lack_part",
            name=path.name,
            part=part,
            other=other,
            pose_net=_POSE_NET_ALONE,
            both=_BOTH[0],
        )
    return split[part]
