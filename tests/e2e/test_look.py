"""Can everyone use it: checked by axe, by keyboard alone, by finger, at 390 pixels, in both
languages and both lights, on every tab.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import axe
import pytest
from conftest import Server, Visitor

Visit = Callable[..., Visitor]
LANGUAGES = ("en", "ko")
SIZES = {"laptop": (1280, 800), "phone": (390, 844)}
TABS = "#tabs > .tab-wrapper button[role=tab]:visible"
_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")

_LOOK = Path(__file__).with_name("look.js").read_text(encoding="utf-8")


def ask(visitor: Visitor, question: str) -> Any:
    """What look.js answers."""
    return visitor.page.evaluate(f"() => {{ {_LOOK} return look.{question}(); }}")


def tabs(visitor: Visitor) -> int:
    return max(1, visitor.page.locator(TABS).count())


def open_tab(visitor: Visitor, number: int) -> None:
    """Open a tab by its place, and let it settle."""
    if visitor.page.locator(TABS).count() > number:
        visitor.page.locator(TABS).nth(number).click()
    visitor.page.wait_for_timeout(1200)


def speak(visitor: Visitor, language: str) -> None:
    """Choose the language on the page."""
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
def test_nothing_serious_on_any_tab(stand_in: Server, visit: Visit, size: str) -> None:
    width, height = SIZES[size]
    ann = visit(width=width, height=height)
    lived_in(ann, stand_in)
    found: list[str] = []
    for language in LANGUAGES:
        ann.page.goto(stand_in.address)
        ann.ready()
        speak(ann, language)
        for number in range(tabs(ann)):
            open_tab(ann, number)
            wide = ann.page.evaluate("document.documentElement.scrollWidth")
            if wide > width:
                found.append(f"{language} tab {number}: {wide} pixels wide")
            for light in ("light", "dark"):
                if light != ("dark" if ann.page.locator("body.dark").count() else "light"):
                    ann.page.click(".lamp")
                    ann.page.wait_for_timeout(300)
                where = f"{size}-{language}-{light}-tab{number}"
                ann.shot(f"look-{where}", full=True)
                found += [f"{where}: {one}" for one in axe.problems(ann.page)]
    assert not found, "\n".join(dict.fromkeys(found))


def test_fingers_can_hit_everything(stand_in: Server, visit: Visit) -> None:
    ann = visit(width=390, height=844)
    ann.open(stand_in)
    ann.page.locator("#advanced button").first.click()
    small: list[str] = []
    for number in range(tabs(ann)):
        open_tab(ann, number)
        small += ask(ann, "small")
    assert not small, "\n".join(small)


_GRADIOS = {
    "Upload file",
    "Capture from camera",
    "Capture from webcam",
    "Record from camera",
    "Paste from clipboard",
}
"""Names of Gradio's own buttons, which its code holds in English alone."""


def test_the_language_is_switched_for_good(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.open(stand_in)
    ann.pick("noor", "twist")
    ann.page.wait_for_timeout(1500)  # the draft is kept
    speak(ann, "ko")
    assert ann.page.title().startswith("Pirouette") and _HANGUL.search(ann.page.title())
    ann.page.wait_for_selector("[data-language=ko][aria-pressed=true]")
    ann.page.wait_for_selector("#people [data-key=noor][aria-checked=true]")
    for number in range(tabs(ann)):
        open_tab(ann, number)
        left = [text for text in ask(ann, "texts") if _SENTENCE.search(text)]
        assert {text for text in left if not _HANGUL.search(text)} <= _GRADIOS
        assert "__i18n__" not in ann.page.inner_text("body")
    open_tab(ann, 0)  # a reload stays on its tab
    ann.page.reload()
    ann.ready()
    assert ann.page.get_attribute("html", "lang") == "ko"
    assert ann.page.inner_text("#make").strip() == "영상 만들기"
    speak(ann, "en")
    open_tab(ann, 0)
    texts = ask(ann, "texts")
    assert [text for text in texts if _HANGUL.search(text)] == []


def test_the_light_is_remembered(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.page.goto(stand_in.address)
    ann.ready()
    before = ann.page.locator("body.dark").count()
    ann.page.click(".lamp")
    assert ann.page.get_attribute(".lamp", "aria-pressed") == ("false" if before else "true")
    ann.page.reload()
    ann.ready()
    assert ann.page.locator("body.dark").count() != before


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
    ann.pick("ada", "kick")
    ann.make()
    ann.wait_head("Your video is ready")
    ann.page.wait_for_timeout(300)
    said = [text for text in ann.page.evaluate("said") if text]
    assert said[-1].startswith("Your video is ready")
    # a new sentence when something new happens, not with every step
    assert len(dict.fromkeys(said)) <= 8, said


def test_those_who_ask_for_calm_get_it(stand_in: Server, visit: Visit) -> None:
    ann = visit()
    ann.page.emulate_media(reduced_motion="reduce")
    ann.open(stand_in)
    assert ask(ann, "moving") == []
    pictures = ann.page.eval_on_selector_all("#dances img", "all => all.map((one) => one.src)")
    assert pictures and not [src for src in pictures if src.endswith(".webp")]
    ann.pick("jun", "sway")
    ann.make()
    ann.wait_head("Dancing")
    assert [name for name in ask(ann, "moving") if name != "width"] == []
    ann.wait_head("Your video is ready")
