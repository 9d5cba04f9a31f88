"""The only training loop, on accelerate: accumulation, clipping, average, checkpoint, exact resume.

What makes the resume exact: the batch of a step and the noise drawn in it are functions of
(seed, step, micro-batch, process) alone, so nothing about a data loader has to be stored, and a
checkpoint is written only between two optimiser steps.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from accelerate import Accelerator
from accelerate.utils import TorchDynamoPlugin
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset

from engine.errors import BadInput
from engine.train.stage import Stage, select
from engine.types import Event, Metric, Progress

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
        BadInput: a glob of the stage matches nothing, or the checkpoint belongs to another stage.
    """
    from diffusers.training_utils import EMAModel  # it brings all of peft and transformers

    parameters = [p for _, p in select(objective, stage.train)]
    accelerator = Accelerator(cpu=run.cpu, dynamo_plugin=TorchDynamoPlugin())
    optimiser = torch.optim.AdamW(
        parameters,
        lr=stage.optim.rate,
        betas=stage.optim.betas,
        weight_decay=stage.optim.weight_decay,
    )
    model, optimiser = accelerator.prepare(objective, optimiser)
    average = EMAModel(parameters, decay=stage.optim.ema) if stage.optim.ema else None
    state = _State(stage.name, run.seed)
    if average is not None:
        accelerator.register_for_checkpointing(average)
    accelerator.register_for_checkpointing(state)
    if run.resume:
        _load(accelerator, run.folder)
        state.check(stage, run)

    started, first = time.monotonic(), state.step
    saved = state.step
    try:
        for batches in _steps(stage, examples, run, accelerator, first):
            if cancelled() or state.step >= stage.steps:
                break
            if run.budget_seconds and time.monotonic() - started > run.budget_seconds:
                break
            losses = _one_step(stage, run, accelerator, model, optimiser, batches, state.step)
            if average is not None:
                average.step(parameters)
            state.step += 1
            if state.step - saved >= run.save_every:
                _save(accelerator, run.folder)
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
            _save(accelerator, run.folder)
        if average is not None:
            average.copy_to(parameters)


def _one_step(
    stage: Stage,
    run: Run,
    accelerator: Accelerator,
    model: nn.Module,
    optimiser: Any,
    batches: Sequence[Batch],
    step: int,
) -> dict[str, float]:
    rate = stage.rate(step)
    for group in optimiser.param_groups:
        group["lr"] = rate
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
    accelerator.clip_grad_norm_(
        [p for g in optimiser.param_groups for p in g["params"]], stage.optim.clip
    )
    optimiser.step()
    optimiser.zero_grad(set_to_none=True)
    return totals


def _no_sync_unless(last: bool, accelerator: Accelerator, model: nn.Module) -> Any:
    """Gradients travel between processes only with the last micro-batch of a step."""
    import contextlib

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


class _State:
    """What accelerate does not store by itself: how many steps are done, and of what."""

    def __init__(self, stage: str, seed: int) -> None:
        self.stage, self.seed, self.step = stage, seed, 0

    def state_dict(self) -> dict[str, Any]:
        return {"stage": self.stage, "seed": self.seed, "step": self.step}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.stage, self.seed, self.step = state["stage"], state["seed"], state["step"]

    def check(self, stage: Stage, run: Run) -> None:
        if (self.stage, self.seed) != (stage.name, run.seed):
            raise BadInput(
                f"The checkpoint in {run.folder} cannot be continued.",
                f"It is of stage '{self.stage}' with seed {self.seed}, "
                f"not '{stage.name}' with seed {run.seed}.",
                "Choose another output folder, or the stage and seed it was started with.",
            )


def _save(accelerator: Accelerator, folder: Path) -> None:
    """Write beside, then rename: a kill at any moment leaves a whole checkpoint behind."""
    new, current, old = folder / "checkpoint.new", folder / "checkpoint", folder / "checkpoint.old"
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(new, ignore_errors=True)
    accelerator.wait_for_everyone()
    accelerator.save_state(str(new))
    accelerator.wait_for_everyone()
    if accelerator.is_main_process:
        shutil.rmtree(old, ignore_errors=True)
        if current.exists():
            os.replace(current, old)
        os.replace(new, current)
        shutil.rmtree(old, ignore_errors=True)
    accelerator.wait_for_everyone()


def _load(accelerator: Accelerator, folder: Path) -> None:
    # a kill between the two renames of `_save` leaves only `checkpoint.old`, which is whole
    for name in ("checkpoint", "checkpoint.old"):
        if (folder / name).exists():
            accelerator.load_state(str(folder / name))
            return
