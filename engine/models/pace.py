"""How long a transfer will still take, from its speed of the last seconds."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable


class Pace:
    """Looks at the bytes of the last `window` seconds.

    An average since the start would stay wrong for long after a link becomes slow, and would count
    the bytes that an earlier run had left on the disk.
    """

    def __init__(self, window: float = 10.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._window = window
        self._clock = clock
        self._seen: deque[tuple[float, int]] = deque()

    def left(self, done: int, total: int) -> float | None:
        """Note that `done` of `total` bytes are here; seconds to go, None while nobody can tell."""
        now = self._clock()
        if self._seen and done < self._seen[-1][1]:  # the server began again
            self._seen.clear()
        self._seen.append((now, done))
        while len(self._seen) > 2 and now - self._seen[0][0] > self._window:
            self._seen.popleft()
        if done >= total:
            return 0.0
        began, first = self._seen[0]
        if now - began < 0.5 or done == first:
            return None
        return (now - began) / (done - first) * (total - done)
