"""Every word of the studio is said somewhere: what nobody says any more goes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from studio import words

ROOT = Path(__file__).resolve().parents[2]
_STRING = re.compile(r"""(['"])((?:(?!\1)[^\\\n]|\\.)*)\1""")
_PLACE = re.compile(r"\{[^{}]*\}")
_KEY = re.compile(r"[\w.-]+")
_BEGUN = re.compile(r"[a-z]{3}[\w.-]*(\{[^{}]*\}[\w.-]*)+")
"""A key that is put together, by its beginning: `dance_{key}`, `model_{key}_for`."""


def _strings(path: Path) -> list[str]:
    """The strings of a source; of `words.py` only those after the words themselves."""
    text = path.read_text(encoding="utf-8")
    if path.name == "words.py":
        text = text[text.index("def language_of") :]
    return [found for _, found in _STRING.findall(text)]


def _unused(keys: Iterable[str]) -> list[str]:
    """Of `keys` those that no source says, whole or by a beginning.

    Notices and troubles are said by the part before `_what`, `_why` and `_fix`. What a rehearsal
    finds, how far the work is and why a model cannot be fetched are said by the engine.
    """
    studio = [*(ROOT / "studio").rglob("*.py"), *(ROOT / "studio").rglob("*.js")]
    said = [one for path in studio if "words_" not in path.name for one in _strings(path)]
    whole = {one for one in said if _KEY.fullmatch(one)}
    begun = [
        re.compile(r"[\w.-]+".join(map(re.escape, _PLACE.split(one))))
        for one in said
        if _BEGUN.fullmatch(one) and not one.startswith(("trouble_", "look_"))
    ]
    engine = [one for path in (ROOT / "engine").rglob("*.py") for one in _strings(path)]
    named = {one.split(" ")[0] for one in engine}

    def is_said(key: str) -> bool:
        head = re.sub(r"_(what|why|fix)$", "", key)
        if head.startswith("trouble_"):
            return head.removeprefix("trouble_") in whole
        kind, _, rest = head.partition("_")
        if kind in ("look", "stage", "fetch") and rest in named:
            return True
        return bool({key, head} & whole) or any(one.fullmatch(key) for one in begun)

    return [key for key in keys if not is_said(key)]


def test_every_word_is_said_somewhere() -> None:
    assert _unused(words.I18N.translations["en"]) == []


def test_a_word_that_nobody_says_is_found() -> None:
    dead = ["nobody_says_this", "trouble_nobody_what", "look_nobody_sees", "forecast_many"]
    assert _unused([*dead, "make", "trouble_memory_why", "look_nobody", "dance_kick"]) == dead
