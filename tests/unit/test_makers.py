"""Who makes a video: which models are ready, who is chosen, and what becomes of the choice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadInput, MissingModel
from engine.models.cards import CARDS
from engine.models.machine import Machine
from engine.models.makers import makers, require_maker
from engine.models.released import locate
from engine.models.sizes import window_of
from studio import words
from studio.fetches.fetcher import Fetcher
from studio.fetches.record import Record, mark_of, save
from studio.jobs.home import owner_of
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.makers import Makers, label_of, title_of
from studio.names import job_facts
from studio.tabs.dance import show
from tests.unit.makers import put, take_away
from tests.unit.test_studio_dance import SYSTEM, Page, asking

GB = 1 << 30


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "no-cache"))
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    return tmp_path / "home"


@pytest.fixture
def page(home: Path) -> Page:
    return Page(home)


def found(home: Path, machine: Machine = Machine(64 * GB)) -> Makers:  # noqa: B008 (frozen)
    return Makers(SYSTEM, Fetcher(home), machine)


def choice(page: Page) -> Any:
    return page.do.chosen(page.given).order.model


# --- what is ready ------------------------------------------------------------------------------


def test_those_who_make_videos_are_the_published_systems_with_a_window(home: Path) -> None:
    assert list(makers(SYSTEM))[:2] == ["mimicmotion", "mimicmotion-1.0"]
    assert not {"svd", "dwpose", "mimicmotion-posenet"} & set(makers(SYSTEM))
    for key, card in makers(SYSTEM).items():
        assert card.memory and card.group == "people"
        put(home, key)
        assert locate(key, home).window == card.window == window_of(key)


def test_a_model_is_ready_when_all_its_parts_are_whole(home: Path) -> None:
    assert found(home).ready() == ("pocket",)
    put(home, "mimicmotion")
    assert found(home).ready() == ("pocket", "mimicmotion")
    take_away(home, "dwpose")
    assert found(home).ready() == ("pocket",)
    with pytest.raises(MissingModel) as missing:
        require_maker("mimicmotion", SYSTEM, home)
    assert missing.value.why == "Not here: DWPose (351 MB)."
    assert "models get mimicmotion`" in missing.value.fix
    put(home, "mimicmotion")
    file = home / "models/svd/vae/config.json"
    save(home, Record("svd", "check", "done", damaged={"vae/config.json": mark_of(file)}))
    assert found(home).ready() == ("pocket",)  # a check found a part of it damaged


@pytest.mark.parametrize("name", ["svd", "", "Pocket", "/etc", "../home", "mimicmotion-posenet"])
def test_nothing_but_a_known_name_is_a_model(home: Path, name: str) -> None:
    with pytest.raises(BadInput, match="Choose one of: pocket, mimicmotion, "):
        require_maker(name, SYSTEM, home)


def test_what_this_computer_has_room_for_goes_first(home: Path) -> None:
    put(home, "mimicmotion")
    put(home, "mimicmotion-1.0")
    assert found(home).ready() == ("pocket", "mimicmotion", "mimicmotion-1.0")
    small = found(home, Machine(64 * GB, "Small Card", 8 * GB))
    assert small.ready() == ("pocket", "mimicmotion-1.0", "mimicmotion")
    assert small.suiting(None) == "mimicmotion-1.0"
    told = small.fit("mimicmotion", "en")
    assert told.startswith("MimicMotion 1.1 here: tight: wants about 16 GB") and "8 GB" in told
    assert small.fit("pocket", "en") == ""


def test_models_have_names_in_both_languages() -> None:
    for language in ("en", "ko"):
        assert title_of("mimicmotion", language) == "MimicMotion 1.1"
        assert title_of("somebody's own", language) == "somebody's own"
        for model in ("pocket", *CARDS):
            assert label_of(model, language)
    assert label_of("mimicmotion", "en") == "MimicMotion 1.1 (real people)"
    assert label_of("pocket", "ko") == "내장 모델 (그림 인물)"


# --- the choice on the page ---------------------------------------------------------------------


def test_without_a_published_model_there_is_nothing_to_choose(page: Page) -> None:
    update = page.making.shown(None, None, "en")
    assert update["value"] is None and update["visible"] == "hidden"
    assert choice(page) is None and page.make()[1].model == "pocket"


def test_the_choice_follows_the_kind_of_picture_and_nothing_else(page: Page, home: Path) -> None:
    put(home, "mimicmotion")
    page.arrive()
    assert choice(page) == "pocket"  # an example is chosen at first

    def picked(photo: str, model: str) -> tuple[str, str]:
        address, consent, update = page.do.picked("ada", photo, model, "en")
        assert consent["visible"] is False
        return address, update["value"]

    def uploaded(person: str | None, model: str) -> str:
        nobody, consent, update = page.do.uploaded(person, "me.png", model, "en")
        assert nobody is None and consent["visible"] is True
        return update["value"]

    assert uploaded("mina", "pocket") == "mimicmotion"
    assert uploaded(None, "pocket") == "pocket"  # own after own
    ada, model = picked("me.png", "mimicmotion")
    assert model == "pocket"
    assert picked(ada, "mimicmotion") == (ada, "mimicmotion")  # an example after an example
    update = page.making.shown("mimicmotion", None, "ko")
    assert update["visible"] is True
    assert update["choices"] == [
        ("내장 모델 (그림 인물)", "pocket"),
        ("MimicMotion 1.1 (실제 사람)", "mimicmotion"),
    ]


def test_who_comes_back_with_a_fresh_model_is_offered_it(page: Page, home: Path) -> None:
    back = page.making.returned
    assert [one.get("value") for one in back(False, None, None, "en")] == [None, None]
    put(home, "mimicmotion")
    _, update = back(True, None, "mina", "en")
    assert update["value"] == "pocket"
    note, update = back(True, None, "", "en")
    assert update["value"] == "mimicmotion" and "what" not in note
    take_away(home, "svd")
    note, update = back(True, "mimicmotion", "", "en")
    assert update["value"] is None and "MimicMotion 1.1 is not here" in note["what"]


def test_a_draft_keeps_the_model_and_says_when_it_is_gone(page: Page, home: Path) -> None:
    put(home, "mimicmotion")
    page.change(model="mimicmotion")
    page.do.keep(page.token, True, *page.given)
    page.change(model=None)
    assert page.arrive() is None and choice(page) == "mimicmotion"
    take_away(home, "mimicmotion")
    assert "MimicMotion 1.1 is not here" in page.arrive()["what"]
    assert choice(page) is None


def test_a_preset_leaves_the_model_alone(page: Page, home: Path) -> None:
    put(home, "mimicmotion")
    page.change(model="mimicmotion")
    page.see([*page.given[: -len(page.form.components)], *page.do.preset("best")])
    assert choice(page) == "mimicmotion" and page.make()[1].model == "mimicmotion"


# --- orders and what comes after ----------------------------------------------------------------


def made(page: Page, model: str = "mimicmotion") -> Job:
    page.change(model=model)
    note, job = page.make()
    assert note is None and page.store.take("w") is not None
    job.result.write_bytes(b"mp4")
    page.store.finish(job.id, {"model": model, "seed": 5, "frames": 24})
    found = page.store.get(job.id, job.owner)
    assert found is not None
    return found


def test_an_order_for_a_model_that_is_not_here_is_refused(page: Page) -> None:
    page.change(model="mimicmotion")
    note = page.do.make(page.token, None, {}, *page.given, "ko")[0]
    assert "MimicMotion 1.1" in note["what"] and "모델 탭" in note["fix"]
    assert page.store.recent(owner_of(page.token) or "") == []


def test_again_and_longer_are_by_the_same_model_or_not_at_all(page: Page, home: Path) -> None:
    put(home, "mimicmotion")
    job = made(page)
    for act in (page.do.again, page.do.longer):
        assert act(page.token, {}, "en", asking(job.id))[0] is None
        assert page.store.recent(job.owner)[0].model == "mimicmotion"
    take_away(home, "mimicmotion")
    count = len(page.store.recent(job.owner))
    for act in (page.do.again, page.do.longer):
        assert "Models tab" in act(page.token, {}, "en", asking(job.id))[0]["fix"]
    assert len(page.store.recent(job.owner)) == count


def test_used_settings_bring_the_model_or_say_that_it_is_gone(page: Page, home: Path) -> None:
    put(home, "mimicmotion")
    job = made(page)
    page.change(model="pocket")
    note, *filled = page.do.use(page.token, "en", asking(job.id))
    page.see(filled)
    assert note["tone"] == "done" and choice(page) == "mimicmotion"
    put(home, "mimicmotion-1.0")
    take_away(home, "mimicmotion")
    note, *filled = page.do.use(page.token, "en", asking(job.id))
    page.see(filled)
    assert "not here" in note["what"] and choice(page) == "pocket"


def test_results_name_their_model_by_its_title(page: Page, home: Path) -> None:
    put(home, "mimicmotion")
    job = made(page)
    assert (words.say("fact_model", "en"), "MimicMotion 1.1") in job_facts(job, "en")
    odd = replace(job, record={**job.record, "model": "my folder"})
    assert (words.say("fact_model", "ko"), "my folder") in job_facts(odd, "ko")


# --- what it will take --------------------------------------------------------------------------


def test_the_forecast_of_a_model_is_learnt_from_its_own_jobs(home: Path) -> None:
    store = Store(home)
    settings = {"num_frames": 24, "quality": "draft", "num_inference_steps": 0}

    def told(model: str) -> str:
        return show.forecast(store, SYSTEM, settings, 1.6, "en", model)

    assert "ready in about" in told("pocket")
    assert told("mimicmotion").startswith("1.6 s of dance. How long MimicMotion 1.1 takes here")
    short = "learnt 72 frames at once and gets 25 here"
    assert short in told("mimicmotion") and short not in told("pocket")
    assert "patterns" not in told("mimicmotion-1.0")
    job = store.add("ann", SYSTEM, settings, {}, {}, model="mimicmotion")
    store.take("w")
    store.finish(job.id, {"model": "mimicmotion"})
    for _ in range(25):  # however many others came later
        store.add("ann", SYSTEM, settings, {}, {})
        taken = store.take("w")
        assert taken is not None
        store.finish(taken.id, {"model": "pocket"})
    assert "ready in about" in told("mimicmotion")


def test_the_strip_shows_the_windows_of_the_model() -> None:
    settings = {
        "num_frames": 60, "window_size": 0, "overlap": 6, "fusion": "triangle",
        "spread_windows": False, "fps": 0.0,
    }  # fmt: skip
    pocket, large = (show.windows(settings, "en", one) for one in ("pocket", "mimicmotion"))
    assert pocket and large
    assert len(pocket["hills"]) > len(large["hills"]) == 1
