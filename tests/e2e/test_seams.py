"""A look at the seams: asked for beside the strip, made by the worker, played in every way."""

from __future__ import annotations

from collections.abc import Callable

import axe
from conftest import Server, Visitor

Visit = Callable[..., Visitor]
SECONDS = "#setting-num_frames input[type=number]"

# The pictures of all the ways are drawn.
_DRAWN = """() => {
  const all = [...document.querySelectorAll('.seams-picture')];
  const sums = all.map((one) => one.width && one.getContext('2d')
    .getImageData(0, 0, one.width, one.height).data.reduce((sum, level) => sum + level, 0));
  return all.length === 4 && sums.every((sum) => sum > 255 * 128 * 128);
}"""


def _opened(ann: Visitor, stand_in: Server, seconds: str, dark: bool = False) -> None:
    ann.open(stand_in, dark)
    ann.page.click("#advanced button")
    _long(ann, seconds)


def _long(ann: Visitor, seconds: str) -> None:
    ann.page.fill(SECONDS, seconds)
    ann.page.press(SECONDS, "Tab")
    joins = "document.querySelector('.strip')?.dataset.joins"
    many = "> 0" if float(seconds) > 1 else "=== 0"
    ann.page.wait_for_function(f"() => {joins} && Number({joins}) {many}")


def _asked(ann: Visitor) -> None:
    ann.page.click(".seams-ask")
    ann.page.wait_for_selector(".seams-work:visible >> text=Making it in four ways")


def _best_named(ann: Visitor) -> bool:
    """Whether the verdict names what is marked as the smoothest, one of the lowest score there."""
    found = ann.page.eval_on_selector_all(
        ".seams-mode",
        "all => all.map((one) => [one.querySelector('.seams-name').textContent,"
        " parseFloat(one.querySelector('.seams-score').textContent.match(/[0-9.]+/)),"
        " one.dataset.best === 'true'])",
    )
    verdict = ann.page.inner_text(".seams-verdict")
    best = [score for _, score, marked in found if marked] or [score for _, score, _ in found]
    named = [name in verdict for name, _, _ in found]
    return min(best) == min(score for _, score, _ in found) and named == [row[2] for row in found]


def test_the_seams_are_previewed_stopped_compared_and_used(stand_in: Server, visit: Visit) -> None:
    ann = visit(height=1000)
    _opened(ann, stand_in, "0.6")
    ann.page.wait_for_selector(".seams-ask", state="hidden")  # all of it fits into one window
    _long(ann, "5")
    ann.page.wait_for_selector(".seams-ask:visible")
    stand_in.hold("seams")
    _asked(ann)
    ann.page.reload()  # it belongs to the store, not to the page
    ann.ready()
    ann.page.click("#advanced button")
    ann.page.wait_for_selector(".seams-work .bar:visible")
    ann.page.locator("#seams").scroll_into_view_if_needed()
    ann.shot("seams-1-work")
    ann.page.click(".seams-stop")
    ann.page.wait_for_selector(".seams-ask:visible")
    stand_in.release("seams")
    assert ann.page.is_hidden(".seams-found")

    ann.page.press(".seams-ask", "Enter")
    ann.page.wait_for_selector(".seams-found:visible")
    ann.page.wait_for_function(_DRAWN)
    assert _best_named(ann)
    scores = ann.page.locator(".seams-score").all_inner_texts()
    assert len(scores) == 4 and all(score.endswith(" × the usual") for score in scores)
    named = ann.page.get_attribute(".seams-mode:nth-child(4) canvas", "aria-label") or ""
    assert named.startswith("None: Joins ") and named.endswith(scores[3])
    ann.page.locator("#seams").scroll_into_view_if_needed()
    ann.page.wait_for_selector(".seams-modes[data-join=true]")
    ann.shot("seams-2-found")
    ann.page.press(".seams-play", "Enter")
    ann.page.wait_for_selector(".seams-play >> text=Play")
    ann.page.click(".seams-mode:nth-child(2) .seams-use")
    ann.page.wait_for_function(
        "() => document.querySelector('#setting-fusion input:checked')?.value === 'ramp'"
    )
    assert axe.problems(ann.page, "#seams") == []
    assert ann.page.locator(".tile").count() == 0  # it is none of the videos

    ann.page.click(".seams-drop")
    ann.page.wait_for_selector(".seams-found", state="hidden")
    ann.page.wait_for_selector(".seams-ask:visible")


def test_on_a_phone_at_night_in_korean(stand_in: Server, visit: Visit) -> None:
    ann = visit(locale="ko-KR", width=390, height=844)
    _opened(ann, stand_in, "5", dark=True)
    ann.page.tap(".seams-ask")
    ann.page.wait_for_function(_DRAWN)
    assert _best_named(ann) and "삼각형" in ann.page.inner_text(".seams-modes")
    places = [one.bounding_box() for one in ann.page.locator(".seams-mode").all()]
    assert all(place and place["x"] + place["width"] <= 390 for place in places)
    assert places[0] and places[2] and places[2]["y"] > places[0]["y"]  # two by two
    ann.page.locator(".seams-verdict").scroll_into_view_if_needed()
    ann.page.evaluate("scrollBy(0, 420)")
    ann.shot("seams-3-phone")
    assert axe.problems(ann.page, "#seams") == []
