"""Being asked to end: by Ctrl-C, or by a host, which asks with SIGTERM before it kills."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

STOPPED = 130
"""The exit status of a command that was asked to end, as shells have it."""

_ASKS = (signal.SIGINT, signal.SIGTERM)


def heed_sigterm() -> None:
    """Make SIGTERM the KeyboardInterrupt that Ctrl-C is, so that whatever is half done is kept or
    cleaned away in one way. For a program's beginning: it is the process that is set."""
    signal.signal(signal.SIGTERM, _interrupt)


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


@contextmanager
def in_one_go() -> Iterator[None]:
    """Who asks to end meanwhile is heard afterwards, so that what is done here is done whole.

    Signals reach the main thread alone; in another one there is nothing to hold back.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    asked: list[int] = []
    usual = {sign: signal.signal(sign, lambda sign, _: asked.append(sign)) for sign in _ASKS}
    try:
        yield
    finally:
        for sign, handler in usual.items():
            signal.signal(sign, handler)
    if asked:
        signal.raise_signal(signal.Signals(asked[0]))
