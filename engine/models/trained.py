"""Public networks that the user trained, on disk: two files and a card that tells about them.

`unet.safetensors` and `pose_net.safetensors` are in half precision under the published names; the
card `model.json` says for which window they were trained, with what and on what.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from engine.errors import CheckpointMismatch
from engine.models import checkpoint

CARD = "model.json"
KIND = "mimicmotion"
_UNET, _POSE_NET = "unet.safetensors", "pose_net.safetensors"


@dataclass(frozen=True)
class Trained:
    """A folder that training wrote.

    Attributes:
        unet, pose_net: its weight files.
        window: frames that it was trained for, the reference slot included.
        svd: the folder of Stable Video Diffusion that it was trained with, if it was the user's.
    """

    unet: Path
    pose_net: Path
    window: int
    svd: Path | None


def write_trained(
    folder: Path,
    unet: nn.Module,
    pose_net: nn.Module,
    *,
    window: int,
    svd: Path | None,
    facts: Mapping[str, Any],
) -> None:
    """Write both networks and, last, their card; `facts` say how they came about.

    Raises ValueError when a weight does not fit into half precision, and OSError.
    """
    metadata = {"licence": str(facts.get("licence", ""))}
    checkpoint.save(folder / _UNET, unet, metadata)
    checkpoint.save(folder / _POSE_NET, pose_net, metadata)
    card = {"kind": KIND, "window": window, "svd": str(svd.resolve()) if svd else None, **facts}
    temporary = folder / f"{CARD}.writing"
    temporary.write_text(json.dumps(card, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    os.replace(temporary, folder / CARD)


def read_trained(folder: Path) -> Trained | None:
    """What a folder's card says; None when the folder is not of this kind.

    Raises CheckpointMismatch when the card is of this kind and damaged.
    """
    path = folder / CARD
    if not path.is_file():
        return None
    try:
        card = json.loads(path.read_text(encoding="utf-8"))
        if card.get("kind") != KIND:
            return None
        svd = Path(card["svd"]) if card["svd"] else None
        return Trained(folder / _UNET, folder / _POSE_NET, int(card["window"]), svd)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise CheckpointMismatch(
            f"The card {CARD} in '{folder.name}' cannot be read.",
            f"It is damaged ({type(error).__name__}: {error}).",
            "Train again with --resume into the same folder: it is written anew at the end.",
        ) from error
