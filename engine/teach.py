"""Train one stage of MimicMotion: on which data, from which weights, and where the result goes.

| data | made by | what is trained | what is written |
|---|---|---|---|
| pools of drawn dancers | `python -m engine.pocket` | the pocket recipe | `OUT/STAGE/weights.pt` |
| prepared clips | `python -m engine data prepare` | pocket's networks, further | `OUT`: pocket |
| prepared clips | `python -m engine data prepare` | the public networks | `OUT`: U-Net, PoseNet |

Which of the three it is follows from the stage (`Stage.data`, `Stage.base`) and from the list that
lies in the data's folder, never from names.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import torch
from torch import nn

from engine import pocket
from engine.data.clips import LIST, ClipWindows, Prepared, read_prepared
from engine.data.dances import BODY_ONLY
from engine.device import DeviceName, pick
from engine.errors import BadInput, OutOfMemory
from engine.exchange.encoders import POCKET_PARTS, Encoders
from engine.exchange.scene import STYLES
from engine.models import pocket_files
from engine.models.released import folder_holds
from engine.models.shelf import Shelf
from engine.models.start import PAPER_WINDOW, locate_start
from engine.models.trained import write_trained
from engine.nets.controls import PoseNet
from engine.nets.mimicmotion import POCKET, RELEASED, Spec
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.train.fit import Run
from engine.train.hands import hands
from engine.train.part import ends, is_first, train_part
from engine.train.stage import Data, Stage
from engine.types import Event, Result


@dataclass(frozen=True)
class Lesson:
    """What is to be trained.

    Attributes:
        stage: one of `mimicmotion.STAGES`.
        data: a working folder of `make pocket`, or a folder of prepared clips.
        out: where weights and checkpoints go.
        resume: go on from the checkpoint in `out`; without, nothing of the stage may be there.
        minutes: at most so long; the stage may end before.
        device: `auto`, `cpu`, `cuda` or `mps`.
        model: on clips, the weights to begin with; empty for `stage.base`.
        window: on clips, frames of a window with the reference slot; 0 for what suits.
        home: the user's folder.
    """

    stage: Stage
    data: Path
    out: Path
    resume: bool = False
    minutes: float = 60.0
    device: str = "auto"
    model: str = ""
    window: int = 0
    home: Path | None = None
    seed: int = 0

    @property
    def folder(self) -> Path:
        """Of the stage: its checkpoint, its losses and, on drawn dancers, its weights."""
        return self.out / self.stage.name

    @property
    def begun(self) -> bool:
        """Whether there is anything of an earlier run of the stage."""
        return self.folder.is_dir() and any(self.folder.iterdir())

    def run(self, save_every: int) -> Run:
        """Where and how long `fit` trains."""
        cpu = pick(cast(DeviceName, self.device)).torch.type == "cpu"
        return Run(
            self.folder, self.seed, self.resume, self.minutes * 60, save_every,
            workers=0 if cpu else 2, cpu=cpu,
        )  # fmt: skip


def teach(lesson: Lesson) -> Iterator[Event]:
    """Train as the lesson says; the last event is the `Result` with what can be used then.

    Nothing that was trained before is deleted or written over, unless `resume` goes on with it.

    Raises BadInput when something would be, or when the data is of no kind that the stage learns
    from, MissingModel when weights to begin with are not on this machine, and OutOfMemory.
    """
    kind = _kind_of(lesson.data, lesson.stage)
    if lesson.begun and not lesson.resume:
        raise BadInput(
            f"The stage '{lesson.stage.name}' was trained in '{lesson.out.name}' before.",
            f"To start anew would delete that run: {lesson.folder}",
            "Add --resume to go on with it, choose another --out, or delete that folder yourself.",
        )
    try:
        if kind == "drawn":
            yield from _on_pools(lesson)
        elif lesson.stage.base == "pocket":
            yield from _pocket_on_clips(lesson)
        else:
            yield from _released_on_clips(lesson)
    except torch.OutOfMemoryError as error:
        raise OutOfMemory(
            "Training ran out of memory.",
            f"The device says: {str(error).splitlines()[0][:200]}",
            "Prepare the clips at a smaller --resolution, or train on shorter windows with "
            "--set window=N; the last checkpoint is kept.",
        ) from error


def _kind_of(data: Path, stage: Stage) -> Data:
    """What a folder holds, by the list that its maker left in it."""
    here: dict[Data, bool] = {
        "drawn": (data / "short" / "pool.json").is_file(),
        "clips": (data / LIST).is_file(),
    }
    for kind in stage.data:
        if here[kind]:
            return kind
    other = any(here.values())
    drawn, clips = (
        f"python -m engine.pocket pools latents image_encoder encode --work {data}",
        f"python -m engine data prepare {'FOLDER' if other else data} --out DIR "
        f"--model {stage.base}",
    )
    fixes = {
        ("drawn",): f"Run: {drawn}",
        ("clips",): f"Run: {clips}",
        ("drawn", "clips"): f"For drawn dancers run: {drawn}; for your own clips: {clips}",
    }
    raise BadInput(
        f"The stage '{stage.name}' cannot learn from '{data.name}'.",
        "It holds data of another kind." if other else "There is nothing in it that was prepared.",
        fixes[stage.data],
    )


# --- on drawn dancers ------------------------------------------------------------------------


def _on_pools(lesson: Lesson) -> Iterator[Event]:
    if lesson.model or lesson.window:
        raise BadInput(
            "Neither weights to begin with nor a window can be chosen here.",
            "Drawn dancers are trained from the parts in their own folder, on windows of 16.",
            "Leave --model and window out, or train on prepared clips.",
        )
    short, long = (
        json.loads((lesson.data / pool / "pool.json").read_text(encoding="utf-8"))
        for pool in ("short", "long")
    )
    run = lesson.run(save_every=200)
    plan = pocket.Plan(
        lesson.data,
        short["size"],
        short["clips"],
        long["clips"],
        run.cpu,
        out=lesson.out,
    )
    train = {
        mimicmotion.POCKET_PICTURES.name: pocket.pictures,
        mimicmotion.POCKET_DETAILS.name: pocket.pictures,
        mimicmotion.POCKET_WINDOWS.name: pocket.windows,
    }
    yield from train[lesson.stage.name](plan, lesson.stage, lesson.minutes * 60)
    yield Result(run.folder / "weights.pt")


# --- on prepared clips -----------------------------------------------------------------------


def _pocket_on_clips(lesson: Lesson) -> Iterator[Event]:
    """Pocket's networks learn further; `out` becomes a whole pocket, for `--model`."""
    shelf = Shelf(lesson.home, lesson.device, model=lesson.model or lesson.stage.base)
    if not shelf.is_pocket:
        raise _other_family(lesson, "the built-in model or a folder that was trained from it")
    _spare(lesson, shelf.folder)
    prepared = _prepared_for(lesson, shelf)
    unet = pocket_files.load(shelf.folder, "mimicmotion-unet", VideoUNet)
    pose_net, reference_net = (
        pocket_files.load(shelf.folder, f"mimicmotion-{name}", PoseNet)
        for name in ("pose", "reference")
    )
    objective = pocket.learning(lesson.stage, unet, pose_net, reference_net)
    examples = _windows(lesson, prepared, POCKET, POCKET.window, body_only=BODY_ONLY)
    run = lesson.run(save_every=20)
    yield from train_part(lesson.stage, objective, examples, run)
    if is_first():
        for name in (*POCKET_PARTS, "pose-detector"):
            pocket_files.copy(shelf.folder, name, lesson.out)
        nets: dict[str, nn.Module] = {"pose": pose_net, "reference": reference_net, "unet": unet}
        for name, net in nets.items():
            key = f"mimicmotion-{name}"
            card = {**shelf.pocket_card(key), "trained": _facts(lesson, prepared, shelf, run)}
            pocket_files.save(lesson.out, key, net, card)
    yield Result(lesson.out)


