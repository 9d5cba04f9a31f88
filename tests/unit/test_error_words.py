"""Errors of the engine on a Korean page: every key has words, and they say the same facts."""

from __future__ import annotations

import ast
import pickle
import string
from pathlib import Path

import pytest

from engine.data.video_open import broken
from engine.errors import BadInput, Cancelled, NoPoseFound
from studio.explained import explained
from studio.jobs.job import Trouble
from studio.jobs.store import Store
from studio.jobs.trouble import explain
from studio.words_errors import KOREAN_ERRORS

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"BadInput", "StudioError", "MissingModel", "NoPoseFound", "OutOfMemory"}
MET_IN_THE_STUDIO = ("engine/data", "engine/pose", "engine/exchange", "engine/settings.py")


def _raised() -> list[tuple[str, ast.Call]]:
    """Every place in the engine that makes an error for people."""
    return [
        (f"{path.relative_to(ROOT)}:{node.lineno}", node)
        for path in sorted((ROOT / "engine").rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", None) in KINDS
    ]


def _key(call: ast.Call) -> str:
    return next((str(ast.literal_eval(k.value)) for k in call.keywords if k.arg == "key"), "")


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_key_has_korean_words_and_every_word_a_key() -> None:
    raised = {_key(call) for _, call in _raised()} - {""}
    assert raised == set(KOREAN_ERRORS)


def test_the_places_are_filled_in_both_languages() -> None:
    for where, call in _raised():
        key = _key(call)
        if not key:
            continue
        given = {keyword.arg for keyword in call.keywords} - {"key"}
        english = set[str]()
        for text in call.args:
            for part in ast.walk(text):
                assert not isinstance(part, ast.JoinedStr), f"{where}: a template is no f-string"
                if isinstance(part, ast.Constant) and isinstance(part.value, str):
                    english |= _places(part.value)
        korean = set[str]().union(*(_places(text) for text in KOREAN_ERRORS[key]))
        assert english <= given, where
        assert korean <= given, where
        assert ("name" in english) <= ("name" in korean), f"{where}: which file?"


def test_what_a_visitor_can_meet_has_a_key() -> None:
    """Files, poses and settings; developers alone meet the two that are left out."""
    allowed = {"engine/data/drawn.py", "engine/data/synth/motion.py", "engine/data/picture.py"}
    without = [
        where
        for where, call in _raised()
        if where.startswith(MET_IN_THE_STUDIO)
        and not _key(call)
        and where.split(":")[0] not in allowed
    ]
    assert without == []


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
