"""The public door of the engine: the systems by name, and what can be asked of them.

The command line and the studio use this module and the events of `types.py`; nothing else.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine import pocket
from engine.catalogue import SETTINGS
from engine.data.limits import Limits
from engine.errors import BadInput
from engine.evaluate import heldout
from engine.evaluate.heldout import Animate
from engine.evaluate.report import contact_sheet, summary
from engine.exchange.motion import Motion, read_motion
from engine.models.shelf import Shelf
from engine.papers import mimicmotion
from engine.settings import parse
from engine.train.stage import Stage
from engine.types import Event, Inputs, Poses, Progress, Result

Library = Shelf
"""Where weights are looked for and kept loaded; make one and pass it to every call."""


@dataclass(frozen=True)
class System:
    """One published system.

    Attributes:
        title: its name for people.
        settings: the dataclass that `engine.settings.parse` fills.
        stages: its training stages by name.
        generate: `(settings, inputs, library, out) -> events`.
        redraw: `(settings, library)` to a function that the measurements can call.
    """

    title: str
    settings: type[Any]
    stages: Mapping[str, Stage]
    generate: Callable[[Any, Inputs, Shelf, Path], Iterator[Event]]
    redraw: Callable[[Any, Shelf], Animate]


SYSTEMS: Mapping[str, System] = {
    "mimicmotion": System(
        "MimicMotion",
        SETTINGS["mimicmotion"],
        mimicmotion.STAGES,
        mimicmotion.generate,
        mimicmotion.redraw,
    ),
}


def _system(name: str) -> System:
    if name not in SYSTEMS:
        raise BadInput(
            f"The system '{name[:40]}' is not in this version.",
            "It is planned, but its networks are not built yet.",
            "Use one of: " + ", ".join(SYSTEMS) + ".",
        )
    return SYSTEMS[name]


def generate(
    system: str, values: Mapping[str, Any], inputs: Inputs, library: Library, out: Path
) -> Iterator[Event]:
    """Make a video; the last event is its `Result`. Raises a `StudioError` for whatever stops it.

    `values` are settings by name, as they come from a form or from `--set`.
    """
    chosen = _system(system)
    return chosen.generate(parse(chosen.settings, values), inputs, library, out)


def evaluate(
    system: str, values: Mapping[str, Any], library: Library, out: Path, *, people: int = 24
) -> Iterator[Event]:
    """Measure a system on drawn dancers that it never saw.

    `out` becomes a JSON report with the numbers of every person and their summary; a contact sheet
    (photo, true frames, made frames) is written beside it as .png.
    """
    chosen = _system(system)
    settings = parse(chosen.settings, values)
    seeds = range(heldout.FIRST_SEED, heldout.FIRST_SEED + people)
    rows: list[dict[str, float]] = []
    sheet: list[list[NDArray[np.uint8]]] = []
    for trial in heldout.trials(
        chosen.redraw(settings, library),
        library.drawn_poses,
        size=library.pocket_size,
        seeds=seeds,
    ):
        rows.append({"seed": trial.seed, **trial.numbers})
        shown = range(2, len(trial.true), 7)
        sheet.append([trial.photo, *(f[i] for f in (trial.true, trial.made) for i in shown)])
        yield Progress(len(rows), people, "evaluate")
    report = {
        "system": system,
        "settings": dataclasses.asdict(settings),
        "summary": summary(rows),
        "people": rows,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    contact_sheet(sheet, out.with_suffix(".png"))
    yield Result(out, report["summary"])


def train(
    system: str, stage: str, data: Path, out: Path, *, resume: bool, minutes: float, device: str
) -> Iterator[Event]:
    """Train one stage of a system on the pool of drawn dancers in `data`."""
    stages = _system(system).stages
    if stage not in stages:
        raise BadInput(
            f"{SYSTEMS[system].title} has no training stage '{stage[:40]}'.",
            "The name may be misspelt.",
            "Choose one of: " + ", ".join(stages) + ".",
        )
    return pocket.train_stage(stage, data, out, resume=resume, minutes=minutes, device=device)


def detect_poses(motion: Path, library: Library, limits: Limits) -> Iterator[Progress | Motion]:
    """Find one person's poses in any kind of motion file; the last item is the `Motion`."""
    found = yield from read_motion(Inputs(motion=motion), library, limits=limits)
    yield found


__all__ = [
    "SYSTEMS",
    "Library",
    "Motion",
    "Poses",
    "System",
    "detect_poses",
    "evaluate",
    "generate",
    "train",
]
