"""A browser, and the studio as a process of its own with a home of its own."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import Browser, Frame, Page, Route, sync_playwright

from studio.jobs.store import Store
from tests.e2e.lobby import Lobby
from tests.e2e.prepared import Prepared

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = Path("/usr/bin/chromium")
POCKET = ROOT / "assets" / "pocket"
ENGINE = os.environ.get("PIROUETTE_ENGINE", "stand_in")
"""Whose the studio of `stand_in` is: "stand_in", pretended and quick, or "pocket", the real one."""
PATIENCE = 1 if ENGINE == "stand_in" else 4
"""How many times as long as usual a test waits for what it wants to see."""
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


CUT = ("AbortError: signal is aborted without reason", "Connection errored out.")
"""What waits on a connection says when Gradio's page closes it, which it does when it is left."""

LONGEST_FIRST = (
    "test_kills.py", "test_real.py", "test_dance_tab.py", "test_screen.py", "test_gallery.py",
    "test_look.py", "test_models.py", "test_hosting.py", "test_maker_choice.py",
)  # fmt: skip
"""Two processes take a file at a time, in this order: a long one that begins last is waited for."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser; the longest files come first."""
    rank = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: rank.get(item.path.name, len(rank)))
    for item in items:
        if Path(item.path).parent == Path(__file__).parent:
            item.add_marker(pytest.mark.e2e)
            if ENGINE == "pocket" and not {"stand_in", "studio"} & set(_fixtures(item)):
                item.add_marker(pytest.mark.skip(reason="the studio's engine has no part in it"))
            if not CHROMIUM.exists():
                item.add_marker(pytest.mark.skip(reason="/usr/bin/chromium is not installed"))


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@dataclass
class Server:
    """A running studio; with `prepared`, one that is forked and so is there sooner."""

    script: Path
    home: Path
    prepared: Prepared | None = None
    address: str = ""
    seconds_to_answer: float = 0.0
    _process: psutil.Process | None = None
    _port: int = 0

    def start(self) -> None:
        """Start it and wait until the page answers."""
        begin = time.monotonic()
        self.begin()
        self.wait_answers()
        self.seconds_to_answer = time.monotonic() - begin

    def begin(self) -> None:
        """Start it, once the one before is gone and its port free."""
        environment = self.environment()
        if self._process is not None:
            self._process.wait(timeout=60)
        if self.prepared is not None:
            self._process = psutil.Process(self.prepared.fork(self.script, environment, self.log))
            return
        with self.log.open("ab") as log:
            # Any warning of Gradio's about how it is used is an error here.
            self._process = psutil.Popen(
                [sys.executable, "-W", "error::UserWarning", str(self.script)],
                cwd=ROOT, env=environment, stdout=log, stderr=log,
            )  # fmt: skip

    def environment(self) -> dict[str, str]:
        """What it is started with: a home and, for as long as this object lives, a port."""
        self._port = self._port or _free_port()
        self.address = f"http://127.0.0.1:{self._port}/"
        return os.environ | {
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "STUDIO_HOME": str(self.home),
            "GRADIO_TEMP_DIR": str(self.home / "uploads"),
            "PORT": str(self._port),
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
        }

    def wait_answers(self) -> None:
        """Wait until the page answers."""
        begin = time.monotonic()
        while not _answers(self.address):
            assert self.alive, self.log.read_text()
            assert time.monotonic() - begin < 90, "the page does not answer"
            time.sleep(0.1)

    @property
    def pid(self) -> int:
        """Its process number, which is another one after each start."""
        assert self._process is not None
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether its process is there."""
        one = self._process
        return one is not None and one.is_running() and one.status() != psutil.STATUS_ZOMBIE

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        with suppress(psutil.NoSuchProcess):
            self._process.kill()
        if self.prepared is None:  # then it is our own child, and nobody else asks how it ended
            self._process.wait(timeout=60)

    def workers(self) -> list[psutil.Process]:
        """Its worker process, and whoever else it started for work."""
        return psutil.Process(self.pid).children()

    def hold(self, *places: str) -> None:
        """Hold the engine at these places: see gate.py."""
        for place in places:
            (self.home / f"hold-{place}").touch()

    def release(self, place: str) -> None:
        """Let it go on."""
        (self.home / f"hold-{place}").unlink()

    def wait_idle(self, seconds: float = 60) -> None:
        """Wait until no job runs or waits."""
        store, until = Store(self.home), time.monotonic() + PATIENCE * seconds
        while store.live():
            assert time.monotonic() < until, "a job does not end"
            time.sleep(0.05)

    def tidy(self) -> None:
        """What one test leaves is not there for the next: nothing is held, and no job is live."""
        for held in self.home.glob("hold-*"):
            held.unlink()
        if not self.alive:
            self.start()  # the test that killed it failed before it was there again
        store = Store(self.home)
        with sqlite3.connect(self.home / "studio.db", timeout=15) as db:
            live = db.execute("SELECT id, owner FROM jobs WHERE state IN ('queued', 'running')")
            for key, owner in live.fetchall():
                store.cancel(key, owner)
        db.close()
        self.wait_idle()

    @property
    def log(self) -> Path:
        """What it and its workers printed."""
        return self.home / "log.txt"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2) as reply:
            return reply.status == 200
    except OSError:
        return False


@pytest.fixture(scope="session")
def prepared() -> Iterator[Prepared]:
    """What takes seconds to import is imported once."""
    one = Prepared()
    yield one
    one.close()


def _served(one: Server) -> Iterator[Server]:
    one.start()
    yield one
    one.kill()
    assert "Traceback" not in one.log.read_text(), one.log.read_text()


def _need_pocket() -> None:
    if not list(POCKET.glob("**/*.safetensors")):
        pytest.skip("assets/pocket holds no weights yet: run `make pocket`")


@pytest.fixture(scope="session")
def stand_in_server(
    tmp_path_factory: pytest.TempPathFactory, prepared: Prepared
) -> Iterator[Server]:
    """One for all tests of a process."""
    if ENGINE == "pocket":
        _need_pocket()
    script = ROOT / "tests" / "e2e" / "serve_stand_in.py"
    yield from _served(Server(script, tmp_path_factory.mktemp("stand_in"), prepared))


@pytest.fixture
def stand_in(stand_in_server: Server) -> Iterator[Server]:
    """The real screen, store and worker process; `ENGINE` says with what engine."""
    yield stand_in_server
    stand_in_server.tidy()


@pytest.fixture(scope="session")
def studio_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests of a process."""
    _need_pocket()
    yield from _served(Server(ROOT / "app.py", tmp_path_factory.mktemp("studio")))


