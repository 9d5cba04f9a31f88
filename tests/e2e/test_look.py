"""Can everyone use it: checked by axe, by keyboard alone, by finger, at 390 pixels, in both
languages and both lights, on every tab.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe
import pytest
from conftest import Server, Visitor, until_kept

Visit = Callable[..., Visitor]
LANGUAGES = ("en", "ko")
SIZES = {"laptop": (1280, 800), "phone": (390, 844)}
CHECKED = {"laptop": "en", "phone": "ko"}
"""Where axe looks: each size and each language once; how wide it is is asked of all four."""
TABS = {
    "dance": "#make",
    "gallery": ".works-empty:visible, .work:visible",
    "models": ".model:visible",
}
"""Every tab, and what it shows once it is ready."""
RECORD = {
    "app": "pirouette",
    "v": 1,
    "system": "mimicmotion",
    "settings": {"quality": "best", "num_frames": 30, "not_known_here": 1},
    "seed": 99,
    "dance": "salsa",
    "inputs": [{"role": "image", "name": "me.jpg", "sha256": "0"}],
}
"""What a dropped file holds; the place where it is shown has facts and notes."""
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")

_LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")


def ask(visitor: Visitor, question: str) -> Any:
    """What look.js answers."""
    return visitor.page.evaluate(f"() => {{ {_LOOK} return look.{question}(); }}")


def settle(visitor: Visitor) -> None:
    """Wait until the page has come to rest."""
    ask(visitor, "settled")


def open_tab(visitor: Visitor, name: str) -> None:
    """Open a tab, and wait until what it shows is there."""
    visitor.page.click(f"#tab-{name}-button")
    visitor.page.wait_for_selector(TABS[name])
    settle(visitor)


def speak(visitor: Visitor, language: str) -> None:
    """Choose the language on the page; a reload stays on its tab, so this leaves for the first."""
    open_tab(visitor, "dance")
    if visitor.page.get_attribute("html", "lang") != language:
        with visitor.page.expect_navigation():
            visitor.page.click(f"[data-language={language}]")
        visitor.page.wait_for_function("l => document.documentElement.lang === l", arg=language)
    visitor.ready()


def lived_in(visitor: Visitor, server: Server) -> None:
    """Open the studio and leave a finished and a failed video in it."""
    visitor.open(server)
    visitor.pick("theo", "robot")  # its worker kills itself
    visitor.make()
    visitor.wait_head("This one did not work out")
    visitor.pick("mina", "sway")
    visitor.make()
    visitor.wait_head("Your video is ready")


@pytest.mark.parametrize("size", SIZES)
def test_nothing_serious_on_any_tab(
    stand_in: Server, visit: Visit, tmp_path: Path, size: str
) -> None:
    """Every tab, with what was found in a file, and the open player of the gallery."""
    width, height = SIZES[size]
    ann = visit(width=width, height=height)
    lived_in(ann, stand_in)
    buttons = ann.page.locator("#tabs > .tab-wrapper button[role=tab]:visible")
    assert buttons.count() == len(TABS)
    file = tmp_path / "record.json"
    file.write_text(json.dumps(RECORD))
    found: list[str] = []
    for language in LANGUAGES:
        speak(ann, language)
        for tab in TABS:
            open_tab(ann, tab)
            if tab == "gallery":
                ann.page.wait_for_selector(".work >> nth=1")
                ann.page.locator("#restore-file input[type=file]").set_input_files(file)
                ann.page.wait_for_selector(".found:visible")
            name = f"{size}-{language}-{tab}"
            found += too_wide(ann, name)
            if language == CHECKED[size]:
                found += in_both_lights(ann, name)
        if language == CHECKED[size]:
            open_tab(ann, "gallery")
            for which in ("done", "failed"):
                found += in_the_player(ann, which, f"{size}-{language}-player-{which}")
    if size == "phone":
        open_tab(ann, "dance")
        ann.page.locator("#advanced button").first.click()
        for tab in TABS:
            open_tab(ann, tab)
            found += ask(ann, "small")  # what a finger could miss
    assert not found, "\n".join(dict.fromkeys(found))


def too_wide(ann: Visitor, name: str) -> list[str]:
    wide = ann.page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    return [f"{name}: {wide[0]} pixels wide"] if wide[0] > wide[1] else []


def in_both_lights(ann: Visitor, name: str) -> list[str]:
    """What axe finds on the page as it stands, in light and in dark."""
    found: list[str] = []
    for first in (True, False):
        if not first:
            ann.page.click(".lamp")
        settle(ann)
        where = f"{name}-{light(ann)}"
        ann.shot(f"look-{where}", full=True)
        found += [f"{where}: {one}" for one in axe.problems(ann.page, colours=not first)]
    return found


def in_the_player(ann: Visitor, which: str, name: str) -> list[str]:
    """The same of the gallery's player: all its settings unfolded, and asking before it deletes."""
    found: list[str] = []
    for first in (True, False):
        if not first:
            ann.page.click(".lamp")
        ann.page.click(f".work[data-state={which}] .work-open")
        ann.page.wait_for_selector(".player[open]")
        ann.page.click(".player-more summary")
        settle(ann)
        where = f"{name}-{light(ann)}"
        ann.shot(f"look-{where}")
        found += [f"{where}: {one}" for one in axe.problems(ann.page, ".player", not first)]
        ann.page.click(".act-delete")
        settle(ann)
        ann.shot(f"look-{where}-sure")
        found += [f"{where}-sure: {one}" for one in axe.problems(ann.page, ".player-side")]
        ann.page.click(".act-keep")
        ann.page.click(".player-close")
        ann.page.wait_for_selector(".player[open]", state="detached")
    return found


