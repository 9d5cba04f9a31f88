"""From the state of a page to what is sent to it: only what it does not have yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeAlias

import gradio as gr

from engine.amounts import memory_in_words
from engine.errors import BadInput
from engine.exchange.windowing import Places, Windowing, foreseen
from engine.models.makers import BUILT_IN
from engine.models.sizes import window_of
from engine.sampling.spans import far_fewer
from studio.forms import USUAL_FPS
from studio.jobs.estimate import expected_bytes, expected_seconds
from studio.jobs.store import Store
from studio.makers import title_of
from studio.parts import strip
from studio.served import address, cached, lend, take_back
from studio.view import View
from studio.words import Language, duration, say

LIVE_SECONDS, IDLE_SECONDS = 1.0, 10.0

Sent: TypeAlias = Mapping[str, str]
"""A mark of every part that the page was sent last."""


def updates(view: View, sent: Sent, seen: object = None) -> tuple[Any, ...]:
    """For the stage's outputs: shown, card, shelf, video, button, timer, sent.

    `seen` is the id of what the page shows, where it says so. Two answers may have overtaken each
    other: then the page shows another one than it was sent last, and everything is sent again.
    """
    new = view.marks()
    if seen is not None and seen != (view.shown or ""):
        sent = {}

    def same(name: str) -> bool:
        return sent.get(name) == new[name]

    def unless_same(name: str, value: Any) -> Any:
        return gr.skip() if same(name) else value

    if view.shown and not view.pieces and sent.get("card") == new["card"]:
        take_back(view.shown)  # only now: the page was told before, so it asks for none any more
    return (
        view.shown,
        unless_same("card", {**view.card, "pieces": _lent(view)}),
        unless_same("shelf", view.shelf),
        gr.skip() if same("video") else _served(view.video),  # it is read as a whole for this
        unless_same("button", gr.update(value=view.button)),
        unless_same("live", gr.Timer(LIVE_SECONDS if view.live else IDLE_SECONDS)),
        new,
    )


def _served(video: Path | None) -> str | None:
    try:
        return cached(video) if video else None
    except FileNotFoundError:  # deleted at this moment
        return None


def _lent(view: View) -> list[dict[str, Any]]:
    """Where the page finds the finished pieces, and the second at which each begins."""
    found = []
    for piece in view.pieces:
        try:
            copy = lend(piece.path, str(view.shown))
        except FileNotFoundError:  # the job has just ended
            break
        found.append({"address": address(copy), "start": piece.start})
    return found


def forecast(
    store: Store,
    system: str,
    settings: Mapping[str, Any],
    seconds: float | None,
    language: Language,
    model: str = BUILT_IN,
    places: Places | None = None,
) -> str:
    """How long the clip will be, and how long it will take here; `seconds` None: the whole."""
    if not seconds:
        return say("forecast_whole", language)
    past = store.finished(system, model)
    time = expected_seconds(past, settings, model)
    size = expected_bytes(past, settings, model, places)
    clip = say("tenths", language, count=f"{seconds:.1f}")
    if time is None:
        words = say("forecast_new", language, clip=clip, title=title_of(model, language))
    else:
        words = say("forecast", language, clip=clip, time=duration(time, language))
    if size is not None:
        words += " " + say("forecast_memory", language, size=memory_in_words(size))
    planned = foreseen(settings, model, places)
    note = _shortened(planned, language) or _untrained(planned, settings, language, model)
    return "\n\n".join(filter(None, (words, note)))


def _shortened(planned: Windowing, language: Language) -> str:
    """That the memory holds fewer frames at once than the model learnt; "" if it does not."""
    if not planned.shortened:
        return ""
    return say(
        "windows_shortened",
        language,
        window=planned.window,
        usual=planned.usual,
        need=memory_in_words(planned.need),
        have=memory_in_words(planned.have),
    )


def _untrained(
    planned: Windowing, settings: Mapping[str, Any], language: Language, model: str
) -> str:
    """That a published model gets far fewer frames at once than it learnt; "" if it does not."""
    trained, together = window_of(model), planned.usual
    if model == BUILT_IN or not far_fewer(together, trained):
        return ""
    return say(
        "forecast_untrained",
        language,
        title=title_of(model, language),
        trained=trained,
        together=together,
        seconds=f"{trained / (settings.get('fps') or USUAL_FPS):.1f}",
    )


def windows(
    settings: Mapping[str, Any],
    language: Language,
    model: str = BUILT_IN,
    places: Places | None = None,
) -> dict[str, Any] | None:
    """The fusion strip for these settings; None when the length is not known or nothing fits."""
    if not settings["num_frames"]:
        return None
    planned = foreseen(settings, model, places)
    try:
        return strip.shown(
            settings["num_frames"],
            window=planned.window,
            overlap=planned.overlap,
            why=_shortened(planned, language),
            fusion=settings["fusion"],
            spread=settings["spread_windows"],
            fps=settings["fps"] or USUAL_FPS,
            language=language,
        )
    except BadInput:
        return None


def qualities(
    store: Store,
    system: str,
    settings: Mapping[str, Any],
    choices: tuple[str, ...],
    language: Language,
    model: str = BUILT_IN,
) -> dict[str, Any]:
    """The qualities in words, each with the time that it takes here."""
    past = store.finished(system, model)
    named = []
    for choice in choices:
        words = say(f"choice_{choice}", language)
        meant = {**settings, "quality": choice, "num_inference_steps": 0}
        time = expected_seconds(past, meant, model)
        if time is not None:
            words = say("quality_time", language, quality=words, time=_short(time, language))
        named.append((words, choice))
    return gr.update(choices=named)


def _short(seconds: float, language: Language) -> str:
    if seconds < 55:
        coarse = round(seconds) if seconds < 10 else 5 * round(seconds / 5)
        return say("short_seconds", language, count=max(1, coarse))
    if seconds < 5400:
        return say("short_minutes", language, count=max(1, round(seconds / 60)))
    return say("short_hours", language, count=f"{seconds / 3600:.1f}")
