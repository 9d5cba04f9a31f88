"""A training stage as data: what is trained, how, and where each number was read."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fnmatch import fnmatchcase
from typing import Literal, TypeAlias

from torch import nn

from engine.errors import BadInput

Data: TypeAlias = Literal["drawn", "clips"]
"""Pools of drawn dancers (`data/drawn.py`), or clips that were prepared (`data/clips.py`)."""


@dataclass(frozen=True)
class Optim:
    """AdamW and its schedule.

    Attributes:
        rate: the learning rate after warm-up.
        warmup: optimiser steps over which the rate rises linearly from 0.
        decay: optimiser steps, the last of the stage, over which it falls linearly to 0.
        clip: largest norm of the gradient.
        accumulate: micro-batches whose gradients make one step, at least.
        ema: decay of the moving average of the weights; 0 keeps none.
    """

    rate: float
    warmup: int = 0
    decay: int = 0
    weight_decay: float = 1e-2
    betas: tuple[float, float] = (0.9, 0.999)
    clip: float = 1.0
    accumulate: int = 1
    ema: float = 0.0


@dataclass(frozen=True)
class Stage:
    """One stage of a recipe.

    Attributes:
        name: short, unique within its paper.
        paper: where the stage is described.
        train: globs over the names of the parameters; everything else is frozen.
        optim: the optimiser's numbers.
        steps: optimiser steps.
        batch_size: examples per micro-batch and device.
        loss: the numbers of its loss, by the names that its objective has for them.
        sources: for each of `numbers`, where it was read or why it was chosen.
        whole_batch: examples that a step sees at least, on all devices together; micro-batches are
            added up to it. 0 leaves it at what `batch_size` and `accumulate` give.
        starts_from: the stage whose weights this one continues, if any.
        data: what it can learn from.
        base: on clips, the model whose weights it continues unless another one is named.
    """

    name: str
    paper: str
    train: tuple[str, ...]
    optim: Optim
    steps: int
    batch_size: int
    loss: Mapping[str, float] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    whole_batch: int = 0
    starts_from: str | None = None
    data: tuple[Data, ...] = ("drawn",)
    base: str = "pocket"

    @property
    def numbers(self) -> frozenset[str]:
        """The names of all numbers that decide the training, each of which needs a source."""
        optim = (one.name for one in fields(Optim))
        whole = ("whole_batch",) if self.whole_batch else ()
        return frozenset(("steps", "batch_size", *whole, *optim, *self.loss))

    def on(self, devices: int) -> Stage:
        """The stage on so many devices, with as many micro-batches as `whole_batch` needs."""
        parts = math.ceil(self.whole_batch / (self.batch_size * devices))
        accumulate = max(self.optim.accumulate, parts)
        return replace(self, optim=replace(self.optim, accumulate=accumulate))

    def rate(self, step: int) -> float:
        """The learning rate of an optimiser step, the first being 0."""
        rise = (step + 1) / self.optim.warmup if self.optim.warmup else 1.0
        fall = (self.steps - step) / self.optim.decay if self.optim.decay else 1.0
        return self.optim.rate * min(1.0, rise, fall)


def select(module: nn.Module, globs: tuple[str, ...]) -> Iterator[tuple[str, nn.Parameter]]:
    """The parameters that the globs name; everything else stops requiring gradients.

    Raises BadInput for a glob that matches nothing: a typo must not silently freeze a network.
    """
    names = [name for name, _ in module.named_parameters()]
    for glob in globs:
        if not any(fnmatchcase(name, glob) for name in names):
            raise BadInput(
                f"The training stage names '{glob}', which matches no parameter.",
                "The network's parameters are called otherwise.",
                "Names begin like these: " + ", ".join(names[:3]) + ".",
            )
    for name, parameter in module.named_parameters():
        chosen = any(fnmatchcase(name, glob) for glob in globs)
        parameter.requires_grad_(chosen)
        if chosen:
            yield name, parameter
