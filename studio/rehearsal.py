"""Asks the stage hand, a process of its own, for a look at a dance before it is made."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from studio.environment import ROOT, for_computing

STAGE_HAND = (sys.executable, "-m", "studio.stage_hand")
_KEPT = 48
_MINUTE = 60.0


class Slow(Exception):
    """There was no answer in time."""


class Often(Exception):
    """The same visitor has asked too often in the last minute."""


class Rehearsals:
    """One stage hand, started at the first question and sent home after a quiet while.

    Args:
        home: the studio's folder, where weights may lie.
        command: how a stage hand is started; the home is appended.
        start: seconds that it may take to load the engine, before its first answer.
        patience: seconds that an answer may take after that; then it is ended.
        idle: seconds without a question after which it is ended, so that its memory is free.
        per_minute: questions of one visitor in a minute; None is no limit. What was answered before
            counts for nothing.
    """

    def __init__(
        self,
        home: Path,
        command: Sequence[str] = STAGE_HAND,
        start: float = 60,
        patience: float = 45,
        idle: float = 300,
        per_minute: int | None = None,
    ) -> None:
        self._home, self._command = home, tuple(command)
        self._start, self._patience, self._idle = start, patience, idle
        self._lock = threading.Lock()
        self._hand: subprocess.Popen[str] | None = None
        self._replies: queue.Queue[str] = queue.Queue()
        self._warm = False
        self._timer: threading.Timer | None = None
        self._kept: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._per_minute = per_minute
        self._asked: dict[str, deque[float]] = {}
        self._asking = threading.Lock()

    def ask(self, request: Mapping[str, Any], visitor: str = "") -> dict[str, Any]:
        """The answer to a request (see `studio.stage_hand`): `picture`, `findings` and
        `notes`, or `trouble`; a note and a trouble are the fields of a `Trouble`.

        Blocks for at most the seconds given at the start, twice them when another question is being
        answered: call it from a thread. Raises Slow, and Often when `visitor` asks too often.
        """
        line = json.dumps(dict(request), sort_keys=True)
        if line in self._kept:
            return self._kept[line]
        self._count(visitor)
        if not self._lock.acquire(timeout=self._start + self._patience):
            raise Slow
        try:
            answer = self._ask(line)
        finally:
            self._rest_later()
            self._lock.release()
        if answer.get("picture"):
            self._kept[line] = answer
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return answer

    def close(self) -> None:
        """End the stage hand."""
        with self._lock:
            self._end()

    def _count(self, visitor: str) -> None:
        if self._per_minute is None:
            return
        now = time.monotonic()
        with self._asking:
            for one, times in list(self._asked.items()):
                while times and now - times[0] > _MINUTE:
                    times.popleft()
                if not times:
                    del self._asked[one]
            own = self._asked.setdefault(visitor, deque())
            if len(own) >= self._per_minute:
                raise Often
            own.append(now)

    def _ask(self, line: str) -> dict[str, Any]:
        hand = self._hand
        if hand is None or hand.poll() is not None:
            hand = self._begin()
        assert hand.stdin is not None
        try:
            hand.stdin.write(line + "\n")
            hand.stdin.flush()
            reply = self._replies.get(timeout=self._patience + (0 if self._warm else self._start))
        except (queue.Empty, OSError) as error:
            self._end()
            raise Slow from error
        if not reply:  # it died
            self._end()
            raise Slow
        self._warm = True
        return json.loads(reply)

    def _begin(self) -> subprocess.Popen[str]:
        self._end()
        self._replies = queue.Queue()
        self._hand = subprocess.Popen(
            [*self._command, str(self._home.absolute())],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8",
            cwd=ROOT, env=for_computing(os.environ),
        )  # fmt: skip
        threading.Thread(target=_listen, args=(self._hand, self._replies), daemon=True).start()
        return self._hand

    def _end(self) -> None:
        if self._hand is not None:
            self._hand.kill()
            self._hand.wait()
        self._hand, self._warm = None, False

    def _rest_later(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = threading.Timer(self._idle, self.close)
        self._timer.daemon = True
        self._timer.start()


def _listen(hand: subprocess.Popen[str], replies: queue.Queue[str]) -> None:
    """Pass every line on, and an empty one at the end."""
    assert hand.stdout is not None
    for line in hand.stdout:
        replies.put(line)
    replies.put("")
