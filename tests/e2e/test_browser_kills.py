"""The browser is killed at random moments, alone or with the worker or the server: whoever comes
back with the same storage finds every job once, and every result whole.

The sixty kills of tests/invariant/test_kills.py take the server and the worker; here a real page is
open, which asks, draws and keeps.
"""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from conftest import CHROMIUM, FLAGS, Server, Visitor
from playwright.sync_api import Browser, BrowserContext

from engine.data import video
from studio.jobs.job import Job
from studio.jobs.store import Store

VICTIMS = ("browser", "browser worker", "browser server", "worker browser")
SEED = 6
JOB_SECONDS = 2.5
FRAMES = 24

pytestmark = pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")


class Person:
    """Somebody whose browser keeps what it knows in a folder."""

    def __init__(self, browser: Browser, folder: Path) -> None:
        self._type, self._folder = browser.browser_type, folder
        self._context: BrowserContext | None = None

    def come(self, server: Server) -> Visitor:
        """Start the browser and open the studio."""
        self._context = self._type.launch_persistent_context(
            self._folder, executable_path=str(CHROMIUM), headless=True, args=FLAGS, locale="en-US"
        )
        self._context.set_default_timeout(60_000)
        visitor = Visitor(self._context.pages[0], None)
        visitor.open(server)
        return visitor

    def leave(self) -> None:
        """Close the browser in good order; it writes down what it keeps."""
        if self._context is not None:
            self._context.close()
        self._context = None

    def kill(self) -> None:
        """Kill -9 the browser with all its processes."""
        _kill(f"--user-data-dir={self._folder}")
        self._context = None


@pytest.fixture
def ann(browser: Browser, tmp_path: Path) -> Iterator[Person]:
    one = Person(browser, tmp_path / "profile")
    yield one
    one.kill()


def _rows(server: Server, owner: str | None) -> dict[str, str]:
    """Who owns each job of the studio, or of one owner, as the file on the disk says."""
    with sqlite3.connect(server.home / "studio.db", timeout=15) as db:
        found = db.execute(
            "SELECT id, owner FROM jobs WHERE ?1 IS NULL OR owner = ?1", (owner,)
        ).fetchall()
    return dict(found)


def _kill(*words: str) -> None:
    """Kill -9 the processes, and their children, that were started with all these words."""
    for one in psutil.process_iter(["cmdline"]):
        if set(words) <= set(one.info["cmdline"] or []):
            with suppress(psutil.NoSuchProcess):
                for process in [one, *one.children(recursive=True)]:
                    with suppress(psutil.NoSuchProcess):
                        process.kill()


def _strike(victims: str, person: Person, server: Server) -> None:
    for victim in victims.split():
        if victim == "browser":
            person.kill()
        elif victim == "server":
            server.kill()
        else:
            _kill(str(Path(__file__).with_name("stand_in.py")), str(server.home))
    if "server" in victims:
        server.start()


def test_a_killed_browser_loses_and_doubles_nothing(stand_in: Server, ann: Person) -> None:
    dice = random.Random(SEED)
    others = set(_rows(stand_in, None))
    visitor = ann.come(stand_in)
    visitor.pick("noor", "sway")
    visitor.make()
    visitor.page.wait_for_selector(".tile")
    (owner,) = {who for key, who in _rows(stand_in, None).items() if key not in others}
    ann.leave()

    for number, victims in enumerate(VICTIMS):
        before = set(_rows(stand_in, owner))
        visitor = ann.come(stand_in)
        _sees(visitor, before)
        visitor.make()
        if number % 2:  # every other order has arrived for sure, and is cut off at work
            visitor.page.wait_for_selector(f".tile >> nth={len(before)}")
        time.sleep(dice.uniform(0.0, JOB_SECONDS))
        _strike(victims, ann, stand_in)
        after = set(_rows(stand_in, owner))
        assert before <= after and len(after - before) <= 1, victims

    jobs = _worked_off(Store(stand_in.home), owner)
    assert len(jobs) > len(VICTIMS) // 2
    visitor = ann.come(stand_in)
    _sees(visitor, {job.id for job in jobs})
    done = ".tile[data-state=done]"
    visitor.page.wait_for_function(
        "([done, count]) => document.querySelectorAll(done).length === count",
        arg=[done, len(jobs)],
    )
    for job in jobs:
        with video.read(job.result) as frames:
            assert sum(1 for _ in frames) == FRAMES
    ann.leave()


def _sees(visitor: Visitor, keys: set[str]) -> None:
    """Wait until the page shows these jobs and no other, each once."""
    visitor.page.wait_for_function(
        "keys => JSON.stringify([...document.querySelectorAll('.tile')]"
        ".map((one) => one.dataset.id).sort()) === JSON.stringify(keys)",
        arg=sorted(keys),
    )


def _worked_off(store: Store, owner: str) -> list[Job]:
    """Try again whatever has no result, until all are done."""
    end = time.monotonic() + 120
    while any(job.state != "done" for job in store.page(owner, 99)):
        assert time.monotonic() < end, "the queue is not worked off"
        for job in store.page(owner, 99, states=("failed", "interrupted")):
            store.resume(job.id, owner)
        time.sleep(0.1)
    return store.page(owner, 99)
