"""The main job with nothing pretended: `python app.py`, its worker, and the pocket weights."""

from __future__ import annotations

import base64
import itertools
import json
import re
import secrets
import statistics
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import axe
from conftest import ROOT, Server, Visitor
from playwright.sync_api import Page

from engine.data import synth, video_write
from engine.pose.draw_mmpose import draw_mmpose
from engine.pose.readers import write_poses
from engine.pose.skeleton import convert
from studio.words import say
from tests.bench.page_times import over_http, table, working

Visit = Callable[..., Visitor]
PEOPLE = ROOT / "assets" / "examples" / "people"
HANGUL = re.compile(r"[\uac00-\ud7a3]")
DROP = """content => {
  const bytes = Uint8Array.from(atob(content), (one) => one.charCodeAt(0));
  const carried = new DataTransfer();
  carried.items.add(new File([bytes], 'saved.mp4', { type: 'video/mp4' }));
  const how = { dataTransfer: carried, bubbles: true, cancelable: true };
  for (const kind of ['dragover', 'drop']) document.body.dispatchEvent(new DragEvent(kind, how));
}"""


def test_a_video_is_made_to_the_end(
    studio: Server, visit: Visit, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    ann = visit()
    ann.open(studio)
    ann.pick("mina", "two_step")
    begin = time.monotonic()
    ann.make()
    ann.page.wait_for_selector(".tile")
    ann.shot("real-1-running")
    ann.page.reload()  # the job does not notice
    ann.ready()
    ann.wait_head("Your video is ready", seconds=400)
    ann.page.wait_for_function(
        "() => document.querySelector('#result video')?.readyState >= 2", timeout=60_000
    )
    record_property("seconds_from_click_to_clip", round(time.monotonic() - begin, 1))
    assert ann.page.inner_text(".status-badge") == "Made by the small built-in model"
    ann.page.wait_for_timeout(1000)
    ann.shot("real-2-done")

    source = ann.page.evaluate("document.querySelector('#result video').src")
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(ann.page.request.get(source).body())
    with av.open(clip) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.pix_fmt) == ("h264", "yuv420p")
        assert sum(1 for _ in container.decode(stream)) == 24


def test_a_program_makes_a_video(studio: Server, tmp_path: Path) -> None:
    """docs/api.md's example, run as it stands there, but for the address."""
    text = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    example = example.replace("http://127.0.0.1:7860", studio.address)
    example = example.replace("assets/examples", str(ROOT / "assets" / "examples"))
    told: dict[str, Any] = {}
    exec(compile(example, "docs/api.md", "exec"), told)
    assert told["job"]["state"] == "done" and told["job"]["model"] == "pocket"
    assert told["job"]["seed"] == 7
    with av.open(told["video"]) as clip:
        comment = json.loads(clip.metadata["comment"])
        shown = clip.streams.video[0]
        assert (shown.width, shown.height) == (512, 896)  # upright, as it was asked for
    assert comment["ai_generated"] is True and comment["seed"] == 7


def test_the_page_answers_at_once_while_a_video_is_made(studio: Server) -> None:
    """All that a visitor does, as requests (`python -m tests.bench.page_times` has a browser too).

    The median of everything stays under 300 ms. Each interaction has a wider bound of its own, for
    another browser test runs on the same cores.
    """
    token = secrets.token_hex(16)
    with working(studio.address, token) as done:
        times = over_http(studio.address, token, done, rounds=4)
    sys.stdout.write("\n" + table("HTTP", times) + "\n")
    assert statistics.median(itertools.chain.from_iterable(times.values())) < 300
    assert max(statistics.median(found) for found in times.values()) < 1000


