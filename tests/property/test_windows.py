"""What holds for every length, window and overlap: coverage, shares, fusion and guidance."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadInput
from engine.sampling import spans, windows
from engine.sampling.guidance import Guidance
from engine.sampling.spans import Fusion
from engine.sampling.windows import Planner

FUSIONS: tuple[Fusion, ...] = get_args(Fusion)
PLANNERS: list[Planner] = [windows.whole, windows.anchored, windows.uniform, windows.chunks]
FUSED: list[Planner] = [
    partial(planner, fusion=fusion)
    for planner in (windows.anchored, windows.uniform, windows.chunks)
    for fusion in FUSIONS
] + [partial(windows.anchored, fusion=fusion, spread=True) for fusion in FUSIONS]
SLIDING: list[Planner] = [windows.uniform, windows.chunks]


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(2, 90))
    return draw(st.integers(1, 250)), size, draw(st.integers(1, size - 1))


@pytest.mark.parametrize("planner", [*PLANNERS, *FUSED])
@settings(max_examples=15, deadline=None)
@given(plan=plans())
def test_every_frame_is_covered_and_shares_sum_to_one(
    planner: Planner, plan: tuple[int, int, int]
) -> None:
    frames, size, overlap = plan
    made = planner(frames, size, overlap)
    share = windows.normalised(made, frames)  # raises for a frame in no window
    assert share.shape == (len(made), frames)
    assert torch.allclose(share.sum(0), torch.ones(frames, dtype=torch.float64), atol=1e-12)
    length = frames if planner is windows.whole else min(size, frames)
    for window in made:
        assert len(window) == length
        assert (window.frames[1:] > window.frames[:-1]).all()  # in time order, each once


@settings(max_examples=30, deadline=None)
@given(plan=plans())
def test_anchored_windows_begin_with_the_reference_and_share_the_overlap(
    plan: tuple[int, int, int],
) -> None:
    frames, size, overlap = plan
    made = windows.anchored(frames, size, overlap)
    assert all(int(window.frames[0]) == 0 for window in made)
    for a, b in zip(made[:-1], made[1:], strict=True):
        shared = len(set(a.frames.tolist()) & set(b.frames.tolist()))
        assert shared >= overlap  # the reference and overlap - 1 frames of the dance


@pytest.mark.parametrize("fusion", FUSIONS)
@settings(max_examples=15, deadline=None)
@given(frames=st.integers(1, 250), size=st.integers(2, 90), spread=st.booleans())
def test_an_overlap_of_nothing_covers_every_frame(
    fusion: Fusion, frames: int, size: int, spread: bool
) -> None:
    made = windows.anchored(frames, size, 0, fusion=fusion, spread=spread)
    windows.normalised(made, frames)  # raises for a frame in no window, as upstream leaves them
    once = windows.anchored(frames, size, 1, fusion=fusion, spread=spread)
    assert [w.frames.tolist() for w in made] == [w.frames.tolist() for w in once]


@pytest.mark.parametrize("planner", SLIDING)
@settings(max_examples=30, deadline=None)
@given(plan=plans(), apart=st.booleans())
def test_neighbours_overlap_at_least_as_asked(
    planner: Planner, plan: tuple[int, int, int], apart: bool
) -> None:
    frames, size, overlap = plan
    overlap = 0 if apart else overlap  # these two also work without any overlap
    made = planner(frames, size, overlap)
    starts = [int(window.frames[0]) for window in made]
    assert starts[0] == 0 and int(made[-1].frames[-1]) == frames - 1
    hops = [b - a for a, b in zip(starts[:-1], starts[1:], strict=True)]
    assert all(0 < hop <= size - overlap for hop in hops)
    if planner is windows.uniform:
        assert not hops or max(hops) - min(hops) <= 1
        assert len(made) == len(windows.chunks(frames, size, overlap))


@settings(max_examples=40, deadline=None)
@given(plan=plans(), seed=st.integers(0, 2**31))
def test_guiding_then_fusing_equals_fusing_then_guiding(
    plan: tuple[int, int, int], seed: int
) -> None:
    frames, size, overlap = plan[0] % 40 + 1, plan[1], plan[2]
    generator = torch.Generator().manual_seed(seed)
    made = windows.anchored(frames, size, overlap)
    share = windows.normalised(made, frames)
    scale = torch.rand(frames, generator=generator) * 9
    uncond_fused, cond_fused, guided_fused = torch.zeros(3, 1, 2, frames, 2, 2)
    for row, window in zip(share, made, strict=True):
        weight = row[window.frames].float().view(1, 1, -1, 1, 1)
        uncond, cond = torch.randn(2, 1, 2, len(window), 2, 2, generator=generator)
        uncond_fused[:, :, window.frames] += weight * uncond
        cond_fused[:, :, window.frames] += weight * cond
        guided = Guidance(scale[window.frames]).combine(uncond, cond)
        guided_fused[:, :, window.frames] += weight * guided
    after = Guidance(scale).combine(uncond_fused, cond_fused)
    torch.testing.assert_close(after, guided_fused, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("planner", [windows.anchored, windows.uniform, windows.chunks])
@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 50), beyond=st.integers(0, 50))
def test_an_overlap_as_long_as_the_window_is_refused(
    planner: Planner, size: int, beyond: int
) -> None:
    with pytest.raises(BadInput, match=f"{size} frames (cannot overlap by|are too short)"):
        planner(100, size, size + beyond)


def test_edges() -> None:
    with pytest.raises(BadInput, match="Set the overlap to a number from 1 to 15"):
        windows.anchored(40, 16, -1)
    with pytest.raises(BadInput, match="at least 2 frames"):
        windows.anchored(40, 1, 0)
    for planner in PLANNERS:
        with pytest.raises(BadInput, match="no frames"):
            planner(0, 16, 6)
    assert [w.frames.tolist() for w in windows.anchored(1, 16, 6)] == [[0]]
    assert [w.frames.tolist() for w in windows.anchored(3, 16, 0)] == [[0, 1, 2]]
    assert [w.frames.tolist() for w in windows.anchored(7, 4, 0)] == [[0, 1, 2, 3], [0, 4, 5, 6]]
    assert [w.frames.tolist() for w in windows.anchored(5, 4, 1)] == [[0, 1, 2, 3], [0, 2, 3, 4]]
    assert [w.frames.tolist() for w in windows.chunks(5, 3, 1)] == [[0, 1, 2], [2, 3, 4]]
    assert len(windows.chunks(6, 3, 0)) == 2


@settings(max_examples=40, deadline=None)
@given(plan=plans())
def test_the_papers_ramp_goes_up_in_even_steps(plan: tuple[int, int, int]) -> None:
    """lambda = 1 / (C + 1): the j-th of C shared frames is j lambda of the newer segment (3.3)."""
    frames, size, overlap = plan
    made = windows.chunks(frames, size, min(overlap, size // 2), fusion="ramp")
    share = windows.normalised(made, frames)
    for older, newer in zip(range(len(made) - 1), range(1, len(made)), strict=True):
        shared = sorted(set(made[older].frames.tolist()) & set(made[newer].frames.tolist()))
        two = (share[:, shared] > 0).sum(0) == 2  # the last window, moved back, may meet a third
        wanted = torch.arange(1, len(shared) + 1, dtype=torch.float64) / (len(shared) + 1)
        assert torch.allclose(share[newer, shared][two], wanted[two], atol=1e-12)
        assert torch.allclose(share[older, shared][two], 1 - wanted[two], atol=1e-12)


def test_the_papers_example_of_six_shared_frames() -> None:
    share = windows.normalised(windows.chunks(26, 16, 6, fusion="ramp"), 26)
    assert torch.allclose(share[1, 10:16] * 7, torch.arange(1.0, 7.0, dtype=torch.float64))


@settings(max_examples=40, deadline=None)
@given(plan=plans(), spread=st.booleans())
def test_without_fusion_every_frame_of_the_dance_has_one_window(
    plan: tuple[int, int, int], spread: bool
) -> None:
    frames, size, overlap = plan
    made = windows.anchored(frames, size, overlap, fusion="none", spread=spread)
    share = windows.normalised(made, frames)[:, 1:]
    assert bool(((share == 0) | (share == 1)).all())
    assert bool((share.argmax(0).diff() >= 0).all())  # and the windows take turns in order


@settings(max_examples=40, deadline=None)
@given(plan=plans())
def test_averaging_counts_every_window_alike(plan: tuple[int, int, int]) -> None:
    frames, size, overlap = plan
    made = windows.anchored(frames, size, overlap, fusion="average")
    share = windows.normalised(made, frames)
    held = (share > 0).sum(0)
    assert torch.allclose(share.amax(0), 1 / held.double(), atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(plan=plans())
def test_spread_windows_are_as_many_and_evenly_apart(plan: tuple[int, int, int]) -> None:
    frames, size, overlap = plan
    made = windows.anchored(frames, size, overlap, spread=True)
    assert len(made) == len(windows.anchored(frames, size, overlap))
    starts = [int(window.frames[1]) for window in made] if frames > 1 else [1]
    hops = np.diff(starts)
    assert not len(hops) or (hops.max() - hops.min() <= 1 and hops.max() <= size - overlap)
    assert int(made[-1].frames[-1]) == frames - 1


@pytest.mark.parametrize("fusion", FUSIONS)
def test_one_frame_more_than_a_window_holds(fusion: Fusion) -> None:
    made = windows.anchored(17, 16, 6, fusion=fusion)
    assert [w.frames.tolist() for w in made] == [[0, *range(1, 16)], [0, *range(2, 17)]]
    assert windows.normalised(made, 17).isfinite().all()


def test_the_strip_shows_what_the_sampler_does() -> None:
    strip = spans.strip(39, 16, 6, fusion="ramp")
    assert strip.windows == [(0, 14), (10, 24), (20, 34), (24, 38)]
    assert strip.joins == [(10, 15), (20, 25), (24, 35)]
    sampled = windows.normalised(windows.anchored(40, 16, 6, fusion="ramp"), 40)
    np.testing.assert_array_equal(strip.shares, sampled[:, 1:].numpy())
    assert spans.strip(5, 16, 6).joins == []


def test_a_plan_can_be_drawn_without_torch() -> None:
    code = (
        "import sys; from engine.sampling.spans import strip; strip(200, 16, 6); "
        "print([m for m in ('torch', 'diffusers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"