@pytest.fixture
def studio(studio_server: Server) -> Iterator[Server]:
    """`python app.py`, nothing pretended."""
    yield studio_server
    studio_server.tidy()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    with sync_playwright() as playwright:
        one = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=FLAGS)
        yield one
        one.close()


@pytest.fixture(scope="session")
def lobby(browser: Browser) -> Lobby:
    """Where visitors come in."""
    return Lobby(browser)


@dataclass
class Visitor:
    """One person with a browser of their own; `still`: who stops the example that plays first.

    A film that nobody looks at takes a tenth of a core from what else runs.
    """

    page: Page
    shots: Path | None
    still: bool = False
    problems: list[str] = field(default_factory=list)

    def listen(self) -> None:
        """Note what goes wrong on the page from now on."""
        self.page.on(
            "console",
            lambda said: self.problems.append(said.text) if said.type == "error" else None,
        )
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("framenavigated", self._left)

    def _left(self, frame: Frame) -> None:
        """When a page is left, Gradio cuts its connection, and what waits on it says so last."""
        if frame.parent_frame is None:
            while self.problems and any(words in self.problems[-1] for words in CUT):
                self.problems.pop()

    def open(self, server: Server, dark: bool = False) -> None:
        """Open the studio and wait until it can be used."""
        self.page.goto(server.address + ("?__theme=dark" if dark else "?__theme=light"))
        self.ready()
        if self.still:
            self.page.evaluate("document.querySelector('.stage-clip')?.pause()")

    def ready(self) -> None:
        """Wait until the page has asked the server how the work stands."""
        self.page.wait_for_selector("#make", timeout=60_000)
        self.page.wait_for_function(
            "() => document.querySelector('#forecast')?.textContent.trim().length > 0",
            timeout=60_000,
        )

    def pick(self, person: str, dance: str) -> None:
        """Choose from the library."""
        self.page.click(f"#people [data-key={person}]")
        self.page.click(f"#dances [data-key={dance}]")

    def make(self) -> None:
        """Press the big button."""
        self.page.click("#make")

    def give(self, field: str, file: Path) -> None:
        """Give a file to the field `photo`, `motion` or `keypoints`, in place of what is there."""
        source = {"motion": 2, "keypoints": 3}.get(field)
        if source:
            self.page.click(f"#source label:nth-child({source})")
            self.page.wait_for_selector(f"#{field}")
        self.clear(field)
        self.page.locator(f"#{field} input[type=file]").first.set_input_files(file)

    def clear(self, field: str) -> None:
        """Take away what is in a field."""
        words = ("Clear", "Remove", "지우기", "초기화", "제거")
        clear = ", ".join(f"#{field} [aria-label*='{word}']" for word in words)
        if self.page.locator(clear).first.is_visible():
            self.page.locator(clear).first.click()

    def refused(self, field: str, file: Path) -> str:
        """Give a file and read what is said against it at its field."""
        self.give(field, file)
        note = "#photo-notice" if field == "photo" else "#motion-notice"
        self.page.wait_for_function(
            "([note, name]) => document.querySelector(note + ' .notice:not([hidden])')"
            "?.textContent.includes(name)",
            arg=[note, file.name],
            timeout=120_000,
        )
        return self.page.inner_text(f"{note} .notice")

    def wait_head(self, words: str, seconds: float = 60) -> None:
        """Wait until the status card's headline says `words`."""
        self.page.wait_for_function(
            "words => document.querySelector('.status-head')?.textContent === words",
            arg=words,
            timeout=PATIENCE * seconds * 1000,
        )

    def put(self, tile: int = 0) -> None:
        """Click a video of the shelf, and wait until the stage shows it."""
        key = self.page.locator(".tile").nth(tile).get_attribute("data-id")
        self.page.click(f".tile[data-id='{key}']")
        self.wait_stage(tile)

    def wait_stage(self, tile: int = 0) -> None:
        """Wait until the stage shows this video of the shelf, which says so as well."""
        self.page.wait_for_function(
            "at => { const tile = document.querySelectorAll('.tile')[at];"
            " return tile?.getAttribute('aria-pressed') === 'true'"
            " && document.querySelector('#card .stage').dataset.job === tile.dataset.id; }",
            arg=tile,
        )

    @contextmanager
    def slow_server(self) -> Iterator[None]:
        """Whatever the page asks meanwhile is on its way until the end."""
        held: list[Route] = []
        every = "**/gradio_api/run/**"
        self.page.route(every, lambda route: held.append(route))
        yield
        for one in held:  # what comes meanwhile is added to it
            one.continue_()
        self.page.unroute(every)

    def shot(self, name: str, full: bool = False) -> None:
        """Keep a picture of the page, if somebody wants to look at it."""
        if self.shots is not None:
            self.page.screenshot(path=self.shots / f"{name}.png", full_page=full)


