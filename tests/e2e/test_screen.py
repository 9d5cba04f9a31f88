"""What a visitor sees while jobs wait, run, stop and fail."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import axe
from conftest import Server, Visitor

from engine.data import synth
from engine.pose.readers import write_poses
from studio.words import say

Visit = Callable[..., Visitor]
SECONDS = "#setting-num_frames input[type=number]"
STEPS = "#setting-num_inference_steps input[type=number]"


def test_what_is_missing_is_said_and_the_form_is_kept(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.shot("1-empty")
    ann.page.click("#photo [aria-label='Remove Image']")
    ann.page.wait_for_selector("#people [data-key=mina][aria-checked=false]")
    ann.make()
    ann.page.wait_for_selector("#notice .notice:visible >> text=Who should dance?")
    ann.shot("2-missing")
    ann.page.click("#people [data-key=rosa]")
    ann.page.click("#source label:nth-child(2)")
    ann.make()
    ann.page.wait_for_selector("#notice .notice:visible >> text=Which dance")
    assert ann.page.get_attribute("#people [data-key=rosa]", "aria-checked") == "true"
    assert not ann.page.is_visible(".tile")


def test_a_video_is_made_watched_and_found_again(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    stand_in.hold("step-3")
    ann.pick("mina", "sway")
    ann.make()
    ann.wait_head("Dancing")
    ann.page.wait_for_selector(".stage-picture:visible")
    ann.page.wait_for_selector(".status-detail >> text=/Step 3 of .* left/")  # seconds
    ann.page.wait_for_function(
        "() => document.querySelector('#make').textContent.trim() === 'Add to queue'"
    )
    ann.shot("3-running")
    assert axe.problems(ann.page) == []
    ann.page.reload()
    ann.ready()
    ann.wait_head("Dancing")
    stand_in.release("step-3")
    ann.wait_head("Your video is ready")
    ann.page.wait_for_function(
        "() => { const v = document.querySelector('#result video');"
        " return v && v.readyState >= 2 && !v.paused && v.loop; }"
    )
    assert ann.page.inner_text(".status-badge") == say("by_pocket", "en")
    ann.page.wait_for_selector(".tile[data-state=done] img")
    ann.shot("4-done")
    ann.page.reload()
    ann.ready()
    ann.page.wait_for_selector("#result video")

    bob = visit()
    bob.open(stand_in)
    bob.page.wait_for_selector(".status-detail >> text=An example")
    assert not bob.page.is_visible(".tile") and not bob.page.is_visible("#result video")


def test_jobs_queue_up_and_stop(stand_in: Server, visit: Visit) -> None:
    ann, bob = visit(), visit()
    ann.open(stand_in)
    bob.open(stand_in)
    ann.pick("jun", "spin")  # never ends
    ann.make()
    ann.wait_head("Dancing")
    bob.pick("ada", "kick")
    bob.make()
    bob.wait_head("Waiting in the wings")
    assert bob.page.inner_text(".status-detail") == "1 video before yours"
    bob.shot("5-waiting")
    ann.page.click("#card .stop")
    ann.wait_head("Stopped")
    ann.shot("6-stopped")
    bob.wait_head("Your video is ready")


def test_a_visitor_cannot_fill_the_queue(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.pick("jun", "spin")
    for _ in range(3):
        before = ann.page.locator(".tile").count()
        ann.make()
        ann.page.wait_for_function("n => document.querySelectorAll('.tile').length > n", arg=before)
    ann.make()
    ann.page.wait_for_selector("#notice .notice:visible >> text=Your queue is full.")
    for tile in range(3):
        ann.put(tile)
        ann.page.click("#card .stop:not(:disabled)")
        ann.page.wait_for_selector(f".tile[data-state=cancelled] >> nth={tile}")
        ann.wait_head("Stopped")


def test_a_worker_that_is_killed_costs_one_job(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.pick("theo", "robot")  # its worker kills itself
    ann.make()
    ann.wait_head("This one did not work out")
    words = ann.page.inner_text(".trouble")
    assert "ran out of memory" in words and "Why" in words and "What to do" in words
    ann.shot("7-failed")
    assert axe.problems(ann.page, "#outcome") == []
    ann.page.click("#dances [data-key=twist]")
    ann.make()
    ann.wait_head("Your video is ready")


def test_a_killed_server_loses_nothing(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.pick("noor", "spin")
    ann.make()
    ann.wait_head("Dancing")
    ann.page.click("#dances [data-key=heart]")
    ann.make()
    ann.page.wait_for_selector(".tile >> nth=1")
    ann.page.goto("about:blank")
    stand_in.kill()
    stand_in.start()
    stand_in.wait_idle()
    ann.open(stand_in)
    ann.wait_head("Your video is ready")  # the one that waited
    ann.page.wait_for_function("() => document.querySelectorAll('.tile').length === 2")
    ann.page.click(".tile[data-state=interrupted]")
    ann.wait_head("Interrupted")
    ann.page.wait_for_selector(".act[data-act=resume]")


def test_an_upload_asks_for_consent(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    photo = Path(__file__).parents[2] / "assets" / "examples" / "people" / "noor.png"
    assert not ann.page.is_visible("#consent")
    with ann.slow_server():
        ann.page.click("#people [data-key=jun]")
        ann.page.click("#people [data-key=ada]")  # before the answer to the first click
        ann.page.wait_for_selector("#photo img[src*=ada]")  # seen before any answer
    ann.page.wait_for_selector("#photo img[src*='file='][src*=ada]")
    ann.page.click("#dances [data-key=floss]")
    ann.page.locator("#photo input[type=file]").first.set_input_files(photo)
    ann.page.wait_for_selector("#consent input")
    ann.page.wait_for_selector("#people [data-key=ada][aria-checked=false]")
    ann.make()
    ann.page.wait_for_selector("#notice .notice:visible >> text=May this picture be used?")
    ann.shot("8-consent")
    assert axe.problems(ann.page, "#choices") == []
    ann.page.check("#consent input")
    ann.page.wait_for_selector("#notice .notice", state="hidden")  # it is not missing any more
    ann.make()
    ann.wait_head("Your video is ready")
    ann.page.click("#people [data-key=ada]")
    ann.page.wait_for_selector("#consent", state="hidden")
    ann.page.wait_for_selector("#photo img[src*='file='][src*=ada]")
    with ann.page.expect_file_chooser() as asked:
        ann.page.click("#photo [aria-label='My photo']")
    assert ann.page.is_visible("#photo img[src*=ada]")  # until another one is chosen
    asked.value.set_files(photo)
    ann.page.wait_for_selector("#consent input")
    ann.page.click("#photo [aria-label='Remove Image']")
    ann.page.wait_for_selector("#consent", state="hidden")
    ann.page.wait_for_selector("#people [aria-checked=true]", state="detached")
    ann.page.locator("#photo input[type=file]").first.set_input_files(photo)
    ann.page.wait_for_selector("#consent input")
    with ann.slow_server():  # another picture before the answer to the first one's removal
        ann.page.click("#photo [aria-label='Remove Image']")
        ann.page.locator("#photo input[type=file]").first.set_input_files(photo)
        ann.page.wait_for_selector("#photo img")
    ann.page.wait_for_selector("#consent input")


def test_my_own_dance_can_be_uploaded(stand_in: Server, visit: Visit, tmp_path: Path) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.page.click("#people [data-key=ada]")
    ann.page.click("#source label:nth-child(3)")
    keypoints = tmp_path / "dance.json"
    write_poses(keypoints, synth.dance_poses("sway", 3), 15.0)
    ann.page.locator("#keypoints input[type=file]").set_input_files(keypoints)
    ann.page.wait_for_selector("#keypoints >> text=/^dance/")  # the file's name
    ann.page.check("#whole input")
    ann.page.wait_for_selector("#forecast >> text=0.2 s of dance")
    ann.shot("9-keypoints")
    ann.make()
    ann.wait_head("Your video is ready")
    assert ann.page.inner_text(".tile-name") == "Keypoints"
    ann.page.click("#source label:nth-child(2)")
    ann.page.wait_for_selector("#motion input[type=file]", state="attached")
    ann.shot("10-my-video")


def test_on_a_phone_in_the_dark_and_by_keyboard(stand_in: Server, visit: Visit) -> None:
    ann = visit(width=390, height=844)
    ann.open(stand_in)
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 390
    ann.shot("11-phone", full=True)
    ann.page.focus("#people [data-key=ada]")
    ann.page.keyboard.press("ArrowRight")
    ann.page.wait_for_selector("#people [data-key=jun][aria-checked=true]")
    ann.page.focus("#dances [role=radio] >> nth=0")
    ann.page.keyboard.press("Space")
    ann.page.focus("#make")
    ann.page.keyboard.press("Enter")
    ann.wait_head("Your video is ready")
    ann.shot("12-phone-done")
    ann.open(stand_in, dark=True)
    ann.page.wait_for_selector("#result video")
    ann.shot("13-phone-dark", full=True)


def test_in_korean(stand_in: Server, visit: Visit) -> None:
    ann = visit(locale="ko-KR")
    ann.open(stand_in, dark=True)
    assert ann.page.inner_text("#make").strip() == "영상 만들기"
    ann.page.click("#source label:nth-child(2)")
    ann.make()
    ann.page.wait_for_selector("#notice .notice:visible >> text=어떤 춤으로 할까요?")
    assert axe.problems(ann.page, "#choices") == []
    ann.page.click("#source label:nth-child(1)")
    ann.pick("mina", "salsa")
    ann.make()
    ann.wait_head("영상이 완성되었습니다")
    ann.shot("14-korean-dark")
    ann.page.click("#advanced button")
    ann.page.wait_for_selector("#setting-seed")
    ann.shot("15-korean-advanced", full=True)
    assert axe.problems(ann.page, "#advanced") == []
    assert "__i18n__" not in ann.page.inner_text("body")


_FRONT = "document.querySelector('.stage-piece:not([hidden]):not(.stage-piece-back)')"


def test_finished_pieces_play_while_the_rest_is_made(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    stand_in.hold("look", "piece-0", "piece-48")
    ann.pick("mina", "disco_night")
    ann.page.click("#advanced button")
    for field, value in ((SECONDS, "6.4"), (STEPS, "8")):  # a look that moves waits to be cheap
        ann.page.fill(field, value)
        ann.page.press(field, "Tab")
    ann.page.wait_for_selector("#forecast >> text=6.4 s of dance")
    ann.make()
    ann.page.wait_for_selector(".status-ready >> text=A first look at the beginning")
    ann.page.wait_for_function(f"() => {_FRONT}?.src.includes('look-0001') && !{_FRONT}.paused")
    stand_in.release("look")
    ann.page.wait_for_selector(".status-ready >> text=The first 3.2 s are ready")
    ann.page.wait_for_function(f"() => {_FRONT}?.src.includes('000000000-000003200')")
    stand_in.release("piece-0")
    ann.page.wait_for_function(
        f"() => {_FRONT}.src.includes('000003200-000006400') && {_FRONT}.currentTime > 0.3"
    )
    assert ann.page.evaluate(f"!{_FRONT}.paused && {_FRONT}.muted")
    assert ann.page.inner_text(".status-head") == "Developing the frames"  # not done yet
    ann.page.evaluate(
        "() => { const look = () => { const v = " + _FRONT + ";"
        " const start = v?.src.match(/(\\d+)-\\d+\\.mp4/)?.[1];"
        " if (start) window.onStage = start / 1000 + v.currentTime;"
        " requestAnimationFrame(look); }; look();"
        " addEventListener('seeked', ({ target }) => {"
        " if (target.matches('#result video')) window.wentOnAt ??= target.currentTime; }, true); }"
    )
    ann.shot("16-pieces")
    assert axe.problems(ann.page, "#outcome") == []
    stand_in.release("piece-48")
    ann.wait_head("Your video is ready")
    ann.page.wait_for_function(  # from where its pieces were, unless that is the very end
        "() => { const v = document.querySelector('#result video');"
        " return v && v.duration > 5 && v.played.length"
        " && (onStage > v.duration - 1 || Math.abs(window.wentOnAt - onStage) < 1); }"
    )
    assert ann.page.locator(".stage-piece:visible").count() == 0
