"""Conditions of a long video in a file: a window is read when its turn comes.

MimicMotion's pose features are the largest thing a video holds for each of its frames, 5.9 MB at
576x1024. In memory they would make it depend on the length; a window of them is read from a file in
next to no time beside the network's call.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

HELD = 65
"""Frames up to which memory is the better place: 64 and the photo's."""


class StoredFrames:
    """`1 c f h w` in a file of its own, which is gone when nothing needs it any more.

    Frames are put in one after the other and picked in any order, by one thread.

    Args:
        frames: how many there will be.
        each: the shape of one, `c h w`.
        dtype: of the tensors; they are kept bit by bit.
        folder: where the file lies, by default among the system's temporary files.
    """

    def __init__(
        self, frames: int, each: torch.Size, dtype: torch.dtype, folder: Path | None = None
    ) -> None:
        self.shape = torch.Size([1, each[0], frames, *each[1:]])
        self.dtype = dtype
        self._each, self._size = each, each.numel() * dtype.itemsize
        self._file = tempfile.TemporaryFile(dir=folder, prefix=".frames.")  # noqa: SIM115

    def append(self, frames: Tensor) -> None:
        """Write down the next ones, `f c h w`."""
        kept = frames.to(device="cpu", dtype=self.dtype).contiguous()
        self._file.seek(0, 2)
        self._file.write(kept.view(torch.uint8).numpy().data)

    def at(self, frames: Tensor) -> Tensor:
        """The chosen ones, `1 c n h w`; `frames` are indices, `n` long. Raises EOFError."""
        read = np.empty((len(frames), self._size), np.uint8)
        for row, frame in zip(read, frames.tolist(), strict=True):
            self._file.seek(frame * self._size)
            if self._file.readinto(row.data) < self._size:
                raise EOFError(f"frame {frame} was never put in")
        found = torch.from_numpy(read).view(self.dtype).view(len(frames), *self._each)
        return found.movedim(0, 1)[None]

    def zero(self) -> Tensor:
        """A single 0 of its kind."""
        return torch.zeros((), dtype=self.dtype)


PerFrame = Tensor | StoredFrames
"""A condition that differs from frame to frame."""


def gathered(
    parts: Iterable[Tensor],
    frames: int,
    *,
    dtype: torch.dtype,
    keep: torch.device | None = None,
    folder: Path | None = None,
) -> PerFrame:
    """Consecutive parts `f c h w` as one condition `1 c f h w`.

    It lies on the device `keep`, by default where the parts are made; what more than `HELD` frames
    would take of main memory is put into a file, if the disk has room. Values are the same.

    Args:
        frames: how many there are in all.
        dtype: of the condition.
        folder: as for `StoredFrames`.
    """
    parts = iter(parts)
    first = next(parts)
    device, size = keep or first.device, first[0].numel() * dtype.itemsize
    if device.type == "cpu" and frames > HELD and _room(folder) > 2 * frames * size:
        stored = StoredFrames(frames, first.shape[1:], dtype, folder)
        for part in chain([first], parts):
            stored.append(part)
        return stored
    whole, done = torch.empty(frames, *first.shape[1:], dtype=dtype, device=device), 0
    for part in chain([first], parts):
        whole[done : done + len(part)] = part
        done += len(part)
    return whole.movedim(0, 1)[None]


def _room(folder: Path | None) -> int:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
    return shutil.disk_usage(folder or tempfile.gettempdir()).free
