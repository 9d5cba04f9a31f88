"""What a visitor has made: seen, played, renamed, kept, deleted; and settings back from files."""

from __future__ import annotations

import json
import shutil
import sqlite3
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path

import axe
import numpy as np
from conftest import PATIENCE, Server, Visitor
from playwright.sync_api import Response

from engine.data import video_write
from engine.data.video_record import to_json

Visit = Callable[..., Visitor]
LONG = PATIENCE * 60_000
"""Milliseconds for a video to be made."""
HTML = "<img src=x onerror='window.hacked=1'>"
WALL_LOOKS = """() => {
  const events = gradio_config.dependencies.flatMap((one) =>
    one.targets.map(([part, event]) => ({ part, event, number: one.id })));
  const wall = events.find(({ event }) => event === 'older').part;
  return events.find(({ part, event }) => part === wall && event === 'look').number;
}"""
"""The number of the event with which the wall asks what is new."""


def gallery(one: Visitor) -> None:
    """Go to the tab."""
    one.page.click("#tab-gallery-button")
    one.page.wait_for_selector("#gallery-title:visible")


def made(one: Visitor, server: Server, dance: str = "salsa") -> None:
    """Make a video and see it on the wall."""
    one.open(server)
    one.pick("mina", dance)
    one.make()
    gallery(one)
    one.page.wait_for_selector(".work[data-state=done]", timeout=LONG)


def hang(server: Server, count: int) -> None:
    """More results for whoever made the newest one: copies of it, each an hour older."""
    db = sqlite3.connect(server.home / "studio.db", timeout=15)
    db.row_factory = sqlite3.Row
    newest = dict(db.execute("SELECT * FROM jobs ORDER BY number DESC LIMIT 1").fetchone())
    del newest["number"]
    jobs = server.home / "jobs"
    for number in range(count):
        key = uuid.uuid4().hex
        shutil.copytree(jobs / newest["id"], jobs / key)
        row = newest | {"id": key, "created": newest["created"] - 3600 * number}
        row["title"] = f"Copy {number}"
        places = ", ".join("?" * len(row))
        db.execute(f"INSERT INTO jobs ({', '.join(row)}) VALUES ({places})", list(row.values()))
    db.commit()
    db.close()


def give(one: Visitor, path: Path) -> None:
    """Choose a file to get settings back from."""
    one.page.locator("#restore-file input[type=file]").set_input_files(path)


