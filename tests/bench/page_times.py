"""How quickly the page answers while a video is being made: `python -m tests.bench.page_times`.

`python app.py` and its real worker run in a home that is thrown away; pocket makes a long video
meanwhile. Twice the same interactions are timed, each many times: as HTTP requests, the very ones
that a page sends for an event and one after the other (a page sends them side by side), and in
Chromium, from the click to what it brings to the screen. Prints medians and 95th percentiles in
milliseconds.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from gradio_client import Client
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import Request, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS, ROOT, Server, Visitor

ROUNDS = 20
_SHORT = {"person": "mina", "dance": "sway", "num_frames": 8, "quality": "draft"}
_LONG = {"person": "ada", "dance": "disco_night", "num_frames": 900, "quality": "best"}
_PEOPLE = ("ada", "jun", "noor", "rosa", "mina", "theo")
_QUALITIES = ("draft", "best", "standard")

Times = dict[str, list[float]]
"""Milliseconds of every try, by the name of the interaction."""


class Visit:
    """One page as the server sees it: it sends what Gradio's page sends for an event."""

    def __init__(self, address: str, token: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=60)
        self._session = secrets.token_hex(8)
        self._token = token
        config = self._http.get("config").raise_for_status().json()
        self._parts = {one["id"]: one for one in config["components"]}
        self._events: Sequence[Mapping[str, Any]] = config["dependencies"]

    def get(self, path: str) -> None:
        """Fetch a page or a file."""
        self._http.get(path).raise_for_status()

    def fire(self, what: str, event: str, said: Any = None, **held: Any) -> None:
        """Send an event of a component (its `elem_id`, or its type where it has none).

        `said` is what a part of ours says with it; `held` is what fields hold, by `elem_id` with _
        for -; the others hold what they hold when the page is opened. Raises ValueError if there is
        no such event.
        """
        found = [one for one in self._events if self._starts(one, what, event)]
        if not found:
            raise ValueError(f"{what} has no event {event}")
        for one in found:
            data = [self._held(part, held) for part in one["inputs"]]
            if one["inputs"] and self._is_language(one["inputs"][-1]):
                data[-1] = "en"
            body = {
                "data": data,
                "event_data": said,
                "fn_index": one["id"],
                "session_hash": self._session,
            }
            self._http.post("gradio_api/run/predict", json=body).raise_for_status()

    def _starts(self, one: Mapping[str, Any], what: str, event: str) -> bool:
        return one["backend_fn"] and any(
            name == event and part in self._parts and what in self._names(part)
            for part, name in one["targets"]
        )

    def _names(self, part: int) -> tuple[Any, ...]:
        one = self._parts[part]
        return (one["props"].get("elem_id"), None if one["props"].get("elem_id") else one["type"])

    def _held(self, part: int, held: Mapping[str, Any]) -> Any:
        one = self._parts[part]
        name = (one["props"].get("elem_id") or "").replace("-", "_")
        if one["type"] == "browserstate":
            return self._token
        return held[name] if name in held else one["props"].get("value")

    def _is_language(self, part: int) -> bool:
        one = self._parts[part]
        return one["type"] == "textbox" and one["props"].get("visible") is False


@contextmanager
def working(address: str, token: str) -> Iterator[list[str]]:
    """The worker is at a long video from the first line to the last; gives the ids of two others.

    Raises AssertionError if it was not.
    """
    client = Client(address, verbose=False)

    def ask(name: str, **given: Any) -> dict[str, Any]:
        return client.predict(owner=token, **given, api_name=f"/{name}")

    def until(key: str, state: str, seconds: float = 300) -> None:
        end = time.monotonic() + seconds
        while (now := ask("status", id=key))["state"] != state or (
            state == "running" and not now["step"]
        ):
            assert time.monotonic() < end and now["state"] not in ("failed", "interrupted"), now
            time.sleep(0.2)

    done = [ask("make", **_SHORT)["id"] for _ in range(2)]
    for key in done:
        until(key, "done")
    long = ask("make", **_LONG)["id"]
    until(long, "running")
    try:
        yield done
        assert ask("status", id=long)["state"] == "running", "the video was too short"
    finally:
        ask("stop", id=long)
        client.close()


def over_http(address: str, token: str, done: Sequence[str], rounds: int = ROUNDS) -> Times:
    """The interactions as requests."""
    visit = Visit(address, token)
    times: Times = {}
    for number in range(rounds):
        person, quality = _PEOPLE[number % len(_PEOPLE)], _QUALITIES[number % len(_QUALITIES)]
        tries: dict[str, Any] = {
            "open the page": lambda: visit.get(""),
            "pick a person": lambda who=person: visit.fire("people", "input", people=who),
            "pick a dance": lambda: visit.fire("dances", "change", dances="robot"),
            "switch the quality": lambda how=quality: visit.fire(
                "setting-quality", "change", setting_quality=how
            ),
            "change the length": lambda: visit.fire(
                "setting-num_frames", "change", setting_num_frames=4.0
            ),
            "see how it goes": lambda: visit.fire("timer", "tick"),
            "press a tile": lambda at=number: visit.fire(
                "shelf", "choose", {"id": done[at % len(done)]}
            ),
            "open the gallery": lambda: visit.fire("works", "look", {"all": True}),
            "open a video": lambda at=number: visit.fire(
                "works", "open", {"id": done[at % len(done)]}
            ),
        }
        for name, act in tries.items():
            began = time.perf_counter()
            act()
            times.setdefault(name, []).append(1000 * (time.perf_counter() - began))
    return times


