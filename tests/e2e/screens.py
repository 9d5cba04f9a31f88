"""`make screens`: the pictures of docs/screens.md, taken of the real studio while it works.

Nothing is pretended: `python app.py`, its worker and the built-in model make what is shown, in a
home that is thrown away afterwards. On a slow machine the acts can be taken one by one, in order:

    python -m tests.e2e.screens first --home runs/screens
    python -m tests.e2e.screens work --home runs/screens
"""

from __future__ import annotations

import argparse
import io
import json
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS, ROOT, Server, Visitor

LAPTOP, PHONE = (1280, 800), (390, 844)
_SLOW = 400_000  # milliseconds; a video takes seconds on a quiet machine


def main() -> None:
    """Take them all, or those of the acts that are named."""
    parser = argparse.ArgumentParser(prog="python -m tests.e2e.screens", description=__doc__)
    parser.add_argument("act", nargs="*", choices=[*ACTS, []], help="default: all, in order")
    parser.add_argument("--out", type=Path, default=ROOT / "docs" / "screenshots")
    parser.add_argument("--home", type=Path, help="keep the studio's home here between acts")
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as thrown_away, sync_playwright() as playwright:
        home = given.home or Path(thrown_away)
        home.mkdir(parents=True, exist_ok=True)
        server = Server(ROOT / "app.py", home)
        server.start()
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), headless=True, args=FLAGS
        )
        memory = home / "visitor.json"  # the browser's, so that it is the same person every time
        try:
            for name in given.act or ACTS:
                size = PHONE if name == "phone" else LAPTOP
                visitor = _visitor(browser, size, given.out, memory)
                visitor.page.goto(_same_place(server, memory))
                visitor.ready()
                ACTS[name](visitor)
                visitor.page.context.storage_state(path=memory)
                visitor.page.context.close()
        finally:
            browser.close()
            server.kill()


def _same_place(server: Server, memory: Path) -> str:
    """The studio's address; what the browser remembers is put under it, for the port is new."""
    if memory.exists():
        state = json.loads(memory.read_text(encoding="utf-8"))
        for origin in state["origins"]:
            origin["origin"] = server.address.rstrip("/")
        memory.write_text(json.dumps(state), encoding="utf-8")
    return server.address


def _visitor(browser: Browser, size: tuple[int, int], out: Path, memory: Path) -> Visitor:
    width, height = size
    phone = width < 600
    context = browser.new_context(
        viewport={"width": width, "height": height},
        locale="en-US",
        color_scheme="light",
        has_touch=phone,
        is_mobile=phone,
        device_scale_factor=2 if phone else 1,
        storage_state=memory if memory.exists() else None,
    )
    context.set_default_timeout(60_000)
    return Visitor(context.new_page(), out)


def _first_visit(visitor: Visitor) -> None:
    _keep(visitor, "dance")
    _tab(visitor.page, "gallery")
    _keep(visitor, "gallery-empty")


def _work(visitor: Visitor) -> None:
    """Two videos are ordered: the second waits while the first is made."""
    page = visitor.page
    for order, (person, dance) in enumerate((("mina", 1), ("theo", 3)), start=1):
        _choose(page, person, dance)
        visitor.make()
        page.wait_for_function(f"() => document.querySelectorAll('.tile').length === {order}")
    page.click(".tile >> nth=0")
    visitor.wait_head("Waiting in the wings")
    _top(page)
    _keep(visitor, "waiting")
    page.click(".tile >> nth=1")
    page.wait_for_selector(".stage-picture:visible", timeout=_SLOW)
    _top(page)
    _keep(visitor, "making")


def _results(visitor: Visitor) -> None:
    page = visitor.page
    for number in (1, 0):
        page.wait_for_selector(f".tile >> nth={number}")
        page.click(f".tile >> nth={number}")
        visitor.wait_head("Your video is ready", seconds=_SLOW / 1000)
    page.wait_for_function("() => document.querySelector('#result video')?.readyState >= 2")
    _top(page)
    _keep(visitor, "done")
    _tab(page, "gallery")
    page.wait_for_selector(".work img")
    _keep(visitor, "gallery")
    page.click(".work-open >> nth=0")
    page.wait_for_function("() => document.querySelector('.player video')?.readyState >= 2")
    _keep(visitor, "player")
    page.keyboard.press("Escape")
    _tab(page, "models")
    _keep(visitor, "models")


