"""Where networks are taken from: found on this machine, loaded once, kept ready."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray

from engine.data.limits import Limits
from engine.device import Device, DeviceName, moved, pick
from engine.lanes import channels_last
from engine.models import pocket_files
from engine.models.cards import CARDS, POCKET_FOLDER
from engine.models.released import Released, locate, precisions
from engine.models.resolve import default_home, require
from engine.models.verify import sha256_of
from engine.nets.autoencoder import PocketAutoencoder
from engine.nets.encoders import PocketImageEncoder
from engine.nets.pose_detector import PocketPoseDetector
from engine.pose.drawn import drawn_poses, holds_dancer
from engine.pose.drawn_look import signs
from engine.pose.dwpose import DWPose
from engine.types import Poses

Net = TypeVar("Net", bound=torch.nn.Module)

_State: TypeAlias = tuple[tuple[Path, int, int], ...]
"""Files, their sizes and when they were written."""


class Shelf:
    """The networks of one process.

    Args:
        home: the user's folder (`STUDIO_HOME`); downloaded weights lie in `home/models`.
        device: where the networks run.
        limits: what a file from outside may cost.
        pocket: the folder of the pocket weights, by default the one that ships with the program.
        model: what runs: `pocket`, a card's key, or a folder of weights: published ones, or what
            training made of them or of pocket.
    """

    def __init__(
        self,
        home: Path | None = None,
        device: str = "auto",
        *,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
        pocket: Path = POCKET_FOLDER,
        model: str = "pocket",
    ) -> None:
        self.home = home or default_home()
        self.device: Device = pick(cast(DeviceName, device))
        self._own = self.device
        self.limits = limits
        own = Path(model).expanduser()
        trained = model != "pocket" and model not in CARDS and pocket_files.is_pocket(own)
        self.is_pocket = trained or model == "pocket"
        self.folder = own if trained else pocket
        self.model = model
        self._released: Released | None = None
        self._dwpose: tuple[_State, DWPose, list[str]] | None = None
        self._kept: dict[str, torch.nn.Module] = {}

    def keep(self, key: str, make: Callable[[], Net]) -> Net:
        """The network called `key`, made the first time it is asked for."""
        if key not in self._kept:
            net = moved(make().eval().requires_grad_(False), self.device.torch)
            if self.device.torch.type == "cpu":
                channels_last(net)
            self._kept[key] = net
        return cast(Net, self._kept[key])

    def pocket(self, name: str, cls: Callable[..., Net]) -> Net:
        """A network of the pocket family. Raises MissingModel or CheckpointMismatch."""
        return self.keep(f"pocket/{name}", lambda: pocket_files.load(self.folder, name, cls))

    def work_on(self, name: str = "") -> None:
        """Go over to a device, by default to the one that the shelf was made for.

        Where that is another one than before, every network is let go of.
        """
        wanted = pick(cast(DeviceName, name)) if name else self._own
        if wanted.torch.type != self.device.torch.type:
            self.clear()
            self.device = wanted

    def clear(self) -> None:
        """Let go of every network, and give its memory back to the device."""
        self._kept.clear()
        self._released = self._dwpose = None
        self.device.release()

    @property
    def model_name(self) -> str:
        """What records call the model: a folder of the user's own by its name, never by path."""
        name = Path(self.model).name
        return f"pocket/{name}" if self.is_pocket and self.model != "pocket" else name

    def released(self, *, resident: bool = True) -> Released:
        """The public networks that `model` names, checked by name and shape, not yet built.

        `resident` puts them on the device when they are built; else they wait in main memory.
        Raises MissingModel, BadInput or CheckpointMismatch.
        """
        place = self.device.torch if resident else "cpu"
        if self._released is None:
            found = Released(locate(self.model, self.home), precisions(self.device), place)
            found.check()
            self._released = found
        self._released.put(place)
        return self._released

    def dwpose(self) -> DWPose:
        """DWPose, whose two networks are loaded once. Raises MissingModel without its files."""
        return self._dwpose_and_hashes()[0]

    def dwpose_key(self) -> str:
        """Equal for equal files of DWPose. Raises MissingModel."""
        _, hashes = self._dwpose_and_hashes()
        if not hashes:
            hashes += [sha256_of(path) for path in _dwpose_files(self.home)]
        return _key("people", hashes)

    def _dwpose_and_hashes(self) -> tuple[DWPose, list[str]]:
        """What is kept of DWPose, made anew when its files have changed."""
        files = _dwpose_files(self.home)
        state = tuple((path, path.stat().st_size, path.stat().st_mtime_ns) for path in files)
        if self._dwpose is None or self._dwpose[0] != state:
            self._dwpose = state, DWPose(*files), []
        return self._dwpose[1:]

    def drawn_key(self) -> str:
        """Equal for equal files of the pocket detector. Raises MissingModel."""
        return _key(
            "drawn", [file["sha256"] for file in self.pocket_card("pose-detector")["files"]]
        )

    def pocket_card(self, name: str) -> Mapping[str, Any]:
        """What is known of a pocket network: training, data, metrics."""
        return pocket_files.read_card(self.folder, name)

    def autoencoder(self) -> PocketAutoencoder:
        """The autoencoder of all pocket systems."""
        return self.pocket("autoencoder", PocketAutoencoder)

    def image_encoder(self) -> PocketImageEncoder:
        """The image encoder of all pocket systems."""
        return self.pocket("image-encoder", PocketImageEncoder)

    def pose_detector(self) -> PocketPoseDetector:
        """The pose detector for drawn dancers."""
        return self.pocket("pose-detector", PocketPoseDetector)

    @property
    def pocket_size(self) -> int:
        """Side in pixels of the pictures that the pocket family was trained on."""
        return int(self.pocket_card("autoencoder")["size"])

    def drawn_poses(self, frames: NDArray[np.uint8]) -> Poses:
        """The poses of a drawn dancer in frames `f h w 3`, by the pocket detector."""
        return drawn_poses(self.pose_detector(), frames, self.device.torch)

    def is_drawn(self, picture: NDArray[np.uint8]) -> bool:
        """Whether a picture `h w 3` shows a dancer of the kind that Pirouette draws.

        Asked is always the detector that ships with the program: the weights of the signs are
        fitted to it. Raises MissingModel or CheckpointMismatch.
        """
        name = "pose-detector"
        detector = self.keep(
            f"{'pocket' if self.folder == POCKET_FOLDER else 'shipped'}/{name}",
            lambda: pocket_files.load(POCKET_FOLDER, name, PocketPoseDetector),
        )
        found = signs(detector, picture, self.device.torch)
        return found is not None and found.drawn > 0

    def holds_dancer(self, frame: NDArray[np.uint8], poses: Poses) -> bool:
        """Whether a drawn dancer is in a frame `h w 3`, in which `poses` were found."""
        return holds_dancer(self.pose_detector(), frame, poses, self.device.torch)


def _dwpose_files(home: Path) -> tuple[Path, Path]:
    """The person detector and the pose network. Raises MissingModel."""
    files = require(CARDS["dwpose"], home).paths
    return files["yolox_l.onnx"], files["dw-ll_ucoco_384.onnx"]


def _key(kind: str, hashes: Sequence[str]) -> str:
    return hashlib.sha256(" ".join([kind, *hashes]).encode()).hexdigest()
