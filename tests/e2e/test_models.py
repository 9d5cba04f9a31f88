"""The Models tab in a browser, with real processes and a stand-in of the Hub behind them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from conftest import ROOT, Server, Visitor
from playwright.sync_api import expect
from prepared import Prepared

from engine.models.cards import CARDS
from tests.fake_hub import FakeHub

Visit = Callable[..., Visitor]

SIZE = 3_000_000
HELD = 600_000
"""Where a transfer waits that a test has to find under way."""
PTH = "tencent/MimicMotion/MimicMotion_1-1.pth"
OLD_PTH = "tencent/MimicMotion/MimicMotion_1.pth"
SVD = "stabilityai/stable-video-diffusion-img2vid-xt-1-1"


@dataclass
class Place:
    """A studio and the Hub that it fetches from."""

    server: Server
    hub: FakeHub

    @property
    def home(self) -> Path:
        """The studio's home folder."""
        return self.server.home


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Place]:
    """One studio for all tests here; `put_back` undoes what a test does to the Hub."""
    home = tmp_path_factory.mktemp("models")
    files = {name: os.urandom(SIZE) for name in (PTH, OLD_PTH)}
    # the two large files of this card are known by their hash, so only the others can be stood in
    for file in CARDS["svd"].files:
        files[f"{SVD}/{file.name}"] = os.urandom(20_000)
        if file.sha256:
            own = home / "models" / "svd" / file.name
            own.parent.mkdir(parents=True, exist_ok=True)
            own.write_bytes(b"put there by hand")
    hub = FakeHub(files, large={PTH, OLD_PTH}, gated={SVD})
    with hub.running(), pytest.MonkeyPatch.context() as patch:
        patch.setenv("HF_ENDPOINT", hub.endpoint)
        patch.setenv("HF_HUB_CACHE", str(home / "no-cache"))
        patch.setenv("HF_TOKEN_PATH", str(home / "no-token"))
        patch.delenv("HF_TOKEN", raising=False)
        server = Server(ROOT / "tests" / "e2e" / "serve_models.py", home, prepared)
        server.start()
        yield Place(server, hub)
        server.kill()
        assert "Traceback" not in server.log.read_text(), server.log.read_text()


@pytest.fixture(autouse=True)
def put_back(place: Place) -> Iterator[None]:
    yield
    place.hub.speed, place.hub.hold = None, None
    place.hub.away, place.hub.spoil = False, False
    (place.home / "pretended-free").unlink(missing_ok=True)


class Card:
    """One model on a visitor's page."""

    def __init__(self, visitor: Visitor, key: str) -> None:
        self.page = visitor.page
        self.node = visitor.page.locator(f".model[data-key='{key}']")

    def click(self, do: str) -> None:
        self.node.locator(f"button[data-do={do}]").click()

    def agree(self) -> None:
        self.node.locator(".model-agree input").check()

    def state(self) -> str:
        expect(self.node).to_have_attribute("data-state", re.compile("."))
        return self.node.get_attribute("data-state") or ""

    def fetch(self) -> None:
        """Get the model, unless it is here."""
        if self.state() not in ("here", "busy"):
            if self.node.locator(".model-agree").is_visible():
                self.agree()
            self.click("get")
        self.wait("here")

    def without(self) -> None:
        """Take the model away, wherever an earlier test has left it."""
        if self.state() != "missing":
            self.fetch()
            self.remove()
        self.wait("missing")

    def remove(self) -> str:
        """Press "remove" twice; what it asks in between, which it does for four seconds only."""
        return self.node.locator("button[data-do=remove]").evaluate(
            "button => { button.click(); const asked = button.textContent; button.click();"
            " return asked; }"
        )

    def wait(self, state: str, seconds: float = 60) -> None:
        expect(self.node).to_have_attribute("data-state", state, timeout=seconds * 1000)

    def wait_words(self, part: str, words: str, seconds: float = 60) -> None:
        expect(self.node.locator(part)).to_contain_text(words, timeout=seconds * 1000)

    def percent(self) -> float:
        return float(self.node.locator(".bar").get_attribute("aria-valuenow") or 0)

    def wait_percent(self, least: float) -> None:
        self.page.wait_for_function(
            "([key, least]) => Number(document.querySelector(`.model[data-key='${key}'] .bar`)"
            "?.getAttribute('aria-valuenow')) >= least",
            arg=[self.node.get_attribute("data-key"), least],
            timeout=60_000,
        )


def open_models(visitor: Visitor, place: Place, dark: bool = False) -> None:
    theme = "dark" if dark else "light"
    visitor.page.goto("about:blank")  # from the open page a new #name alone would load nothing
    visitor.page.goto(f"{place.server.address}?__theme={theme}#models")
    visitor.page.wait_for_selector(".model[data-key=mimicmotion]", timeout=60_000)


def test_get_reload_check_and_remove(place: Place, visit: Visit) -> None:
    ann = visit()
    open_models(ann, place)
    card = Card(ann, "mimicmotion")
    card.without()
    assert "Research and education only" in card.node.inner_text()
    assert "3.05 GB" in card.node.inner_text()
    ann.shot("models-1-missing", full=True)
    card.click("get")  # nothing happens before the licence is agreed to
    expect(card.node.locator(".model-agree-missing")).to_be_visible()
    assert not place.hub.seen
    place.hub.speed, place.hub.hold = 500_000, HELD
    card.agree()
    card.click("get")
    card.wait("busy")
    card.wait_percent(8)
    card.wait_words(".model-left", "left")
    ann.shot("models-2-downloading", full=True)
    before = card.percent()
    ann.page.reload()
    ann.page.wait_for_selector(".model[data-key=mimicmotion][data-state=busy]", timeout=60_000)
    card.wait_percent(before)
    place.hub.speed, place.hub.hold = None, None
    card.wait("here")
    card.wait_words(".model-state", "Here")
    card.click("check")
    card.wait_words(".model-note", "every byte is right")
    ann.shot("models-3-here", full=True)
    assert "Really remove?" in card.remove()
    card.wait("missing")
    ann.page.wait_for_selector("#models-notice >> text=3 MB are free again")
    assert not list((place.home / "models").rglob("blobs/*"))