def _rehearsal(visitor: Visitor) -> None:
    """The pose before the run."""
    page = visitor.page
    page.click("#rehearse")
    page.wait_for_selector(".look-picture:visible", timeout=_SLOW)
    page.wait_for_timeout(1500)  # the page goes there by itself
    _keep(visitor, "rehearsal")


def _seams(visitor: Visitor) -> None:
    """Where the windows of a long video join, and a look at the joins."""
    page = visitor.page
    page.click("#advanced button")
    page.fill("#setting-num_frames input[type=number]", "5")
    page.press("#setting-num_frames input[type=number]", "Tab")
    page.click(".seams-ask")
    page.wait_for_selector(".seams-found:visible", timeout=_SLOW)
    page.evaluate("document.querySelector('.strip').scrollIntoView()")
    _keep(visitor, "seams")
    _top(page)


def _other_ways(visitor: Visitor) -> None:
    """A file that is no dance, in the dark, in Korean."""
    page = visitor.page
    _tab(page, "dance")
    page.click("#source label:has(input[value=keypoints])")
    nobody = {"name": "nobody.json", "mimeType": "application/json", "buffer": b'{"people": []}'}
    page.locator("#keypoints input[type=file]").set_input_files(nobody)  # type: ignore[arg-type]
    page.wait_for_selector("#motion-notice .notice:visible", timeout=_SLOW)
    page.evaluate("document.querySelector('#step-dance').scrollIntoView()")
    _keep(visitor, "refused")
    page.click("#source label:has(input[value=library])")
    _top(page)
    page.click(".lamp")
    _keep(visitor, "dark")
    page.click("[data-language=ko]")
    page.wait_for_function("() => document.documentElement.lang === 'ko'")
    visitor.ready()
    _keep(visitor, "korean")
    page.click(".lamp")
    _tab(page, "gallery")
    _keep(visitor, "korean-gallery")
    _tab(page, "dance")
    page.click("[data-language=en]")
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    visitor.ready()


def _on_a_phone(visitor: Visitor) -> None:
    """The same person on a phone."""
    page = visitor.page
    _keep(visitor, "phone")
    page.evaluate("document.querySelector('#stage-column').scrollIntoView()")
    _keep(visitor, "phone-done")
    _top(page)
    page.click(".lamp")
    _tab(page, "gallery")
    _keep(visitor, "phone-gallery")
    page.click(".lamp")  # whatever comes after it is in the light again


def _top(page: Page) -> None:
    page.mouse.move(640, 400)
    page.mouse.wheel(0, -9999)


def _choose(page: Page, person: str, dance: int) -> None:
    page.click(f"#people [data-key={person}]")
    page.click(f"#dances [role=radio] >> nth={dance}")


def _tab(page: Page, name: str) -> None:
    page.click(f"#tab-{name}-button")
    page.wait_for_timeout(1500)


def _keep(visitor: Visitor, name: str) -> None:
    """Save what is on the screen; letters stay sharp as every pixel keeps its colour."""
    assert visitor.shots is not None
    visitor.page.wait_for_function(
        "() => [...document.images].every((one) => one.complete || one.loading === 'lazy')"
    )
    visitor.page.wait_for_timeout(900)
    picture = Image.open(io.BytesIO(visitor.page.screenshot())).convert("RGB")
    picture.save(visitor.shots / f"{name}.jpg", quality=88, subsampling=0, optimize=True)


ACTS: Mapping[str, Callable[[Visitor], None]] = {
    "first": _first_visit,
    "work": _work,
    "results": _results,
    "ways": _other_ways,
    "phone": _on_a_phone,
    "rehearsal": _rehearsal,
    "seams": _seams,
}

if __name__ == "__main__":
    main()
