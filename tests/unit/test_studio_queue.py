"""Limits of the queue and the disk, and whose turn it is."""

from __future__ import annotations

import errno
import shutil
import subprocess
import sys
from collections import namedtuple
from pathlib import Path
from typing import Any

import pytest

from studio import words
from studio.jobs.job import Job
from studio.jobs.limits import QueueLimits, Refused
from studio.jobs.store import Store

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def add(store: Store, owner: str = "ann") -> Job:
    return store.add(owner, "mimicmotion", {}, {}, {"dance": "sway"})


def taken(store: Store) -> str:
    job = store.take("w")
    assert job is not None
    return job.owner


def test_owners_take_turns_and_the_place_says_so(store: Store) -> None:
    greedy = [add(store, "ann") for _ in range(3)]
    late = add(store, "bob")
    assert [store.place(job.id) for job in (*greedy, late)] == [0, 2, 3, 1]
    assert [taken(store) for _ in range(4)] == ["ann", "bob", "ann", "ann"]


def test_a_new_face_does_not_overtake_those_who_wait(store: Store) -> None:
    for owner in ("ann", "ann", "bob"):
        add(store, owner)
    assert taken(store) == "ann"
    add(store, "new")
    assert [taken(store) for _ in range(3)] == ["bob", "new", "ann"]


def test_deleting_old_jobs_wins_no_turn(store: Store) -> None:
    first = add(store, "ann")
    add(store, "ann")
    add(store, "bob")
    assert taken(store) == "ann"
    store.cancelled(first.id)
    store.delete(first.id, "ann")
    store.forget_owners()
    assert [taken(store) for _ in range(2)] == ["bob", "ann"]


def test_a_full_queue_refuses_with_words(tmp_path: Path) -> None:
    store = Store(tmp_path, QueueLimits(per_owner=2, total=3))
    for owner in ("ann", "ann", "bob"):
        add(store, owner)
    for owner, key in (("ann", "too_many"), ("cho", "queue_full")):
        with pytest.raises(Refused, match=key) as refusal:
            add(store, owner)
        assert all(words.known(f"{refusal.value.key}_{part}") for part in ("what", "fix"))
    assert len(list(store.folder.iterdir())) == 3
    assert taken(store) == "ann"  # a running job still counts
    with pytest.raises(Refused, match="queue_full"):
        add(store, "cho")


def test_processes_that_queue_at_once_never_pass_the_limit(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from studio.jobs.store import Store\n"
        "from studio.jobs.limits import QueueLimits, Refused\n"
        "store = Store(Path(sys.argv[1]), QueueLimits(per_owner=5, total=7))\n"
        "for _ in range(12):\n"
        "    try: store.add(sys.argv[2], 'mimicmotion', {}, {}, {})\n"
        "    except Refused: pass\n"
    )
    tabs = [
        subprocess.Popen([sys.executable, "-c", script, str(tmp_path), owner])
        for owner in ("ann", "ann", "bob")
    ]
    assert [tab.wait(timeout=60) for tab in tabs] == [0, 0, 0]
    store = Store(tmp_path)
    live = store.live("ann"), store.live("bob")
    assert sum(live) == 7 and max(live) <= 5
    assert len(list(store.folder.iterdir())) == 7


def test_a_disk_without_room_takes_no_job(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare = store.limits.spare_bytes
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x" * 1000)
    old = add(store)
    store.cancel(old.id, "ann")
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, spare + 999))
    assert store.has_room() and not store.has_room(1000)
    with pytest.raises(Refused, match="disk_full"):
        store.add("ann", "mimicmotion", {}, {"motion": clip}, {})
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(1, 1, spare - 1))
    with pytest.raises(Refused, match="disk_full"):
        store.resume(old.id, "ann")
    assert [path.name for path in store.folder.iterdir()] == [old.id]


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO])
def test_a_copy_that_is_cut_off_leaves_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"x")

    def cut_off(source: Path, target: Path) -> Any:
        target.write_bytes(b"")
        raise OSError(number, "no")

    monkeypatch.setattr(shutil, "copyfile", cut_off)
    with pytest.raises(Refused if number == errno.ENOSPC else OSError):
        store.add("ann", "mimicmotion", {}, {"motion": clip}, {})
    assert list(store.folder.iterdir()) == [] and store.recent("ann") == []


def test_waiting_jobs_say_why_they_are_held(store: Store) -> None:
    job = add(store)
    store.hold("disk")
    assert (held := store.get(job.id, "ann")) and held.stage == "disk"
    assert words.known("held_disk") and words.known("held_worker")
    assert (running := store.take("w")) and running.stage == ""
