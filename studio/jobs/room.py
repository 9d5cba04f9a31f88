"""Whether the disk has room for another job; while it has none, those that wait say so."""

from __future__ import annotations

from studio.jobs.store import Store


class Room:
    """Asked before a job is taken, by whoever takes them from `store`."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held = True  # an earlier process may have left its note

    def is_there(self) -> bool:
        """Whether a job can be taken now."""
        room = self._store.has_room()
        if not room:
            self._store.hold("disk")  # again each time: others may have been queued meanwhile
        elif self._held:
            self._store.hold("")
        self._held = not room
        return room
