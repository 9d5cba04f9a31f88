"""The Dance tab beyond the main job: library, rehearsal, presets, drafts, and what comes after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import axe
from conftest import ENGINE, ROOT, Server, Visitor, until_kept

from engine.data import synth
from engine.pose.readers import write_poses
from engine.types import Poses

Visit = Callable[..., Visitor]
PHOTO = ROOT / "assets" / "examples" / "people" / "noor.png"
SECONDS = "#setting-num_frames input[type=number]"
SEED = "#setting-seed input"


def _ready(ann: Visitor, videos: int = 1) -> None:
    """Wait until the newest of so many videos is made, on the stage, and its buttons are there."""
    ann.page.wait_for_function(
        "count => { const tiles = document.querySelectorAll('.tile');"
        " return tiles.length === count && tiles[0].dataset.state === 'done'"
        " && tiles[0].dataset.id === document.querySelector('#card .stage').dataset.job"
        " && document.querySelector('.act[data-act=again]') !== null; }",
        arg=videos,
    )
    ann.wait_head("Your video is ready")


def _until(ann: Visitor, what: str, value: object) -> None:
    """Wait until `what`, JavaScript, is `value`."""
    ann.page.wait_for_function(f"value => ({what}) === value", arg=value)


def _value(selector: str) -> str:
    return f"document.querySelector('{selector}')?.value"


def test_the_first_click_makes_a_video(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.page.wait_for_selector("#photo img")
    assert ann.page.get_attribute("#people [data-key=mina]", "aria-checked") == "true"
    assert ann.page.get_attribute("#dances [data-key=sunny_groove]", "aria-checked") == "true"
    ann.make()
    _ready(ann)
    assert ann.page.inner_text(".tile-name") == "Sunny Groove"


def test_examples_play_before_anything_is_run(stand_in: Server, visit: Visit) -> None:
    ann = visit(still=False)
    ann.open(stand_in)
    ann.page.wait_for_function(
        "() => { const v = document.querySelector('.stage-clip');"
        " return v && !v.hidden && v.readyState >= 2 && !v.paused && v.muted && v.loop; }"
    )
    assert "An example" in ann.page.inner_text(".status-detail")
    ann.shot("dance-1-first")
    second = ann.page.locator(".sample >> nth=1")
    person, dance = (second.get_attribute("data-key") or "").split("-")
    second.click()
    ann.page.wait_for_selector(f"#people [data-key={person}][aria-checked=true]")
    ann.page.wait_for_selector(f"#dances [data-key={dance}][aria-checked=true]")
    ann.page.wait_for_function(
        "name => document.querySelector('.stage-clip').src.includes(name)", arg=dance
    )


def test_the_library_is_filtered_by_tempo_and_the_chosen_one_moves(
    stand_in: Server, visit: Visit
) -> None:
    ann = visit()
    ann.open(stand_in)
    assert ann.page.locator("#dances .pick").count() == 31
    ann.page.click("#dances [data-filter=slow]")
    slow = ann.page.locator("#dances .pick-note").all_inner_texts()
    assert 0 < len(slow) < 8 and all(int(note.removesuffix(" bpm")) < 90 for note in slow)
    ann.page.click("#dances [data-filter=fast]")
    assert ann.page.locator("#dances .pick").count() >= 3
    ann.page.click("#dances [data-key=star_party]")
    ann.page.mouse.move(2, 2)
    ann.page.wait_for_function(
        "() => [...document.querySelectorAll('#dances img')].every((one) => one.src.endsWith("
        "'webp') === (one.parentElement.getAttribute('aria-checked') === 'true'))"
    )
    ann.shot("dance-2-fast")
    ann.page.click("#dances [data-filter=moves]")
    ann.page.wait_for_selector("#dances [data-key=moonwalk]")
    assert ann.page.locator("#dances .pick").count() == 19


def _sinking() -> Poses:
    """A dance in which the dancer's feet are out of the picture for a third of the time."""
    poses = synth.dance_poses("sway", 16)
    keypoints = poses.keypoints.copy()
    keypoints[6:12, :, 1] += 0.24
    return replace(poses, keypoints=keypoints)