def until_kept(server: Server, ready: Callable[[dict[str, Any]], bool]) -> None:
    """Wait until the studio has kept a draft that is `ready`, so that a reload may come."""
    until = time.monotonic() + 60
    drafts = server.home / "drafts"
    while not any(ready(json.loads(one.read_text())) for one in drafts.glob("*/draft.json")):
        assert time.monotonic() < until, "nothing was kept"
        time.sleep(0.1)


@pytest.fixture(scope="session")
def shots() -> Path | None:
    """Where pictures go, `PIROUETTE_SHOTS`; without it none are taken, for nobody would look."""
    if "PIROUETTE_SHOTS" not in os.environ:
        return None
    folder = Path(os.environ["PIROUETTE_SHOTS"])
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def visit(lobby: Lobby, shots: Path | None) -> Iterator[Callable[..., Visitor]]:
    """Makes visitors; afterwards nobody may have had an error in the console."""
    visitors: list[Visitor] = []

    def new(
        locale: str = "en-US", width: int = 1280, height: int = 800, still: bool = True
    ) -> Visitor:
        page = lobby.enter(locale, touch=width < 600)
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(PATIENCE * 30_000)
        one = Visitor(page, shots, still)
        visitors.append(one)
        one.listen()
        return one

    yield new
    for one in visitors:
        lobby.leave(one.page)
    assert [problem for one in visitors for problem in one.problems] == []
