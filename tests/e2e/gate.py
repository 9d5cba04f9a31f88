"""Lets a test hold an engine, the real one or a pretended one, where it wants to look at the page.

A test keeps a file `hold-<where>` in the home (`Server.hold`): `hold-step-5` holds every video at
its step 5, `hold-look` at the first look that moves, `hold-piece-48` after the piece that begins at
frame 48, `hold-seams` a look at the seams. What is held can still be stopped.

Two built-in dances are not danced to their end: "spin" is held at its last step for ever, and
"robot" ends the process of whoever takes it.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from engine.types import Event, Part, Preview, Progress
from studio.jobs.job import Job
from studio.jobs.worker import Generate
from studio.stage_hand import Rehearse

PAUSE = 0.05


def gated(home: Path, generate: Generate) -> Generate:
    """The same engine, which waits where a test wants it to."""

    def run(job: Job, out: Path) -> Iterator[Event]:
        dance, told = job.words.get("dance"), Progress(0, 1, "find the pose")
        for event in generate(job, out):
            if dance == "robot":
                os.kill(os.getpid(), signal.SIGKILL)
            yield event
            told = event if isinstance(event, Progress) else told
            place = home / f"hold-{_place(event)}"
            # "Go on" is said with every word, for that is when the worker looks for "stop".
            while place.exists() or (dance == "spin" and _last_step(event)):
                time.sleep(PAUSE)
                yield told

    return run


def gated_hand(rehearse: Rehearse) -> Rehearse:
    """The same stage hand, which never answers when "robot" is asked for."""

    def answer(request: Mapping[str, Any], out: Path) -> Mapping[str, Any]:
        while request["dance"] == "robot":
            time.sleep(PAUSE)
        return rehearse(request, out)

    return answer


def _place(event: Event) -> str:
    """Where the engine is, as tests call it."""
    if isinstance(event, Progress) and event.stage == "denoise":
        return f"step-{event.step}"
    if isinstance(event, Progress) and event.stage == "preview the seams":
        return "seams"
    if isinstance(event, Preview) and event.clip is not None:
        return "look"
    return f"piece-{event.first}" if isinstance(event, Part) else "nowhere"


def _last_step(event: Event) -> bool:
    return (
        isinstance(event, Progress) and event.stage == "denoise" and event.step >= event.total - 1
    )