def test_a_rehearsal_shows_the_pose_and_what_may_go_wrong(
    stand_in: Server, visit: Visit, tmp_path: Path
) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.page.click("#rehearse")
    ann.page.wait_for_selector(".look[data-good=true] .look-picture:visible")
    write_poses(tmp_path / "sinking.json", _sinking(), 15.0)
    ann.give("keypoints", tmp_path / "sinking.json")
    ann.page.wait_for_selector(".look", state="hidden")  # it was of another dance
    ann.page.wait_for_selector("#keypoints >> text=/^sinking/")
    ann.page.click("#rehearse")
    ann.page.wait_for_selector(".look[data-good=false] >> text=feet leave the picture")
    ann.shot("dance-3-rehearsal")
    assert axe.problems(ann.page, "#choices") == []
    if ENGINE == "stand_in":  # the other one sees that here is only one
        assert "Several people" in ann.page.inner_text(".look")
        ann.page.press(".whom-box[aria-pressed=false]", "Enter")
        ann.page.wait_for_selector(".whom-box:focus[aria-pressed=true] + [aria-pressed=false]")
        assert "number 1 from the left" in ann.page.inner_text(".whom-said")
        assert "Several people" not in ann.page.inner_text(".look")
    ann.page.click("#source label:nth-child(1)")
    ann.page.click("#dances [data-key=robot]")  # never answers
    ann.page.wait_for_selector(".look", state="hidden")
    ann.page.click("#rehearse")
    ann.page.wait_for_selector(".look >> text=took too long", timeout=90_000)
    ann.page.click("#dances [data-key=twist]")
    ann.page.wait_for_selector(".look", state="hidden")
    ann.page.click("#rehearse")
    ann.page.wait_for_selector(".look[data-good=true]", timeout=90_000)


