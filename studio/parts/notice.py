"""A short word beside the button: what is missing before a job can start."""

from __future__ import annotations

from dataclasses import replace

import gradio as gr

from studio.explained import explained
from studio.jobs.job import Trouble
from studio.parts.source import part
from studio.words import Language, known, say


def notice(elem_id: str) -> gr.HTML:
    """Build the notice; its value is None or made by `missing`."""
    return part("notice", elem_id, markup='<div class="notice" role="alert" hidden></div>')


def refused(trouble: Trouble, language: Language) -> dict[str, str]:
    """Why something cannot be used, and what to do about it."""
    what, why, fix = explained(_as_labelled(trouble, language), language)
    return {"what": what, "fix": f"{why} {fix}"}


def missing(key: str, language: Language, **values: object) -> dict[str, str]:
    """What is missing, and what to do about it; `values` fill the places in the words."""
    return {part: say(f"{key}_{part}", language, **values) for part in ("what", "fix")}


def _as_labelled(trouble: Trouble, language: Language) -> Trouble:
    """The same with a setting called by the words at its field; programs know it by its name."""
    name = str(trouble.values.get("name"))
    if not trouble.key.startswith("setting_") or not known(f"setting_{name}"):
        return trouble
    label = say(f"setting_{name}", language)
    what = trouble.what.replace(f"'{name}'", f"'{label}'")
    return replace(trouble, what=what, values={**trouble.values, "name": label})
