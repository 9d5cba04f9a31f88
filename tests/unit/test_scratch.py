"""The last finished step on disk: what comes back, and that the file is let go."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.sampling.scratch import Scratch

CPU = torch.device("cpu")


def test_what_was_kept_comes_back_in_memory_of_its_own(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path, {"seed": 1})
    latents = torch.arange(2.0**16).reshape(1, 4, 16, 32, 32)
    scratch.keep(3, latents)
    kept = scratch.load(CPU)
    assert kept is not None and kept.done == 3
    (file,) = tmp_path.iterdir()
    with file.open("r+b") as content:  # in place: a mapping of the file would show it
        content.write(bytes(file.stat().st_size))
    assert torch.equal(kept.latents, latents)
    assert scratch.load(CPU) is None  # damaged now


def test_another_run_does_not_go_on_from_it(tmp_path: Path) -> None:
    Scratch(tmp_path, {"seed": 1}).keep(3, torch.zeros(1, 4, 2, 2, 2))
    assert Scratch(tmp_path, {"seed": 2}).load(CPU) is None
