"""Whose turn it is: a round over the owners who wait, the oldest job of each.

Time is counted in turns, one for every job that was ever taken. An owner's place in the round is
the turn at which they were last served, or at which they began to wait if that was later; among
equals, who was served longer ago comes first, then whose job is older. So:

- who queues fifty jobs delays another by one of them, not by fifty;
- while an owner waits, no owner who began to wait later is served twice;
- a new face does not overtake those who wait (or clearing a browser's storage would pay), and
  everyone's turn comes, however many new faces there are.
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple


class Waiting(NamedTuple):
    """A job that waits; `turn` is how many jobs had been taken when it was queued."""

    key: str
    owner: str
    turn: int


def in_order(waiting: Iterable[Waiting], served: Mapping[str, int]) -> Iterator[str]:
    """The keys of the jobs in the order in which they will be taken if nothing else comes.

    Args:
        waiting: oldest first.
        served: owner -> the turn at which they were last served.
    """
    jobs: dict[str, deque[tuple[int, str]]] = {}
    since: dict[str, int] = {}
    for age, job in enumerate(waiting):
        jobs.setdefault(job.owner, deque()).append((age, job.key))
        since[job.owner] = min(job.turn, since.get(job.owner, job.turn))
    ring = [
        (max(served.get(owner, 0), since[owner]), served.get(owner, 0), own[0][0], owner)
        for owner, own in jobs.items()
    ]
    heapq.heapify(ring)
    turn = max(served.values(), default=0)
    while ring:
        *_, owner = heapq.heappop(ring)
        own = jobs[owner]
        yield own.popleft()[1]
        turn += 1
        if own:
            heapq.heappush(ring, (turn, turn, own[0][0], owner))
