"""Who makes the video, chosen on the page once a published model is whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import axe
import pytest
from conftest import ENGINE, ROOT, Server, Visitor

from studio.jobs.store import Store
from tests.unit.makers import put, take_away

Visit = Callable[..., Visitor]
PHOTO = ROOT / "assets" / "examples" / "people" / "noor.png"


@pytest.fixture
def models(stand_in: Server) -> Iterator[Path]:
    """The studio's home, which other tests expect without any models."""
    yield stand_in.home
    shutil.rmtree(stand_in.home / "models", ignore_errors=True)


def wait_maker(visitor: Visitor, model: str) -> None:
    """Wait until `model` is chosen, and the note on paper people says what it should."""
    visitor.page.wait_for_function(
        "model => document.querySelector('#maker input:checked')?.value === model"
        " && (document.querySelector('#pocket-note')?.checkVisibility() ?? false)"
        " === (model === 'pocket')",
        arg=model,
    )


def test_who_makes_it_is_chosen_on_the_page(stand_in: Server, visit: Visit, models: Path) -> None:
    ann = visit()
    ann.open(stand_in)
    assert not ann.page.is_visible("#maker") and ann.page.is_visible("#pocket-note")
    put(models, "mimicmotion")  # as a download would
    ann.page.click("#tab-models-button")
    ann.page.wait_for_selector(".model")
    ann.page.click("#tab-dance-button")
    ann.page.wait_for_selector("#maker", state="visible")
    wait_maker(ann, "pocket")  # an example is chosen
    ann.page.locator("#photo input[type=file]").first.set_input_files(PHOTO)
    wait_maker(ann, "mimicmotion")
    ann.page.wait_for_selector("#forecast >> text=How long MimicMotion 1.1 takes here")
    ann.page.check("#consent input")
    ann.shot("maker-laptop", full=True)
    assert axe.problems(ann.page, "#choices") == []
    ann.make()
    if ENGINE == "stand_in":
        ann.wait_head("Your video is ready")
    else:  # the real one reads the files, and there is nothing in them
        ann.wait_head("This one did not work out")
        ann.shot("maker-empty-files")
    assert Store(models).ended()[-1].model == "mimicmotion"
    ann.page.reload()
    ann.ready()
    wait_maker(ann, "mimicmotion")
    ann.page.click("#people [data-key=ada]")
    wait_maker(ann, "pocket")
    ann.page.click("#maker label:nth-of-type(2)")
    wait_maker(ann, "mimicmotion")
    ann.page.click("#people [data-key=jun]")
    ann.page.wait_for_selector("#people [data-key=jun][aria-checked=true]")
    ann.page.click("#dances [data-key=sway]")
    # the answer's own picture: it says the maker, too
    ann.page.wait_for_selector("#photo img[src*='file='][src*=jun]")
    wait_maker(ann, "mimicmotion")

    bob = visit(locale="ko-KR", width=390, height=844)
    bob.open(stand_in)
    bob.page.wait_for_selector("#maker >> text=MimicMotion 1.1 (실제 사람)")
    assert bob.page.evaluate("document.documentElement.scrollWidth") <= 390
    bob.page.click("#maker label:nth-of-type(2)")
    wait_maker(bob, "mimicmotion")
    bob.shot("maker-phone-korean", full=True)

    take_away(models, "dwpose")
    ann.make()
    ann.page.wait_for_selector("#notice .notice:visible >> text=MimicMotion 1.1")
    assert "Not here: DWPose" in ann.page.inner_text("#notice")
    ann.shot("maker-gone")
    ann.page.reload()
    ann.ready()
    ann.page.wait_for_selector("#maker", state="hidden")
    ann.page.wait_for_selector("#notice .notice:visible >> text=the built-in model is chosen")
    ann.shot("maker-fallen-back")
