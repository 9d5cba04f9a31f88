"""What every command calls. Heavy imports are inside, so that each command pays for its own."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.cli.costs import all_settings, cost_lines, history_of, planned, told
from engine.cli.models import check_models, get_model, list_models, remove_model
from engine.cli.training import prepare_clips, train
from engine.errors import BadInput
from engine.types import Event, Inputs, Progress, Result, Warning

if TYPE_CHECKING:
    from engine.library import Library, Motion

Command = Callable[[argparse.Namespace], Iterator[Event | str]]
"""What a command gives: events, and lines of text that are its answer."""


def generate(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Make a video and write its record beside it, as .json; or say what it would cost."""
    _refuse_later_controls(arguments)
    if arguments.out.suffix.lower() != ".mp4":
        raise BadInput(
            f"The video cannot be called '{arguments.out.name}'.",
            "What is made is an mp4.",
            f"Write --out {arguments.out.with_suffix('.mp4').name}.",
        )
    _spare((arguments.image, arguments.motion), arguments.out, arguments.out.with_suffix(".json"))
    _usable(arguments.scratch)
    from engine.library import generate as run

    motion, dance = _motion(arguments.motion)
    inputs = Inputs(image=arguments.image, motion=motion, dance=dance)
    library, values = _library(arguments), _values(arguments)
    history, expected = history_of(arguments.system, library), dict[str, float]()
    if arguments.estimate:
        yield from cost_lines(arguments.system, values, inputs, library, history)
        return
    if not arguments.scratch:  # a run that goes on takes less
        expected = history.expected(planned(all_settings(arguments.system, values), library))
    if expected:
        yield told("This will take about {cost}.", expected, "So earlier videos took here.")
    for event in run(
        arguments.system, values, inputs, library, arguments.out, scratch=arguments.scratch
    ):
        if isinstance(event, Result):
            history.add(event.record)
            if expected:
                event = Result(event.path, {**event.record, "expected": expected})
                before = told("About {cost} were expected.", expected)
                yield told("It took {cost}.", event.record, before.what)
            write_json(event.path.with_suffix(".json"), event.record)
        yield event


def pose(arguments: argparse.Namespace) -> Iterator[Event]:
    """Find the pose in a clip and write it as a keypoint file, drawn too if asked."""
    _spare((arguments.motion,), arguments.out, arguments.preview)
    from engine.data.limits import Limits
    from engine.library import Library, Motion, detect_poses
    from engine.pose.readers import write_poses

    found: Motion | None = None
    library = Library(device=arguments.device)
    for item in detect_poses(arguments.motion, library, Limits(), person=arguments.person):
        if isinstance(item, Motion):
            found = item
        else:
            yield item
    assert found is not None  # detect_poses ends with the motion or with an error
    yield from found.warnings
    with whole_file(arguments.out) as path:
        write_poses(path, found.poses, found.fps)
    if arguments.preview is not None:
        yield from _preview(found, arguments.preview)
    yield Result(arguments.out)


def evaluate(arguments: argparse.Namespace) -> Iterator[Event]:
    """Measure a system, or what one of its ideas brings; the report is JSON."""
    from engine.library import ablate
    from engine.library import evaluate as run

    values, library = _values(arguments), _library(arguments)
    if arguments.ablation is None:
        return run(arguments.system, values, library, arguments.out, people=arguments.people)
    return ablate(
        arguments.system,
        values,
        arguments.ablation,
        library,
        arguments.out,
        people=arguments.people,
        seeds=arguments.seeds,
        weights={name: Path(folder) for name, folder in arguments.weights},
    )


def draw_dancers(arguments: argparse.Namespace) -> Iterator[Event]:
    """Draw dancers: `00000.mp4`, `00000.json` with the keypoints and `00000.txt`, a caption."""

    from engine.data import synth
    from engine.data.video_write import write
    from engine.pose.readers import write_poses

    dance = None if arguments.dance is None else _dance(arguments.dance)
    side = arguments.size
    if not 32 <= side <= 2048:
        raise BadInput(
            f"Dancers cannot be drawn {side} pixels high.",
            "From 32 to 2048 pixels is possible.",
            "Leave --size out for 256.",
        )
    for index in range(arguments.count):
        seed = arguments.seed + index
        plan = synth.plan(seed, arguments.frames)
        if arguments.dancer is not None:
            look = synth.plan(arguments.dancer, 1).look
            caption = synth.describe(look, plan.moves)
            plan = dataclasses.replace(plan, look=look, caption=caption)
        if dance is not None:
            known = synth.find_dance(dance)
            moves, bpm = known.moves, known.bpm
            motion = synth.dance_motion(dance, arguments.frames, plan.fps)
            caption = synth.describe(plan.look, moves)
            plan = dataclasses.replace(plan, motion=motion, moves=moves, bpm=bpm, caption=caption)
        clip = synth.draw(plan, (side, side))
        stem = arguments.out / f"{seed:05}"
        record = {"drawn": True, "seed": seed, "caption": clip.caption, "moves": list(clip.moves)}
        yield from write(clip.frames, stem.with_suffix(".mp4"), plan.fps, record=record)
        with whole_file(stem.with_suffix(".json")) as path:
            write_poses(path, clip.poses, plan.fps)
        with whole_file(stem.with_suffix(".txt")) as path:
            path.write_text(clip.caption + "\n", encoding="utf-8")
        yield Progress(index + 1, arguments.count, "draw dancers")
    yield Result(arguments.out)


