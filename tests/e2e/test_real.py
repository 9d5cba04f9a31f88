"""The main job with nothing pretended: `python app.py`, its worker, and the pocket weights."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import av
from conftest import ROOT, Server, Visitor

Visit = Callable[..., Visitor]
PEOPLE = ROOT / "assets" / "examples" / "people"


def test_a_video_is_made_to_the_end(
    studio: Server, visit: Visit, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    ann = visit()
    ann.open(studio)
    ann.pick("mina", "two_step")
    begin = time.monotonic()
    ann.make()
    ann.page.wait_for_selector(".stage-picture:visible", timeout=240_000)
    ann.shot("real-1-running")
    ann.page.reload()  # the job does not notice
    ann.ready()
    ann.wait_head("Your video is ready", seconds=400)
    ann.page.wait_for_function(
        "() => document.querySelector('#result video')?.readyState >= 2", timeout=60_000
    )
    record_property("seconds_from_click_to_clip", round(time.monotonic() - begin, 1))
    assert ann.page.inner_text(".status-badge") == "Made by pocket, the small built-in model"
    ann.page.wait_for_timeout(1000)
    ann.shot("real-2-done")

    source = ann.page.evaluate("document.querySelector('#result video').src")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(ann.page.request.get(source).body())
    with av.open(clip) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert sum(1 for _ in container.decode(stream)) == 24


def test_a_running_job_is_stopped(studio: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(studio)
    ann.page.fill("#setting-num_frames input[type=number]", "16")
    ann.page.press("#setting-num_frames input[type=number]", "Tab")
    ann.pick("theo", "twist")
    ann.make()
    ann.wait_head("Dancing", seconds=240)
    ann.page.click(".stop")
    begin = time.monotonic()
    ann.wait_head("Stopped", seconds=60)
    assert time.monotonic() - begin < 45
    ann.shot("real-3-stopped")


def test_bad_files_are_explained_and_the_worker_lives(
    studio: Server, visit: Visit, tmp_path: Path
) -> None:
    text = tmp_path / "dance.mp4"
    text.write_text("This is not a video.\n" * 50)
    broken = tmp_path / "me.jpg"
    broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8)
    empty = tmp_path / "nobody.json"
    empty.write_text('{"people": []}')

    ann = visit()
    ann.open(studio)
    ann.page.click("#people [data-key=ada]")
    ann.page.click("#source label:nth-child(2)")
    ann.page.locator("#motion input[type=file]").first.set_input_files(text)
    _refused(ann, "#motion-notice", text)
    ann.shot("real-4-text-as-video")
    ann.page.click("#source label:nth-child(3)")
    ann.page.locator("#keypoints input[type=file]").set_input_files(empty)
    _refused(ann, "#motion-notice", empty)
    ann.page.click("#source label:nth-child(1)")
    ann.page.click("#dances [data-key=sway]")
    ann.page.locator("#photo input[type=file]").first.set_input_files(broken)
    _refused(ann, "#photo-notice", broken)
    ann.shot("real-5-broken-picture")
    assert ann.page.get_attribute("#dances [data-key=sway]", "aria-checked") == "true"

    ann.page.click("#setting-quality label:nth-child(1)")
    ann.page.click("#people [data-key=jun]")
    ann.make()
    ann.wait_head("Your video is ready", seconds=400)


def _refused(ann: Visitor, notice: str, file: Path) -> None:
    """Wait until the field says what is wrong with the file."""
    ann.page.wait_for_function(
        "([notice, name]) => document.querySelector(notice + ' .notice:not([hidden])')"
        "?.textContent.includes(name)",
        arg=[notice, file.name],
        timeout=120_000,
    )
