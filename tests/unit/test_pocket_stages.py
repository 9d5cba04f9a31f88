"""Each stage of `make pocket` begins with what the one before it has learnt."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from engine import pocket
from engine.papers.mimicmotion import STAGES
from engine.train.stage import Stage
from engine.types import Progress

FOLLOWING = [stage for stage in STAGES.values() if stage.starts_from]


@pytest.mark.parametrize("stage", FOLLOWING, ids=lambda stage: stage.name)
def test_a_stage_begins_with_the_weights_of_the_one_before(stage: Stage, tmp_path: Path) -> None:
    assert stage.starts_from in STAGES
    plan = pocket.Plan(tmp_path, 128, 1, 1, cpu=True)
    before = tmp_path / str(stage.starts_from)
    before.mkdir()
    learnt = pocket.fresh(stage)
    torch.save(learnt.state_dict(), before / "weights.pt")
    begun = pocket.begun(plan, stage)
    assert begun.training and all(one.requires_grad for one in begun.parameters())
    for name, value in begun.state_dict().items():
        assert torch.equal(value, learnt.state_dict()[name])
    # a stage that was cut brings weights of its own, later than those
    (tmp_path / stage.name / "checkpoint").mkdir(parents=True)
    (before / "weights.pt").unlink()
    assert not torch.equal(
        pocket.begun(plan, stage).unet.conv_in.weight, learnt.unet.conv_in.weight
    )


def test_the_recipe_is_one_chain() -> None:
    chain = [name for name in pocket.SHARES if name in STAGES]
    assert [STAGES[name].starts_from for name in chain] == [None, *chain[:-1]]
    assert abs(sum(pocket.SHARES.values()) - 1) < 1e-9


def test_a_recipe_that_is_asked_to_end_keeps_what_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    kept: list[str] = []

    def parts(plan: pocket.Plan, name: str, seconds: float) -> Iterator[Progress]:
        try:
            yield Progress(1, 2, name)
            raise KeyboardInterrupt
        finally:
            kept.append(name)

    monkeypatch.setattr(pocket, "parts", parts)
    work = ["--work", str(tmp_path), "--out", str(tmp_path)]
    assert pocket.main(["decoder", "encode", *work]) == 130
    assert kept == ["decoder"] and "goes on from here" in capsys.readouterr().err