def test_own_files_in_korean_from_upload_to_deletion(
    studio: Server, visit: Visit, tmp_path: Path
) -> None:
    """What one person does in an evening, on a phone, then on a laptop."""
    ann = visit(locale="ko-KR", width=390, height=844)
    ann.open(studio)
    _bad_files_are_explained(ann, tmp_path)
    _own_photo_and_skeleton_video(ann, tmp_path)
    _again_and_stopped(ann, studio)
    _own_keypoints(ann, tmp_path)
    page = ann.page
    page.click("#tab-gallery-button")
    page.wait_for_selector(".work-open >> nth=3")
    states = page.eval_on_selector_all(".work", "all => all.map((one) => one.dataset.state)")
    assert states == ["done", "cancelled", "cancelled", "done"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    _see_all(ann, "real-6-gallery-phone")
    page.set_viewport_size({"width": 1280, "height": 800})
    _see_all(ann, "real-7-gallery")
    clip = _player(ann, tmp_path)
    _settings_back(ann, clip)
    page.click(".work-open >> nth=0")
    page.click(".act-delete")
    page.click(".act-gone")
    page.wait_for_function("() => document.querySelectorAll('.work').length === 3")
    _see_all(ann, "real-11-deleted")


def _bad_files_are_explained(ann: Visitor, folder: Path) -> None:
    text, broken, nobody = (folder / name for name in ("dance.mp4", "me.jpg", "nobody.json"))
    text.write_text("This is not a video.\n" * 50)
    broken.write_bytes(b"\xff\xd8\xff\xe0" + bytes(range(256)) * 8)
    nobody.write_text('{"people": []}')
    for field, file in (("motion", text), ("keypoints", nobody), ("photo", broken)):
        assert HANGUL.search(ann.refused(field, file).replace(file.name, ""))
        ann.shot(f"real-3-refused-{field}", full=True)
    assert axe.problems(ann.page, "#choices") == []


def _own_photo_and_skeleton_video(ann: Visitor, folder: Path) -> None:
    """The worker has survived the bad files; the dance and its rate are those of the video."""
    skeleton = folder / "skeleton.mp4"
    poses = convert(synth.dance_poses("sway", 16), "coco17")
    video_write.write(draw_mmpose(poses, (512, 512)), skeleton, 15)
    ann.clear("photo")
    ann.page.wait_for_selector("#consent", state="hidden")
    ann.give("photo", PEOPLE / "noor.png")
    ann.page.check("#consent input")
    ann.give("motion", skeleton)
    _playable(ann.page, "#motion video")
    ann.page.wait_for_selector("#photo-notice .notice", state="hidden")
    ann.page.wait_for_selector("#motion-notice .notice", state="hidden")
    assert ann.page.is_checked("#consent input")
    ann.page.check("#whole input")
    ann.page.click("#setting-quality label:nth-child(1)")
    ann.shot("real-4-own-files", full=True)
    ann.make()
    ann.wait_head(say("done", "ko"), seconds=400)
    _playing(ann.page, "#result video")
    ann.shot("real-5-own-done", full=True)


def _again_and_stopped(ann: Visitor, studio: Server) -> None:
    """One that takes many minutes is stopped at work; behind it, one more of the first, waiting."""
    page = ann.page
    page.click("#source label:nth-child(1)")
    page.click("#dances [data-key=sway]")
    _order_a_long_one(ann, "4")
    ann.put(1)
    page.click(".act[data-act=again]")
    page.wait_for_selector(".tile >> nth=2")
    ann.wait_stage(0)
    ann.wait_head(say("queued", "ko"))
    page.click("#card .stop")
    ann.wait_head(say("cancelled", "ko"))
    ann.put(1)
    ann.wait_head(say("stage_denoise", "ko"), seconds=240)
    page.wait_for_selector(".stage-picture:visible", timeout=240_000)
    ann.shot("real-5-running")
    page.click("#card .stop")
    ann.wait_head(say("cancelled", "ko"), seconds=120)
    studio.wait_idle()
    ann.shot("real-5-stopped")


def _own_keypoints(ann: Visitor, folder: Path) -> None:
    keypoints = folder / "moves.json"
    write_poses(keypoints, synth.dance_poses("heart", 12), 15.0)
    ann.give("keypoints", keypoints)
    ann.page.wait_for_selector("#keypoints >> text=/^moves/")
    ann.page.wait_for_selector("#motion-notice .notice", state="hidden")
    ann.page.click("#people [data-key=jun]")
    _fill(ann.page, "seed", "41")
    ann.make()
    ann.page.wait_for_selector(".tile >> nth=3")
    ann.wait_stage(0)
    ann.wait_head(say("done", "ko"), seconds=400)


def _player(ann: Visitor, folder: Path) -> Path:
    """The video of the keypoints plays, gets a name, is downloaded, and its settings are used."""
    page = ann.page
    page.click(".work-open >> nth=0")
    _playing(page, ".player-video")
    facts = page.inner_text(".player-facts")
    assert all(
        fact in facts for fact in (say("keypoint_dance", "ko"), "41", say("maker_built_in", "ko"))
    )
    page.fill(".player-name", "하트 춤")
    page.keyboard.press("Enter")
    page.wait_for_selector(".work-name >> text=하트 춤", state="attached")
    ann.shot("real-8-player")
    with page.expect_download() as saved:
        page.click(".act-download")
    assert saved.value.suggested_filename == "하트 춤.mp4"
    saved.value.save_as(folder / "saved.mp4")
    page.click(".player .act-use")
    page.wait_for_selector("#make:visible")
    page.wait_for_selector("#keypoints >> text=motion")  # our own name of the file
    page.wait_for_selector("#people [data-key=jun][aria-checked=true]")
    with av.open(folder / "saved.mp4") as clip:
        record = json.loads(clip.metadata["comment"])
        assert (record["seed"], record["ai_generated"]) == (41, True)
        assert sum(1 for _ in clip.decode(video=0)) == 12
    return folder / "saved.mp4"


def _settings_back(ann: Visitor, clip: Path) -> None:
    """Change the form, then let go of the downloaded file over the page."""
    page = ann.page
    page.click("#setting-quality label:nth-child(3)")
    _fill(page, "seed", "5")
    page.click("#tab-gallery-button")
    page.wait_for_selector(".drop-title:visible >> text=/./")  # it listens before it paints
    page.evaluate(DROP, base64.b64encode(clip.read_bytes()).decode("ascii"))
    page.wait_for_selector(".found:visible >> text=41")
    _see_all(ann, "real-9-found")
    page.click(".found .act-use")
    page.wait_for_selector("#make:visible")
    page.wait_for_function("() => document.querySelector('#setting-seed input').value === '41'")
    page.wait_for_selector("#setting-quality label:nth-child(1).selected")
    ann.shot("real-10-restored")
    page.click("#tab-gallery-button")
    page.wait_for_selector(".work-open:visible")


def test_one_visit_uses_everything_once(studio: Server, visit: Visit, tmp_path: Path) -> None:
    """In Korean on a phone, everything as short as can be; and the worker dies once."""
    ann = visit(locale="ko-KR", width=390, height=844, still=False)
    ann.open(studio)
    _looks_before(ann)
    _one_fails_and_the_next_goes_on(ann, studio)
    _goes_on_from_a_video(ann)
    _keeps_what_is_good(ann, tmp_path)


def _looks_before(ann: Visitor) -> None:
    """An example plays, the library is filtered, and the pose is seen over the picture."""
    page = ann.page
    _playing(page, ".stage-clip")
    page.click("#dances [data-filter=slow]")
    page.wait_for_selector("#dances [data-key=slow_wave]")
    page.click("#dances [data-filter=all]")
    ann.pick("theo", "two_step")
    page.click("#rehearse")
    page.wait_for_selector(".look[data-good=true] .look-picture:visible", timeout=240_000)
    assert HANGUL.search(page.inner_text(".look"))
    ann.shot("real-20-rehearsal", full=True)


def _one_fails_and_the_next_goes_on(ann: Visitor, studio: Server) -> None:
    """A long job is at work, a short one waits behind it; then the worker is killed."""
    page = ann.page
    page.click("#setting-quality label:nth-child(1)")
    _order_a_long_one(ann, "0.5")
    ann.wait_head(say("stage_denoise", "ko"), seconds=240)
    _says(page, "#make", say("add_to_queue", "ko"))
    page.wait_for_selector(".status-detail >> text=/100.* · /", timeout=120_000)  # time left
    ann.make()
    page.wait_for_selector(".tile >> nth=1")
    ann.put(0)
    ann.wait_head(say("queued", "ko"))
    assert page.inner_text(".status-detail") == say("queued_one", "ko", count=1)
    ann.shot("real-21-waiting")
    for worker in studio.workers():
        worker.kill()
    ann.put(1)
    ann.wait_head(say("failed", "ko"))
    assert say("trouble_memory_fix", "ko") in page.inner_text(".trouble")
    ann.shot("real-22-failed")
    ann.put(0)
    ann.wait_head(say("done", "ko"), seconds=400)
    _playing(page, "#result video")


def _goes_on_from_a_video(ann: Visitor) -> None:
    """Longer, another variation of that, and its settings back in a form that was changed."""
    page = ann.page
    for place, act in enumerate(("longer", "again"), start=2):
        page.click(f".act[data-act={act}]")
        page.wait_for_selector(f".tile >> nth={place}")
        ann.wait_stage(0)
        ann.wait_head(say("done", "ko"), seconds=400)
    ann.pick("ada", "sway")
    page.click("#setting-quality label:nth-child(3)")
    page.click(".act[data-act=use]")
    page.wait_for_selector(f"#notice .notice:visible >> text={say('used_what', 'ko')}")
    for chosen in ("#people [data-key=theo]", "#dances [data-key=two_step]"):
        page.wait_for_selector(f"{chosen}[aria-checked=true]")
    page.wait_for_selector("#setting-quality label:nth-child(1).selected")
    ann.shot("real-23-used", full=True)


def _keeps_what_is_good(ann: Visitor, folder: Path) -> None:
    """The gallery: played, named, downloaded alone and together, and the failed one deleted."""
    page = ann.page
    page.click("#tab-gallery-button")
    page.wait_for_selector(".work-open >> nth=3")
    page.click(".work[data-state=failed] .work-open")
    page.click(".act-delete")
    page.click(".act-gone")
    page.wait_for_function("() => document.querySelectorAll('.work').length === 3")
    page.click(".work-open >> nth=0")
    _playing(page, ".player-video")
    page.fill(".player-name", "다른 변형")
    page.keyboard.press("Enter")
    page.wait_for_selector(".work-name >> text=다른 변형", state="attached")
    with page.expect_download() as saved:
        page.click(".act-download")
    assert saved.value.suggested_filename == "다른 변형.mp4"
    page.click(".player-close")
    with page.expect_download() as saved:
        page.click("#gallery-all")
    saved.value.save_as(folder / "all.zip")
    with zipfile.ZipFile(folder / "all.zip") as archive:
        archive.extractall(folder)
    records, lengths = [], []
    for clip in folder.glob("*.mp4"):
        records.append(json.loads(clip.with_suffix(".json").read_text(encoding="utf-8")))
        with av.open(clip) as container:
            lengths.append(sum(1 for _ in container.decode(video=0)))
    assert (folder / "다른 변형.mp4").exists()
    short, *long = sorted(lengths)
    assert long == [2 * short] * 2
    assert len({record["seed"] for record in records}) == 2  # "longer" has that of the first


def _order_a_long_one(ann: Visitor, seconds: str) -> None:
    """Order a video in a hundred steps; what is ordered next has as many as its quality says."""
    page, before = ann.page, ann.page.locator(".tile").count()
    page.click("#advanced button")
    page.wait_for_selector("#setting-num_inference_steps")
    _fill(page, "num_frames", seconds)
    _fill(page, "num_inference_steps", "100")
    ann.make()
    page.wait_for_selector(f".tile >> nth={before}")
    _fill(page, "num_inference_steps", "0")


def _fill(page: Page, setting: str, value: str) -> None:
    field = f"#setting-{setting} input[type=number]"
    page.fill(field, value)
    page.press(field, "Tab")


def _playable(page: Page, video: str) -> None:
    page.wait_for_function(
        "name => document.querySelector(name)?.readyState >= 1", arg=video, timeout=60_000
    )


def _playing(page: Page, video: str) -> None:
    page.wait_for_function(
        "name => { const video = document.querySelector(name);"
        " return video?.readyState >= 2 && video.currentTime > 0; }",
        arg=video,
        timeout=60_000,
    )


def _see_all(ann: Visitor, name: str) -> None:
    """A picture of the page with every poster in it."""
    ann.page.wait_for_function(
        "() => [...document.querySelectorAll('.work img')].every((one) => one.naturalWidth > 0)"
    )
    ann.shot(name, full=True)


def _says(page: Page, selector: str, words: str) -> None:
    page.wait_for_function(
        "([selector, words]) => document.querySelector(selector).textContent.trim() === words",
        arg=[selector, words],
    )
