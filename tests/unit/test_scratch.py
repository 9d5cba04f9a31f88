"""The last finished step on disk: what comes back, and that the file is let go."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from engine.exchange.record import likeness
from engine.sampling.scratch import Scratch
from tests.unit.test_mimicmotion import networks

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


def test_further_training_of_any_network_makes_another_run() -> None:
    """A run that was cut does not go on with a PoseNet or an autoencoder of other weights."""
    nets = networks()
    parts = [part for part in vars(nets).values() if isinstance(part, nn.Module)]
    assert len(parts) == 5 and set(nets.modules()) == set(parts)
    before = [likeness(part) for part in parts]
    assert before == [likeness(part) for part in parts] and len(set(before)) == 5
    for part in parts:
        trained = [one for one in part.parameters() if one.ndim > 1]
        with torch.no_grad():
            trained[len(trained) // 2].add_(1e-3)  # one layer in the middle
    assert not set(before) & {likeness(part) for part in parts}


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_weights_are_told_apart_in_any_layout_and_precision(layout: torch.memory_format) -> None:
    norm = nn.BatchNorm2d(8)
    net = nn.Sequential(nn.Conv2d(3, 8, 3), norm, nn.Linear(1, 1, bias=False))
    net.register_buffer("empty", torch.zeros(0))
    net = net.half().to(memory_format=layout)
    one = likeness(net)
    assert one == likeness(net)
    assert norm.num_batches_tracked is not None
    norm.num_batches_tracked += 1  # a buffer of no dimension
    assert likeness(net) != one


def test_the_likeness_reads_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Gigabytes of public weights stay where they are."""
    joined: list[int] = []
    whole = torch.cat

    def cat(tensors: list[torch.Tensor]) -> torch.Tensor:
        joined.append(sum(tensor.numel() for tensor in tensors))
        return whole(tensors)

    monkeypatch.setattr(torch, "cat", cat)
    likeness(nn.Linear(2000, 2000))
    assert joined == [32]
