"""The pocket family on disk: safetensors in fp16, each beside a card that says how it came about.

A card is `<name>.json`: the network's configuration, what trained it on what, its metrics, and the
files with size and SHA-256. A network above 9 MB is cut into several files, so that no file of the
repository is large.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.errors import CheckpointMismatch, MissingModel
from engine.models import checkpoint, weight_file
from engine.models.verify import sha256_of

Net = TypeVar("Net", bound=nn.Module)

LARGEST = 9 * 1024 * 1024
"""Bytes of tensors in one file."""


def is_pocket(folder: Path) -> bool:
    """Whether a folder holds a MimicMotion of the pocket family."""
    return (folder / "mimicmotion-unet.json").is_file()


def read_card(folder: Path, name: str) -> Mapping[str, Any]:
    """The card of a pocket network. Raises MissingModel if it is not there."""
    path = folder / f"{name}.json"
    if not path.is_file():
        raise MissingModel(
            "The built-in model '{name}' is not there.",
            "The file {path} is missing.",
            "Get the program's files again (git checkout assets/pocket), or train it: make pocket.",
            key="built_in_missing",
            name=name,
            path=path,
        )
    return json.loads(path.read_text(encoding="utf-8"))


def load(folder: Path, name: str, cls: Callable[..., Net]) -> Net:
    """Build the network that the card describes and fill it, strictly, in fp32.

    Raises MissingModel if a file is gone, CheckpointMismatch if one is not what the card says.
    """
    card = read_card(folder, name)
    state: dict[str, Tensor] = {}
    for file in card["files"]:
        path = folder / file["name"]
        if not path.is_file():
            raise MissingModel(
                "The built-in model '{name}' is not complete.",
                "The file {path} is missing.",
                "Get the program's files again (git checkout assets/pocket).",
                key="built_in_incomplete",
                name=name,
                path=path,
            )
        if sha256_of(path) != file["sha256"]:
            raise CheckpointMismatch(
                "The built-in model '{name}' is damaged.",
                "The file {path} is not the one that its card describes.",
                "Get the program's files again (git checkout assets/pocket).",
                key="built_in_damaged",
                name=name,
                path=path,
            )
        state |= weight_file.read(path)
    net = checkpoint.build(cls, card["config"])
    return checkpoint.load_into(net, state, name=f"pocket {name}", dtype=torch.float32)


def copy(folder: Path, name: str, out: Path) -> None:
    """Copy a network's files and its card, which comes last, to another folder."""
    out.mkdir(parents=True, exist_ok=True)
    names = [file["name"] for file in read_card(folder, name)["files"]]
    for file in (*names, f"{name}.json"):
        shutil.copyfile(folder / file, out / file)


def save(folder: Path, name: str, net: nn.Module, card: Mapping[str, Any]) -> None:
    """Write a network and its card; `card` holds at least `config`."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{name}*.safetensors"):
        old.unlink()
    shards: list[dict[str, Tensor]] = [{}]
    filled = 0
    for key, value in net.state_dict().items():
        half = value.detach().cpu().to(torch.float16).contiguous()
        if filled and filled + half.nbytes > LARGEST:
            shards.append({})
            filled = 0
        shards[-1][key] = half
        filled += half.nbytes
    files = []
    for number, shard in enumerate(shards, 1):
        suffix = f"-{number}-of-{len(shards)}" if len(shards) > 1 else ""
        path = folder / f"{name}{suffix}.safetensors"
        save_file(shard, path)
        size = path.stat().st_size
        files.append({"name": path.name, "bytes": size, "sha256": sha256_of(path)})
    text = json.dumps({**card, "files": files}, indent=2, ensure_ascii=False)
    (folder / f"{name}.json").write_text(text + "\n", encoding="utf-8")
