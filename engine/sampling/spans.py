"""Where the windows of a long video lie and what each counts, in plain numbers.

numpy only: the screen draws a plan from this module without loading torch, and `windows.py` makes
the very same plan into what the sampling loop takes.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from engine.errors import BadInput

Fusion: TypeAlias = Literal["triangle", "ramp", "average", "none"]
FUSIONS: tuple[str, ...] = get_args(Fusion)
"""How predictions for a frame that lies in several windows become one:

- `triangle`: MimicMotion's released code; weights fall off from the middle of every window;
- `ramp`: the paper's progressive fusion (3.3); only shared frames are blended, in even steps from
  the older window to the newer, `j / (C + 1)` for the j-th of C;
- `average`: every window counts alike (MultiDiffusion, Bar-Tal et al., arXiv 2302.08113);
- `none`: no blend; in the middle of the shared frames the newer window takes over.
"""


ANCHOR = 1
"""What windows with a reference slot always share: the reference. Overlap 0 is no less than that;
upstream steps over a frame of the dance then, which is in no window (specs/mimicmotion.md c.3)."""


def far_fewer(together: int, trained: int) -> bool:
    """Whether windows of `together` frames are far from those of `trained` that a model learnt.

    Weights for 72 frames show patterns in windows of 16 (specs/mimicmotion.md c.5). Where between
    the two that begins nobody has told; half is our guess.
    """
    return 2 * together < trained


@dataclass(frozen=True, eq=False)
class Span:
    """One window: `frames` int64 `n` in order, each once; `weight` float64 `n`, not negative."""

    frames: NDArray[np.int64]
    weight: NDArray[np.float64]


def slot_weights(fusion: Fusion, size: int, before: int = 0, after: int = 0) -> NDArray[np.float64]:
    """The weight of each of a window's `size` slots, not normalised.

    Args:
        before, after: how many frames it shares with the window before and the one after it.
    """
    slot = np.arange(size)
    if fusion == "triangle":
        place = (slot + 0.5) * 2 / size
        return np.minimum(place, 2 - place)
    if fusion == "average":
        return np.ones(size)
    if fusion == "ramp":
        rising, falling = (slot + 1) / (before + 1), (size - slot) / (after + 1)
        return np.minimum(np.minimum(rising, falling), 1.0)
    kept = (slot >= math.ceil(before / 2)) & (slot < size - after // 2)
    return kept.astype(np.float64)


def anchored(
    num_frames: int,
    size: int,
    overlap: int,
    *,
    fusion: Fusion = "triangle",
    spread: bool = False,
) -> list[Span]:
    """MimicMotion's windows: slot 0 of each is frame 0, the reference; see `windows.anchored`."""
    size, overlap = fitted(num_frames, size, overlap or ANCHOR, least=ANCHOR)
    starts = starting(num_frames - size, size - overlap, spread)
    dance = _spans([start + 1 for start in starts], size - 1, fusion)
    if fusion == "triangle":  # the released code's triangle runs over slot 0 too
        weights = [slot_weights(fusion, size)] * len(dance)
    else:
        weights = [np.concatenate([[1.0], span.weight]) for span in dance]
    zero = np.zeros(1, np.int64)
    return [
        Span(np.concatenate([zero, span.frames]), weight)
        for span, weight in zip(dance, weights, strict=True)
    ]


def sliding(
    num_frames: int,
    size: int,
    overlap: int,
    *,
    fusion: Fusion = "triangle",
    spread: bool = False,
) -> list[Span]:
    """Windows one after the other, without a reference in them; see `windows.chunks`."""
    size, overlap = fitted(num_frames, size, overlap, least=0)
    return _spans(starting(num_frames - size, size - overlap, spread), size, fusion)


def _spans(starts: Sequence[int], size: int, fusion: Fusion) -> list[Span]:
    shared = [first + size - second for first, second in pairwise(starts)]
    return [
        Span(np.arange(start, start + size), slot_weights(fusion, size, before, after))
        for start, before, after in zip(starts, [0, *shared], [*shared, 0], strict=True)
    ]