def _released_on_clips(lesson: Lesson) -> Iterator[Event]:
    """The public networks learn, in full and in fp32; `out` can be given to `--model`."""
    model = lesson.model or lesson.stage.base
    shelf = Shelf(lesson.home, lesson.device, model=model)
    if shelf.is_pocket:
        raise _other_family(lesson, "svd, a card of MimicMotion, or a folder of either")
    start = locate_start(model, shelf.home)
    _spare(lesson, start.unet.parent)
    prepared = _prepared_for(lesson, shelf)
    unet, pose_net = start.networks(lesson.seed)
    unet.enable_gradient_checkpointing()
    examples = _windows(lesson, prepared, RELEASED, PAPER_WINDOW)
    run = lesson.run(save_every=200)
    objective = mimicmotion.objective(lesson.stage, unet, pose_net)
    yield from train_part(lesson.stage, objective, examples, run)
    if is_first():
        facts = {"licence": start.licence, "trained": _facts(lesson, prepared, shelf, run)}
        write_trained(
            lesson.out,
            unet,
            pose_net,
            window=examples.frames,
            svd=start.svd.folder,
            facts=facts,
        )
    yield Result(lesson.out)


def _windows(
    lesson: Lesson, prepared: Prepared, spec: Spec, window: int, body_only: float = 0.0
) -> ClipWindows:
    return ClipWindows(
        prepared,
        lesson.window or window,
        hands(lesson.stage),
        style=STYLES[spec.style],
        body_only=body_only,
    )


def _prepared_for(lesson: Lesson, shelf: Shelf) -> Prepared:
    """The clips of the lesson. Raises BadInput when they were prepared for other weights."""
    prepared = read_prepared(lesson.data)
    if prepared.encoders != Encoders(shelf, 0).key:
        raise BadInput(
            f"The clips in '{lesson.data.name}' were prepared for other weights.",
            f"Their latents are those of '{prepared.model}', not of '{shelf.model_name}'.",
            f"Run: python -m engine data prepare FOLDER --out DIR --model {shelf.model}",
        )
    return prepared


def _facts(lesson: Lesson, prepared: Prepared, shelf: Shelf, run: Run) -> dict[str, object]:
    """How the weights came about."""
    steps, metrics = ends(run.folder)
    return {
        "command": f"python -m engine train (stage {lesson.stage.name})",
        "from": shelf.model_name,
        "data": f"{len(prepared.clips)} clips, {prepared.frames} frames",
        "loss": dict(lesson.stage.loss),
        "seed": lesson.seed,
        "steps": steps,
        "metrics": metrics,
    }


def _spare(lesson: Lesson, start: Path) -> None:
    """Refuse to write over weights, those that training begins with or any others."""
    out = lesson.out
    own = out.resolve() == start.resolve()
    full = pocket_files.is_pocket(out) or (out.is_dir() and folder_holds(out))
    if own or (full and not lesson.begun):
        raise BadInput(
            f"Nothing is written to '{out.name}'.",
            f"It holds {'the weights that training begins with' if own else 'other weights'}, "
            "which would be lost.",
            "Choose another folder with --out.",
        )


def _other_family(lesson: Lesson, wanted: str) -> BadInput:
    return BadInput(
        f"The stage '{lesson.stage.name}' cannot begin with '{lesson.model[-60:]}'.",
        "It trains networks of another kind.",
        f"Give --model {wanted}; or leave it out for {lesson.stage.base}.",
    )
