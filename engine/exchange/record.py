"""What is written beside and into a result: enough to make it again, no paths and no faces."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

import diffusers
import torch
from torch import nn

from engine.data.video_record import APP, RECORD_VERSION
from engine.models.verify import sha256_of
from engine.types import Inputs, Warning

_FEW = 16


def make_record(
    *,
    system: str,
    model: str,
    settings: Any,
    seed: int,
    inputs: Inputs,
    warnings: Sequence[Warning],
    **facts: Any,
) -> dict[str, Any]:
    """The record of one result.

    Files are named by role, base name and SHA-256, never by path. `ai_generated` is the mark that
    the picture shows no real event. `facts` are numbers worth keeping (frames, fps, seconds).
    """
    return {
        "app": APP,
        "v": RECORD_VERSION,
        "ai_generated": True,
        "system": system,
        "model": model,
        "settings": dataclasses.asdict(settings),
        "seed": seed,
        "inputs": files(inputs),
        "dance": inputs.dance,
        "prompt": inputs.prompt,
        **warned(warnings),
        "versions": versions(),
        **facts,
    }


def warned(warnings: Sequence[Warning]) -> dict[str, Any]:
    """What a record says of warnings.

    `warnings` are sentences; `warning_keys` are, in the same order, what a screen needs to say
    them in another language: the key of each and the values that fill its places.
    """
    return {
        "warnings": [f"{w.what} {w.why}" for w in warnings],
        "warning_keys": [{"key": w.key, "values": dict(w.values)} for w in warnings],
    }


def versions() -> dict[str, str]:
    """The libraries on which the numbers depend."""
    return {"torch": torch.__version__, "diffusers": diffusers.__version__}


def decisive(
    settings: Any, inputs: Inputs, nets: Iterable[nn.Module], device: str
) -> dict[str, Any]:
    """Everything that decides what a run makes, for `Scratch`; `nets` are all that it uses."""
    return {
        "settings": dataclasses.asdict(settings),
        "inputs": [file["sha256"] for file in files(inputs)],
        "dance": inputs.dance,
        "weights": [likeness(net) for net in nets],
        "device": device,
        "versions": versions(),
    }


@torch.no_grad()
def likeness(net: nn.Module) -> str:
    """A hash of the first numbers in memory of every tensor of a network.

    Training moves every number of what it trains, so a few of each tensor tell weights apart; all
    of them would be gigabytes, which may still lie on the disk.
    """
    tensors = [one for one in chain(net.parameters(), net.buffers()) if one.numel()]
    firsts = [one.as_strided((min(one.numel(), _FEW),), (1,)) for one in tensors]
    return hashlib.sha256(torch.cat(firsts).double().cpu().numpy().tobytes()).hexdigest()


def files(inputs: Inputs) -> list[dict[str, str]]:
    """Role, base name and SHA-256 of every file that was given."""
    found: list[dict[str, str]] = []
    for role in ("image", "motion", "face", "outfit", "depth"):
        path: Path | None = getattr(inputs, role)
        if path is not None and path.is_file():
            found.append({"role": role, "name": path.name, "sha256": sha256_of(path)})
    return found
