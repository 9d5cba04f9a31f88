"""From the command to the page, and from the click to the clip: `python -m tests.bench.first_clip`.

`python app.py` is started in an empty home; the time until its page answers is taken, then, in
Chromium, the time from the click on Make video to a playing clip of 24 frames: cold, as soon as the
page can be used, and warm, once more after that. Figures in seconds, a row for every start.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import CHROMIUM, FLAGS, ROOT, Server, Visitor

_SECONDS = "1.6"  # 24 frames at 15 a second
_LONGEST = 300_000
_PLAYING = """before => {
  const clip = document.querySelector('#result video');
  return clip && (clip.currentSrc || clip.src) !== before && clip.readyState >= 2
    && !clip.paused && clip.currentTime > 0;
}"""


def first_clips(browser: Browser, home: Path) -> tuple[float, float, float]:
    """Seconds to the page, and from the click to the clip, cold and warm."""
    server = Server(ROOT / "app.py", home)
    server.start()
    try:
        context = browser.new_context(viewport={"width": 1280, "height": 800}, locale="en-US")
        visitor = Visitor(context.new_page(), None)
        visitor.open(server)
        field = "#setting-num_frames input[type=number]"
        visitor.page.fill(field, _SECONDS)
        visitor.page.press(field, "Tab")
        visitor.page.wait_for_selector(f"#forecast >> text={_SECONDS} s of dance")
        cold, warm = _clip(visitor.page), _clip(visitor.page)
        context.close()
    finally:
        server.kill()
    return server.seconds_to_answer, cold, warm


def _clip(page: Page) -> float:
    clip = (
        "(clip => clip ? clip.currentSrc || clip.src : '')(document.querySelector('#result video'))"
    )
    before = page.evaluate(clip)
    began = time.monotonic()
    page.click("#make")
    page.wait_for_function(_PLAYING, arg=before, timeout=_LONGEST)
    took = time.monotonic() - began
    frames = "document.querySelector('#result video').duration"
    assert abs(float(page.evaluate(frames)) - float(_SECONDS)) < 0.1, "not 24 frames"
    return took


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.first_clip", description=__doc__)
    parser.add_argument("--starts", type=int, default=3)
    starts = parser.parse_args().starts
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    sys.stdout.write(f"{os.cpu_count()} cores, load {load:.1f}\n\n")
    rows = []
    sys.stdout.write("| start to page, s | click to clip, cold, s | warm, s |\n|---|---|---|\n")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(CHROMIUM), headless=True, args=FLAGS
        )
        for _ in range(starts):
            with tempfile.TemporaryDirectory() as home:
                rows.append(first_clips(browser, Path(home)))
            sys.stdout.write("| " + " | ".join(f"{value:.1f}" for value in rows[-1]) + " |\n")
            sys.stdout.flush()
        browser.close()
    medians = [statistics.median(column) for column in zip(*rows, strict=True)]
    sys.stdout.write("| median " + " | ".join(f"{value:.1f}" for value in medians) + " |\n")


if __name__ == "__main__":
    main()
