"""Sixty kills at random moments: no job is lost, none doubled, no half-written result shown."""

from __future__ import annotations

import os
import random
import shutil
import signal
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from studio_process import FRAMES, PIECE, Studio

from engine.data import video
from studio.jobs import pieces
from studio.jobs.job import Job, State
from studio.jobs.retention import Retention, sweep
from studio.jobs.store import Store

KILLS = 60
OWNERS = ("ann", "bob", "cho")
SEED = 20_611
WITHOUT_RESULT: tuple[State, ...] = ("failed", "cancelled", "interrupted")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


def everything(store: Store) -> dict[str, Job]:
    return {job.id: job for owner in OWNERS for job in store.page(owner, 10_000)}


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    one = Studio(tmp_path)
    yield one
    one.close()


def wait_until_one_runs(store: Store, after: float) -> None:
    """Wait for a job that was taken after the last kill: an older one only seems to run."""
    end = time.monotonic() + 60
    while not any(
        (job.started or 0.0) > after
        for owner in OWNERS
        for job in store.page(owner, 9, states=("running",))
    ):
        assert time.monotonic() < end, "no job was started within a minute"
        time.sleep(0.04)


def usual_seconds(store: Store) -> float:
    """How long a job takes on this machine today, so that kills fall into every part of one."""
    took = [(job.ended or 0.0) - (job.started or 0.0) for job in store.finished("mimicmotion")]
    return statistics.median(took or [0.5])


def strike(dice: random.Random, studio: Studio) -> bool:
    """Kill -9 the server, the worker, or both in either order; True if the server is gone."""
    victims = dice.choice(["server", "worker", "server worker", "worker server"]).split()
    server = psutil.Process(studio.pid)
    pids = {"server": [studio.pid], "worker": [child.pid for child in server.children()]}
    for victim in victims:
        for pid in pids[victim]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:  # a worker without its server ends by itself
                continue
    if "server" not in victims:
        return False
    studio.close()
    return True


def check_what_is_shown(jobs: dict[str, Job]) -> int:
    """A done job has its whole video; whatever bears the result's name is whole, done or not.

    So is a piece of a job that seems to run; returns how many there were.
    """
    shown = 0
    for job in jobs.values():
        assert job.result.exists() or job.state != "done"
        if job.result.exists():
            with video.read(job.result) as frames:
                assert sum(1 for _ in frames) == FRAMES
        if job.state == "done":
            assert job.poster.exists() and job.record["made"] == job.id
        for piece in pieces.watchable(job):
            with suppress(FileNotFoundError):  # a worker has just ended or begun this job
                copy = shutil.copyfile(piece.path, job.folder.parents[1] / "piece.mp4")
                with video.read(copy) as frames:
                    assert sum(1 for _ in frames) == PIECE
                shown += 1
    return shown


@pytest.mark.timeout(1200)  # a busy machine may take its time for sixty starts; each has a limit
def test_sixty_kills_lose_double_and_halve_nothing(tmp_path: Path, studio: Studio) -> None:
    began = time.monotonic()
    dice = random.Random(SEED)
    store = Store(tmp_path)
    tries: Counter[str] = Counter()  # how often each job may have run
    deleted: set[str] = set()

    def visit() -> None:
        """What visitors do meanwhile: queue, stop, delete, and try again what was cut off."""
        jobs = everything(store)
        for _ in range(3 - sum(job.live for job in jobs.values())):
            words = {"seconds": str(dice.choice([0.0, 0.05, 0.2]))}
            job = store.add(dice.choice(OWNERS), "mimicmotion", {}, {}, words)
            tries[job.id] = 1
        for job in jobs.values():
            if job.state in WITHOUT_RESULT and dice.random() < 0.5 and store.resume(*own(job)):
                tries[job.id] += 1
        job = dice.choice([*jobs.values(), None])
        if job and dice.random() < 0.05 and store.delete(*own(job)):
            deleted.add(job.id)
        elif job and dice.random() < 0.1:
            store.cancel(*own(job))

    studio.start()
    struck, watched = 0.0, 0
    for _ in range(KILLS):
        visit()
        wait_until_one_runs(store, after=struck)
        time.sleep(dice.uniform(0.0, 1.5) * usual_seconds(store))
        server_gone = strike(dice, studio)
        struck = time.time()
        jobs = everything(store)
        assert set(jobs) == set(tries) - deleted
        watched += check_what_is_shown(jobs)
        if server_gone:
            studio.start()
    settle(store, tries)
    studio.close()

    jobs = everything(store)
    assert set(jobs) == set(tries) - deleted
    assert {job.state for job in jobs.values()} == {"done"}
    check_what_is_shown(jobs)
    assert watched
    runs = Counter((tmp_path / "runs.txt").read_text().split())
    assert all(1 <= runs[key] <= tries[key] for key in jobs)
    assert not (tmp_path / "overlaps.txt").exists()
    sweep(store, Retention(), now=time.time() + 7200)
    assert {path.name for path in store.folder.iterdir()} == set(jobs)
    sys.stdout.write(
        f"\n{KILLS} kills, {len(tries)} jobs, {sum(runs.values())} runs, {len(deleted)} deleted,"
        f" {watched} pieces seen, {time.monotonic() - began:.0f} s\n"
    )


def settle(store: Store, tries: Counter[str]) -> None:
    """Try again whatever has no result, until everything is done; a minute for each that is not."""
    end, left = time.monotonic() + 60, -1
    while open_ones := [job for job in everything(store).values() if job.state != "done"]:
        if len(open_ones) != left:
            end, left = time.monotonic() + 60, len(open_ones)
        assert time.monotonic() < end, "the queue is not worked off"
        for job in open_ones:
            if job.state in WITHOUT_RESULT and store.resume(*own(job)):
                tries[job.id] += 1
        time.sleep(0.1)


def own(job: Job) -> tuple[str, str]:
    return job.id, job.owner
