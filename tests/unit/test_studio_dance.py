"""The Dance tab's handlers without a browser: choices, drafts, presets, what can be done again."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from engine.catalogue import SETTINGS
from engine.data import synth
from engine.models.machine import Machine
from engine.settings import parse, specs
from studio import words
from studio.choices import NOTHING, Choices, choices_of, choices_of_record
from studio.drafts import Drafts
from studio.examples import ASSETS, FILTERS, FIRST_DANCE, FIRST_PERSON, dance_items, find
from studio.fetches.fetcher import Fetcher
from studio.forms import Form, apply_settings
from studio.hosting import Hosting
from studio.intake import Intake
from studio.jobs.home import new_token, owner_of
from studio.jobs.job import Job
from studio.jobs.limits import QueueLimits
from studio.jobs.store import Store
from studio.makers import Makers
from studio.parts import look
from studio.parts.card import longer, status
from studio.presets import presets
from studio.tabs.dance.choosing import FIELDS, LEADING
from studio.tabs.dance.handlers import Handlers
from studio.tabs.dance.layout import lay_out
from studio.tabs.dance.making import Making
from studio.view import look as view_of

SYSTEM = "mimicmotion"
ANN, BOB = "a" * 64, "b" * 64
SAYS_YES = Intake(Hosting(), (sys.executable, "-c", 'print(\'{"facts": {"seconds": 1.0}}\')'))
Given = list[Any]


class Page:
    """The handlers, and the fields as a browser would hold them."""

    def __init__(self, home: Path) -> None:
        self.store, self.drafts, self.examples = Store(home), Drafts(home), find()
        form = Form(SYSTEM)
        with gr.Blocks():
            lay_out(self.examples, presets(SYSTEM), form)
        self.form = form
        makers = Makers(SYSTEM, Fetcher(home), Machine(32 << 30))
        self.making = Making(makers, self.examples)
        self.do = Handlers(
            self.store, self.drafts, self.examples, SAYS_YES, presets(SYSTEM), form, self.making
        )
        self.token = new_token()
        self.given: Given = []
        self.arrive()

    def arrive(self) -> Any:
        """Open the page; the notice."""
        _, _, note, *rest = self.do.arrive(self.token, "en")
        self.see(rest[7:])
        return note

    def see(self, updates: Any) -> None:
        """Take what a handler sends to the fields."""
        held = [*self.given, *[None] * (len(updates) - len(self.given))]
        self.given = [_told(one, before) for one, before in zip(updates, held, strict=True)]

    def change(self, **fields: Any) -> None:
        """Choose something, by the name of a field or a setting."""
        names = [*FIELDS, *self.form.added]
        for name, value in fields.items():
            self.given[names.index(name)] = value

    def make(self) -> tuple[Any, Job]:
        """Press the button; the notice, and the newest job."""
        out = self.do.make(self.token, None, {}, *self.given, "en")
        return out[0], self.store.recent(owner_of(self.token) or "")[0]


def _told(update: Any, before: Any = None) -> Any:
    """The value that a field has after an update."""
    return update.get("value", before) if isinstance(update, dict) else update


def asking(job: object) -> gr.EventData:
    """An event of the card that shows `job`."""
    return gr.EventData(None, {"id": job})


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Page:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    return Page(tmp_path / "home")


def _file(folder: Path, name: str, content: bytes) -> str:
    path = folder / str(abs(hash(content))) / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path)


# --- the library --------------------------------------------------------------------------------


def test_the_library_knows_every_dance_and_move_with_its_tempo() -> None:
    told = json.loads((ASSETS / "examples" / "dances.json").read_text(encoding="utf-8"))
    assert list(told) == [*synth.DANCES, *synth.MOVES]
    for key, one in told.items():
        dance = synth.find_dance(key)
        kind = "dance" if key in synth.DANCES else "move"
        assert (one["kind"], one["tempo"], one["bpm"]) == (kind, dance.tempo, dance.bpm)


def test_every_dance_and_move_has_pictures_a_name_and_a_filter() -> None:
    items = {item.key: item for item in dance_items(find())}
    assert set(items) == {*synth.DANCES, *synth.MOVES}
    for item in items.values():
        assert item.picture.endswith(".webp") and item.still.endswith(".jpg")
        assert set(item.shelves) <= set(FILTERS) and item.note and "bpm" in item.note["en"]
    for name in FILTERS:
        assert [item for item in items.values() if name in item.shelves], name
    largest = max(path.stat().st_size for path in (ASSETS / "examples" / "dances").iterdir())
    assert largest < 200_000


def test_samples_are_of_people_and_dances_that_are_there() -> None:
    examples = find()
    for sample in examples.samples:
        assert sample.person in examples.people and sample.dance in examples.dances
        for address in (sample.clip, sample.poster):
            assert (ASSETS / address.removeprefix("pirouette/")).exists()
    assert examples.sample("../secret") is None


# --- presets ------------------------------------------------------------------------------------


def test_every_preset_fits_the_catalogue_and_has_words() -> None:
    found = {key: one for system in SETTINGS for key, one in presets(system).items()}
    assert len(found) == len(list((ASSETS / "presets").glob("*.json"))) >= 4
    for key, one in found.items():
        settings = parse(SETTINGS[one.system], one.settings)
        assert all(getattr(settings, name) == value for name, value in one.settings.items())
        words.label(f"preset_{key}")


def test_a_preset_fills_the_settings_and_an_unknown_one_does_nothing(page: Page) -> None:
    page.change(seed=11)
    page.see([*page.given[:LEADING], *page.do.preset("best")])
    settings = page.do.chosen(page.given).settings
    assert settings["seed"] == 11  # it was typed
    assert {**settings, **presets(SYSTEM)["best"].settings} == settings
    assert page.do.preset_of(*page.given, "en") == "best"
    page.change(seed=5)
    assert page.do.preset_of(*page.given, "en") == "best"
    page.change(quality="draft")
    assert page.do.preset_of(*page.given, "en") is None
    assert page.do.preset("../best") == [gr.skip()] * len(page.form.components)


# --- every setting once -------------------------------------------------------------------------


def test_every_setting_is_on_the_page_once_and_comes_back_as_it_was(page: Page) -> None:
    known = specs(SETTINGS[SYSTEM])
    assert sorted(page.form.added) == sorted(known)
    for name, spec in known.items():
        words.label(f"group_{spec.group or 'other'}")
        for value in (*spec.choices, spec.minimum, spec.maximum, spec.empty):
            if value is None or name == "num_frames":
                continue
            shown = [_told(one) for one in page.form.shown({name: value})]
            assert page.form.values(shown)[name] == value, name


@pytest.mark.parametrize("fps", [0.0, 8.0, 15.0, 24.0, 60.0])
def test_a_length_in_seconds_is_the_same_number_of_frames(page: Page, fps: float) -> None:
    for frames in (1, 16, 23, 24, 300, 599):
        shown = page.form.shown({"num_frames": frames, "fps": fps})
        assert page.form.values([_told(one) for one in shown])["num_frames"] == frames


def test_a_slider_is_long_enough_for_what_it_shows(page: Page) -> None:
    """Gradio refuses what is beyond its ends in its own words, whatever else is asked."""
    place = page.form.added.index("num_frames")
    long = page.form.shown({"num_frames": 1800})[place]
    assert (long["value"], long["minimum"], long["maximum"]) == (120, 0.4, 120)
    short = page.form.shown({"num_frames": 3})[place]
    assert (short["value"], short["minimum"], short["maximum"]) == (0.2, 0.2, 60)
    assert page.form.shown({"num_frames": 24})[place] == 1.6


def test_settings_of_another_version_fill_what_they_can() -> None:
    filled = apply_settings(
        {"quality": "best", "overlap": 10_000, "magic": True}, {"dance": "salsa"}
    )
    assert filled.settings["quality"] == "best" and filled.settings["overlap"] == 6
    assert (filled.dropped, filled.dance, filled.person) == (("overlap", "magic"), "salsa", None)


# --- the first click ----------------------------------------------------------------------------


def test_the_first_click_makes_a_video(page: Page) -> None:
    note, job = page.make()
    assert note is None and job.state == "queued"
    assert job.words == {"person": FIRST_PERSON, "dance": FIRST_DANCE}
    assert job.settings["num_frames"] == 24 and job.settings["seed"] == -1


def test_what_a_wrong_setting_is_comes_back_in_words(page: Page) -> None:
    page.change(overlap=-3)
    out = page.do.make(page.token, None, {}, *page.given, "en")
    assert "Overlap" in out[0]["what"] and out[0]["fix"]
    assert page.store.recent(owner_of(page.token) or "") == []


# --- consent ------------------------------------------------------------------------------------


def test_consent_counts_for_the_picture_it_was_given_for(page: Page, tmp_path: Path) -> None:
    mine, other = _file(tmp_path, "me.png", b"me"), _file(tmp_path, "you.png", b"you")
    page.change(person=None, photo=mine, consent=True, agreed=mine)
    assert page.do.chosen(page.given).order.consent
    page.change(photo=other)  # the tick has not been taken away yet
    assert not page.do.chosen(page.given).order.consent
    page.change(consent=False, photo=mine)
    assert not page.do.chosen(page.given).order.consent
    page.change(consent=True, agreed="")
    assert not page.do.chosen(page.given).order.consent


# --- drafts -------------------------------------------------------------------------------------


def test_a_reload_brings_everything_back(page: Page, tmp_path: Path) -> None:
    photo, clip = _file(tmp_path, "me.png", b"me"), _file(tmp_path, "clip.mov", b"mov" * 9)
    page.change(
        person="", photo=photo, consent=True, agreed=photo, source="video", motion=clip,
        whole=True, quality="best", seed=7,
    )  # fmt: skip
    page.do.keep(page.token, True, *page.given)
    Path(photo).unlink()  # Gradio tidies up its uploads
    Path(clip).unlink()
    page.arrive()
    again = page.do.chosen(page.given)
    assert again.order.photo and Path(again.order.photo).read_bytes() == b"me"
    assert again.order.motion and Path(again.order.motion).read_bytes() == b"mov" * 9
    assert again.order.consent and again.whole and again.order.source == "video"
    assert (again.settings["quality"], again.settings["seed"]) == ("best", 7)


def test_nothing_is_kept_before_the_page_has_its_draft_and_for_nobody(page: Page) -> None:
    page.change(quality="best")
    page.do.keep(page.token, False, *page.given)
    page.do.keep("no token", True, *page.given)
    assert page.drafts.load(owner_of(page.token) or "") is None


def test_a_draft_of_an_older_studio_is_made_fit_for_the_form(page: Page) -> None:
    old = {"fusion": "of old", "window_size": 10**6, "sparkle": 3, "quality": "best"}
    page.drafts.save(
        owner_of(page.token) or "", Choices(replace(NOTHING, dance="salsa"), False, old)
    )
    page.arrive()
    again = page.do.chosen(page.given)
    assert again.order.dance == "salsa" and again.settings["quality"] == "best"
    assert (again.settings["fusion"], again.settings["window_size"]) == ("triangle", 0)


def test_a_draft_belongs_to_its_owner_and_its_consent_to_its_photo(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    photo = _file(tmp_path, "me.png", b"me")
    order = replace(NOTHING, photo=photo, consent=True)
    drafts.save(ANN, Choices(order))
    assert drafts.load(BOB) is None
    kept = drafts.load(ANN)
    assert kept and kept.order.consent
    drafts.save(
        ANN, Choices(replace(order, photo=_file(tmp_path, "you.png", b"you"), consent=False))
    )
    kept = drafts.load(ANN)
    assert kept and not kept.order.consent
    with pytest.raises(ValueError, match="owner"):
        drafts.load("../../etc")


def test_drafts_are_bounded_and_drop_what_is_not_chosen_any_more(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path, per_owner=100, total=150)
    clip, large = _file(tmp_path, "a.mp4", b"x" * 80), _file(tmp_path, "b.mp4", b"y" * 101)
    drafts.save(ANN, Choices(replace(NOTHING, motion=clip, source="video")))
    folder = tmp_path / "drafts" / ANN
    assert sorted(path.name for path in folder.iterdir()) == ["draft.json", "motion.mp4"]
    drafts.save(ANN, Choices(replace(NOTHING, motion=large, source="video")))
    kept = drafts.load(ANN)
    assert kept and kept.order.motion is None and kept.order.source == "video"
    drafts.save(ANN, Choices(replace(NOTHING, motion=clip, source="video")))
    drafts.save(BOB, Choices(replace(NOTHING, motion=clip, source="video")))
    assert drafts.load(ANN) is None and drafts.load(BOB) is not None  # the older made room
    long_ago = time.time() - 31 * 86_400
    os.utime(tmp_path / "drafts" / BOB / "draft.json", (long_ago, long_ago))
    drafts.sweep()
    assert drafts.load(BOB) is None and not (tmp_path / "drafts" / BOB).exists()
    folder.mkdir()  # a first file is being taken in while somebody else sweeps
    drafts.sweep()
    assert folder.exists()
    (folder / "draft.json").write_bytes(b"\0" * 40)  # a power cut
    assert drafts.load(ANN) is None
    drafts.save(ANN, Choices(replace(NOTHING, dance="sway")))
    kept = drafts.load(ANN)
    assert kept and kept.order.dance == "sway"


# --- what comes after ---------------------------------------------------------------------------


def _done(page: Page, **record: Any) -> Job:
    _, job = page.make()
    page.store.take("w")
    job.result.write_bytes(b"mp4")
    page.store.finish(job.id, {"model": "pocket", "seed": 5, "frames": 24, **record})
    found = page.store.get(job.id, job.owner)
    assert found is not None
    return found


def test_a_finished_video_can_be_made_again_longer_and_used(page: Page) -> None:
    job = _done(page)
    acts = [name for name, _ in status(job, 0, "en")["actions"]]
    assert acts == ["download", "again", "longer", "use"]
    page.do.again(page.token, {}, "en", asking(job.id))
    assert page.store.recent(job.owner)[0].settings["seed"] == -1
    page.do.longer(page.token, {}, "en", asking(job.id))
    longest = page.store.recent(job.owner)[0].settings
    assert (longest["num_frames"], longest["seed"]) == (48, 5)
    page.change(quality="draft", dance="kick", person="theo")
    note, *filled = page.do.use(page.token, "en", asking(job.id))
    page.see(filled)
    again = page.do.chosen(page.given)
    assert note["tone"] == "done" and again.order.dance == FIRST_DANCE
    assert (again.order.person, again.settings["seed"]) == (FIRST_PERSON, 5)
    assert again.settings == {**job.settings, "seed": 5}


def test_another_visitors_job_cannot_be_used(page: Page) -> None:
    job = _done(page)
    stranger = new_token()
    for act in (page.do.again, page.do.longer, page.do.resume):
        assert "no longer here" in act(stranger, {}, "en", asking(job.id))[0]["what"]
    assert "no longer here" in page.do.use(stranger, "en", asking(job.id))[0]["what"]
    assert page.store.recent(owner_of(stranger) or "") == []


def test_what_was_stopped_can_go_on(page: Page) -> None:
    _, job = page.make()
    page.store.cancel(job.id, job.owner)
    stopped = page.store.get(job.id, job.owner)
    assert stopped and status(stopped, 0, "en")["actions"][0] == ("resume", "Try again")
    stopped.scratch.mkdir()
    (stopped.scratch / "step-3").write_bytes(b"x")
    assert status(stopped, 0, "en")["actions"][0] == ("resume", "Go on")
    assert page.do.resume(page.token, {}, "en", asking(job.id))[0] is None
    waiting = page.store.get(job.id, job.owner)
    assert waiting and waiting.state == "queued"


def test_a_clip_that_was_made_whole_gets_no_longer(page: Page) -> None:
    job = _done(page)
    assert longer(job) == 48
    assert longer(replace(job, record={**job.record, "frames": 20})) == 0
    assert longer(replace(job, settings={**job.settings, "num_frames": 0})) == 0
    most = specs(SETTINGS[SYSTEM])["num_frames"].maximum
    assert longer(replace(job, settings={**job.settings, "num_frames": most})) == 0


def test_a_host_offers_no_more_than_it_takes(page: Page) -> None:
    job = _done(page)
    assert longer(job, 40) == 40 and longer(job, 24) == 0
    assert "longer" not in dict(status(job, 0, "en", most_frames=24)["actions"])
    page.store.limits = QueueLimits(frames=24)
    count = len(page.store.recent(job.owner))
    page.do.longer(page.token, {}, "en", asking(job.id))  # a page that was told otherwise
    assert len(page.store.recent(job.owner)) == count
    assert presets(SYSTEM, most_frames=240)["long"].settings["num_frames"] == 240
    assert presets(SYSTEM)["long"].settings["num_frames"] == 300
    form = Form(SYSTEM)
    with gr.Blocks():
        lay_out(page.examples, presets(SYSTEM), form, most_frames=240)
    slider = form.components[form.added.index("num_frames")]
    assert isinstance(slider, gr.Slider) and slider.maximum == 16


def test_what_runs_stays_in_sight_however_much_is_queued(page: Page) -> None:
    _, first = page.make()
    page.store.take("w")
    for _ in range(13):
        page.store.add(first.owner, SYSTEM, {}, {}, {})
    view = view_of(page.store, first.owner, None, "en", page.examples)
    assert view.shown == first.id and view.shelf["items"][-1]["id"] == first.id


def test_a_job_of_own_files_gives_them_back(page: Page, tmp_path: Path) -> None:
    photo, clip = _file(tmp_path, "me.png", b"me"), _file(tmp_path, "k.json", b"{}")
    page.change(
        person=None, photo=photo, consent=True, agreed=photo, source="keypoints",
        keypoints=clip, whole=True,
    )  # fmt: skip
    note, job = page.make()
    assert note is None and job.settings["num_frames"] == 0 and job.consent
    choices = choices_of(job)
    assert choices.whole and choices.order.source == "keypoints" and choices.order.consent
    assert "num_frames" not in choices.settings
    page.see(page.do.take(choices, "en")[1:-1])
    assert page.do.chosen(page.given).order.consent


def test_a_record_gives_settings_but_no_consent() -> None:
    filled = apply_settings({"quality": "draft"}, {"dance": "salsa", "person": "ada"})
    choices = choices_of_record(filled)
    assert not choices.order.consent and choices.order.photo is None
    assert (choices.order.person, choices.order.dance) == ("ada", "salsa")


# --- the stage before anything was made ---------------------------------------------------------


def test_a_sample_is_on_the_stage_until_there_is_a_video(page: Page) -> None:
    samples = page.examples.samples
    if not samples:
        pytest.skip("assets/examples/clips holds no samples yet")
    view = view_of(page.store, None, None, "en", page.examples)
    assert (view.card["state"], view.card["clip"]) == ("sample", samples[0].clip)
    last = view_of(page.store, None, samples[-1].key, "ko", page.examples)
    assert last.card["clip"] == samples[-1].clip and last.shown == samples[-1].key
    _, job = page.make()
    assert view_of(page.store, job.owner, None, "en", page.examples).shown == job.id


# --- the rehearsal ------------------------------------------------------------------------------


CUT_OFF = "영상이 손상되어 앞부분만 씁니다. 파일의 끝부분이 없어 읽기를 일찍 마쳤습니다."


def test_what_a_rehearsal_found_is_said() -> None:
    picture = "data:image/webp;base64,AA=="
    fine = look.seen({"picture": picture, "findings": [], "notes": []}, "en")
    assert fine["good"] and fine["lines"] == []
    paper = look.seen({"picture": picture, "findings": ["paper"], "notes": []}, "en")
    assert paper["good"] and len(paper["lines"]) == 1
    notes = [{"what": "Hm."}, {"what": "Cut.", "why": ".", "fix": ".", "key": "clip_cut_off"}]
    bad = look.seen({"picture": picture, "findings": ["feet_out", "new"], "notes": notes}, "ko")
    assert not bad["good"] and bad["lines"][1:] == ["Hm.", CUT_OFF]
    noted = look.seen({"picture": picture, "findings": [], "notes": notes}, "en")
    assert not noted["good"]
    failed = look.seen({"trouble": {"what": "No.", "why": "So.", "fix": "Do."}}, "en")
    assert failed["picture"] == "" and failed["lines"] == ["No.", "So.", "Do."]
    assert len(look.seen({"trouble": {"key": "unexpected"}}, "ko")["lines"]) == 3
