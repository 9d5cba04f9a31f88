"""How a running command is shown: progress with the time left, warnings, and errors.

On a terminal one line is rewritten; in a log every line stays, so there are few of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TextIO

from engine.amounts import size_in_words
from engine.errors import StudioError
from engine.types import Event, Metric, Progress, Warning

_WHOM = (
    "Say whom to follow, counted from the left: with `pose` --person 2, with `generate` --set "
    "person=2."
)
_BY_COMMAND = {
    "several_people": _WHOM,
    "several_people_counted": _WHOM,
    "tempo_assumed": "Add --set fps=N if the dance is too fast or too slow.",
    "paper_person": "Videos of real people need MimicMotion's public weights: `python -m engine "
    "models get mimicmotion`, then --model mimicmotion.",
    "window_shortened": "A smaller --set resolution=N makes room for more. Who knows better can "
    "choose --set window_size=N.",
    "no_photo": "Give one with --image.",
    "one_frame": "Give a clip or a keypoint file with at least two frames; a picture of a person "
    "goes to --image.",
}
"""What to do about what is told in words that name a place on the screen, by its key."""

_TERMINAL_SECONDS = 0.1
_LOG_SECONDS = 5.0

DISK_FULL = StudioError(
    "The disk is full.",
    "What was being made could not be kept.",
    "Free some space and give the same command again; with --scratch it goes on where it was.",
)


class Screen:
    """Shows events on `stream` (stderr).

    Args:
        stream: where the lines go.
        clock: seconds that only grow; the time left is estimated by it where an event has none.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._terminal = stream.isatty()
        self._stage: str | None = None
        self._began = (0.0, 0)  # (clock, step) when the stage began
        self._shown = 0.0
        self._numbers: dict[str, float] = {}
        self._open = False  # whether the last line still waits for its end

    def show(self, event: Event) -> None:
        """Show one event; previews and results are not for this screen."""
        if isinstance(event, Progress):
            self._progress(event)
        elif isinstance(event, Metric):
            self._numbers[event.name] = event.value
        elif isinstance(event, Warning):
            fix = _BY_COMMAND.get(event.key, event.fix)
            self.note(f"note: {event.what} {event.why} {fix}")

    def error(self, error: StudioError) -> None:
        """Say what happened, why, and what to do: one line each."""
        fix = _BY_COMMAND.get(error.key, error.fix)
        for word, text in (("what", error.what), ("why", error.why), ("fix", fix)):
            self.note(f"{word}: {' '.join(str(text).split())}")

    def note(self, line: str) -> None:
        """Write a line of its own."""
        self.end()
        self._stream.write(line + "\n")
        self._stream.flush()

    def end(self) -> None:
        """Finish a line that is being rewritten."""
        if self._open:
            self._stream.write("\n")
            self._stream.flush()
            self._open = False

    def _progress(self, event: Progress) -> None:
        now = self._clock()
        fresh = event.stage != self._stage
        if fresh:
            self.end()
            self._stage, self._began = event.stage, (now, event.step)
            self._numbers.clear()
        pause = _TERMINAL_SECONDS if self._terminal else _LOG_SECONDS
        if not fresh and event.step < event.total and now - self._shown < pause:
            return
        self._shown = now
        line = f"{event.stage}: {_how_far(event)}"
        left = event.seconds_left if event.seconds_left is not None else self._left(event, now)
        if left is not None and event.step < event.total:
            line += f", {duration(left)} left"
        line += "".join(f", {name} {value:.4g}" for name, value in self._numbers.items())
        if self._terminal:
            self._stream.write(f"\r\x1b[K{line}")
            self._open = True
        else:
            self._stream.write(line + "\n")
        self._stream.flush()

    def _left(self, event: Progress, now: float) -> float | None:
        began, first = self._began
        done = event.step - first
        return (now - began) / done * (event.total - event.step) if done > 0 else None


def _how_far(event: Progress) -> str:
    if event.unit == "bytes":
        return f"{size_in_words(event.step)} of {size_in_words(event.total)}"
    return f"{event.step}/{event.total}"


def duration(seconds: float) -> str:
    """12 s, 3:05 or 2:03:05."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
