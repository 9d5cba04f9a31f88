"""The training loop: exact resume, honest globs, averages, budgets."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.ending import heed_sigterm, in_one_go
from engine.errors import BadInput
from engine.train.fit import Batch, Run, fit
from engine.train.stage import Optim, Stage, select
from engine.types import Metric, Progress


class Line(nn.Module):
    """y = w x, learnt through noise and dropout, so that every random number matters."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.body = nn.Sequential(nn.Linear(4, 16), nn.Dropout(0.2), nn.Linear(16, 1))
        self.frozen = nn.Linear(4, 4)

    def forward(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]:
        noise = torch.randn(batch["x"].shape, generator=generator) * 0.1
        error = (self.body(batch["x"] + noise)[:, 0] - batch["y"]).square().mean()
        return {"loss": error}


class Points:
    """Point number i, for any i."""

    def example(self, index: int) -> Batch:
        x = torch.randn(4, generator=torch.Generator().manual_seed(index))
        return {"x": x, "y": x.sum()}


def stage(steps: int = 12, **optim: float) -> Stage:
    numbers = {"rate": 1e-2, "accumulate": 2, "ema": 0.9, "warmup": 5} | optim
    return Stage("line", "none", ("body.*",), Optim(**numbers), steps, batch_size=3)  # pyright: ignore[reportArgumentType]


def run_to(folder: Path, steps: int, *, stop_at: int | None = None, workers: int = 0) -> Line:
    line = Line()
    events = fit(
        stage(steps),
        line,
        Points(),
        Run(folder, seed=3, save_every=1000, report_every=1, workers=workers, cpu=True),
    )
    for event in events:
        if isinstance(event, Progress) and event.step == stop_at:
            events.close()
            break
    return line


def same(a: nn.Module, b: nn.Module) -> bool:
    return all(torch.equal(x, y) for x, y in zip(a.parameters(), b.parameters(), strict=True))


@pytest.mark.parametrize("stop_at", [1, 5, 11])
def test_stopped_and_resumed_equals_uninterrupted_bit_for_bit(tmp_path: Path, stop_at: int) -> None:
    whole = run_to(tmp_path / "whole", 12)
    run_to(tmp_path / "cut", 12, stop_at=stop_at)
    resumed = run_to(tmp_path / "cut", 12)
    assert same(whole, resumed)


@pytest.fixture
def as_ctrl_c() -> Iterator[None]:
    """SIGTERM as the command line takes it."""
    before = signal.getsignal(signal.SIGTERM)
    heed_sigterm()
    yield
    signal.signal(signal.SIGTERM, before)


@pytest.mark.usefixtures("as_ctrl_c")
@pytest.mark.parametrize("moment", ["update", "gradients"])
def test_a_host_that_asks_to_end_gets_a_checkpoint_of_whole_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    count = 0

    def asks(*given: Any, **named: Any) -> Any:
        nonlocal count
        count += 1
        if count == 5:
            signal.raise_signal(signal.SIGTERM)
        return usual(*given, **named)

    place, name = (torch.optim.AdamW, "step") if moment == "update" else (Line, "forward")
    usual = getattr(place, name)
    with monkeypatch.context() as patched:
        patched.setattr(place, name, asks)
        with pytest.raises(KeyboardInterrupt):
            run_to(tmp_path / "asked", 12)
    kept = torch.load(tmp_path / "asked" / "checkpoint" / "state.pt", weights_only=True)
    assert kept["step"] == (5 if moment == "update" else 2)  # two calls forward make a step
    assert same(run_to(tmp_path / "whole", 12), run_to(tmp_path / "asked", 12))


def test_in_another_thread_nothing_is_held_back() -> None:
    def work() -> str:
        with in_one_go():
            return "done"

    with ThreadPoolExecutor(1) as threads:
        assert threads.submit(work).result() == "done"


def test_workers_change_nothing(tmp_path: Path) -> None:
    assert same(run_to(tmp_path / "a", 6), run_to(tmp_path / "b", 6, workers=2))


