"""`make screens`: the pictures of docs/screens.md, taken of the real studio while it works.

Nothing is pretended: `python app.py`, its worker and the built-in model make what is shown, in a
home that is thrown away afterwards.
"""

from __future__ import annotations

import argparse
import io
import tempfile
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS, ROOT, Server, Visitor

LAPTOP, PHONE = (1280, 800), (390, 844)
MOST_BYTES = 300_000
_SLOW = 400_000  # milliseconds; a video takes seconds on a quiet machine


def main() -> None:
    """Take them all."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.screens", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    out = parser.parse_args().out
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = Server(ROOT / "app.py", Path(home))
        server.start()
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), headless=True, args=FLAGS
        )
        try:
            visitor = _visitor(browser, LAPTOP, out)
            visitor.open(server)
            _first_visit(visitor)
            _work(visitor)
            _results(visitor)
            _other_ways(visitor, server)
            _on_a_phone(browser, visitor, server)
        finally:
            browser.close()
            server.kill()


def _visitor(browser: Browser, size: tuple[int, int], out: Path, **more: Any) -> Visitor:
    width, height = size
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-US",
        color_scheme="light",
        has_touch=width < 600,
        **more,
    )
    context.set_default_timeout(60_000)
    return Visitor(context.new_page(), out)


def _first_visit(visitor: Visitor) -> None:
    _keep(visitor, "dance")
    _tab(visitor.page, "gallery")
    _keep(visitor, "gallery-empty")
    _tab(visitor.page, "dance")
    visitor.page.click("#rehearse")
    visitor.page.wait_for_selector(".look-picture:visible", timeout=_SLOW)
    visitor.page.evaluate("document.querySelector('#step-dance').scrollIntoView()")
    _keep(visitor, "rehearsal")
    visitor.page.evaluate("window.scrollTo(0, 0)")


def _work(visitor: Visitor) -> None:
    """Two videos: one is made, one waits."""
    page = visitor.page
    _choose(page, "mina", 1)
    visitor.make()
    page.wait_for_selector(".stage-picture:visible", timeout=_SLOW)
    page.wait_for_function(
        "() => Number(document.querySelector('.bar').getAttribute('aria-valuenow')) > 30",
        timeout=_SLOW,
    )
    _keep(visitor, "making")
    _choose(page, "theo", 3)
    visitor.make()
    page.wait_for_function("() => document.querySelectorAll('.tile').length > 1")
    page.click(".tile >> nth=0")
    page.wait_for_timeout(1500)
    _keep(visitor, "waiting")


def _results(visitor: Visitor) -> None:
    page = visitor.page
    for number in (1, 0):
        page.wait_for_selector(f".tile >> nth={number}")
        page.click(f".tile >> nth={number}")
        visitor.wait_head("Your video is ready", seconds=_SLOW / 1000)
    page.wait_for_function("() => document.querySelector('#result video')?.readyState >= 2")
    page.wait_for_timeout(800)
    _keep(visitor, "done")
    page.evaluate("window.scrollTo(0, 0)")
    _tab(page, "gallery")
    page.wait_for_selector(".work img")
    _keep(visitor, "gallery")
    page.click(".work-open >> nth=0")
    page.wait_for_function("() => document.querySelector('.player video')?.readyState >= 2")
    page.wait_for_timeout(800)
    _keep(visitor, "player")
    page.keyboard.press("Escape")
    _tab(page, "models")
    _keep(visitor, "models")


def _other_ways(visitor: Visitor, server: Server) -> None:
    """A file that is no dance, in the dark, in Korean."""
    page = visitor.page
    _tab(page, "dance")
    page.click("#source label:has(input[value=keypoints])")
    nobody = {"name": "nobody.json", "mimeType": "application/json", "buffer": b'{"people": []}'}
    page.locator("#keypoints input[type=file]").set_input_files(nobody)  # type: ignore[arg-type]
    page.wait_for_timeout(4000)
    _keep(visitor, "refused")
    page.click("#source label:has(input[value=library])")
    page.goto(server.address)
    visitor.ready()
    page.click(".lamp")
    _keep(visitor, "dark")
    page.click("[data-language=ko]")
    page.wait_for_function("() => document.documentElement.lang === 'ko'")
    visitor.ready()
    _keep(visitor, "korean")
    page.click(".lamp")
    _tab(page, "gallery")
    _keep(visitor, "korean-gallery")
    page.click("[data-language=en]")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    visitor.ready()


def _on_a_phone(browser: Browser, before: Visitor, server: Server) -> None:
    """The same person on a phone."""
    state = before.page.context.storage_state()
    visitor = _visitor(
        browser, PHONE, before.shots, storage_state=state, device_scale_factor=2, is_mobile=True
    )
    page = visitor.page
    page.goto(server.address)
    visitor.ready()
    _keep(visitor, "phone")
    page.evaluate("document.querySelector('#stage-column').scrollIntoView()")
    _keep(visitor, "phone-done")
    page.evaluate("window.scrollTo(0, 0)")
    page.click(".lamp")
    _tab(page, "gallery")
    _keep(visitor, "phone-gallery")


def _choose(page: Page, person: str, dance: int) -> None:
    page.click(f"#people [data-key={person}]")
    page.click(f"#dances [role=radio] >> nth={dance}")


def _tab(page: Page, name: str) -> None:
    page.click(f"#tab-{name}-button")
    page.wait_for_timeout(1500)


def _keep(visitor: Visitor, name: str) -> None:
    """Save what is on the screen, small: screens have few colours."""
    visitor.page.wait_for_function(
        "() => [...document.images].every((one) => one.complete || one.loading === 'lazy')"
    )
    visitor.page.wait_for_timeout(900)
    picture = Image.open(io.BytesIO(visitor.page.screenshot())).convert("RGB")
    for colours in (256, 128, 64):
        small = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.FLOYDSTEINBERG).save(
            small, "PNG", optimize=True
        )
        if small.tell() <= MOST_BYTES:
            break
    (visitor.shots / f"{name}.png").write_bytes(small.getvalue())


if __name__ == "__main__":
    main()