def light(ann: Visitor) -> str:
    return "dark" if ann.page.locator("body.dark").count() else "light"


def test_language_and_light_are_switched_for_good(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.page.goto(stand_in.address)
    ann.ready()
    ann.pick("noor", "twist")
    until_kept(stand_in, lambda kept: (kept["person"], kept["dance"]) == ("noor", "twist"))
    speak(ann, "ko")
    assert ann.page.title().startswith("Pirouette") and _HANGUL.search(ann.page.title())
    ann.page.wait_for_selector("[data-language=ko][aria-pressed=true]")
    in_hangul = "() => /[가-힣]/.test(document.querySelector('#forecast').textContent)"
    ann.page.wait_for_function(in_hangul)  # the server's own words follow, too
    ann.page.wait_for_selector("#people [data-key=noor][aria-checked=true]")
    for tab in TABS:
        open_tab(ann, tab)
        left = [text for text in ask(ann, "texts") if _SENTENCE.search(text)]
        assert [text for text in left if not _HANGUL.search(text)] == []
        assert "__i18n__" not in ann.page.inner_text("body")
    open_tab(ann, "dance")
    note = {"name": "note.txt", "mimeType": "text/plain", "buffer": b"hello"}
    ann.page.locator("#photo input[type=file]").set_input_files(note)  # type: ignore[arg-type]
    ann.page.wait_for_selector(  # what Gradio says itself, too
        "[data-testid=toast-body]:has(.toast-title:text('문제가 생겼습니다'))"
        " >> text='note.txt' 파일은 사진이 아닙니다."
    )
    before = light(ann)
    ann.page.click(".lamp")
    pressed = "true" if before == "light" else "false"
    ann.page.wait_for_selector(f".lamp[aria-pressed={pressed}]")
    ann.page.reload()
    ann.ready()
    assert light(ann) != before
    assert ann.page.get_attribute("html", "lang") == "ko"
    assert ann.page.inner_text("#make").strip() == "영상 만들기"
    speak(ann, "en")
    settle(ann)
    texts = ask(ann, "texts")
    assert [text for text in texts if _HANGUL.search(text)] == []


def test_everything_by_keyboard_alone(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    page = ann.page
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["y"] >= 0  # type: ignore[index]
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "H2"

    stops, done = [], set[str]()
    for _ in range(120):
        page.keyboard.press("Tab")
        stop = ask(ann, "focused")
        if stop is None or (stops and stop["key"] == stops[0]["key"]):
            break
        stops.append(stop)
        if "people" in stop["within"] and "people" not in done:
            page.keyboard.press("ArrowRight")
        if "dances" in stop["within"] and "dances" not in done:
            page.keyboard.press("ArrowDown")
        done.update(stop["within"])
        if stop["id"] == "make":
            page.keyboard.press("Enter")
            page.wait_for_selector(".stop:visible, #result video")
    else:
        raise AssertionError("the keyboard is trapped: " + stops[-1]["name"])
    assert [stop["name"] for stop in stops if not stop["ring"]] == []
    reached = {name for stop in stops for name in stop["within"]}
    assert {"photo", "people", "source", "dances", "setting-quality", "advanced", "make"} <= reached
    ann.wait_head("Your video is ready")


def test_progress_is_announced_politely(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    assert ann.page.locator("#card [aria-live=polite]").count() >= 1  # there before it speaks
    ann.page.evaluate(
        """() => {
          window.said = [];
          const live = document.querySelector('#card [aria-live=polite]');
          new MutationObserver(() => said.push(live.textContent.trim()))
            .observe(live, { childList: true, characterData: true, subtree: true });
        }"""
    )
    ann.page.click("#advanced button")
    ann.page.fill("#setting-num_inference_steps input[type=number]", "5")
    ann.page.press("#setting-num_inference_steps input[type=number]", "Tab")
    stand_in.hold("step-2", "step-5", "step-8")  # of two windows in each of these steps
    ann.pick("ada", "kick")
    ann.make()
    for step in (2, 5, 8):  # each is written on the page
        ann.page.wait_for_selector(f".status-detail >> text=/\\b{step} of /")
        stand_in.release(f"step-{step}")
    ann.page.wait_for_function("() => window.said.at(-1)?.startsWith('Your video is ready')")
    said = [text for text in ann.page.evaluate("said") if text]
    # a new sentence when something new happens, not with every step
    assert said.count("Dancing") == 1 and len(said) <= 5, said


def test_those_who_ask_for_calm_get_it(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.page.emulate_media(reduced_motion="reduce")
    ann.open(stand_in)
    assert ask(ann, "moving") == []
    pictures = ann.page.eval_on_selector_all("#dances img", "all => all.map((one) => one.src)")
    assert pictures and not [src for src in pictures if src.endswith(".webp")]
    stand_in.hold("step-3")
    ann.pick("jun", "sway")
    ann.make()
    ann.wait_head("Dancing")
    assert [name for name in ask(ann, "moving") if name != "width"] == []
    stand_in.release("step-3")
    ann.wait_head("Your video is ready")
