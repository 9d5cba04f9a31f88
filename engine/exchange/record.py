"""What is written beside and into a result: enough to make it again, no paths and no faces."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import diffusers
import torch

from engine.data.video_record import APP, RECORD_VERSION
from engine.types import Inputs, Warning


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
        "inputs": _files(inputs),
        "dance": inputs.dance,
        "prompt": inputs.prompt,
        "warnings": [f"{w.what} {w.why}" for w in warnings],
        "versions": {"torch": torch.__version__, "diffusers": diffusers.__version__},
        **facts,
    }


def _files(inputs: Inputs) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for role in ("image", "motion", "face", "outfit", "depth"):
        path: Path | None = getattr(inputs, role)
        if path is not None and path.is_file():
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            found.append({"role": role, "name": path.name, "sha256": digest})
    return found
