"""Which frames the network sees together, and how their predictions are weighed into one.

A planner is a pure function `(num_frames, size, overlap) -> list[Window]`. Its windows cover every
frame, are equally long, and have positive weights. A clip shorter than a window gets one window
of its own length.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from engine.errors import BadInput


@dataclass(frozen=True, eq=False)
class Window:
    """Frames that go through the network together.

    Attributes:
        frames: `n` int64, indices into the video, each once.
        weight: `n` float64, positive; how much the prediction of each slot counts in the fusion,
            relative to the other windows that hold the same frame.
    """

    frames: Tensor
    weight: Tensor

    def __len__(self) -> int:
        return len(self.frames)


Planner: TypeAlias = Callable[[int, int, int], list[Window]]
Weights: TypeAlias = Callable[[int, int], Tensor]
"""`(size, overlap) -> n`: the weight of each slot of a window."""


def triangle(size: int, overlap: int) -> Tensor:
    """Weights that fall off from the middle of the window, as MimicMotion's code has them.

    `w_j = min((j + 0.5) * 2 / size, 2 - (j + 0.5) * 2 / size)`, over the whole window whatever the
    overlap, slot 0 included.
    """
    place = (torch.arange(size, dtype=torch.float64) + 0.5) * 2 / size
    return torch.minimum(place, 2 - place)


def whole(num_frames: int, size: int = 0, overlap: int = 0) -> list[Window]:
    """One window with all frames; `size` and `overlap` are there to be called like the others."""
    _fitted(num_frames, num_frames, 0, least=0)
    return [Window(torch.arange(num_frames), torch.ones(num_frames, dtype=torch.float64))]


def anchored(
    num_frames: int, size: int, overlap: int, *, weights: Weights = triangle
) -> list[Window]:
    """MimicMotion's progressive windows: slot 0 of each is frame 0, the reference.

    `W_s = [0, s+1, ..., s+size-1]` for `s = 0, S, 2S, ... <= num_frames - size` with
    `S = size - overlap`; when the last does not reach the end, one more that does. As the
    reference counts as overlap, consecutive windows share `overlap - 1` frames of the dance.

    Raises BadInput unless 1 <= overlap < size (at 0 some frames would be in no window) and there
    is a frame.
    """
    size, overlap = _fitted(num_frames, size, overlap, least=1)
    starts = _hops(num_frames - size, size - overlap)
    reference = torch.zeros(1, dtype=torch.int64)
    weight = weights(size, overlap)
    return [Window(torch.cat([reference, torch.arange(s + 1, s + size)]), weight) for s in starts]


def chunks(
    num_frames: int, size: int, overlap: int, *, weights: Weights = triangle
) -> list[Window]:
    """Windows one after the other, `size - overlap` frames apart; the last is moved back to fit.

    Raises BadInput unless 0 <= overlap < size and there is a frame.
    """
    size, overlap = _fitted(num_frames, size, overlap, least=0)
    return _spans(_hops(num_frames - size, size - overlap), size, weights(size, overlap))


def uniform(
    num_frames: int, size: int, overlap: int, *, weights: Weights = triangle
) -> list[Window]:
    """As few windows as `chunks`, spread evenly, so that no two overlap much more than others.

    Neighbours share at least `overlap` frames. Raises BadInput as `chunks` does.
    """
    size, overlap = _fitted(num_frames, size, overlap, least=0)
    room = num_frames - size
    hops = math.ceil(room / (size - overlap))
    starts = [room * i // hops for i in range(hops + 1)] if hops else [0]
    return _spans(starts, size, weights(size, overlap))


def normalised(windows: Sequence[Window], num_frames: int) -> Tensor:
    """The share of each window in each frame, `w f` float64; every column sums to one.

    Raises ValueError when a frame is in no window, or a window reaches past the end.
    """
    share = torch.zeros(len(windows), num_frames, dtype=torch.float64)
    for row, window in zip(share, windows, strict=True):
        if window.frames.min() < 0 or window.frames.max() >= num_frames:
            raise ValueError(f"a window reaches past the {num_frames} frames")
        if len(window.frames.unique()) != len(window) or (window.weight <= 0).any():
            raise ValueError("a window holds each frame once, with a positive weight")
        row[window.frames] = window.weight.to(share)
    total = share.sum(0)
    if (total == 0).any():
        missed = (total == 0).nonzero().flatten().tolist()
        raise ValueError(f"frames {missed[:8]} are in no window")
    return share / total


def _hops(room: int, hop: int) -> list[int]:
    """Starts 0, hop, 2 hop, ... up to `room`, and `room` itself if they do not end there."""
    starts = list(range(0, room + 1, hop))
    return starts if starts[-1] == room else [*starts, room]


def _spans(starts: list[int], size: int, weight: Tensor) -> list[Window]:
    return [Window(torch.arange(start, start + size), weight) for start in starts]


def _fitted(num_frames: int, size: int, overlap: int, *, least: int) -> tuple[int, int]:
    """Check size and overlap, then shrink both to a clip that is shorter than a window."""
    if num_frames < 1:
        raise BadInput(
            "There is nothing to make.",
            "The clip has no frames.",
            "Choose a motion with at least one frame.",
        )
    if not least <= overlap < size:
        raise BadInput(
            f"Windows of {size} frames cannot overlap by {overlap}.",
            f"The overlap must be at least {least} and smaller than the window.",
            f"Set the overlap to a number from {least} to {size - 1}."
            if size > least
            else f"Choose a window of at least {least + 1} frames.",
        )
    size = min(size, num_frames)
    return size, min(overlap, size - 1)
