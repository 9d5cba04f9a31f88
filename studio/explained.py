"""What the engine says of a job, in the language of the page: why it failed, what it warns of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import StudioError
from engine.types import Warning
from studio.jobs.job import Trouble
from studio.words import Language, say
from studio.words_errors import KOREAN_ERRORS
from studio.words_keypoints import KOREAN_KEYPOINTS
from studio.words_terms import KOREAN_TERMS
from studio.words_warnings import KOREAN_WARNINGS
from studio.words_weights import KOREAN_WEIGHTS

Texts = tuple[str, str, str]
"""What happened, why, and what to do."""

KOREAN: Mapping[str, Texts] = {
    **KOREAN_ERRORS,
    **KOREAN_KEYPOINTS,
    **KOREAN_WEIGHTS,
    **KOREAN_WARNINGS,
}

_MOST_WARNINGS, _LONGEST = 20, 600
"""Of a record: it is ours, but it has been in a file."""


def explained(trouble: Trouble, language: Language) -> Texts:
    """The texts of a job's trouble: the engine's own, or the studio's for its key."""
    if not trouble.what and trouble.key:
        what, why, fix = (
            say(f"trouble_{trouble.key}_{part}", language, **trouble.values)
            for part in ("what", "why", "fix")
        )
        return what, why, fix
    korean = _korean(trouble.key, trouble.values) if language == "ko" else None
    return korean or (trouble.what, trouble.why, trouble.fix)


def trouble_of(message: StudioError | Warning) -> Trouble:
    """The trouble that an error of the engine means, or a warning of it."""
    return Trouble(message.what, message.why, message.fix, message.key, message.values)


def error_texts(error: StudioError, language: Language) -> Texts:
    """The texts of an error that a handler has just caught."""
    return explained(trouble_of(error), language)


def warned(record: Mapping[str, Any], language: Language) -> list[str]:
    """What a record warns of, a line each: what happened and why.

    A record of an older studio has no keys, so its warnings stay English, and so does one that
    this studio has no words for.
    """
    said, keys = record.get("warnings"), record.get("warning_keys")
    if not isinstance(said, list):
        return []
    known = keys if isinstance(keys, list) and len(keys) == len(said) else [None] * len(said)
    pairs = list(zip(said, known, strict=True))[:_MOST_WARNINGS]
    return [_warning(text, key, language)[:_LONGEST] for text, key in pairs]


def _warning(text: object, given: object, language: Language) -> str:
    if language == "ko" and isinstance(given, Mapping) and isinstance(given.get("values"), Mapping):
        korean = _korean(given.get("key"), given["values"])
        if korean is not None:
            return " ".join(korean[:2])
    return str(text)


def _korean(key: object, values: Mapping[str, object]) -> Texts | None:
    """The Korean for a key; None where there is none, or where it needs other facts."""
    if not isinstance(key, str) or key not in KOREAN:
        return None
    told = {name: _term(name, str(value)) for name, value in values.items()}
    try:
        what, why, fix = (text.format_map(told) for text in KOREAN[key])
    except KeyError:  # an older studio stored it, with other facts
        return None
    return what, why, fix


def _term(name: str, value: str) -> str:
    """A value in Korean where it is one of our own words."""
    terms = KOREAN_TERMS.get(name)
    if not terms:
        return value
    return terms.get(value) or ", ".join(terms.get(word, word) for word in value.split(", "))
