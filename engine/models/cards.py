"""What weights there are: where they come from, how large they are, what their licence allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeAlias

from engine.errors import CheckpointMismatch


@dataclass(frozen=True)
class WeightFile:
    """One file of a model.

    Attributes:
        name: its path inside the source, with forward slashes.
        bytes: its size as published; for people and for the room on the disk, not a check.
        sha256: its hash, or None where only the Hub knows it.
    """

    name: str
    bytes: int
    sha256: str | None = None


@dataclass(frozen=True)
class Pocket:
    """Weights that the project trained itself and ships, in `folder`."""

    folder: Path


@dataclass(frozen=True)
class Hub:
    """A repository of the Hugging Face Hub; `gated`: its terms must be accepted there first."""

    repo: str
    revision: str = "main"
    gated: bool = False

    @property
    def url(self) -> str:
        """The page for people."""
        return f"https://huggingface.co/{self.repo}"


@dataclass(frozen=True)
class LocalFile:
    """A file that the user named; the card's one file is it, whatever its name there."""

    path: Path


Source: TypeAlias = Pocket | Hub | LocalFile


@dataclass(frozen=True)
class ModelCard:
    """What one set of weights is.

    Attributes:
        key: its name on the command line and its folder's name.
        title: its name for people.
        system: the published system it belongs to, or "pose" or "base" for what several share.
        files: all files that are needed.
        source: where they come from.
        licence, licence_url: in words, and where the whole text is.
        commercial: whether the licence allows commercial use as it is.
        needs: keys of other cards without which it does not work.
        note: one sentence for people.
        facts: how pocket weights were made: their JSON card, as it is.
    """

    key: str
    title: str
    system: str
    files: tuple[WeightFile, ...]
    source: Source
    licence: str
    licence_url: str
    commercial: bool
    needs: tuple[str, ...] = ()
    note: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def bytes(self) -> int:
        """Size of all files as published."""
        return sum(file.bytes for file in self.files)


_MIMICMOTION_LICENCE = (
    "academic, research and education only, no commercial or production use; "
    "on top of the Stability AI Community License"
)
_MIMICMOTION_URL = "https://huggingface.co/tencent/MimicMotion"

# Sizes and licences: specs/mimicmotion.md a.8 and a.9. The Hub's own hashes check the downloads.
CARDS: Mapping[str, ModelCard] = MappingProxyType(
    {
        card.key: card
        for card in (
            ModelCard(
                key="mimicmotion",
                title="MimicMotion 1.1",
                system="mimicmotion",
                files=(WeightFile("MimicMotion_1-1.pth", 3_049_867_447),),
                source=Hub("tencent/MimicMotion"),
                licence=_MIMICMOTION_LICENCE,
                licence_url=_MIMICMOTION_URL,
                commercial=False,
                needs=("svd", "dwpose"),
                note="U-Net and PoseNet, trained for windows of 72 frames.",
            ),
            ModelCard(
                key="mimicmotion-1.0",
                title="MimicMotion 1.0",
                system="mimicmotion",
                # published as "3.05 GB" only; the same tensors as 1.1
                files=(WeightFile("MimicMotion_1.pth", 3_050_000_000),),
                source=Hub("tencent/MimicMotion"),
                licence=_MIMICMOTION_LICENCE,
                licence_url=_MIMICMOTION_URL,
                commercial=False,
                needs=("svd", "dwpose"),
                note="U-Net and PoseNet, trained for windows of 16 frames.",
            ),
            ModelCard(
                key="svd",
                title="Stable Video Diffusion 1.1: autoencoder and image encoder",
                system="base",
                files=(
                    WeightFile("vae/diffusion_pytorch_model.fp16.safetensors", 195_531_910),
                    WeightFile("image_encoder/model.fp16.safetensors", 1_264_217_240),
                ),
                source=Hub("stabilityai/stable-video-diffusion-img2vid-xt-1-1", gated=True),
                licence="Stability AI Community License",
                licence_url=(
                    "https://huggingface.co/stabilityai/stable-video-diffusion-img2vid-xt-1-1"
                ),
                commercial=False,
                note="Its U-Net is not needed; MimicMotion brings its own.",
            ),
            ModelCard(
                key="dwpose",
                title="DWPose",
                system="pose",
                files=(
                    WeightFile("yolox_l.onnx", 216_746_733),
                    WeightFile("dw-ll_ucoco_384.onnx", 134_399_116),
                ),
                source=Hub("yzd-v/DWPose"),
                licence="Apache-2.0",
                licence_url="https://huggingface.co/yzd-v/DWPose",
                commercial=True,
                note="Finds people and their 133 keypoints in photographs and films.",
            ),
        )
    }
)
"""The published weights, by key."""


def pocket_folder() -> Path:
    """Where the shipped weights are: `assets/pocket` of the checkout."""
    return Path(__file__).parents[2] / "assets" / "pocket"


def pocket_cards(folder: Path | None = None) -> dict[str, ModelCard]:
    """The cards of all shipped weights, read from their JSON files, by key.

    Raises CheckpointMismatch when a card cannot be read.
    """
    folder = folder or pocket_folder()
    cards = [_pocket_card(path) for path in sorted(folder.glob("*.json"))]
    return {card.key: card for card in cards}


def _pocket_card(path: Path) -> ModelCard:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(WeightFile(f["name"], int(f["bytes"]), f["sha256"]) for f in facts["files"])
        key, title = str(facts["key"]), str(facts["title"])
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise CheckpointMismatch(
            f"The card of a built-in model, {path.name}, cannot be read.",
            f"It is damaged ({type(error).__name__}: {error}).",
            "Get the program's files again: `git checkout -- assets/pocket`.",
        ) from error
    return ModelCard(
        key=key,
        title=title,
        system="pocket",
        files=files,
        source=Pocket(path.parent),
        licence="Apache-2.0",
        licence_url="https://www.apache.org/licenses/LICENSE-2.0",
        commercial=True,
        note="Small, trained by the project on dancers that it draws itself.",
        facts=facts,
    )


def with_needs(card: ModelCard, cards: Mapping[str, ModelCard] = CARDS) -> list[ModelCard]:
    """The card and all that it needs, each once, the card first."""
    found = [card]
    for each in found:
        found += [cards[key] for key in each.needs if cards[key] not in found]
    return found


def size_in_words(count: int) -> str:
    """A number of bytes for people: `412 kB`, `351 MB`, `3.05 GB` (powers of ten, as the Hub)."""
    if count >= 1_000_000_000:
        return f"{count / 1e9:.2f} GB"
    if count >= 1_000_000:
        return f"{count / 1e6:.0f} MB"
    return f"{max(count / 1e3, 1):.0f} kB"
