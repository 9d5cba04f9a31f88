"""The last finished step of a long run, on disk, so that a cut run goes on from there.

What the sampler needs to go on is the latents and the number of the next step: the schedule follows
from the settings and the noise is drawn before the first step. The same device then makes the very
same video, bit for bit.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor


@dataclass(frozen=True, eq=False)
class Kept:
    """How many steps are `done`, and the `latents` `b c f h w` that the next one takes."""

    done: int
    latents: Tensor


class Scratch:
    """A folder that belongs to one run; whoever gives it deletes it when the video is there.

    Args:
        folder: made when missing.
        facts: everything that decides what the run makes (settings, seed, inputs, device). What
            was kept by a run with other facts is not used.
    """

    def __init__(self, folder: Path, facts: Mapping[str, Any]) -> None:
        self.folder = folder
        text = json.dumps(facts, sort_keys=True, default=str)
        self._key = hashlib.sha256(text.encode()).hexdigest()
        self._file = folder / "step.safetensors"

    def load(self, device: torch.device) -> Kept | None:
        """The last finished step; None when there is none, or it is another run's or damaged."""
        if not self._file.is_file():
            return None
        try:
            with safe_open(self._file, framework="pt") as file:
                said = file.metadata() or {}
                if said.get("key") != self._key:
                    return None
                # a copy: what is only mapped holds the file, which Windows then lets nobody replace
                latents = file.get_tensor("latents").to(device, copy=True)
                return Kept(int(said["done"]), latents)
        except (SafetensorError, KeyError, ValueError, OSError):  # damaged: the run starts anew
            return None

    def keep(self, done: int, latents: Tensor) -> None:
        """Write down that `done` steps are finished; a crash leaves the old state or the new."""
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = self.folder / f".step.{secrets.token_hex(4)}.part"
        try:
            save_file(
                {"latents": latents.detach().cpu().contiguous()},
                temporary,
                metadata={"key": self._key, "done": str(done)},
            )
            with temporary.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(temporary, self._file)
        finally:
            temporary.unlink(missing_ok=True)

    def clear(self) -> None:
        """Forget the run: its video is done."""
        self._file.unlink(missing_ok=True)


def remembered_seed(folder: Path | None, wanted: int) -> int:
    """The seed of a run: the wanted one, or with -1 a new one that a continued run finds again."""
    if wanted >= 0:
        return wanted
    fresh = secrets.randbelow(2**31)
    if folder is None:
        return fresh
    file = folder / "seed"
    text = file.read_text(encoding="utf-8").strip() if file.is_file() else ""
    if text.isdecimal():
        return int(text)
    folder.mkdir(parents=True, exist_ok=True)
    file.write_text(str(fresh), encoding="utf-8")
    return fresh