def test_a_preset_fills_the_form_until_it_is_changed(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.page.click("#preset input")
    ann.page.click("[role=option] >> text=Portrait for phones")
    _until(ann, _value("#setting-shape input:checked"), "portrait")
    ann.page.click("#preset input")
    ann.page.click("[role=option] >> text=Long video")
    _until(ann, _value("#setting-shape input:checked"), "auto")
    _until(ann, _value(SECONDS), "20")
    ann.page.wait_for_selector("#forecast >> text=20.0 s of dance")
    labels = ann.page.locator("#setting-quality label").all_inner_texts()
    assert [text.split(" · ")[0] for text in labels] == ["Draft", "Standard", "Best"]
    assert all(len(text.split(" · ")[1]) > 1 for text in labels)  # the time that each takes
    ann.page.click("#setting-quality label:nth-child(3)")
    _until(ann, _value("#preset input"), "")


def test_settings_are_grouped_and_explained(stand_in: Server, visit: Visit) -> None:
    ann = visit(height=1400)
    ann.open(stand_in)
    ann.page.click("#advanced button")
    ann.page.wait_for_selector("#setting-overlap")
    words = ann.page.inner_text("#advanced")
    for group in ("Following the dance", "The picture", "Long videos", "How it is made"):
        assert group in words
    assert "Frames that neighbouring windows share" in words and "__i18n__" not in words
    assert not ann.page.is_visible("#setting-keep_audio")
    ann.shot("dance-4-advanced", full=True)
    ann.page.click("#source label:nth-child(2)")
    ann.page.wait_for_selector("#setting-keep_audio")
    ann.page.wait_for_selector("#setting-person")  # whom to follow, where several people are
    assert axe.problems(ann.page, "#advanced") == []


def test_after_a_video_it_goes_on(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.page.click("#setting-quality label:nth-child(1)")
    ann.page.fill(SEED, "7")
    ann.page.press(SEED, "Tab")
    ann.pick("jun", "kick_off")
    ann.make()
    _ready(ann)
    ann.shot("dance-5-done")
    assert ann.page.inner_text(".status-who") == "Jun: Kick Off"
    with ann.page.expect_download() as saved:
        ann.page.click(".act[data-act=download]")
    assert saved.value.suggested_filename == "pirouette-kick-off.mp4"
    ann.page.click(".act[data-act=longer]")
    _ready(ann, 2)
    ann.page.click("#people [data-key=ada]")
    ann.page.click("#dances [data-key=slow_wave]")
    ann.page.click("#setting-quality label:nth-child(3)")
    ann.page.click(".act[data-act=use]")
    ann.page.wait_for_selector("#notice .notice:visible >> text=The form now holds")
    ann.page.wait_for_selector("#dances [data-key=kick_off][aria-checked=true]")
    ann.page.wait_for_selector("#people [data-key=jun][aria-checked=true]")
    _until(ann, _value(SEED), "7")
    _until(ann, _value(SECONDS), "3.2")  # twice as long
    ann.page.click(".act[data-act=again]")
    _ready(ann, 3)


def test_a_stopped_video_is_tried_again_in_its_place(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.pick("jun", "spin")  # never ends
    ann.make()
    ann.wait_head("Dancing")
    ann.page.wait_for_selector(".stage-picture:visible")  # a step is finished
    ann.page.click("#card .stop")
    ann.wait_head("Stopped")
    ann.shot("dance-6-stopped")
    if ENGINE == "pocket":  # the pretended one finishes no step that it could go on from
        assert ann.page.inner_text(".act[data-act=resume]") == "Go on"
        stand_in.hold("step-1")  # where it would be held if it began again
    ann.page.click(".act[data-act=resume]")
    ann.wait_head("Dancing")
    assert ann.page.locator(".tile").count() == 1
    if ENGINE == "pocket":
        ann.page.wait_for_selector(".status-detail >> text=Step 3 of 4")
    ann.page.click("#card .stop")
    ann.wait_head("Stopped")


def test_a_reload_loses_nothing_that_was_chosen(
    stand_in: Server, visit: Visit, tmp_path: Path
) -> None:
    keypoints = tmp_path / "my dance.json"
    keypoints.write_text("{}")
    ann = visit()
    ann.open(stand_in)
    ann.page.locator("#photo input[type=file]").first.set_input_files(PHOTO)
    ann.page.wait_for_selector("#consent input")
    ann.page.check("#consent input")
    ann.page.click("#source label:nth-child(3)")
    ann.page.locator("#keypoints input[type=file]").set_input_files(keypoints)
    ann.page.wait_for_selector("#keypoints >> text=/^my dance/")
    ann.page.fill(SEED, "123")
    ann.page.press(SEED, "Tab")
    ann.page.click("#setting-quality label:nth-child(3)")
    until_kept(
        stand_in,
        lambda kept: (
            kept["settings"]["seed"] == 123
            and kept["settings"]["quality"] == "best"
            and set(kept["files"]) == {"photo", "keypoints"}
            and kept["consent"] is not None
        ),
    )
    ann.page.reload()
    ann.ready()
    ann.page.wait_for_selector("#photo img")
    ann.page.wait_for_selector("#keypoints >> text=keypoints")
    ann.page.wait_for_selector("#consent input:checked")
    _until(ann, _value(SEED), "123")
    ann.page.wait_for_selector("#setting-quality label.selected >> text=Best")
    assert ann.page.locator("#people [aria-checked=true]").count() == 0
    ann.shot("dance-7-reloaded")
    ann.page.locator("#photo input[type=file]").first.set_input_files(
        PHOTO.with_name("theo.png")
    )  # another picture: asked again
    ann.page.wait_for_selector("#consent input:not(:checked)")
    ann.make()
    ann.page.wait_for_selector("#notice .notice:visible >> text=May this picture be used?")

    bob = visit()
    bob.open(stand_in)
    bob.page.wait_for_selector("#people [data-key=mina][aria-checked=true]")
    assert not bob.page.is_visible("#keypoints")


def test_on_a_phone_in_korean(stand_in: Server, visit: Visit) -> None:
    ann = visit(locale="ko-KR", width=390, height=844)
    ann.open(stand_in, dark=True)
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert ann.page.inner_text("#dances [data-filter=slow]") == "느린 춤"
    ann.page.click("#rehearse")
    ann.page.wait_for_selector(".look[data-good=true] .look-picture:visible")
    ann.shot("dance-8-phone-korean", full=True)
    assert axe.problems(ann.page) == []
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 390
    words = ann.page.inner_text("body")
    assert "__i18n__" not in words and "undefined" not in words
