"""The job store: states, owners, order, and two processes at once."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from engine.errors import StudioError
from studio.jobs.home import browser_secret, new_token, owner_of
from studio.jobs.job import Job, Trouble
from studio.jobs.lock import Lock
from studio.jobs.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def add(store: Store, owner: str = "ann", **settings: int) -> Job:
    return store.add(owner, "mimicmotion", settings, {}, {"dance": "sway"})


def test_a_job_keeps_copies_of_its_files_under_names_of_ours(store: Store, tmp_path: Path) -> None:
    photo = tmp_path / "..evil name.JPG"
    photo.write_bytes(b"jpg")
    job = store.add("ann", "mimicmotion", {"seed": 3}, {"image": photo}, {}, consent=True)
    photo.unlink()
    copy = job.input("image")
    assert copy is not None and copy.read_bytes() == b"jpg"
    assert copy == tmp_path / "jobs" / job.id / "inputs" / "image.jpg"
    assert job.settings == {"seed": 3} and job.consent and job.state == "queued"
    assert job.input("motion") is None


def test_jobs_are_taken_in_order_and_once(store: Store) -> None:
    first, second = add(store), add(store, owner="bob")
    assert store.place(second.id) == 1
    taken = [store.take("w"), store.take("w"), store.take("w")]
    assert [job and job.id for job in taken] == [first.id, second.id, None]
    assert store.running_of("w") is not None


def test_an_owner_sees_and_stops_only_own_jobs(store: Store) -> None:
    job = add(store)
    assert store.get(job.id, "bob") is None
    assert not store.cancel(job.id, "bob")
    assert store.recent("bob") == []
    assert store.get("../" + job.id, "ann") is None
    assert store.get({"id": job.id}, "ann") is None
    assert [one.id for one in store.recent("ann")] == [job.id]


def test_a_waiting_job_is_stopped_at_once_and_a_running_one_is_flagged(store: Store) -> None:
    running, waiting = add(store), add(store)
    store.take("w")
    assert store.cancel(waiting.id, "ann") and store.cancel(running.id, "ann")
    states = {job.id: job.state for job in store.recent("ann")}
    assert states == {running.id: "running", waiting.id: "cancelled"}
    assert store.cancel_wanted(running.id)
    store.cancelled(running.id)
    assert not store.cancel(running.id, "ann")


def test_an_ended_job_stays_ended(store: Store) -> None:
    job = add(store)
    store.take("w")
    store.finish(job.id, {"model": "pocket"})
    store.fail(job.id, Trouble("late"))
    store.progress(job.id, 1, 2, "late", None)
    seen = store.get(job.id, "ann")
    assert seen is not None and seen.state == "done" and seen.record == {"model": "pocket"}
    assert seen.step == 0 and seen.trouble == Trouble()


def test_orphans_are_interrupted_and_waiting_jobs_are_kept(store: Store) -> None:
    orphan, stopped, waiting = add(store), add(store), add(store)
    store.take("w")
    store.take("w")
    store.cancel(stopped.id, "ann")
    assert Store(store.home).interrupt_orphans() == 2
    states = {job.id: job.state for job in store.recent("ann")}
    assert states == {orphan.id: "interrupted", stopped.id: "cancelled", waiting.id: "queued"}


def test_a_database_from_the_future_is_refused(store: Store) -> None:
    db = sqlite3.connect(store.home / "studio.db")
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(StudioError, match="newer studio.*Update the studio"):
        Store(store.home)


def test_two_processes_never_take_the_same_job(store: Store) -> None:
    wanted = {add(store).id for _ in range(40)}
    script = (
        "import sys; from pathlib import Path; from studio.jobs.store import Store\n"
        "store = Store(Path(sys.argv[1]))\n"
        "while (job := store.take(sys.argv[2])): sys.stdout.write(job.id + '\\n')"
    )
    takers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(store.home), name], stdout=subprocess.PIPE, text=True
        )
        for name in "ab"
    ]
    taken = [key for one in takers for key in one.communicate(timeout=60)[0].split()]
    assert len(taken) == 40 and set(taken) == wanted


def test_the_lock_has_one_holder_and_is_freed(tmp_path: Path) -> None:
    first, second = Lock(tmp_path), Lock(tmp_path)
    assert first.acquire(lambda: False)
    patience = iter([False, False, True])
    assert not second.acquire(lambda: next(patience))
    first.release()
    assert second.acquire(lambda: False)
    second.release()


def test_tokens_and_the_secret(tmp_path: Path) -> None:
    assert browser_secret(tmp_path) == browser_secret(tmp_path)
    token = new_token()
    assert owner_of(token) == owner_of(token) != owner_of(new_token())
    for bad in (None, "", token[:-1], token.upper() + "G", token + "\n", ["x"], 7):
        assert owner_of(bad) is None
