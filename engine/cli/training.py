"""The commands that teach: make clips ready, and train a stage on them or on drawn dancers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace

from engine.amounts import size_in_words
from engine.errors import BadInput
from engine.types import Event, Result

HANDS = {"hand_weight": (0, 1000), "hand_threshold": (0, 1), "hand_padding": (0, 0.5)}
"""The settings of the hand regions and their ranges (paper, 3.2)."""


def prepare_clips(arguments: argparse.Namespace) -> Iterator[Event | str]:
    """Make the videos of a folder ready to be trained on; say what was done and what it takes."""
    from engine.library import Library
    from engine.library import prepare_clips as run

    side = arguments.resolution
    if side % 64 or not 64 <= side <= 2048:
        raise BadInput(
            f"Clips cannot be prepared {side} pixels wide.",
            "The networks halve pictures six times, so the side must be a multiple of 64.",
            "Leave --resolution out for 576.",
        )
    library = Library(device=arguments.device, model=arguments.model)
    for event in run(arguments.folder, arguments.out, library, resolution=side):
        if isinstance(event, Result):
            told = event.record
            yield (
                f"{told['clips']} clips, {told['frames']} frames, {told['seconds']:g} s; "
                f"{told['kept']} were finished before, {told['skipped']} skipped; "
                f"{size_in_words(told['bytes'])} on the disk"
            )
        yield event


def train(arguments: argparse.Namespace) -> Iterator[Event]:
    """Train one stage."""
    from engine.library import Lesson, find_stage, teach

    values = dict(arguments.settings)
    minutes = _minutes(values.pop("minutes", "60"))
    steps, window, batch = (
        round(_number(name, values.pop(name, "0"), 0, most))
        for name, most in (("steps", 10_000_000), ("window", 200), ("batch", 100_000))
    )
    hands = {
        name: _number(name, values.pop(name), *limits)
        for name, limits in HANDS.items()
        if name in values
    }
    if values:
        raise BadInput(
            f"Training has no setting called '{next(iter(values))[:60]}'.",
            "Everything else is part of the stage.",
            "Set minutes=N, steps=N, window=N, batch=N, " + "=X, ".join(HANDS) + "=X, or nothing.",
        )
    if window == 1:
        raise BadInput(
            "A window of 1 frame teaches nothing.",
            "Its only slot is the reference.",
            "Leave window out, or set at least 2.",
        )
    stage = find_stage(arguments.system, arguments.stage)
    for name in hands:
        if name not in stage.loss:
            raise BadInput(
                f"The stage '{stage.name}' has no setting '{name}'.",
                "Everything counts alike in its loss.",
                "Leave it out.",
            )
    lesson = Lesson(
        replace(
            stage,
            steps=steps or stage.steps,
            whole_batch=batch or stage.whole_batch,
            loss={**stage.loss, **hands},
        ),
        arguments.data,
        arguments.out,
        resume=arguments.resume,
        minutes=minutes,
        device=arguments.device,
        model=arguments.model,
        window=window,
    )
    return teach(lesson)


def _number(name: str, text: str, low: float, high: float) -> float:
    try:
        number = float(text)
    except ValueError:
        number = float("nan")
    if not low <= number <= high:
        raise BadInput(
            f"The setting '{name}' cannot be {text[:60]!r}.",
            f"It must lie between {low:g} and {high:g}.",
            "See docs/train.md for what it means.",
        )
    return number


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = 0.0
    if not 0 < minutes <= 100_000:
        raise BadInput(
            f"The setting 'minutes' cannot be {text[:60]!r}.",
            "It is how long to train and must be above 0.",
            "Write, for example, --set minutes=60.",
        )
    return minutes
