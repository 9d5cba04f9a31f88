"""What the engine says on a Korean page: every key has words, and they say the same facts."""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from said import Said, places, said

from engine.catalogue import SETTINGS
from engine.data.video_open import broken
from engine.errors import BadInput, Cancelled, NoPoseFound
from engine.models import strangers
from engine.pose.mend import Doubt, doubts, report
from engine.settings import specs
from engine.types import NUM_KEYPOINTS, Layout, Poses, Warning
from studio.explained import KOREAN, explained, warned
from studio.jobs.job import Trouble
from studio.jobs.store import Store
from studio.jobs.trouble import explain
from studio.words_errors import KOREAN_ERRORS
from studio.words_keypoints import KOREAN_KEYPOINTS
from studio.words_terms import KOREAN_TERMS
from studio.words_warnings import KOREAN_WARNINGS
from studio.words_weights import KOREAN_WEIGHTS

MET_ELSEWHERE = (
    "engine/cli/",
    # training, and what is prepared for it
    "engine/train/",
    "engine/pocket.py",
    "engine/data/clips.py",
    "engine/data/drawn.py",
    "engine/exchange/clip_poses.py",
    "engine/exchange/prepare.py",
    "engine/models/start.py",
    "engine/models/trained.py",
    "engine/teach.py",
    "engine/library.py:ablate",
    "engine/library.py:find_stage",
    "engine/library.py:train",
    # for whoever calls it from a program: the studio names moves itself
    "engine/data/synth/motion.py:phrase",
)
"""Where the engine speaks English only, because no browser ever shows it."""

SAID_OTHERWISE: Mapping[str, set[str]] = {
    # English sentences or words, which the Korean says without the value
    **dict.fromkeys(
        ("file_is_folder", "file_missing", "file_unreadable", "file_empty", "file_too_big"),
        {"kind"},
    ),
    **dict.fromkeys(("setting_kind", "setting_range", "setting_least", "setting_step"), {"help"}),
    **dict.fromkeys(("pose_doubtful", "pose_doubtful_mended"), {"places"}),
    "model_missing": {"reason", "how"},
    "svd_other_model": {"differences"},
    "weights_foreign": {"summary", "guess"},  # `guess` belongs to the other key of this place
    "weights_stranger": {"summary"},
}
"""Places of the English that the Korean has other facts for, by key."""


@pytest.fixture(scope="module")
def everything() -> list[Said]:
    return said()


def test_every_key_has_korean_words_and_every_word_a_key(everything: list[Said]) -> None:
    assert {key for one in everything for key in one.keys} == set(KOREAN)
    tables = (KOREAN_ERRORS, KOREAN_KEYPOINTS, KOREAN_WEIGHTS, KOREAN_WARNINGS)
    assert sum(map(len, tables)) == len(KOREAN)


def test_what_a_visitor_can_meet_has_a_key(everything: list[Said]) -> None:
    """Give it a key, and its Korean a place in `studio/words_*.py`."""
    met = [one for one in everything if not f"{one.path}:{one.function}".startswith(MET_ELSEWHERE)]
    assert len(met) > 80
    assert [one.where for one in met if not one.keys] == []


def test_both_languages_have_the_same_places(everything: list[Said]) -> None:
    for one in everything:
        for key in one.keys:
            korean = set[str]().union(*map(places, KOREAN[key]))
            assert one.template, f"{one.where}: a template is no f-string"
            assert one.places <= one.given, one.where
            assert korean <= one.given, one.where
            assert one.places - korean == SAID_OTHERWISE.get(key, set()), one.where


def test_the_korean_is_korean_and_polite() -> None:
    for key, texts in KOREAN.items():
        for text in texts:
            told = re.sub(r"\{\w+\}|`[^`]*`", "", text)
            assert re.search(r"[\uac00-\ud7a3]", told) or set(told) <= set(" :."), (key, text)
            sentences = [part for part in re.split(r"(?<=[.])\s", text) if part.endswith(".")]
            for sentence in sentences:
                assert re.search(r"(다|요|\)|\}|`)\.$", sentence), (key, sentence)


def test_the_engines_own_words_are_translated() -> None:
    """Parts of bodies, kinds of files and of settings, which it puts into its messages."""
    for layout in get_args(Layout):
        count = NUM_KEYPOINTS[layout]
        still = Poses(np.full((9, count, 2), 0.5), np.ones((9, count)), layout, (64, 64))
        still.score[4] = 0
        parts = {part for doubt in doubts(still) for part in doubt.parts}
        assert len(parts) > 12 and parts <= KOREAN_TERMS["parts"].keys()
    for _, kind in strangers._KINDS:
        assert f"It looks like {kind}." in KOREAN_TERMS["guess"]
    for settings in SETTINGS.values():
        for name in specs(settings):
            assert get_type_hints(settings)[name].__name__ in KOREAN_TERMS["kind"]


