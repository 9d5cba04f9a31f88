"""Who is killed with her browser: Ann, who orders on the page and comes back."""

from __future__ import annotations

import json
import sqlite3
import time
import zipfile
from contextlib import suppress
from functools import cached_property, lru_cache
from pathlib import Path

import psutil
from conftest import CHROMIUM, FLAGS, Server, Visitor
from playwright.sync_api import Browser, BrowserContext, Page

from engine.data import video
from studio.jobs.store import Store
from studio.view import look
from tests.invariant.studio_process import FRAMES

_TILES = """() => Object.fromEntries([...document.querySelectorAll('.tile')]
  .map((one) => [one.dataset.id, one.dataset.state]))"""


class Ann:
    """The visitor with a page, in a browser that keeps what it knows in a folder.

    Each of her orders has a seed of its own, by which it is known: see `orders`.
    """

    def __init__(self, browser: Browser, server: Server, folder: Path) -> None:
        self._type, self._folder, self._server = browser.browser_type, folder, server
        self._context: BrowserContext | None = None
        self._visitor: Visitor | None = None
        self._met = 0  # the server that her page has loaded from
        self.orders: dict[int, str | None] = {}  # the job, if the page has shown it

    @cached_property
    def owner(self) -> str:
        """Her name in the store; asked before anybody else has ordered."""
        with sqlite3.connect(self._server.home / "studio.db", timeout=15) as db:
            ((owner,),) = db.execute("SELECT DISTINCT owner FROM jobs").fetchall()
        db.close()
        return owner

    @property
    def here(self) -> bool:
        """Whether her page is open."""
        return self._visitor is not None

    @property
    def page(self) -> Page:
        """The page, which is open."""
        assert self._visitor is not None
        return self._visitor.page

    def come(self) -> None:
        """Start the browser and open the studio."""
        self._context = self._type.launch_persistent_context(
            self._folder, executable_path=str(CHROMIUM), headless=True,
            args=[*FLAGS, "--disable-remote-fonts"], locale="en-US",
            viewport={"width": 1000, "height": 700}, reduced_motion="reduce",
        )  # fmt: skip
        self._context.set_default_timeout(60_000)
        self._visitor = Visitor(self._context.pages[0], None)
        self._visitor.open(self._server)
        self._loaded()

    def leave(self) -> None:
        """Close the browser in good order; it writes down what it keeps."""
        if self._context is not None:
            self._context.close()
        self._context = self._visitor = None

    def die(self) -> None:
        """Kill -9 the browser with all its processes."""
        own = f"--user-data-dir={self._folder}"
        for one in psutil.process_iter(["cmdline"]):
            if own in (one.info["cmdline"] or []):
                with suppress(psutil.NoSuchProcess):
                    one.kill()
        self._context = self._visitor = None

    def comes_to(self) -> None:
        """Her open page notices by itself that the server is another one, and loads again."""
        assert self._visitor is not None
        if self._met != self._server.pid:
            self.page.wait_for_function("() => window.loaded !== true")
            self._visitor.ready()
            self._loaded()

    def _loaded(self) -> None:
        self.page.evaluate("window.loaded = true")
        self._met = self._server.pid

    def order(self, wait: bool) -> None:
        """Ask for a video; `wait` until the page shows it, which then is a promise."""
        seed = 1000 + len(self.orders)
        known = set(self.tiles())
        self.page.fill("#setting-seed input", str(seed))
        self.page.press("#setting-seed input", "Tab")
        self.page.click("#make")
        self.orders[seed] = None
        if wait:
            self.page.wait_for_function(
                "known => document.querySelector('.tile')"
                " && !known.includes(document.querySelector('.tile').dataset.id)",
                arg=sorted(known),
            )
            (self.orders[seed],) = set(self.tiles()) - known

    def tiles(self) -> dict[str, str]:
        """Job -> state, as the page shows them: the latest dozen."""
        return self.page.evaluate(_TILES)

    def sees(self, store: Store) -> None:
        """Wait until the page shows what the store says, and nothing that is not whole."""
        end = time.monotonic() + 60
        while True:
            view, tiles = look(store, self.owner, None, "en"), self.tiles()
            for key in (key for key, state in tiles.items() if state == "done"):
                job = store.get(key, self.owner)
                assert job is not None and count_frames(job.result) == FRAMES
            if list(tiles) == [item["id"] for item in view.shelf["items"]]:
                return
            assert time.monotonic() < end, "the page does not show what is in the store"
            time.sleep(0.05)

    def takes_all(self, folder: Path) -> list[int]:
        """Download everything from the gallery; the seeds of the videos, which are all whole."""
        self.page.click("#tab-gallery-button")
        with self.page.expect_download() as saved:
            self.page.click("#gallery-all:visible")
        saved.value.save_as(folder / "all.zip")
        with zipfile.ZipFile(folder / "all.zip") as archive:
            archive.extractall(folder / "all")
        clips = sorted((folder / "all").glob("*.mp4"))
        assert all(count_frames(clip) == FRAMES for clip in clips)
        records = [json.loads(clip.with_suffix(".json").read_text()) for clip in clips]
        return [record["settings"]["seed"] for record in records]


def count_frames(clip: Path) -> int:
    """How many frames can be read; a file that has not changed is not read again."""
    now = clip.stat()
    return _count(clip, now.st_ino, now.st_mtime_ns)


@lru_cache(maxsize=1000)
def _count(clip: Path, *_: int) -> int:
    with video.read(clip) as frames:
        return sum(1 for _ in frames)