COMMANDS: Mapping[str, Command] = {
    "generate": generate,
    "pose": pose,
    "train": train,
    "evaluate": evaluate,
    "data prepare": prepare_clips,
    "data synth": draw_dancers,
    "models list": list_models,
    "models check": check_models,
    "models get": get_model,
    "models remove": remove_model,
}


def _values(arguments: argparse.Namespace) -> dict[str, Any]:
    """Settings by name; the options that have their own name win over `--set`."""
    values: dict[str, Any] = dict(arguments.settings)
    for option, name in (("seed", "seed"), ("frames", "num_frames")):
        given = getattr(arguments, option, None)
        if given is not None:
            values[name] = given
    return values


def _motion(given: str | None) -> tuple[Path | None, str | None]:
    """(file, built-in dance): a file of this name counts first."""
    if given is None:
        return None, None
    path = Path(given)
    if path.exists():
        return path, None
    return None, _dance(given)


def _dance(name: str) -> str:
    """The key of a built-in dance: `disco_night`, also written "Disco Night" or disco-night."""
    from engine.data.synth import DANCES, MOVES

    key = name.strip().lower().replace(" ", "_").replace("-", "_")
    if key not in DANCES and key not in MOVES:
        raise BadInput(
            f"There is no dance '{name[-60:]}'.",
            "It is neither a file that exists nor a built-in dance.",
            "Give a video or a keypoint file, or one of: " + ", ".join([*DANCES, *MOVES]) + ".",
        )
    return key


def _library(arguments: argparse.Namespace) -> Library:
    """The library on the wanted device with the wanted model.

    Published weights are looked for here, so that what is missing is said before any work.
    """
    from engine.library import Library

    library = Library(device=arguments.device, model=arguments.model)
    if not library.is_pocket:
        library.released()
    return library


def _refuse_later_controls(arguments: argparse.Namespace) -> None:
    """What no system follows yet must not be taken as if it steered anything."""
    for option in ("face", "outfit", "depth", "prompt", "boxes", "camera", "subject"):
        if getattr(arguments, option):
            raise BadInput(
                f"--{option} cannot be used in this version.",
                "No system that follows it is built yet.",
                "Leave it out.",
            )


def _spare(given: Iterable[Path | str | None], *made: Path | None) -> None:
    """Refuse to write a result over one of the files that it is made from."""
    inputs = {Path(path).resolve() for path in given if path is not None}
    for path in made:
        if path is not None and path.resolve() in inputs:
            raise BadInput(
                f"'{path.name}' is not written.",
                "It is one of the files that you gave, and would be lost.",
                "Choose another name with --out.",
            )


def _preview(motion: Motion, path: Path) -> Iterator[Warning]:
    """Show the poses as a figure, its short side at most 512 pixels, with the clip's sound."""
    from engine.data.video_write import VideoWriter
    from engine.pose.preview import preview

    width, height = motion.poses.size
    scale = min(1.0, 512 / min(width, height))
    size = (max(2, round(width * scale)), max(2, round(height * scale)))
    with VideoWriter(path, motion.fps, audio_from=motion.audio) as writer:
        for index in range(len(motion.poses)):
            writer.add(preview(motion.poses[index : index + 1], size)[0])
    yield from writer.warnings


def _usable(scratch: Path | None) -> None:
    """Raises BadInput where finished steps could not be kept: better now than after hours."""
    if scratch is None:
        return
    try:
        scratch.mkdir(parents=True, exist_ok=True)
        tried = scratch / f".try.{secrets.token_hex(4)}"
        tried.touch()
        tried.unlink()
    except OSError as error:
        raise BadInput(
            f"Finished steps cannot be kept in '{scratch}'.",
            f"The system says: {error.strerror or error}.",
            "Give --scratch a folder that can be written, or leave it out.",
        ) from error


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A temporary name to write to; it becomes `path` when all went well, else nothing is left."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except OSError as error:
        raise BadInput(
            f"The file '{path.name}' cannot be written.",
            f"The system says: {error.strerror or error}.",
            "Choose another place or name.",
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write a record for people and programs to read."""
    with whole_file(path) as temporary:
        text = json.dumps(content, ensure_ascii=False, indent=2, allow_nan=False)
        temporary.write_text(text + "\n", encoding="utf-8")
