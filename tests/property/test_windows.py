"""What holds for every length, window and overlap: coverage, shares, fusion and guidance."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadInput
from engine.sampling import windows
from engine.sampling.guidance import Guidance
from engine.sampling.windows import Planner

PLANNERS: list[Planner] = [windows.whole, windows.anchored, windows.uniform, windows.chunks]
SLIDING: list[Planner] = [windows.uniform, windows.chunks]


@st.composite
def plans(draw: st.DrawFn) -> tuple[int, int, int]:
    size = draw(st.integers(2, 90))
    return draw(st.integers(1, 250)), size, draw(st.integers(1, size - 1))


@pytest.mark.parametrize("planner", PLANNERS)
@settings(max_examples=30, deadline=None)
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
        assert len(window) == length and (window.weight > 0).all()
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
    guidance = Guidance(torch.rand(frames, generator=generator) * 9)
    uncond_fused, cond_fused, guided_fused = torch.zeros(3, 1, 2, frames, 2, 2)
    for row, window in zip(share, made, strict=True):
        weight = row[window.frames].float().view(1, 1, -1, 1, 1)
        uncond, cond = torch.randn(2, 1, 2, len(window), 2, 2, generator=generator)
        uncond_fused[:, :, window.frames] += weight * uncond
        cond_fused[:, :, window.frames] += weight * cond
        guided_fused[:, :, window.frames] += weight * guidance.combine(uncond, cond, window.frames)
    after = guidance.combine(uncond_fused, cond_fused)
    torch.testing.assert_close(after, guided_fused, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("planner", [windows.anchored, windows.uniform, windows.chunks])
@settings(max_examples=20, deadline=None)
@given(size=st.integers(1, 50), beyond=st.integers(0, 50))
def test_an_overlap_as_long_as_the_window_is_refused(
    planner: Planner, size: int, beyond: int
) -> None:
    with pytest.raises(BadInput, match=f"{size} frames cannot overlap by {size + beyond}"):
        planner(100, size, size + beyond)


def test_edges() -> None:
    with pytest.raises(BadInput, match="Set the overlap to a number from 1 to 15"):
        windows.anchored(40, 16, 0)
    with pytest.raises(BadInput, match="at least 2 frames"):
        windows.anchored(40, 1, 0)
    for planner in PLANNERS:
        with pytest.raises(BadInput, match="no frames"):
            planner(0, 16, 6)
    assert [w.frames.tolist() for w in windows.anchored(1, 16, 6)] == [[0]]
    assert [w.frames.tolist() for w in windows.anchored(5, 4, 1)] == [[0, 1, 2, 3], [0, 2, 3, 4]]
    assert [w.frames.tolist() for w in windows.chunks(5, 3, 1)] == [[0, 1, 2], [2, 3, 4]]
    assert len(windows.chunks(6, 3, 0)) == 2