def test_cancel_and_resume_fetch_each_byte_once(place: Place, visit: Visit) -> None:
    ann = visit()
    open_models(ann, place)
    card = Card(ann, "mimicmotion-1.0")
    card.without()
    place.hub.speed, place.hub.hold, sent = 500_000, HELD, place.hub.sent
    card.agree()
    card.click("get")
    card.wait_percent(10)
    card.click("stop")
    card.wait("partly")
    card.wait_words(".model-note", "What has arrived is kept")
    ann.shot("models-4-stopped", full=True)
    place.hub.speed, place.hub.hold = None, None
    expect(card.node.locator(".model-agree")).to_be_hidden()  # nobody is asked twice
    card.click("get")
    card.wait("here")
    assert place.hub.sent - sent < SIZE + 1_000_000
    assert place.hub.transfers()[-1]["range"].startswith("bytes=")


def test_a_damaged_file_is_found_and_only_it_is_fetched_again(place: Place, visit: Visit) -> None:
    ann = visit()
    open_models(ann, place)
    card = Card(ann, "mimicmotion-1.0")
    card.fetch()
    (blob,) = (place.home / "models" / "models--tencent--MimicMotion" / "blobs").iterdir()
    content = blob.read_bytes()
    blob.write_bytes(b"\0" + content[1:])
    card.click("check")
    card.wait("broken")
    card.wait_words(".model-note", "Damaged: MimicMotion_1.pth")
    ann.shot("models-5-damaged", full=True)
    card.click("get")
    card.wait("here")
    assert blob.read_bytes() == content


def test_a_gated_model_wants_a_token_and_forgets_it(place: Place, visit: Visit) -> None:
    ann = visit()
    open_models(ann, place)
    card = Card(ann, "svd")
    field = card.node.locator(".model-token")
    card.agree()
    card.click("get")
    card.wait_words(".trouble", "needs your access token")
    ann.shot("models-6-gated", full=True)
    field.fill("hf_mistyped")
    card.click("get")
    card.wait_words(".trouble", "does not know this token")
    assert field.input_value() == ""
    field.fill("stranger")
    card.click("get")
    card.wait_words(".trouble", "Accept the terms on its page with the same account")
    place.hub.tokens["hf_right"] = True
    field.fill("hf_right")
    card.click("get")
    card.wait("here")
    kept = [path for path in place.home.rglob("*") if path.is_file()]
    assert not [path for path in kept if b"hf_right" in path.read_bytes()]
    assert not [path for path in kept if b"hf_mistyped" in path.read_bytes()]


def test_a_full_disk_and_no_network_are_said(place: Place, visit: Visit) -> None:
    ann = visit()
    open_models(ann, place)
    card = Card(ann, "mimicmotion")
    card.without()
    (place.home / "pretended-free").write_text("1000000")
    card.agree()
    card.click("get")
    card.wait_words(".trouble", "The disk is too full for MimicMotion 1.1.")
    card.wait_words(".trouble", "3 MB are still to come, and 1 MB are free.")
    (place.home / "pretended-free").unlink()
    place.hub.away = True
    card.click("get")
    card.wait_words(".trouble", "No connection to the Hub.")
    card.wait_words(".trouble", "This computer is offline")
    ann.shot("models-7-offline", full=True)
    place.hub.away = False
    card.click("get")
    card.wait("here")


def test_a_killed_server_leaves_what_has_arrived(place: Place, visit: Visit) -> None:
    ann = visit()
    open_models(ann, place)
    card = Card(ann, "mimicmotion")
    card.without()
    place.hub.speed, place.hub.hold = 500_000, HELD
    card.agree()
    card.click("get")
    card.wait_percent(10)
    ann.page.goto("about:blank")
    place.server.kill()
    place.server.start()
    open_models(ann, place)
    card.wait("partly")
    card.wait_words(".model-note", "Interrupted")
    place.hub.speed, place.hub.hold = None, None
    card.click("get")
    card.wait("here")


def test_on_a_phone_in_korean_in_the_dark_by_keyboard(place: Place, visit: Visit) -> None:
    ann = visit(locale="ko-KR", width=390, height=844)
    open_models(ann, place, dark=True)
    card = Card(ann, "dwpose")
    card.wait_words(".model-state", "없음")
    assert ann.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert "__i18n__" not in ann.page.inner_text("body")
    ann.page.locator(".models-fold summary").focus()
    ann.page.keyboard.press("Enter")
    ann.page.wait_for_selector(".model[data-key=mimicmotion-posenet]:visible")
    ann.shot("models-8-phone-korean", full=True)
    card.node.locator("button[data-do=get]").focus()
    ann.page.keyboard.press("Enter")
    card.wait_words(".trouble", "받지 못했습니다")  # the stand-in has no DWPose
    ann.shot("models-9-phone-trouble", full=True)
