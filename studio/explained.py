"""What went wrong, in the language of the page: of a job that failed, or of an error right now."""

from __future__ import annotations

from engine.errors import StudioError
from studio.jobs.job import Trouble
from studio.words import Language, say
from studio.words_errors import KOREAN_ERRORS

Texts = tuple[str, str, str]
"""What happened, why, and what to do."""


def explained(trouble: Trouble, language: Language) -> Texts:
    """The texts of a job's trouble: the engine's own, or the studio's for its key."""
    english = (trouble.what, trouble.why, trouble.fix)
    if not trouble.what and trouble.key:
        what, why, fix = (
            say(f"trouble_{trouble.key}_{part}", language) for part in ("what", "why", "fix")
        )
        return what, why, fix
    if language == "en" or trouble.key not in KOREAN_ERRORS:
        return english
    try:
        what, why, fix = (text.format(**trouble.values) for text in KOREAN_ERRORS[trouble.key])
    except KeyError:  # an error that an older studio stored, with other facts
        return english
    return what, why, fix


def trouble_of(error: StudioError) -> Trouble:
    """The trouble that an error of the engine means."""
    return Trouble(error.what, error.why, error.fix, error.key, error.values)


def error_texts(error: StudioError, language: Language) -> Texts:
    """The texts of an error that a handler has just caught."""
    return explained(trouble_of(error), language)
