"""What is kept and what goes; old databases; what crashes leave behind."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from studio.jobs import database
from studio.jobs.job import Job
from studio.jobs.retention import Housekeeper, Retention, sweep
from studio.jobs.store import Store

DAY = 86_400.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def add(store: Store) -> Job:
    return store.add("ann", "mimicmotion", {}, {}, {})


def done(store: Store, size: int = 1000) -> Job:
    job = add(store)
    assert store.take("w") is not None
    job.result.write_bytes(b"x" * size)
    store.finish(job.id, {})
    return job


def left(store: Store) -> list[str]:
    assert {path.name for path in store.folder.iterdir()} == store.keys()
    return [job.id for job in reversed(store.page("ann", 99))]


def aged(path: Path, seconds: float) -> None:
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_everything_is_kept_unless_told_otherwise(store: Store) -> None:
    jobs = [done(store), add(store)]
    assert sweep(store, Retention(), now=time.time() + 1000 * DAY) == 0
    assert left(store) == [job.id for job in jobs]


def test_old_results_go_and_live_jobs_stay(store: Store) -> None:
    done(store)
    stopped = add(store)
    store.cancel(stopped.id, "ann")
    running, waiting = add(store), add(store)
    store.take("w")
    assert sweep(store, Retention(days=2), now=time.time() + 1.9 * DAY) == 0
    assert sweep(store, Retention(days=2), now=time.time() + 2.1 * DAY) == 2
    assert left(store) == [running.id, waiting.id]


def test_beyond_the_bytes_the_oldest_go_first(store: Store) -> None:
    jobs = [done(store, size) for size in (4000, 3000, 2000, 1000)]
    waiting = add(store)
    assert sweep(store, Retention(total_bytes=10_000)) == 0
    assert sweep(store, Retention(total_bytes=6500)) == 1
    assert left(store) == [*(job.id for job in jobs[1:]), waiting.id]
    assert sweep(store, Retention(total_bytes=0)) == 3
    assert left(store) == [waiting.id]


def test_folders_without_a_job_go_when_they_are_old_enough(store: Store) -> None:
    job = add(store)
    stray, fresh, foreign = (store.folder / name for name in ("a" * 32, "b" * 32, "keep me"))
    for folder in (stray, fresh, foreign):
        (folder / "inputs").mkdir(parents=True)
        aged(folder, 7200)
    aged(job.folder, 7200)
    aged(fresh, 60)
    sweep(store, Retention())
    assert not stray.exists() and fresh.exists() and foreign.exists() and job.folder.exists()


def test_scratch_goes_with_the_result_and_stays_without(store: Store) -> None:
    finished, stopped = done(store), add(store)
    store.cancel(stopped.id, "ann")
    for job in (finished, stopped):
        job.scratch.mkdir()
    sweep(store, Retention())
    assert not finished.scratch.exists() and stopped.scratch.exists()


def test_a_job_that_went_back_to_the_queue_is_not_discarded(store: Store) -> None:
    job = add(store)
    store.cancel(job.id, "ann")
    (ended,) = store.ended()
    assert store.resume(job.id, "ann")
    assert not store.discard(ended) and job.folder.exists()


def wait_for(check: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not check():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_the_housekeeper_sweeps_again_and_again_whatever_happens(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once_broken() -> list[Job]:
        monkeypatch.undo()
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(store, "ended", once_broken)
    job = done(store)
    keeper = Housekeeper(store, Retention(total_bytes=0), every=0.05)
    keeper.start()
    wait_for(lambda: store.keys() == set())
    done(store)
    wait_for(lambda: store.keys() == set())
    keeper.close()
    assert not job.folder.exists()


def version_one(home: Path) -> str:
    """A home as the first version of the studio left it; the id of its one job."""
    (home / "jobs").mkdir()
    with sqlite3.connect(home / "studio.db") as db:
        db.executescript(database._MIGRATIONS[0])
        db.execute("PRAGMA user_version = 1")
        db.execute(
            "INSERT INTO jobs (id, owner, system, settings, inputs, words, consent, created)"
            " VALUES (?, 'ann', 'mimicmotion', '{\"seed\": 3}', '{}', '{}', 1, 5.0)",
            ("c" * 32,),
        )
    db.close()
    return "c" * 32


def test_a_home_of_the_first_version_keeps_its_jobs(tmp_path: Path) -> None:
    key = version_one(tmp_path)
    store = Store(tmp_path)
    for opened in (store, Store(tmp_path)):
        job = opened.get(key, "ann")
        assert job is not None and job.settings == {"seed": 3} and job.consent
        assert job.title == "" and job.state == "queued" and job.number == 1
        assert job.model == "pocket"
    assert store.rename(key, "ann", "First") and store.place(key) == 0
    assert (taken := store.take("w")) is not None and taken.id == key
    store.finish(key, {})
    assert store.page("ann", 9)[0].title == "First"


def test_a_migration_that_is_cut_off_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = version_one(tmp_path)
    broken = (*database._MIGRATIONS, "CREATE TABLE half (x TEXT); NONSENSE")
    with monkeypatch.context() as later:
        later.setattr(database, "_MIGRATIONS", broken)
        with pytest.raises(sqlite3.OperationalError):
            Store(tmp_path)
    db = sqlite3.connect(tmp_path / "studio.db")
    assert db.execute("PRAGMA user_version").fetchone() == (1,)
    assert db.execute("SELECT name FROM sqlite_master WHERE name = 'half'").fetchall() == []
    db.close()
    assert Store(tmp_path).get(key, "ann") is not None
