"""The only training loop, on accelerate: accumulation, clipping, average, checkpoint, exact resume.

What makes the resume exact: the batch of a step and the noise drawn in it are functions of
(seed, step, micro-batch, process) alone, so nothing about a data loader has to be stored, and a
checkpoint is written only between two optimiser steps.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from pickle import UnpicklingError
from typing import TYPE_CHECKING, Any, Protocol

import torch
from accelerate import Accelerator
from accelerate.utils import TorchDynamoPlugin
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from engine.ending import in_one_go
from engine.errors import BadInput
from engine.train.stage import Stage, select
from engine.types import Event, Metric, Progress

if TYPE_CHECKING:  # it brings all of peft and transformers
    from diffusers.training_utils import EMAModel

Batch = dict[str, Tensor]


class Objective(Protocol):
    """A module that turns a batch into named losses; the loss called `loss` is minimised."""

    def __call__(self, batch: Batch, generator: torch.Generator) -> dict[str, Tensor]: ...


class Examples(Protocol):
    """Training examples by number: the same number always gives the same example."""

    def example(self, index: int) -> Batch:
        """The example with this number, any number >= 0; tensors without a batch dimension."""
        ...


@dataclass(frozen=True)
class Run:
    """Where and how long to train.

    Attributes:
        folder: where checkpoints go; a checkpoint found there is continued if `resume`.
        seed: of data order, noise and dropout.
        budget_seconds: stop after this much time even if steps are left; None trains all steps.
        save_every: steps between checkpoints.
        workers: processes that prepare examples; 0 prepares them in the training process.
        cpu: train on the CPU even where a GPU is.
    """

    folder: Path
    seed: int = 0
    resume: bool = True
    budget_seconds: float | None = None
    save_every: int = 200
    report_every: int = 10
    workers: int = 0
    cpu: bool = False


def fit(
    stage: Stage,
    objective: nn.Module,
    examples: Examples,
    run: Run,
    *,
    cancelled: Callable[[], bool] = lambda: False,
) -> Iterator[Event]:
    """Train `objective` as the stage says, yielding `Metric` and `Progress`.

    The objective's forward is `(batch, generator) -> losses`. When the generator ends, for
    whatever reason, a checkpoint of the last whole step lies in `run.folder`, and the objective
    holds the averaged weights if the stage keeps an average.

    Raises:
        BadInput: a glob of the stage matches nothing, or the checkpoint is damaged or belongs
            to another stage.
    """
    from diffusers.training_utils import EMAModel

    parameters = [p for _, p in select(objective, stage.train)]
    accelerator = Accelerator(cpu=run.cpu, dynamo_plugin=TorchDynamoPlugin())
    stage = stage.on(accelerator.num_processes)
    optimiser = torch.optim.AdamW(
        parameters,
        lr=stage.optim.rate,
        betas=stage.optim.betas,
        weight_decay=stage.optim.weight_decay,
    )
    model, optimiser = accelerator.prepare(objective, optimiser)
    average = EMAModel(parameters, decay=stage.optim.ema) if stage.optim.ema else None
    state = _State(average)
    if run.resume:
        _load(accelerator, stage, run, state)

    started, first = time.monotonic(), state.step
    saved = state.step
    try:
        for batches in _steps(stage, examples, run, accelerator, first):
            if cancelled() or state.step >= stage.steps:
                break
            if run.budget_seconds and time.monotonic() - started > run.budget_seconds:
                break
            losses = _gradients(run, accelerator, model, batches, state.step)
            with in_one_go():  # half a step could not be told from a whole one
                _update(stage, accelerator, optimiser, state.step)
                if average is not None:
                    average.step(parameters)
                state.step += 1
            if state.step - saved >= run.save_every:
                _save(accelerator, stage, run, state)
                saved = state.step
            if state.step % run.report_every == 0 or state.step == stage.steps:
                for name, value in losses.items():
                    yield Metric(name, value, state.step)
                spent = (time.monotonic() - started) / (state.step - first)
                left = spent * (stage.steps - state.step)
                if run.budget_seconds:
                    left = min(left, run.budget_seconds - (time.monotonic() - started))
                yield Progress(state.step, stage.steps, stage.name, max(left, 0.0))
    finally:
        if state.step > saved:
            _save(accelerator, stage, run, state)
        if average is not None:
            average.copy_to(parameters)


def _gradients(
    run: Run,
    accelerator: Accelerator,
    model: nn.Module,
    batches: Sequence[Batch],
    step: int,
) -> dict[str, float]:
    totals: dict[str, float] = {}
    for part, batch in enumerate(batches):
        noise = _seed(run.seed, step, part, accelerator.process_index)
        generator = torch.Generator(accelerator.device).manual_seed(noise)
        torch.manual_seed(noise)  # dropout inside a network can only use the global generator
        last = part == len(batches) - 1
        accelerator.gradient_state._set_sync_gradients(last)
        on_device = {name: value.to(accelerator.device) for name, value in batch.items()}
        with _no_sync_unless(last, accelerator, model):
            losses = model(on_device, generator)
            accelerator.backward(losses["loss"] / len(batches))
        for name, value in losses.items():
            totals[name] = totals.get(name, 0.0) + value.item() / len(batches)
    return totals


def _update(stage: Stage, accelerator: Accelerator, optimiser: Any, step: int) -> None:
    rate = stage.rate(step)
    for group in optimiser.param_groups:
        group["lr"] = rate
    accelerator.clip_grad_norm_(
        [p for g in optimiser.param_groups for p in g["params"]], stage.optim.clip
    )
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)


def _no_sync_unless(last: bool, accelerator: Accelerator, model: nn.Module) -> Any:
    """Gradients travel between processes only with the last micro-batch of a step."""
    return contextlib.nullcontext() if last else accelerator.no_sync(model)


def _seed(seed: int, step: int, part: int, process: int) -> int:
    """One number per micro-batch; large coprime multipliers keep them apart."""
    return (seed * 1_000_003 + step * 7_919 + part * 104_729 + process * 15_485_863) % (2**31)


# --- data: a pure function of the step -------------------------------------------------------


class _Numbered(Dataset[Batch]):
    """Micro-batches by number, so that a loader's workers need no state."""

    def __init__(
        self, stage: Stage, examples: Examples, first: int, process: int, processes: int
    ) -> None:
        self.stage, self.examples, self.first = stage, examples, first
        self.process, self.processes = process, processes

    def __len__(self) -> int:
        return (self.stage.steps - self.first) * self.stage.optim.accumulate

    def __getitem__(self, number: int) -> Batch:
        size = self.stage.batch_size
        number += self.first * self.stage.optim.accumulate
        start = (number * self.processes + self.process) * size
        rows = [self.examples.example(start + i) for i in range(size)]
        return {name: torch.stack([row[name] for row in rows]) for name in rows[0]}


