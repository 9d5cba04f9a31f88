"""Values from outside become settings, or are refused with their range."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.catalogue import MimicMotionSettings
from engine.errors import BadInput
from engine.exchange.scene import settled, unlike_training
from engine.nets.mimicmotion import POCKET, RELEASED
from engine.sampling.spans import strip
from engine.settings import parse


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"fps": "0.0001"}, "It must be 0, or at least 1."),
        ({"fps": 61}, "between 0 and 60"),
        ({"window_size": 1}, "at least 2"),
        ({"overlap": -1}, "between 0 and 64"),
        ({"resolution": 100}, "steps of 64"),
        ({"guidance_scale": "nan"}, "kind float"),
    ],
)
def test_what_cannot_be_made_is_refused(values: dict[str, Any], word: str) -> None:
    with pytest.raises(BadInput, match=word):
        parse(MimicMotionSettings, values)


@pytest.mark.parametrize(
    "values", [{"fps": 0}, {"fps": "12.5"}, {"window_size": 0}, {"resolution": "640"}]
)
def test_zero_and_what_lies_in_the_range_is_taken(values: dict[str, Any]) -> None:
    (name, value), *_ = values.items()
    assert getattr(parse(MimicMotionSettings, values), name) == float(value)


@pytest.mark.parametrize("spec", [POCKET, RELEASED])
@pytest.mark.parametrize("extra", [-5, 0, 1, 30])
def test_the_edges_of_fusion_give_a_plan(spec: Any, extra: int) -> None:
    """Shorter than a window, as long, one frame longer; overlap 0 and guidance 1."""
    edges = parse(MimicMotionSettings, {"overlap": "0", "guidance_scale": "1"})
    chosen = settled(edges, spec, 0)
    assert (chosen.overlap, chosen.guidance_scale) == (1, 1.0)
    frames = chosen.window_size - 1 + extra
    for overlap in (edges.overlap, chosen.overlap):  # as the screen asks, as the sampler does
        plan = strip(frames, chosen.window_size, overlap)
        assert plan.shares.shape == (len(plan.windows), frames)
        assert len(plan.windows) == -(-frames // (chosen.window_size - 1))
    assert replace(edges, overlap=99).overlap > settled(replace(edges, overlap=99), spec, 0).overlap


def test_far_fewer_frames_than_a_model_learnt_are_told() -> None:
    def told(spec: Any, frames: int, window: int = 0) -> list[str]:
        chosen = settled(MimicMotionSettings(window_size=window), spec, 0)
        return [warning.why for warning in unlike_training(chosen, spec, 1 + frames)]

    (usual,) = told(RELEASED, MimicMotionSettings().num_frames)
    assert "72 frames at once and gets 25 here" in usual
    assert told(RELEASED, 300, window=16)  # the case of the report
    assert not told(RELEASED, 71) and not told(RELEASED, 300)
    older = replace(RELEASED, window=16)  # version 1.0
    assert not told(older, 24) and not told(POCKET, 2)