def starting(room: int, hop: int, spread: bool) -> list[int]:
    """Where windows begin: 0, hop, 2 hop, ... up to `room`, and `room` itself.

    `spread` takes as many, evenly apart, so that no two overlap much more than others.
    """
    if spread:
        hops = math.ceil(room / hop)
        return [room * i // hops for i in range(hops + 1)] if hops else [0]
    starts = list(range(0, room + 1, hop))
    return starts if starts[-1] == room else [*starts, room]


def shares(spans: Sequence[Span], num_frames: int) -> NDArray[np.float64]:
    """The share of each window in each frame, `w f`; every column sums to one.

    Raises ValueError when a frame counts in no window, or a window reaches past the end.
    """
    share = np.zeros((len(spans), num_frames))
    for row, span in zip(share, spans, strict=True):
        if span.frames.min() < 0 or span.frames.max() >= num_frames:
            raise ValueError(f"a window reaches past the {num_frames} frames")
        if len(np.unique(span.frames)) != len(span.frames) or (span.weight < 0).any():
            raise ValueError("a window holds each frame once, with a weight that is not negative")
        row[span.frames] = span.weight
    total = share.sum(axis=0)
    if (total == 0).any():
        missed = np.flatnonzero(total == 0).tolist()
        raise ValueError(f"frames {missed[:8]} are in no window")
    return share / total


@dataclass(frozen=True, eq=False)
class Strip:
    """The plan of a dance for people: what the fusion strip shows.

    Attributes:
        num_frames: frames of the dance, the photo not counted.
        windows: first and last frame of each window, counted from 0.
        shares: `w f` float64, how much of each frame comes from each window.
        joins: of each pair of neighbouring windows the first and last step in which a seam could
            be seen; step t is the change from frame t - 1 to frame t.
    """

    num_frames: int
    windows: list[tuple[int, int]]
    shares: NDArray[np.float64]
    joins: list[tuple[int, int]]


def strip(
    num_frames: int, size: int, overlap: int, *, fusion: Fusion = "triangle", spread: bool = False
) -> Strip:
    """Plan a dance of `num_frames` as the sampler will; raises BadInput as `anchored` does.

    `size` and `overlap` count the reference slot, as everywhere.
    """
    spans = anchored(num_frames + 1, size, overlap, fusion=fusion, spread=spread)
    ends = [
        (int(span.frames[1]) - 1, int(span.frames[-1]) - 1)
        for span in spans
        if len(span.frames) > 1
    ]
    joins = [(second[0], first[1] + 1) for first, second in pairwise(ends)]
    return Strip(num_frames, ends, shares(spans, num_frames + 1)[:, 1:], joins)


def fitted(num_frames: int, size: int, overlap: int, *, least: int) -> tuple[int, int]:
    """Check size and overlap, then shrink both to a clip that is shorter than a window.

    Raises BadInput unless least <= overlap < size and there is a frame.
    """
    if num_frames < 1:
        raise BadInput(
            "There is nothing to make.",
            "The clip has no frames.",
            "Choose a motion with at least one frame.",
            key="no_frames",
        )
    if size <= least:
        raise BadInput(
            "Windows of {size} frames are too short.",
            "Neighbours share at least {least} of them, and some must be new.",
            "Choose a window of at least {window} frames.",
            key="windows_short",
            size=size,
            least=least,
            window=least + 1,
        )
    if not least <= overlap < size:
        raise BadInput(
            "Windows of {size} frames cannot overlap by {overlap}.",
            "The overlap must be at least {least} and smaller than the window.",
            "Set the overlap to a number from {least} to {most}.",
            key="windows_overlap",
            size=size,
            overlap=overlap,
            least=least,
            most=size - 1,
        )
    size = min(size, num_frames)
    return size, min(overlap, size - 1)
