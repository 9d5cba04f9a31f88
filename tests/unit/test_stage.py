"""Training stages as data: every number has a source, and one card makes up the batch."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from engine.papers import mimicmotion
from engine.train import pocket
from engine.train.stage import Stage

STAGES = [*mimicmotion.STAGES.values(), *pocket.STAGES.values()]
SOURCE = re.compile(
    r"(paper, \d\.\d|a later paper's table|ours|AdamW's default|SVD's report, .+?): .{4,}"
)


def without_source(stage: Stage) -> set[str]:
    return {n for n in stage.numbers if not SOURCE.fullmatch(stage.sources.get(n, ""))}


@pytest.mark.parametrize("stage", STAGES, ids=lambda stage: stage.name)
def test_every_number_names_its_source(stage: Stage) -> None:
    assert not without_source(stage)
    assert set(stage.sources) >= stage.numbers
    assert len(stage.loss) > 0


def test_a_number_without_a_source_is_found() -> None:
    stage = mimicmotion.RELEASED_STAGE
    assert {"sigma_mean", "dropout", "hand_padding", "whole_batch", "rate"} < stage.numbers
    assert without_source(replace(stage, loss={**stage.loss, "face_weight": 2.0})) == {
        "face_weight"
    }
    assert without_source(replace(stage, sources={**stage.sources, "clip": "ours"})) == {"clip"}


@pytest.mark.parametrize(("devices", "parts"), [(1, 8), (2, 4), (3, 3), (8, 1), (16, 1)])
def test_the_papers_batch_is_made_up_on_the_devices_there_are(devices: int, parts: int) -> None:
    assert mimicmotion.RELEASED_STAGE.on(devices).optim.accumulate == parts


def test_a_stage_without_a_whole_batch_is_left_as_it_is() -> None:
    for stage in pocket.STAGES.values():
        assert stage.on(3) == stage