# --- warnings -----------------------------------------------------------------------------------


def _record(*warnings: Warning) -> dict[str, Any]:
    from engine.exchange.record import warned as written

    return written(warnings)


def test_a_warning_is_a_template_with_values_as_an_error_is() -> None:
    one = Warning("No {name}.", "It has {n}.", "Go.", key="k", name="{0}", n=3)
    assert (one.what, one.why, one.values) == ("No {0}.", "It has 3.", {"name": "{0}", "n": "3"})
    assert Warning("a {b}", "c", "d").what == "a {b}"  # without a key nothing is filled
    same = Warning("No {name}.", "It has {n}.", "Go.", key="k", name="{0}", n="3")
    assert one == same and hash(one) == hash(same) and one != Warning("a", "b", "c")
    assert pickle.loads(pickle.dumps(one)) == one


def test_a_record_warns_in_the_language_of_the_page() -> None:
    doubtful = report(
        [Doubt(2, 4, ("left wrist", "head"), True), Doubt(30, 60, ("head",), False)],
        10.0,
        mended=True,
    )
    assert doubtful is not None
    record = _record(doubtful, Warning("A.", "B.", "C."))
    english, korean = warned(record, "en"), warned(record, "ko")
    assert english == record["warnings"] and "0.2-0.5 s (left wrist, head, mended)" in english[0]
    assert "2군데" in korean[0] and "0.2-0.5, 3.0-6.1초" in korean[0]
    assert "왼쪽 손목, 머리" in korean[0] and "1군데는 앞뒤 프레임을" in korean[0]
    assert korean[1] == "A. B."  # without a key it stays as it is


@pytest.mark.parametrize(
    "keys",
    [
        None,
        "several_people",
        [],
        [{"key": "several_people", "values": {}}] * 2,
        [None],
        [{"key": ["several_people"], "values": {}}],
        [{"key": "no_such_key", "values": {}}],
        [{"key": "several_people", "values": "x"}],
        [{"key": "sound_damaged", "values": {"other": 1}}],
    ],
)
def test_a_record_of_another_studio_stays_english(keys: object) -> None:
    record = {"warnings": ["A. B."], "warning_keys": keys}
    assert warned(record, "ko") == warned({"warnings": ["A. B."]}, "ko") == ["A. B."]


def test_a_record_that_is_not_ours_is_bounded() -> None:
    assert warned({"warnings": "x"}, "ko") == warned({}, "en") == []
    long = {"warnings": ["x" * 9999] * 999, "warning_keys": [None] * 999}
    assert len(warned(long, "ko")) == 20 and {len(line) for line in warned(long, "en")} == {600}
    hostile = {"key": "sound_damaged", "values": {"reason": "{0.__class__}", "parts": "head"}}
    (line,) = warned({"warnings": ["x"], "warning_keys": [hostile]}, "ko")
    assert "({0.__class__})" in line


# --- errors -------------------------------------------------------------------------------------


def test_values_fill_the_templates_and_are_not_templates_themselves() -> None:
    error = BadInput(
        "No '{name}'.", "It has {count}.", "Go.", key="k", name="{0.__class__}", count=3
    )
    assert (error.what, error.why) == ("No '{0.__class__}'.", "It has 3.")
    assert BadInput("a {b}", "c", "d").what == "a {b}"  # without a key nothing is filled


@pytest.mark.parametrize(
    "error",
    [NoPoseFound("No {name}.", "b", "c", key="k", name="x"), BadInput("a", "b", "c"), Cancelled()],
)
def test_errors_cross_processes_whole(error: BadInput) -> None:
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is type(error) and str(again) == str(error)
    assert (again.key, again.values, again.fix) == (error.key, error.values, error.fix)


def test_a_failed_job_is_explained_in_the_language_of_the_page(tmp_path: Path) -> None:
    store = Store(tmp_path)
    job = store.add("ann", "mimicmotion", {}, {}, {"dance": "sway"})
    store.take("w")
    store.fail(job.id, explain(broken(Path("me.mp4"))))
    trouble = store.recent("ann")[0].trouble
    what, why, fix = explained(trouble, "ko")
    assert "'me.mp4'" in what and "영상" in what and why and fix
    assert explained(trouble, "en")[0] == "The video 'me.mp4' cannot be read."
    store.finish(job.id, {})
    assert "trouble" not in store.recent("ann")[0].record


def test_an_error_of_another_version_stays_english() -> None:
    old = Trouble("No.", "Because.", "Go.", "file_empty", {"other": "x"})
    assert explained(old, "ko") == ("No.", "Because.", "Go.")
    assert explained(Trouble("No.", "Because.", "Go.", "new_key"), "ko")[0] == "No."
    assert explained(Trouble(key="memory"), "ko")[0] != explained(Trouble(key="memory"), "en")[0]
