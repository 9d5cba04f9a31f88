"""Conditions of a long video in a file: the same values, and memory that does not grow."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest
import torch

from engine.sampling import stored
from engine.sampling.conditioning import Conditioning
from engine.sampling.stored import HELD, StoredFrames, gathered

LONG = HELD + 5


def parts(frames: int, *, seed: int = 0) -> list[torch.Tensor]:
    whole = torch.randn(frames, 2, 4, 3, generator=torch.Generator().manual_seed(seed))
    return list(whole.split(8))


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_a_file_gives_what_memory_gives(tmp_path: Path, dtype: torch.dtype) -> None:
    there = torch.cat(parts(LONG)).to(dtype).movedim(0, 1)[None]
    found = gathered(parts(LONG), LONG, dtype=dtype, folder=tmp_path / "new")
    assert isinstance(found, StoredFrames)
    assert (found.shape, found.dtype) == (there.shape, there.dtype)
    frames = torch.tensor([0, LONG - 1, 3, 4, 5, 3])
    assert torch.equal(found.at(frames), there.index_select(2, frames))


def test_short_ones_stay_in_memory_and_so_do_those_of_a_card() -> None:
    short = gathered(parts(HELD), HELD, dtype=torch.float16)
    assert isinstance(short, torch.Tensor) and short.dtype == torch.float16
    assert torch.equal(short[0].movedim(1, 0), torch.cat(parts(HELD)).half())
    card = gathered(parts(LONG), LONG, dtype=torch.float32, keep=torch.device("meta"))
    assert isinstance(card, torch.Tensor) and card.device.type == "meta"


def test_a_full_disk_keeps_them_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored, "_room", lambda folder: 1000)
    assert isinstance(gathered(parts(LONG), LONG, dtype=torch.float32), torch.Tensor)


def test_the_loop_sees_no_difference() -> None:
    found = gathered(parts(LONG), LONG, dtype=torch.float32)
    assert isinstance(found, StoredFrames)
    null = {"pose": torch.full((1, 2, 1, 1, 1), 7.0)}
    there = torch.cat(parts(LONG)).movedim(0, 1)[None]
    one, two = (Conditioning({"pose": kind}, null=null) for kind in (found, there))
    frames = torch.tensor([5, 6, 0])
    assert one.num_frames == two.num_frames == LONG
    for some in (
        lambda cond: cond,
        lambda cond: cond.at(frames),
        lambda cond: cond.without("pose").at(frames),
        lambda cond: Conditioning.cat([cond.at(frames), cond.without("pose").at(frames)]),
    ):
        assert torch.equal(some(one)["pose"], some(two)["pose"])
    dropped = Conditioning({"pose": found}).without("pose")["pose"]
    assert dropped.shape == there.shape and not dropped.any()


def test_the_file_is_gone_with_its_owner(tmp_path: Path) -> None:
    found = gathered(parts(LONG), LONG, dtype=torch.float32, folder=tmp_path)
    assert isinstance(found, StoredFrames)
    with pytest.raises(EOFError, match=f"frame {LONG} was never put in"):
        found.at(torch.tensor([LONG]))
    del found
    assert list(tmp_path.iterdir()) == []


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    """Torch's own memory is not traced, so what comes in is made of numpy's."""
    most = []
    for frames in (LONG, 10 * LONG):
        tracemalloc.start()
        some = (
            torch.from_numpy(torch.zeros(8, 16, 32, 32).numpy().copy()) for _ in range(frames // 8)
        )
        found = gathered(some, frames, dtype=torch.float32, folder=tmp_path)
        assert isinstance(found, StoredFrames)
        found.at(torch.arange(16))
        most.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert most[1] < 1.05 * most[0]
