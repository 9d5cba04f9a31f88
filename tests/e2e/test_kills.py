"""Sixty kills at random moments: no job is lost, none doubled, no half-written result shown.

The victims are the server, its worker and the browser of Ann, who orders on the page of the real
studio, comes back with the same storage, and looks. Two more visitors order without a page. Only
the engine is a quick one, so that there are hundreds of moments.
"""

from __future__ import annotations

import os
import random
import shutil
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import ROOT, Server
from playwright.sync_api import Browser
from prepared import Prepared
from victims import Ann, count_frames

from studio.jobs import pieces
from studio.jobs.job import Job, State
from studio.jobs.retention import Retention, sweep
from studio.jobs.store import Store
from tests.invariant.studio_process import FRAMES, PIECE

UNSEEN = ("server", "worker", "server worker", "worker server")
SEEN = ("browser", "browser worker", "worker browser", "browser server", "server browser")
STRIKES = SEEN * 3 + UNSEEN * 11 + ("server",)
"""Who dies, in this order; sixty times."""
OTHERS = ("bob", "cho")
SEED = 20_611
WITHOUT_RESULT: tuple[State, ...] = ("failed", "cancelled", "interrupted")

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


@pytest.fixture
def server(tmp_path: Path, prepared: Prepared) -> Iterator[Server]:
    one = Server(ROOT / "tests" / "e2e" / "serve_quick.py", tmp_path / "home", prepared)
    one.home.mkdir()
    yield one
    one.kill()
    assert "Traceback" not in one.log.read_text(), one.log.read_text()


@pytest.fixture
def ann(browser: Browser, server: Server, tmp_path: Path) -> Iterator[Ann]:
    one = Ann(browser, server, tmp_path / "profile")
    yield one
    one.die()


class Book:
    """What was ordered, and how often each of it may have run."""

    def __init__(self, store: Store, ann: Ann, dice: random.Random) -> None:
        self._store, self._ann, self._dice = store, ann, dice
        self.tries: Counter[str] = Counter()
        self.deleted: set[str] = set()
        self.owners = (*OTHERS, ann.owner)
        self._seeds: dict[int, str] = {}

    def jobs(self) -> dict[str, Job]:
        """All that the store holds: whatever was ordered, each once, but for what was deleted."""
        jobs = {job.id: job for owner in self.owners for job in self._store.page(owner, 10_000)}
        for job in jobs.values():
            if job.id not in self.tries:  # Ann's, which she may or may not have seen
                seed = job.settings["seed"]
                assert seed in self._ann.orders and seed not in self._seeds, "doubled"
                self._seeds[seed] = job.id
                self.tries[job.id] = 1
        promised = {key for key in self._ann.orders.values() if key}
        assert set(jobs) == (set(self.tries) | promised) - self.deleted
        return jobs

    def visit(self) -> None:
        """What visitors do meanwhile: queue, stop, delete, and try again what was cut off."""
        dice, jobs = self._dice, self.jobs()
        for _ in range(3 - sum(job.live for job in jobs.values())):
            words = {"seconds": str(dice.choice([0.0, 0.05, 0.2]))}
            job = self._store.add(dice.choice(OTHERS), "mimicmotion", {}, {}, words)
            self.tries[job.id] = 1
        for job in jobs.values():
            if job.state in WITHOUT_RESULT and dice.random() < 0.5:
                self.resume(job)
        job = dice.choice([*jobs.values(), None])
        if job and dice.random() < 0.05 and self._store.delete(job.id, job.owner):
            self.deleted.add(job.id)
        elif job and dice.random() < 0.1:
            self._store.cancel(job.id, job.owner)

    def resume(self, job: Job) -> None:
        """Try it again, if that is possible now."""
        if self._store.resume(job.id, job.owner):
            self.tries[job.id] += 1

    def settle(self) -> None:
        """Try again whatever has no result, until all is done; a minute for each that is not."""
        end, left = time.monotonic() + 60, -1
        while open_ones := [job for job in self.jobs().values() if job.state != "done"]:
            if len(open_ones) != left:
                end, left = time.monotonic() + 60, len(open_ones)
            assert time.monotonic() < end, "the queue is not worked off"
            for job in open_ones:
                if job.state in WITHOUT_RESULT:
                    self.resume(job)
            time.sleep(0.1)


