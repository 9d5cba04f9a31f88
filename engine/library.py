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

from engine.catalogue import SETTINGS
from engine.data.limits import Limits
from engine.errors import BadInput
from engine.evaluate import heldout
from engine.evaluate.ablation import ABLATIONS, ideas, markdown, measured, table, training
from engine.evaluate.heldout import Animate
from engine.evaluate.report import contact_sheet, summary
from engine.exchange.camera import Camera
from engine.exchange.encoders import Encoders
from engine.exchange.estimate import Estimate
from engine.exchange.motion import Motion, read_motion
from engine.exchange.prepare import prepare
from engine.exchange.room import memory_told
from engine.exchange.scene import settled
from engine.exchange.shapes import PUBLISHED_RESOLUTION, drawn_size
from engine.models.shelf import Shelf
from engine.papers import mimicmotion
from engine.settings import parse
from engine.teach import Lesson, teach
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
        generate: `(settings, inputs, library, out, scratch) -> events`.
        redraw: `(settings, library)` to a function that the measurements can call.
        camera: `(library, memory)` to what previews seams and estimates costs.
        get_ready: loads what a video needs beforehand.
    """

    title: str
    settings: type[Any]
    stages: Mapping[str, Stage]
    generate: Callable[[Any, Inputs, Shelf, Path, Path | None], Iterator[Event]]
    redraw: Callable[[Any, Shelf], Animate]
    camera: Callable[[Shelf, str], Camera]
    get_ready: Callable[[Shelf], None]


SYSTEMS: Mapping[str, System] = {
    "mimicmotion": System(
        "MimicMotion",
        SETTINGS["mimicmotion"],
        mimicmotion.STAGES,
        mimicmotion.generate,
        mimicmotion.redraw,
        mimicmotion.camera,
        mimicmotion.get_ready,
    ),
}


def _system(name: str) -> System:
    if name not in SYSTEMS:
        raise BadInput(
            "The system '{name}' is not in this version.",
            "It is planned, but its networks are not built yet.",
            "Use one of: {known}.",
            key="unknown_system",
            name=name[:40],
            known=", ".join(SYSTEMS),
        )
    return SYSTEMS[name]


def get_ready(system: str, library: Library) -> None:
    """Load what the first video would have to wait for. Raises MissingModel or CheckpointMismatch.

    A video needs no call of this: it is for whoever has time before it is ordered.
    """
    _system(system).get_ready(library)


@memory_told
def generate(
    system: str,
    values: Mapping[str, Any],
    inputs: Inputs,
    library: Library,
    out: Path,
    *,
    scratch: Path | None = None,
) -> Iterator[Event]:
    """Make a video; the last event is its `Result`. Raises a `StudioError` for whatever stops it.

    Args:
        values: settings by name, as they come from a form or from `--set`.
        scratch: a folder of this run alone. When the run is cut and started again with the same
            folder it goes on after its last finished step, and pieces of a long video appear there
            (`Part`). The caller deletes it when the `Result` is there.
    """
    chosen = _system(system)
    return chosen.generate(parse(chosen.settings, values), inputs, library, out, scratch)


@memory_told
def estimate(
    system: str, values: Mapping[str, Any], inputs: Inputs, library: Library
) -> Iterator[Event | Estimate]:
    """What a video would cost in seconds and bytes; the last item is the `Estimate`.

    It is tried for real: the poses of the whole dance are found, drawn and encoded, as the run
    itself does first, then come a few calls of the network (`exchange.estimate.probe`) and one
    decoded chunk. With the public weights that takes minutes on a processor.
    """
    chosen = _system(system)
    settings = parse(chosen.settings, values)
    yield from chosen.camera(library, settings.memory).estimate(settings, inputs)


@memory_told
def preview_seams(
    system: str, values: Mapping[str, Any], inputs: Inputs, library: Library, out: Path
) -> Iterator[Event]:
    """The first windows of a long video in every way of blending, quickly, side by side.

    The record of the last event, a `Result`, has `modes` from left to right and their `scores`:
    the change at the joins over the usual change, 1 where no join can be told. Raises BadInput when
    all of it fits into one window.
    """
    chosen = _system(system)
    settings = parse(chosen.settings, values)
    yield from chosen.camera(library, settings.memory).preview_seams(settings, inputs, out)


@memory_told
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
        size=drawn_size(library.pocket_size, settings.shape),
        seeds=seeds,
    ):
        rows.append({"seed": trial.seed, **trial.numbers})
        shown = range(2, len(trial.true), 7)
        sheet.append([trial.photo, *(f[i] for f in (trial.true, trial.made) for i in shown)])
        yield Progress(len(rows), people, "evaluate")
    report = {
        "system": system,
        "model": library.model_name,
        "settings": dataclasses.asdict(settings),
        "summary": summary(rows),
        "people": rows,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    contact_sheet(sheet, out.with_suffix(".png"))
    yield Result(out, report["summary"])


@memory_told
def ablate(
    system: str,
    values: Mapping[str, Any],
    name: str,
    library: Library,
    out: Path,
    *,
    people: int = 24,
    seeds: int = 2,
    weights: Mapping[str, Path] | None = None,
) -> Iterator[Event]:
    """Measure what an idea of the paper brings, on the same people and seeds with and without it.

    Args:
        name: one of `ABLATIONS`; `training`, which compares differently trained `weights`; or
            `ideas`, which adds one idea after the other to weights trained without hands' weight.
        people, seeds: held-out people, and starts of the noise for each.
        weights: a folder of pocket weights for each name. For `training` the first is the base; for
            `ideas` there is one, that of the weights without.

    `out` becomes JSON with every row and the table; the table in words is written beside it as .md.
    """
    chosen = _system(system)
    if name == "training" and weights:
        ablation = training(list(weights))
    elif name == "ideas" and weights:
        ablation = ideas(next(iter(weights)))
    elif name in ABLATIONS:
        ablation = ABLATIONS[name]
    else:
        raise BadInput(
            f"The ablation '{name[:40]}' cannot be run.",
            "It is not known, or it needs weights to compare.",
            f"Choose {', '.join(ABLATIONS)}; or, with --weights NAME=FOLDER, training or ideas.",
        )
    shelves = {"": library}
    for key, folder in (weights or {}).items():
        device = library.device.torch.type
        shelves[key] = Shelf(library.home, device, limits=library.limits, pocket=folder)
    runs = {
        variant.name: chosen.redraw(
            parse(chosen.settings, {**values, **variant.settings}), shelves[variant.weights]
        )
        for variant in ablation.variants
    }
    base = settled(parse(chosen.settings, values), chosen.camera(library, "auto").nets.spec, 0)
    rows: list[dict[str, Any]] = []
    total = people * seeds * len(ablation.variants)
    for row in measured(
        ablation,
        lambda variant: runs[variant.name],
        library.drawn_poses,
        size=library.pocket_size,
        people=range(heldout.FIRST_SEED, heldout.FIRST_SEED + people),
        seeds=range(seeds),
        window=base.window_size,
        overlap=base.overlap,
    ):
        rows.append(row)
        yield Progress(len(rows), total, "evaluate")
    found = table(rows)
    report = {
        "system": system,
        "model": library.model_name,
        "ablation": name,
        "settings": dataclasses.asdict(base),
        "people": people,
        "seeds": seeds,
        "table": found,
        "rows": rows,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    text = markdown(found, f"{name}: {people} people, {seeds} seeds")
    out.with_suffix(".md").write_text(text, encoding="utf-8")
    yield Result(out, found)


def find_stage(system: str, stage: str) -> Stage:
    """A training stage by its name, for a `Lesson`. Raises BadInput that lists those there are."""
    stages = _system(system).stages
    if stage not in stages:
        raise BadInput(
            f"{SYSTEMS[system].title} has no training stage '{stage[:40]}'.",
            "The name may be misspelt.",
            "Choose one of: " + ", ".join(stages) + ".",
        )
    return stages[stage]


@memory_told
def prepare_clips(
    folder: Path, out: Path, library: Library, *, resolution: int = PUBLISHED_RESOLUTION
) -> Iterator[Event]:
    """Make the videos of a folder into clips that the library's model can be trained on.

    `resolution` is the shorter side in pixels for a public model. See `exchange.prepare.prepare`.
    """
    return prepare(folder, out, Encoders(library, resolution))


@memory_told
def detect_poses(
    motion: Path, library: Library, limits: Limits, *, person: int = 0
) -> Iterator[Progress | Motion]:
    """Find one person's poses in any kind of motion file; the last item is the `Motion`.

    Of several people `person` is followed, counted from the left; 0 follows the largest.
    """
    found = yield from read_motion(Inputs(motion=motion), library, person=person, limits=limits)
    yield found


__all__ = [
    "SYSTEMS",
    "Estimate",
    "Lesson",
    "Library",
    "Motion",
    "Poses",
    "System",
    "ablate",
    "detect_poses",
    "estimate",
    "evaluate",
    "find_stage",
    "generate",
    "prepare_clips",
    "preview_seams",
    "teach",
]
