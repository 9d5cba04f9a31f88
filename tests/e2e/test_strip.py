"""The fusion strip draws what the sampler does; shown alone in a page, without the studio."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from studio.parts import strip

PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 24px; font-family: sans-serif; {look} }} {style}</style>
<body class="{dark}"><div id="here">{template}</div><script>
window.props = {{ value: {value} }};
window.repaint = () => {{}};
(function (element, props, watch, trigger) {{ {code} }})(
  document.querySelector('#here'), window.props,
  (_, paint) => {{ window.repaint = paint; }}, () => {{}});
window.change = (value) => {{ window.props.value = value; window.repaint(); }};
</script></body>"""


def view(frames: int, **changes: Any) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "window": 16,
        "overlap": 6,
        "fusion": "triangle",
        "spread": False,
        "fps": 15.0,
        "language": "en",
    }
    return strip.shown(frames, **(settings | changes))


def opened(page: Page, value: dict[str, Any] | None, *, dark: bool = False) -> None:
    look = (
        "background:#1b1022;color:#eee;--background-fill-secondary:#2a1c31;--quiet:#b7a6b8"
        if dark
        else "--background-fill-secondary:#f6f0ee"
    )
    part = strip.strip("strip")
    page.set_content(
        PAGE.format(
            look=look,
            style=part.css_template,
            dark="dark" if dark else "",
            template=part.html_template,
            value=json.dumps(value),
            code=part.js_on_load,
        )
    )


@pytest.fixture
def page(browser: Browser) -> Any:
    page = browser.new_page(viewport={"width": 620, "height": 220})
    yield page
    page.close()


def test_hills_and_joins(page: Page, tmp_path: Path) -> None:
    opened(page, view(39))
    assert page.locator("polygon").count() == 4
    assert page.locator("line").count() == 3
    assert "4 windows" in page.locator(".strip-words").inner_text()
    assert page.locator("svg").get_attribute("viewBox") == "0 0 39 100"
    page.screenshot(path=tmp_path / "strip.png")
    page.evaluate("value => change(value)", view(8))
    assert page.locator("polygon").count() == 1 and page.locator("line").count() == 0
    page.evaluate("change(null)")
    assert page.locator("figure").is_hidden()


def test_words_are_never_read_as_html(page: Page) -> None:
    value = view(39) | {"words": "<img src=x onerror=window.broken=1>"}
    opened(page, value)
    assert page.locator("img").count() == 0
    assert page.evaluate("window.broken") is None
