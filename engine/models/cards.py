"""Which weights there are: where they come from, how large they are, what their licence allows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from engine.errors import BadInput, CheckpointMismatch
from engine.models.card import (
    ByHand,
    Group,
    Hub,
    LocalFile,
    Memory,
    ModelCard,
    Pocket,
    Source,
    WeightFile,
)

__all__ = [
    "CARDS",
    "POCKET_FOLDER",
    "ByHand",
    "Group",
    "Hub",
    "LocalFile",
    "Memory",
    "ModelCard",
    "Pocket",
    "Source",
    "WeightFile",
    "all_cards",
    "known_card",
    "pocket_cards",
    "with_needs",
]

_GB = 1 << 30  # memory is counted so, other than files

_MIMICMOTION_LICENCE = (
    "academic, research and education only, no commercial or production use; "
    "on top of the Stability AI Community License"
)
_RELEASED = Hub("tencent/MimicMotion")
_PRUNED = Hub("Kijai/MimicMotion_pruned")
_UNET_ALONE = "The same U-Net as safetensors, as ComfyUI users have it."
_SVD_URL = "https://huggingface.co/stabilityai/stable-video-diffusion-img2vid-xt-1-1"

# By the window. The released program's advice: 8 GB for 16 frames, 16 GB for 72. Without a graphics
# card: weights in fp32 and the activations of one window.
_MEMORY = {
    16: Memory(graphics=8 * _GB, main=16 * _GB),
    72: Memory(graphics=16 * _GB, main=24 * _GB),
}


def _mimicmotion(
    key: str,
    title: str,
    file: WeightFile,
    source: Hub | ByHand,
    *,
    note: str,
    window: int = 0,
    needs: tuple[str, ...] = ("svd", "dwpose"),
) -> ModelCard:
    return ModelCard(
        key=key,
        title=title,
        system="mimicmotion",
        files=(file,),
        source=source,
        licence=_MIMICMOTION_LICENCE,
        licence_url=source.url if isinstance(source, Hub) else _RELEASED.url,
        commercial=False,
        needs=needs,
        note=note,
        memory=_MEMORY.get(window),
        window=window,
        alternative=source is not _RELEASED,
    )


# Sizes and licences: specs/mimicmotion.md a.8 and a.9. A hash stands here where at least two
# unrelated public manifests give the same one; the Hub's own hash checks every download.
_PUBLISHED = (
    _mimicmotion(
        "mimicmotion",
        "MimicMotion 1.1",
        WeightFile("MimicMotion_1-1.pth", 3_049_867_447),
        _RELEASED,
        window=72,
        note="U-Net and PoseNet, trained for windows of 72 frames.",
    ),
    ModelCard(
        key="svd",
        title="Stable Video Diffusion 1.1: autoencoder and image encoder",
        system="base",
        files=(
            WeightFile(
                "vae/diffusion_pytorch_model.fp16.safetensors",
                195_531_910,
                "af602cd0eb4ad6086ec94fbf1438dfb1be5ec9ac03fd0215640854e90d6463a3",
            ),
            WeightFile("vae/config.json", 607),
            WeightFile(
                "image_encoder/model.fp16.safetensors",
                1_264_217_240,
                "ae616c24393dd1854372b0639e5541666f7521cbe219669255e865cb7f89466a",
            ),
            WeightFile("image_encoder/config.json", 685),
            WeightFile("feature_extractor/preprocessor_config.json", 518),
            WeightFile("scheduler/scheduler_config.json", 533),
            WeightFile("unet/config.json", 984),
        ),
        source=Hub("stabilityai/stable-video-diffusion-img2vid-xt-1-1", gated=True),
        licence="Stability AI Community License",
        licence_url=_SVD_URL,
        commercial=False,
        note="MimicMotion's base. Its own U-Net is not needed and not fetched.",
    ),
    _mimicmotion(
        "mimicmotion-1.0",
        "MimicMotion 1.0",
        # published as "3.05 GB" only; the same tensors as 1.1
        WeightFile("MimicMotion_1.pth", 3_050_000_000),
        _RELEASED,
        window=16,
        note="U-Net and PoseNet, trained for windows of 16 frames: for smaller graphics cards.",
    ),
    _mimicmotion(
        "mimicmotion-pruned",
        "MimicMotion 1.1, U-Net alone",
        # published as "3.05 GB" only; the same tensors as the U-Net of Stable Video Diffusion
        WeightFile("MimicMotionMergedUnet_1-1-fp16.safetensors", 3_049_435_868),
        _PRUNED,
        window=72,
        note=_UNET_ALONE,
        needs=("mimicmotion-posenet", "svd", "dwpose"),
    ),
    _mimicmotion(
        "mimicmotion-pruned-1.0",
        "MimicMotion 1.0, U-Net alone",
        WeightFile("MimicMotionMergedUnet_1-0-fp16.safetensors", 3_049_435_868),
        _PRUNED,
        window=16,
        note=_UNET_ALONE,
        needs=("mimicmotion-posenet", "svd", "dwpose"),
    ),
    _mimicmotion(
        "mimicmotion-posenet",
        "MimicMotion PoseNet alone",
        WeightFile("mimic_motion_pose_net.safetensors", 412_730),
        ByHand("https://github.com/kijai/ComfyUI-MimicMotionWrapper/tree/main/models"),
        note="Only for the U-Nets alone: the released files hold it already.",
        needs=(),
    ),
    ModelCard(
        key="svd-unet",
        title="Stable Video Diffusion 1.1: its own U-Net",
        system="base",
        # The size of the same tensors in MimicMotion's U-Net alone. No public manifest with its
        # hash was found, so a file that was put here by hand is told as not checked.
        files=(WeightFile("unet/diffusion_pytorch_model.fp16.safetensors", 3_049_435_868),),
        source=Hub("stabilityai/stable-video-diffusion-img2vid-xt-1-1", gated=True),
        licence="Stability AI Community License",
        licence_url=_SVD_URL,
        commercial=False,
        note="Only for training MimicMotion from where its authors began.",
        alternative=True,
    ),
    ModelCard(
        key="dwpose",
        title="DWPose",
        system="pose",
        files=(
            WeightFile(
                "yolox_l.onnx",
                216_746_733,
                "7860ae79de6c89a3c1eb72ae9a2756c0ccfbe04b7791bb5880afabd97855a411",
            ),
            WeightFile(
                "dw-ll_ucoco_384.onnx",
                134_399_116,
                "724f4ff2439ed61afb86fb8a1951ec39c6220682803b4a8bd4f598cd913b1843",
            ),
        ),
        source=Hub("yzd-v/DWPose"),
        licence="Apache-2.0",
        licence_url="https://huggingface.co/yzd-v/DWPose",
        commercial=True,
        group="poses",
        note="Finds people and their 133 keypoints in photographs and films.",
        memory=Memory(graphics=0, main=2 * _GB),
    ),
)

CARDS: Mapping[str, ModelCard] = MappingProxyType({card.key: card for card in _PUBLISHED})
"""The published weights, by key."""


POCKET_FOLDER = Path(__file__).parents[2] / "assets" / "pocket"
"""Where the shipped weights are."""


def pocket_cards(folder: Path = POCKET_FOLDER) -> dict[str, ModelCard]:
    """The cards of all shipped weights, read from their JSON files, by key.

    Raises CheckpointMismatch when a card cannot be read.
    """
    cards = [_pocket_card(path) for path in sorted(folder.glob("*.json"))]
    return {card.key: card for card in cards}


def _pocket_card(path: Path) -> ModelCard:
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        files = tuple(WeightFile(f["name"], int(f["bytes"]), f["sha256"]) for f in facts["files"])
        key, title = str(facts["key"]), str(facts["title"])
    except (ValueError, KeyError, TypeError, OSError) as error:
        raise CheckpointMismatch(
            "The card of a built-in model, {name}, cannot be read.",
            "It is damaged ({reason}).",
            "Get the program's files again: `git checkout -- assets/pocket`.",
            key="built_in_card_damaged",
            name=path.name,
            reason=f"{type(error).__name__}: {error}",
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
        group="built-in",
        note="Small, trained by the project on dancers that it draws itself.",
        facts=facts,
    )


def all_cards() -> dict[str, ModelCard]:
    """Shipped and published weights, by key. Raises CheckpointMismatch as `pocket_cards` does."""
    return {**pocket_cards(), **CARDS}


def known_card(name: str) -> ModelCard:
    """The card of a name. Raises BadInput that lists the names there are."""
    cards = all_cards()
    if name not in cards:
        raise BadInput(
            "There is no model '{name}'.",
            "The name may be misspelt.",
            "Choose one of: {known}.",
            key="unknown_model",
            name=name[:60],
            known=", ".join(cards),
        )
    return cards[name]


def with_needs(card: ModelCard, cards: Mapping[str, ModelCard] = CARDS) -> list[ModelCard]:
    """The card and all that it needs, each once, the card first."""
    found = [card]
    for each in found:
        found += [cards[key] for key in each.needs if cards[key] not in found]
    return found