def wait_until_one_runs(store: Store, owners: Sequence[str], after: float) -> None:
    """Wait for a job that was taken after the last kill: an older one only seems to run."""
    end = time.monotonic() + 60
    while not any(
        (job.started or 0.0) > after
        for owner in owners
        for job in store.page(owner, 9, states=("running",))
    ):
        assert time.monotonic() < end, "no job was started within a minute"
        time.sleep(0.04)


def usual_seconds(store: Store) -> float:
    """How long a job takes on this machine today, so that kills fall into every part of one."""
    took = [(job.ended or 0.0) - (job.started or 0.0) for job in store.finished("mimicmotion")]
    return statistics.median(took or [0.5])


def strike(victims: str, server: Server, ann: Ann) -> None:
    """Kill -9 each of the victims."""
    workers = server.workers()
    for victim in victims.split():
        if victim == "browser":
            ann.die()
        elif victim == "server":
            server.kill()
        else:
            for worker in workers:
                with suppress(psutil.NoSuchProcess):  # without its server it ends by itself
                    worker.kill()


def check_what_is_shown(jobs: dict[str, Job]) -> int:
    """A done job has its whole video; whatever bears the result's name is whole, done or not.

    So is a piece of a job that seems to run; returns how many there were.
    """
    shown = 0
    for job in jobs.values():
        assert job.result.exists() or job.state != "done"
        if job.result.exists():
            assert count_frames(job.result) == FRAMES
        if job.state == "done":
            assert job.poster.exists() and job.record["made"] == job.id
        for piece in pieces.watchable(job):
            with suppress(FileNotFoundError):  # a worker has just ended or begun this job
                copy = shutil.copyfile(piece.path, job.folder.parents[1] / "piece.mp4")
                assert count_frames(copy) == PIECE
                shown += 1
    return shown


@pytest.mark.timeout(1200)  # a busy machine may take its time for sixty starts; each has a limit
def test_sixty_kills_lose_double_and_halve_nothing(
    tmp_path: Path, server: Server, ann: Ann
) -> None:
    began = time.monotonic()
    dice = random.Random(SEED)
    store = Store(server.home)
    server.start()
    ann.come()
    ann.order(wait=True)
    ann.leave()  # in good order, once: now her browser knows who she is
    book = Book(store, ann, dice)

    struck, watched = 0.0, 0
    deck = dice.sample(STRIKES, len(STRIKES))
    for victims, coming in zip(deck, [*deck[1:], ""], strict=True):
        early = "browser" in coming and dice.random() < 0.4  # a strike that her page lives through
        if ann.here or early or "browser" in victims:
            server.wait_answers()
            ann.comes_to() if ann.here else ann.come()
            ann.sees(store)
            ann.order(wait=dice.random() < 0.5)
        book.visit()
        wait_until_one_runs(store, book.owners, after=struck)
        time.sleep(dice.uniform(0.0, 1.5) * usual_seconds(store))
        strike(victims, server, ann)
        struck = time.time()
        watched += check_what_is_shown(book.jobs())
        if "server" in victims:
            server.begin()
    book.settle()
    jobs = book.jobs()
    server.wait_answers()
    ann.come()
    ann.sees(store)
    assert set(ann.tiles().values()) == {"done"}
    hers = sorted(job.settings["seed"] for job in jobs.values() if job.owner == ann.owner)
    assert sorted(ann.takes_all(tmp_path)) == hers
    ann.leave()
    server.kill()

    assert {job.state for job in book.jobs().values()} == {"done"}
    check_what_is_shown(jobs)
    assert watched
    runs = Counter((server.home / "runs.txt").read_text().split())
    assert all(1 <= runs[key] <= book.tries[key] for key in jobs)
    assert not (server.home / "overlaps.txt").exists()
    sweep(store, Retention(), now=time.time() + 7200)
    assert {path.name for path in store.folder.iterdir()} == set(jobs)
    sys.stdout.write(
        f"\n{len(deck)} kills, {len(book.tries)} jobs, {len(hers)} of {len(ann.orders)} orders on"
        f" the page, {sum(runs.values())} runs, {len(book.deleted)} deleted, {watched} pieces seen,"
        f" {time.monotonic() - began:.0f} s\n"
    )