def test_a_whole_batch_is_added_up_from_small_ones(tmp_path: Path) -> None:
    """Six examples a step, three at a time, are the two micro-batches that `stage` has."""
    made = replace(stage(4, accumulate=1), whole_batch=6)
    line = Line()
    list(fit(made, line, Points(), Run(tmp_path / "a", seed=3, cpu=True)))
    assert same(line, run_to(tmp_path / "b", 4))


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = [{root!r}, {tests!r}]
from test_fit import Line, Points, stage
from engine.train.fit import Run, fit
from engine.types import Progress
run = Run(Path({folder!r}), seed=3, save_every=2, report_every=1, cpu=True)
for event in fit(stage(12), Line(), Points(), run):
    if isinstance(event, Progress) and event.step == 7:
        os.kill(os.getpid(), signal.SIGKILL)
"""


def test_killed_process_loses_only_the_steps_since_the_last_checkpoint(tmp_path: Path) -> None:
    folder = tmp_path / "killed"
    code = KILLED.format(
        root=str(Path(__file__).parents[2]), tests=str(Path(__file__).parent), folder=str(folder)
    )
    process = subprocess.run([sys.executable, "-c", code], env=os.environ, check=False)
    assert process.returncode == -signal.SIGKILL
    first = next(e for e in _events(folder) if isinstance(e, Metric))
    assert first.step == 7  # continued after step 6, the last checkpoint
    assert same(run_to(tmp_path / "whole", 12), run_to(folder, 12))


def _events(folder: Path) -> list[Metric | Progress]:
    run = Run(folder, seed=3, save_every=1000, report_every=1, cpu=True)
    events = fit(stage(12), Line(), Points(), run)
    seen = [next(events)]
    events.close()
    return seen  # pyright: ignore[reportReturnType]


def test_only_named_parameters_learn_and_the_loss_falls(tmp_path: Path) -> None:
    line = Line()
    before = line.frozen.weight.clone()
    events = list(fit(stage(200), line, Points(), Run(tmp_path, report_every=1, cpu=True)))
    losses = [e.value for e in events if isinstance(e, Metric)]
    assert torch.equal(before, line.frozen.weight)
    assert sum(losses[-20:]) < 0.2 * sum(losses[:20])


def test_a_glob_that_matches_nothing_is_an_error() -> None:
    with pytest.raises(BadInput, match=r"bodi\.\*"):
        list(select(Line(), ("bodi.*",)))


def test_another_stages_checkpoint_is_refused(tmp_path: Path) -> None:
    run_to(tmp_path, 2)
    other = Stage("curve", "none", ("body.*",), Optim(1e-3, ema=0.9), 4, 3)
    with pytest.raises(BadInput, match="stage 'line'"):
        list(fit(other, Line(), Points(), Run(tmp_path, cpu=True)))


class Evil:
    """Unpickling this would write a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return Path.touch, (Path(self.path),)  # type: ignore[return-value]


def test_a_strangers_checkpoint_runs_nothing(tmp_path: Path) -> None:
    run_to(tmp_path, 2)
    kept = tmp_path / "checkpoint" / "state.pt"
    assert torch.load(kept, weights_only=True)["step"] == 2
    torch.save({"stage": "line", "seed": 3, "step": Evil(tmp_path / "victim")}, kept)
    with pytest.raises(BadInput, match="damaged"):
        run_to(tmp_path, 3)
    assert not (tmp_path / "victim").exists()
    assert not list((tmp_path / "checkpoint").glob("custom_checkpoint_*"))  # code could be in those


def test_budget_stops_early_and_keeps_a_checkpoint(tmp_path: Path) -> None:
    run = Run(tmp_path, budget_seconds=1e-9, cpu=True)
    assert list(fit(stage(50), Line(), Points(), run)) == []
    run_to(tmp_path, 3, stop_at=2)
    assert (tmp_path / "checkpoint").is_dir()