# Clicks, and waits for the screen to say so, a frame at a time.
_CLICK = """async ([what, done, given]) => {
  const said = new Function('given', `return ${done}`);
  const before = { src: document.querySelector('#photo img')?.src,
    forecast: document.querySelector('#forecast')?.textContent };
  const begin = performance.now();
  document.querySelector(what).click();
  while (!said({ ...before, ...given })) {
    if (performance.now() - begin > 30000) throw new Error(`no answer: ${what}`);
    await new Promise(requestAnimationFrame);
  }
  return performance.now() - begin;
}"""
_SEEN = "document.querySelector('{}')?.checkVisibility()"


def in_the_browser(page: BrowserPage, rounds: int = ROUNDS) -> Times:
    """The interactions as clicks; `page` shows the Dance tab of a visitor with three videos."""
    times: Times = {}

    def click(name: str, what: str, done: str, **given: Any) -> None:
        times.setdefault(name, []).append(page.evaluate(_CLICK, [what, done, given]))
        page.wait_for_timeout(150)  # a person does not click at once again

    for number in range(rounds):
        person, dance = _PEOPLE[number % len(_PEOPLE)], ("sway", "robot")[number % 2]
        click(
            "pick a person", f"#people [data-key={person}]",
            "(document.querySelector('#photo img')?.src ?? given.src) !== given.src",
        )  # fmt: skip
        pick = f"#dances [data-key={dance}]"
        click("pick a dance", pick, f"document.querySelector('{pick}[aria-checked=true]')")
        click(
            "switch the quality", f"#setting-quality label:nth-child({3 - 2 * (number % 2)})",
            "document.querySelector('#forecast').textContent !== given.forecast",
        )  # fmt: skip
        tile = f".tile:nth-child({2 + number % 2})"
        click("press a tile", tile, f"document.querySelector('{tile}[aria-pressed=true]')")
        click("open the gallery", "#tab-gallery-button", _SEEN.format(".work-open"))
        click("open a video", ".work-open", "document.querySelector('.player[open]')")
        page.click(".player-close")
        click("back to the dance", "#tab-dance-button", _SEEN.format("#make"))
    return times


def token_of(page: BrowserPage) -> str:
    """The token that the page sends with what is chosen on it."""
    found: list[str] = []

    def heard(request: Request) -> None:
        if request.method == "POST" and "/run/" in request.url:
            sent: list[object] = (request.post_data_json or {}).get("data") or [None]
            token = sent[0]
            if isinstance(token, str) and re.fullmatch("[0-9a-f]{32}", token):
                found.append(token)

    page.on("request", heard)
    page.click("#dances [data-key=twist]")
    end = time.monotonic() + 30
    while not found:
        assert time.monotonic() < end, "the page sends no token"
        page.wait_for_timeout(100)
    page.remove_listener("request", heard)
    return found[0]


def table(title: str, times: Times) -> str:
    """Medians and 95th percentiles as the rows of a Markdown table."""
    rows = [f"| {title} | median, ms | 95 %, ms | tries |", "|---|---|---|---|"]
    for name, found in times.items():
        high = statistics.quantiles(found, n=20, method="inclusive")[-1]
        rows.append(f"| {name} | {statistics.median(found):.0f} | {high:.0f} | {len(found)} |")
    return "\n".join(rows)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.page_times", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--no-browser", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        server = Server(ROOT / "app.py", Path(home))
        server.start()
        try:
            tables = _measured(server, given.rounds, browser=not given.no_browser)
        finally:
            server.kill()
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    sys.stdout.write(f"\n{os.cpu_count()} cores, load {load:.1f}\n\n" + "\n\n".join(tables) + "\n")


def _measured(server: Server, rounds: int, *, browser: bool) -> list[str]:
    if not browser:
        token = secrets.token_hex(16)
        with working(server.address, token) as done:
            return [table("HTTP", over_http(server.address, token, done, rounds))]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=str(CHROMIUM), headless=True, args=FLAGS
        )
        context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        visitor = Visitor(context.new_page(), None)
        visitor.open(server)
        token = token_of(visitor.page)
        with working(server.address, token) as done:
            over = table("HTTP", over_http(server.address, token, done, rounds))
            visitor.page.reload()
            visitor.ready()
            visitor.page.wait_for_selector(".tile:nth-child(3)")
            seen = table("in Chromium", in_the_browser(visitor.page, rounds))
        chromium.close()
    return [over, seen]


if __name__ == "__main__":
    main()
