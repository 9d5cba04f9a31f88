"""Training with a record of its losses, which a later run continues."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

from torch import nn

from engine.train.fit import Examples, Run, fit
from engine.train.stage import Stage
from engine.types import Event, Metric

_CURVE = "curve.jsonl"
_LAST = 60
"""Reports at the end of a curve whose mean is said of a run."""


def train_part(stage: Stage, objective: nn.Module, examples: Examples, run: Run) -> Iterator[Event]:
    """`fit`, with every `Metric` kept in `curve.jsonl` in the run's folder."""
    run.folder.mkdir(parents=True, exist_ok=True)
    for event in fit(stage, objective, examples, run):
        if isinstance(event, Metric) and is_first():
            with open(run.folder / _CURVE, "a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(event)) + "\n")
        yield event


def is_first() -> bool:
    """Whether this is the only process or the first of several, the one that writes results."""
    return os.environ.get("RANK", "0") == "0"  # as torchrun and accelerate number them


def ends(folder: Path) -> tuple[int | None, dict[str, float]]:
    """The last step of a run's curve and the mean of its last losses; None before any report."""
    path = folder / _CURVE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    curve = [json.loads(line) for line in lines]  # empty after a few seconds: no report yet
    last: dict[str, list[float]] = {}
    for point in curve[-_LAST:]:
        last.setdefault(point["name"], []).append(point["value"])
    means = {name: round(sum(values) / len(values), 4) for name, values in last.items()}
    return (curve[-1]["step"] if curve else None), means