def test_an_empty_wall_invites(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    gallery(ann)
    ann.page.wait_for_selector(".works-empty:visible >> text=No videos yet")
    assert not ann.page.is_visible("#gallery-all")
    ann.shot("20-gallery-empty", full=True)
    ann.page.click(".works-first")
    ann.page.wait_for_selector("#make:visible")
    ann.page.wait_for_url("**#dance")


def test_a_job_hangs_itself_on_the_wall_and_plays(stand_in: Server, visit: Visit) -> None:
    ann, bob = visit(), visit()
    ann.open(stand_in)
    ann.pick("mina", "salsa")
    ann.make()
    gallery(ann)
    ann.page.wait_for_selector(".work[data-state=done]", timeout=LONG)  # without a reload
    ann.page.wait_for_selector(".wings", state="hidden")
    ann.page.focus(".work-open")
    ann.page.keyboard.press("Enter")
    ann.page.wait_for_selector(".player[open]")
    ann.page.wait_for_function("document.querySelector('.player-video').currentTime > 0")
    facts = ann.page.inner_text(".player-facts")
    for fact in ("Mina", "Salsa", "Standard", "Built-in"):
        assert fact in facts
    ann.shot("22-gallery-player")
    ann.page.keyboard.press("Escape")
    ann.page.wait_for_selector(".player[open]", state="detached")
    ann.page.wait_for_function("document.activeElement.className === 'work-open'")
    ann.page.wait_for_function("document.querySelector('.player-video').paused")
    ann.page.reload()
    ann.page.wait_for_selector(".work[data-state=done]")
    assert ann.page.url.endswith("#gallery")

    bob.open(stand_in)
    gallery(bob)
    bob.page.wait_for_selector(".works-empty:visible")
    assert bob.page.locator(".work").count() == 0


def test_live_jobs_can_be_stopped_and_failed_ones_say_why(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.pick("mina", "spin")  # never ends
    ann.make()
    gallery(ann)
    ann.page.wait_for_selector(".wing[data-state=running] >> text=Dancing", timeout=LONG)
    assert not ann.page.is_visible("#gallery-all")  # nothing is there to be downloaded
    ann.shot("21-gallery-live")
    assert axe.problems(ann.page) == []
    ann.page.click(".wing .stop")
    ann.page.wait_for_selector(".work[data-state=cancelled] >> text=stopped", timeout=LONG)
    ann.page.click("#tab-dance-button")
    ann.pick("mina", "robot")  # kills its worker
    ann.make()
    gallery(ann)
    ann.page.click(".work[data-state=failed] .work-open", timeout=LONG)
    ann.page.wait_for_selector(".player[open] .trouble:visible")
    assert not ann.page.is_visible(".player .act-download")
    ann.shot("23-gallery-failed")


def test_rename_and_delete(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    made(ann, stand_in)
    ann.page.click(".work-open")
    ann.page.wait_for_selector(".player[open]")
    address = ann.page.evaluate("document.querySelector('.player-video').src")
    assert ann.page.request.get(address).status == 200
    ann.page.fill(".player-name", HTML)
    ann.page.keyboard.press("Enter")
    ann.page.wait_for_function(
        "name => document.querySelector('.work-name').textContent === name", arg=HTML
    )
    assert ann.page.evaluate("window.hacked") is None
    assert ann.page.locator(".work-name img").count() == 0
    ann.page.click(".act-delete")
    ann.page.click(".act-keep")
    ann.page.wait_for_selector(".player .act-use:visible")
    ann.page.click(".act-delete")
    ann.shot("24-gallery-sure")
    ann.page.click(".act-gone")
    ann.page.wait_for_selector("#gallery-notice .notice:visible >> text=Deleted.")
    ann.page.wait_for_selector(".works-empty:visible")
    assert ann.page.request.get(address).status == 403
    ann.page.reload()
    ann.page.wait_for_selector(".works-empty:visible")


def test_downloads(stand_in: Server, visit: Visit, tmp_path: Path) -> None:
    ann = visit()
    made(ann, stand_in)
    hang(stand_in, 2)
    ann.page.wait_for_selector(".work-open >> nth=2")
    ann.page.click(".work-open >> text=Salsa")
    ann.page.wait_for_selector(".player[open]")
    with ann.page.expect_download() as clip:
        ann.page.click(".act-download")
    assert clip.value.suggested_filename == "Salsa.mp4"
    with ann.page.expect_download() as record:
        ann.page.click(".act-record")
    assert record.value.suggested_filename == "Salsa.json"
    assert json.loads(record.value.path().read_text())["dance"] == "salsa"
    ann.page.keyboard.press("Escape")
    with ann.page.expect_download() as everything:
        ann.page.click("#gallery-all")
    everything.value.save_as(tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        assert archive.testzip() is None
        assert {"Salsa.mp4", "Salsa.json", "Copy 0.mp4", "Copy 1.mp4"} <= set(archive.namelist())
    ann.page.wait_for_selector("#gallery-notice .notice:visible >> text=3 videos")


def test_many_results_come_page_by_page_and_cost_nothing_while_idle(
    stand_in: Server, visit: Visit
) -> None:
    ann = visit()
    made(ann, stand_in)
    hang(stand_in, 119)
    ann.page.wait_for_selector(".works-older:visible")
    assert ann.page.locator(".work").count() == 24
    for pages in range(2, 5):
        ann.page.click(".works-older")
        ann.page.wait_for_function(
            "n => document.querySelectorAll('.work').length === n", arg=24 * pages
        )
    ann.page.click(".work-open >> nth=0")
    ann.page.wait_for_selector(".player[open]")
    first = ann.page.input_value(".player-name")
    ann.page.keyboard.press("ArrowRight")
    ann.page.wait_for_function("t => document.querySelector('.player-name').value !== t", arg=first)
    ann.page.keyboard.press("ArrowLeft")
    ann.page.wait_for_function("t => document.querySelector('.player-name').value === t", arg=first)
    ann.page.keyboard.press("Escape")
    look = ann.page.evaluate(WALL_LOOKS)

    def looked(reply: Response) -> bool:
        asked = reply.request
        return "/run/predict" in reply.url and (asked.post_data_json or {})["fn_index"] == look

    with ann.page.expect_response(looked) as reply:  # the wall looks again every six seconds
        pass
    assert 0 < len(reply.value.body()) < 10_000


def test_settings_come_back_from_a_file(stand_in: Server, visit: Visit, tmp_path: Path) -> None:
    ann = visit()
    ann.open(stand_in)
    gallery(ann)
    record = {
        "app": "pirouette",
        "v": 1,
        "system": "mimicmotion",
        "settings": {"quality": "best", "num_frames": 30, HTML: HTML},
        "seed": 99,
        "dance": "salsa",
        "inputs": [{"role": "image", "name": HTML, "sha256": "0"}],
    }
    clip = tmp_path / "clip.mp4"
    video_write.write([np.zeros((64, 64, 3), np.uint8)] * 4, clip, 15, record=record)
    give(ann, clip)
    ann.page.wait_for_selector(".found:visible")
    found = ann.page.inner_text(".found")
    assert all(word in found for word in ("Salsa", "Best", "99", HTML[:30], "picture is not in"))
    assert ann.page.locator(".found img").count() == 0
    ann.shot("25-gallery-found", full=True)

    for name, content in {
        "list.mp4": "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n",
        "empty.mp4": "",
        "deep.json": '{"a":' * 100_000,
        "other.json": json.dumps({"app": HTML}),
    }.items():
        (tmp_path / name).write_text(content)
        give(ann, tmp_path / name)
        ann.page.wait_for_selector("#gallery-notice .notice:visible")
        ann.page.wait_for_selector(".found", state="hidden")
        give(ann, clip)  # and the next good one works again
        ann.page.wait_for_selector(".found:visible")
        ann.page.wait_for_selector("#gallery-notice .notice", state="hidden")
    assert ann.page.evaluate("window.hacked") is None

    ann.page.click(".found .act-use")
    ann.page.wait_for_selector("#make:visible")
    ann.page.wait_for_selector("#dances [data-key=salsa][aria-checked=true]")
    ann.page.wait_for_selector("#setting-quality label.selected >> text=Best")


def test_a_file_can_be_dropped_anywhere(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    gallery(ann)
    text = to_json({"app": "pirouette", "v": 1, "system": "mimicmotion", "dance": "twist"})
    ann.page.wait_for_selector(".drop-title >> text=/./")  # it listens before it paints
    ann.page.evaluate(
        """text => {
          const carried = new DataTransfer();
          carried.items.add(new File([text], 'clip.json', { type: 'application/json' }));
          const how = { dataTransfer: carried, bubbles: true, cancelable: true };
          for (const kind of ['dragover', 'drop'])
            document.body.dispatchEvent(new DragEvent(kind, how));
        }""",
        text,
    )
    ann.page.wait_for_selector(".found:visible >> text=Twist")


def test_on_a_phone_in_the_dark_in_korean(stand_in: Server, visit: Visit) -> None:
    ann = visit(locale="ko-KR", width=390, height=844)
    ann.open(stand_in, dark=True)
    ann.pick("mina", "salsa")
    ann.make()
    gallery(ann)
    ann.page.wait_for_selector(".work[data-state=done]", timeout=LONG)
    hang(stand_in, 5)
    ann.page.wait_for_selector(".work-open >> nth=5")
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 390
    ann.shot("26-gallery-phone", full=True)
    ann.page.click(".work-open >> text=살사")
    ann.page.wait_for_selector(".player[open]")
    assert ann.page.inner_text(".player .act-use") == "이 설정 쓰기"
    box = ann.page.locator(".player").bounding_box()
    assert box and (box["width"], box["x"]) == (390, 0)
    ann.shot("27-gallery-phone-player")
    assert "__i18n__" not in ann.page.inner_text("body")
