"""What can go wrong, in words a person can act on: what happened, why, and what to do."""

from __future__ import annotations

import errno
from typing import Any


class StudioError(Exception):
    """A failure that is explained to the user.

    Args:
        what: what could not be done, one sentence.
        why: the cause, as far as it is known.
        fix: what the user can do about it.
        key: the name of these three texts, by which a screen finds them in another language. With
            a key the texts are templates, and `values` fill their {places}; without one they are
            taken as they are.
    """

    def __init__(self, what: str, why: str, fix: str, *, key: str = "", **values: object) -> None:
        self.key = key
        self.values = {name: str(value) for name, value in values.items()}
        if key:
            what, why, fix = (text.format_map(self.values) for text in (what, why, fix))
        super().__init__(f"{what} {why} {fix}")
        self.what = what
        self.why = why
        self.fix = fix

    def __reduce__(self) -> tuple[type[StudioError], tuple[str, str, str], dict[str, Any]]:
        """Exceptions cross the worker's process border, so they must unpickle."""
        return type(self), (self.what, self.why, self.fix), self.__dict__


class BadInput(StudioError):
    """The user's file or setting cannot be used as it is."""


class MissingModel(StudioError):
    """Weights are needed that are not on this machine; `fix` names the command that gets them."""


class NoPoseFound(BadInput):
    """A picture or a clip in which no person was found."""


class OutOfMemory(StudioError):
    """The device ran out of memory; `fix` names a smaller setting."""


_SAID = (
    "out of memory",
    "allocate memory",
    "not enough memory",
    "bad_alloc",
    "bad allocation",
)
"""How torch, CUDA, Metal, onnxruntime and C++ say it, in the lower case; most have no own type."""


def ran_out_of_memory(error: BaseException) -> bool:
    """Whether an exception of any library says that memory, of a card or the main one, ran out."""
    if isinstance(error, MemoryError | OutOfMemory):
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(words in said for words in _SAID)


_NO_ROOM = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def filled_the_disk(error: BaseException) -> bool:
    """Whether the system says that a disk, or a user's share of it, is full."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM


def no_memory() -> OutOfMemory:
    """The error to raise where a library ran out of memory and nothing nearer is known."""
    return OutOfMemory(
        "There was not enough memory.",
        "The video, or the model, is too large for what is free here.",
        "Choose a smaller resolution or window, a smaller size under Memory, or a shorter video; "
        "closing other programs helps, too.",
        key="out_of_memory",
    )


class Cancelled(StudioError):
    """The user stopped the work."""

    def __init__(
        self,
        what: str = "The work was stopped.",
        why: str = "You asked for it.",
        fix: str = "Start it again when you like; nothing that you gave was lost.",
    ) -> None:
        super().__init__(what, why, fix)


class CheckpointMismatch(StudioError):
    """A weight file does not fit the network; `why` names the keys."""
