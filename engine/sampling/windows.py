"""Which frames the network sees together, and how their predictions are weighed into one.

A planner is a pure function `(num_frames, size, overlap) -> list[Window]`. Its windows cover every
frame and are equally long. A clip shorter than a window gets one window of its own length. The
numbers come from `spans.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import torch
from torch import Tensor

from engine.sampling import spans
from engine.sampling.spans import Fusion, Span


@dataclass(frozen=True, eq=False)
class Window:
    """Frames that go through the network together.

    Attributes:
        frames: `n` int64, indices into the video, each once.
        weight: `n` float64, not negative; how much the prediction of each slot counts in the
            fusion, relative to the other windows that hold the same frame.
    """

    frames: Tensor
    weight: Tensor

    def __len__(self) -> int:
        return len(self.frames)


Planner: TypeAlias = Callable[[int, int, int], list[Window]]


def whole(num_frames: int, size: int = 0, overlap: int = 0) -> list[Window]:
    """One window with all frames; `size` and `overlap` are there to be called like the others."""
    spans.fitted(num_frames, num_frames, 0, least=0)
    return [Window(torch.arange(num_frames), torch.ones(num_frames, dtype=torch.float64))]


def anchored(
    num_frames: int,
    size: int,
    overlap: int,
    *,
    fusion: Fusion = "triangle",
    spread: bool = False,
) -> list[Window]:
    """MimicMotion's progressive windows: slot 0 of each is frame 0, the reference.

    `W_s = [0, s+1, ..., s+size-1]` for `s = 0, S, 2S, ... <= num_frames - size` with
    `S = size - overlap`; when the last does not reach the end, one more that does. As the
    reference counts as overlap, consecutive windows share `overlap - 1` frames of the dance.

    Args:
        fusion: how shared frames are blended, see `spans.FUSIONS`.
        spread: as many windows, evenly apart, instead of one long overlap at the end.

    An overlap of 0 is one of 1, the reference alone: no frame of the dance is shared.

    Raises BadInput unless 0 <= overlap < size, size > 1 and there is a frame.
    """
    return _windows(spans.anchored(num_frames, size, overlap, fusion=fusion, spread=spread))


def chunks(
    num_frames: int, size: int, overlap: int, *, fusion: Fusion = "triangle"
) -> list[Window]:
    """Windows one after the other, `size - overlap` frames apart; the last is moved back to fit.

    Raises BadInput unless 0 <= overlap < size and there is a frame.
    """
    return _windows(spans.sliding(num_frames, size, overlap, fusion=fusion))


def uniform(
    num_frames: int, size: int, overlap: int, *, fusion: Fusion = "triangle"
) -> list[Window]:
    """As few windows as `chunks`, spread evenly, so that no two overlap much more than others.

    Neighbours share at least `overlap` frames. Raises BadInput as `chunks` does.
    """
    return _windows(spans.sliding(num_frames, size, overlap, fusion=fusion, spread=True))


def normalised(windows: Sequence[Window], num_frames: int) -> Tensor:
    """The share of each window in each frame, `w f` float64; every column sums to one.

    Raises ValueError when a frame counts in no window, or a window reaches past the end.
    """
    plan = [Span(w.frames.cpu().numpy(), w.weight.double().cpu().numpy()) for w in windows]
    return torch.from_numpy(spans.shares(plan, num_frames))


def _windows(plan: Sequence[Span]) -> list[Window]:
    return [Window(torch.from_numpy(s.frames), torch.from_numpy(s.weight)) for s in plan]
