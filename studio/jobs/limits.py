"""What the queue takes, and the refusal that says what it does not take."""

from __future__ import annotations

from dataclasses import dataclass


class Refused(Exception):
    """A job was not queued; `key` names the words that say why (`<key>_what`, `<key>_fix`).

    `too_many`: the owner has enough in the queue. `queue_full`: everyone together has.
    `disk_full`: the disk has no room. `gone`: the job to start from is not there. `too_costly`:
    it would take longer than one job may. `time_used`: it has taken that long.
    `values` fill the places in the words.
    """

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key = key
        self.values = values


@dataclass(frozen=True)
class QueueLimits:
    """How many jobs may wait and run at a time, and what one may cost; None is no limit.

    Attributes:
        per_owner: of one visitor.
        total: of all visitors together.
        spare_bytes: what must stay free on the disk, for a result and what is written on the way.
        frames: of one result.
        seconds: that making it may take, in all its turns together. What will take longer, as far
            as that is known, is not taken, and what does take longer is ended.
    """

    per_owner: int | None = None
    total: int | None = None
    spare_bytes: int = 300_000_000
    frames: int | None = None
    seconds: float | None = None
