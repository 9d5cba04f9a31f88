"""Whose pages are open, where a job can only be made while its owner's is (`studio.zerogpu`)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

_AWAY_SECONDS = 90.0
"""A visitor whose page has not asked for so long is away; one out of sight asks once a minute."""


class Presence:
    """The visitors who ask for their turn. Where nobody ever asks, nobody is waited for."""

    def __init__(self) -> None:
        self._asked: dict[str, float] = {}  # owner -> when their page last asked
        self._matters = False
        self._still: float | None = None  # since when nobody can ask

    def ask(self, owner: str) -> None:
        """This visitor's page is open now."""
        now = time.monotonic()
        here = {one: at for one, at in self._asked.items() if now - at < _AWAY_SECONDS}
        self._asked = here | {owner: now}
        self._matters = True

    def here(self) -> frozenset[str] | None:
        """The visitors who have a turn; None: all."""
        if not self._matters:
            return None
        now = time.monotonic() if self._still is None else self._still
        return frozenset(one for one, at in self._asked.items() if now - at < _AWAY_SECONDS)

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Nobody can ask meanwhile: who is here stays so, and the time does not count."""
        self._still = began = time.monotonic()
        try:
            yield
        finally:
            took = time.monotonic() - began
            self._asked = {one: at + took for one, at in self._asked.items()}
            self._still = None