def _steps(
    stage: Stage, examples: Examples, run: Run, accelerator: Accelerator, first: int
) -> Iterator[list[Batch]]:
    data = _Numbered(stage, examples, first, accelerator.process_index, accelerator.num_processes)
    if len(data) <= 0:
        return
    loader: DataLoader[Batch] = DataLoader(data, batch_size=None, num_workers=run.workers)
    group: list[Batch] = []
    for batch in loader:
        group.append(batch)
        if len(group) == stage.optim.accumulate:
            yield group
            group = []


# --- checkpoints -----------------------------------------------------------------------------


_STATE = "state.pt"


class _State:
    """What accelerate does not store: how many steps are done, of what, and the average.

    It could store registered objects, too, but would read them back as pickles that may run code.
    """

    def __init__(self, average: EMAModel | None) -> None:
        self.step, self._average = 0, average

    def write(self, folder: Path, stage: Stage, run: Run) -> None:
        average = {} if self._average is None else self._average.state_dict()
        kept = {"stage": stage.name, "seed": run.seed, "step": self.step, "average": average}
        torch.save(kept, folder / _STATE)

    def read(self, folder: Path, device: torch.device, stage: Stage, run: Run) -> None:
        try:
            kept = torch.load(folder / _STATE, map_location=device, weights_only=True)
            found, average = (kept["stage"], kept["seed"]), kept["average"]
            self.step = int(kept["step"])
        except (OSError, EOFError, RuntimeError, KeyError, TypeError, UnpicklingError) as error:
            raise BadInput(
                f"The checkpoint in {run.folder} cannot be continued.",
                f"It is damaged, or of another version ({type(error).__name__}).",
                "Choose another output folder, or start the stage anew.",
            ) from error
        if found != (stage.name, run.seed):
            raise BadInput(
                f"The checkpoint in {run.folder} cannot be continued.",
                f"It is of stage '{found[0]}' with seed {found[1]}, "
                f"not '{stage.name}' with seed {run.seed}.",
                "Choose another output folder, or the stage and seed it was started with.",
            )
        if self._average is not None:
            self._average.load_state_dict(average)


def _save(accelerator: Accelerator, stage: Stage, run: Run, state: _State) -> None:
    """Write beside, then rename: a kill at any moment leaves a whole checkpoint behind."""
    new, current, old = (run.folder / f"checkpoint{end}" for end in (".new", "", ".old"))
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        run.folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(new, ignore_errors=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(new))
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        state.write(new, stage, run)
        shutil.rmtree(old, ignore_errors=True)
        if current.exists():
            os.replace(current, old)
        os.replace(new, current)
        shutil.rmtree(old, ignore_errors=True)
    accelerator.wait_for_everyone()


def _load(accelerator: Accelerator, stage: Stage, run: Run, state: _State) -> None:
    # a kill between the two renames of `_save` leaves only `checkpoint.old`, which is whole
    for folder in (run.folder / "checkpoint", run.folder / "checkpoint.old"):
        if folder.exists():
            state.read(folder, accelerator.device, stage, run)  # first: it says whose this is
            accelerator.load_state(str(folder))
            return
