"""How large the networks of each model are, known before any of them is loaded; free of torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias, get_args

from engine.models.cards import CARDS, pocket_cards
from engine.models.makers import BUILT_IN
from engine.sampling.profile import ITEM, Place

Part: TypeAlias = Literal["unet", "pose_net", "vae", "image_encoder"]
PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class Sizes:
    """What of a MimicMotion's networks decides how much memory sampling takes.

    Attributes:
        downscale: pixels of a side that become one cell of latents.
        width, ff_mult: of the U-Net, the channels of its finest level and how much wider than that
            its feed-forwards are.
        parameters: how many numbers each network has, where none is loaded that could be asked.
    """

    downscale: int
    width: int
    ff_mult: int
    parameters: Mapping[Part, int] = field(default_factory=dict)


POCKET = Sizes(
    downscale=8,
    width=96,
    ff_mult=2,
    parameters={
        "unet": 8_719_015,
        "pose_net": 2 * 176_661,  # one for the dance, one for the photo's own pose
        "vae": 930_032,
        "image_encoder": 758_688,
    },
)

RELEASED = Sizes(
    downscale=8,
    width=320,
    ff_mult=4,
    parameters={
        "unet": 1_524_623_082,
        "pose_net": 205_557,
        "vae": 97_742_847,
        "image_encoder": 632_076_800,
    },
)
"""Every public version has these (specs/mimicmotion.md a.8)."""

_POCKET_WINDOW = 16


def sizes_of(model: str) -> Sizes:
    """The sizes of `BUILT_IN` or of a published model that makes videos."""
    return POCKET if model == BUILT_IN else RELEASED


def window_of(model: str) -> int:
    """How many frames a model makes together, unless a setting or the memory says otherwise."""
    return CARDS[model].window if model in CARDS else _POCKET_WINDOW


def pocket_side() -> int:
    """Side in pixels of the built-in model's pictures. Raises CheckpointMismatch."""
    return int(pocket_cards()["pocket/autoencoder"].facts["size"])


def precisions(kind: str, fast: str) -> Mapping[Part, str]:
    """Which numbers suit which public network on a device of a `kind` (`Place`).

    The U-Net samples in `fast`, the device's own. The PoseNet is tiny and the autoencoder overflows
    in fp16 (SVD's configuration asks for fp32), so these are fp32, the latter bf16 on a graphics
    card that has it.
    """
    graphics = kind == "cuda" and fast == "bfloat16"
    return {
        "unet": fast,
        "pose_net": "float32",
        "vae": fast if graphics else "float32",
        "image_encoder": fast,
    }


def weight_bytes(model: str, place: Place, *, encoders: bool) -> int:
    """Bytes of the weights that lie there while the network samples, with or without the encoders.

    The built-in model is held in fp32.
    """
    numbers = precisions(place.kind, place.precision)
    return sum(
        count * (4 if model == BUILT_IN else ITEM[numbers[part]])
        for part, count in sizes_of(model).parameters.items()
        if encoders or part in ("unet", "vae")
    )
