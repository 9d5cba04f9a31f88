"""The tab as a whole: its parts, its handlers, and which event goes where."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr
from gradio.components import Component
from gradio.events import Dependency

from engine.data.limits import check_result
from engine.errors import BadInput
from engine.models.makers import BUILT_IN
from studio.drafts import Drafts
from studio.examples import Examples
from studio.explained import explained, trouble_of
from studio.forms import Form
from studio.intake import Intake, Role
from studio.jobs.places import Told
from studio.jobs.store import Store
from studio.lengths import frames_of, rate_of
from studio.makers import Makers
from studio.orders import own_dance
from studio.page import IN_LANGUAGE, LANGUAGE, QUIET
from studio.presets import presets
from studio.rehearsal import Rehearsals
from studio.tabs.dance import show
from studio.tabs.dance.choosing import CAST, FIELDS, LEADING
from studio.tabs.dance.handlers import Handlers
from studio.tabs.dance.layout import Fields, Parts, lay_out
from studio.tabs.dance.making import Making
from studio.tabs.dance.rehearse import Rehearser
from studio.tabs.dance.seams import Seams
from studio.words import language_of

_SYSTEM = "mimicmotion"

# The tick belongs to the picture that was shown when it was made, and to no other.
_AGREED = "(yes, photo) => yes && photo ? photo.path : ''"

# On a phone the stage is below the choices, and at their end its top is out of sight: go there,
# unless something is missing.
_TO_THE_STAGE = """() => {
  const stage = document.querySelector('#stage-column');
  if (document.querySelector('#notice .notice:not([hidden])')) return;
  if (innerWidth >= 900 && stage.getBoundingClientRect().top >= 0) return;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  stage.scrollIntoView({ behavior: calm ? 'auto' : 'smooth' });
}"""
_TO_THE_FORM = """() => {
  document.querySelector('#choices').scrollIntoView({ behavior: 'smooth' });
}"""

# It appears below the button, where the large one may cover it.
_TO_THE_LOOK = """() => {
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  document.querySelector('#look').scrollIntoView(
    { behavior: calm ? 'auto' : 'smooth', block: 'center' });
}"""

# With every tick the page says which job its stage shows, and its language.
_ON_STAGE = (
    "(...given) => [...given.slice(0, -2),"
    f" document.querySelector('#card .stage')?.dataset.job || '', {LANGUAGE}]"
)

# Gradio drops a second event while it waits for the answer to the first. These ask again, with
# what the fields hold then; those ask at once, because each one says what it is about.
_LAST: dict[str, Any] = {"trigger_mode": "always_last"}
_EACH: dict[str, Any] = {"trigger_mode": "multiple"}

_TO_THIS_TAB = """() => {
  if (document.querySelector('#gallery-notice .notice:not([hidden])')) return;
  document.getElementById('tab-dance-button')?.click();
  scrollTo({ top: 0, behavior: 'smooth' });
}"""

# What is emptied in the page itself: the server is not asked, so a pick costs it less.
_EMPTIED: dict[str, Any] = {"js": "() => null", **QUIET}


class Dance:
    """The tab's components and what happens when they are used.

    Args:
        store: where jobs go and are read from.
        examples: people, dances and samples to pick from.
        intake: reads what visitors upload before anything else does.
        makers: the models that can be chosen from.
        rehearsals: who shows the pose before the run; by default a process of our own.

    After `build`, another tab fills the form through `fill_after`.
    """

    def __init__(
        self,
        store: Store,
        examples: Examples,
        intake: Intake,
        makers: Makers,
        rehearsals: Rehearsals | None = None,
    ) -> None:
        self._store, self._places = store, Told(store.home)
        self._examples = examples
        self._intake = intake
        self._rehearsals = rehearsals or Rehearsals(store.home)
        self._form = Form(_SYSTEM)
        self._presets = presets(_SYSTEM, most_frames=intake.limits.max_result_frames)
        drafts = Drafts(store.home)
        self._making = Making(makers, examples)
        self._do = Handlers(
            store, drafts, examples, intake, self._presets, self._form, self._making
        )
        self._rehearser = Rehearser(self._rehearsals, examples, intake, self._form, self._do.chosen)
        self._seams = Seams(store, examples, intake, self._form, self._do.chosen)

    def build(self, demo: gr.Blocks, tab: gr.Tab, token: gr.BrowserState) -> None:
        """Lay the tab out inside `demo`, and wire it; `token` is the visitor's."""
        fields, parts = lay_out(
            self._examples, self._presets, self._form, self._intake.limits.max_result_frames
        )
        self._taken: list[Component] = [parts.notice, *fields.components]
        self._page = gr.Textbox(visible=False)  # its value is replaced by IN_LANGUAGE
        # Before that, nothing on the page is the visitor's. The page holds it, not the server: what
        # the page sent before it was filled may be read after the server has filled it.
        arrived = gr.Textbox("", visible="hidden", elem_id="arrived", show_label=False)
        arrival = self._wire_stage(demo, token, arrived, fields, parts)
        self._wire_choices(token, fields, parts)
        self._wire_maker(tab, arrived, fields, parts)
        self._wire_settings(arrival, fields, parts)
        self._wire_seams(token, fields, parts.seams)

    def fill_after(self, event: Dependency, wanted: gr.State) -> None:
        """Fill the form with the `Choices` in `wanted` once `event` is over, and show this tab."""
        self._on(event.then, self._do.take, [wanted], [*self._taken, wanted]).then(
            None, None, None, js=_TO_THIS_TAB
        )

    def _on(
        self, event: Any, act: Any, inputs: Sequence[Component], outputs: Any, **how: Any
    ) -> Dependency:
        """A quiet event whose handler gets the page's language as its last input."""
        return event(act, [*inputs, self._page], outputs, **{"js": IN_LANGUAGE, **QUIET, **how})

    def _wire_stage(
        self,
        demo: gr.Blocks,
        token: gr.BrowserState,
        arrived: gr.Textbox,
        fields: Fields,
        parts: Parts,
    ) -> Dependency:
        shown = gr.State(None)  # id of the job, or key of the sample, on the stage
        sent = gr.State({})  # what this page was sent last
        timer = gr.Timer(show.LIVE_SECONDS)
        view = [shown, parts.card, parts.shelf, parts.video, parts.go, timer, sent]
        said = [parts.notice, *view]
        at = [token, sent]
        chosen: list[Any] = fields.components

        self._on(parts.go.click, self._do.make, [token, shown, sent, *chosen], said).then(
            None, None, None, js=_TO_THE_STAGE
        )
        self._on(parts.card.stop, self._do.stop, at, view, **_EACH)
        self._on(parts.card.again, self._do.again, at, said)
        self._on(parts.card.longer, self._do.longer, at, said)
        self._on(parts.card.resume, self._do.resume, at, said)
        self._on(parts.card.use, self._do.use, [token], self._taken).then(
            None, None, None, js=_TO_THE_FORM
        )
        self._on(parts.shelf.choose, self._do.choose, at, view, **_EACH)
        self._on(parts.reel.choose, self._do.sample, at, [*chosen[:CAST], *view], **_EACH)
        seen = gr.Textbox(visible=False)  # its value is replaced by _ON_STAGE
        asked = [token, shown, sent, seen]
        self._on(timer.tick, self._do.tick, asked, view[1:], js=_ON_STAGE)
        gr.on(
            [component.change for component in chosen],
            self._do.keep,
            [token, arrived, *chosen],
            None,
            **_LAST,
            **QUIET,
        )
        return self._on(demo.load, self._do.arrive, [token], [token, arrived, *said, *chosen])

    def _wire_maker(self, tab: gr.Tab, arrived: gr.Textbox, fields: Fields, parts: Parts) -> None:
        model = fields.model
        back = [arrived, model, fields.person]
        self._on(tab.select, self._making.returned, back, [parts.notice, model])
        model.change(self._making.note, model, parts.pocket_note, **QUIET)

    def _wire_choices(self, token: gr.BrowserState, fields: Fields, parts: Parts) -> None:
        agreed = fields.consent.input(
            None, [fields.consent, fields.photo], fields.agreed, js=_AGREED, show_progress="hidden"
        )
        # One event each: a second one would find the fields as the first one left them.
        person, photo, consent, model = fields.person, fields.photo, fields.consent, fields.model
        before = [person, photo, model]
        self._on(person.input, self._do.picked, before, [photo, consent, model], **_LAST)
        # Gradio calls taking a picture away an input, too; with `.clear` this would be asked twice.
        self._on(photo.input, self._do.uploaded, before, [person, consent, model], **_LAST)
        motion, keypoints = fields.motion, fields.keypoints
        videos = [motion.upload, motion.stop_recording]
        given: list[tuple[Role, Any, gr.HTML, list[Any], list[Any]]] = [
            ("photo", photo, fields.photo_notice, [photo.input], []),
            ("motion", motion, fields.motion_notice, videos, [motion.clear]),
            ("keypoints", keypoints, fields.motion_notice, [keypoints.upload], [keypoints.clear]),
        ]
        chosen = [token, *fields.components]
        about = gr.State(None)  # what the look at the pose is about
        seen = [parts.rehearse, parts.look, about]
        slow: dict[str, Any] = {
            "queue": True, "concurrency_limit": 2, "concurrency_id": "rehearsal",
        }  # fmt: skip
        for role, field, note, arrivals, gone in given:
            for changed in (*arrivals, *gone):
                self._on(changed, self._do.checked(role), [field], note, **_LAST)
        whom = self._form.components[self._form.added.index("person")]
        clips = [*videos, keypoints.upload]
        # A number counts the people of one clip; it would mean another person in the next.
        fresh = gr.on([*clips], None, None, whom, **{**_EMPTIED, "js": "() => 0"})
        own = [photo.input, fresh.then, agreed.then]
        looks = [self._on(one, self._rehearser.own, chosen, seen, **slow, **_LAST) for one in own]
        asked = self._on(parts.rehearse.click, self._rehearser.rehearse, chosen, seen, **slow)
        asked.then(None, None, None, js=_TO_THE_LOOK)
        events: Any = parts.look
        named = events.follow(self._rehearser.follow, None, whom, **QUIET)
        again = self._on(named.then, self._rehearser.rehearse, chosen, seen, **slow)
        for done in (*looks, asked, again):
            done.then(self._rehearser.still, [about, *fields.components], parts.look, **QUIET)
        stale = (
            fields.person, fields.photo, fields.model, fields.source, fields.dance,
            fields.motion, fields.keypoints,
        )  # fmt: skip
        gr.on([field.change for field in stale], None, None, parts.look, **_EMPTIED)
        # What was missing may be there now; the button tells anew what still is.
        touched = (
            person.input, photo.input, consent.input, fields.source.input, fields.dance.input,
            motion.upload, keypoints.upload,
        )  # fmt: skip
        gr.on([*touched], None, None, parts.notice, **_EMPTIED)
        fields.person.input(None, None, fields.photo_notice, **_EMPTIED)
        fields.source.change(None, None, fields.motion_notice, **_EMPTIED)
        mine = [
            component
            for name, component in zip(self._form.added, self._form.components, strict=True)
            if self._form.spec(name).when
        ]
        inputs = [fields.dance, fields.motion, fields.keypoints, fields.whole]
        fields.source.change(self._do.sourced, fields.source, [*inputs, *mine], **QUIET)

    def _wire_settings(self, arrival: Dependency, fields: Fields, parts: Parts) -> None:
        form = self._form
        by_name: dict[str, Any] = dict(zip(form.added, form.components, strict=True))
        parts.preset.input(self._do.preset, parts.preset, form.components, **QUIET)
        everything = fields.components
        sized = [by_name[name] for name in ("num_frames", "fps", "resolution", "shape")]
        length = [*sized, fields.whole, fields.model]
        outputs = [parts.forecast, by_name["quality"]]
        for component in (by_name[name] for name in ("quality", "num_inference_steps", "memory")):
            self._on(component.change, self.forecast, everything, parts.forecast, **_LAST)
        for component in length:
            self._on(component.change, self.forecasts, everything, outputs, **_LAST)
        for component in form.components:
            changed: Any = component
            self._on(changed.change, self._do.preset_of, everything, parts.preset, **_LAST)
        spans = [
            *length,
            by_name["memory"],
            *(by_name[name] for name in form.added if form.spec(name).group == "long"),
        ]
        for component in spans:
            self._on(component.change, self.windows, everything, parts.strip, **_LAST)
        # a dance has its own rate and length, so these are planned when its file was read
        dances = [fields.source, fields.motion, fields.keypoints]
        for component in dances:
            known = self._on(component.change, self.read, dances, None, **_LAST)
            self._on(known.then, self.windows, everything, parts.strip)
            self._on(known.then, self.forecasts, everything, outputs)
        self._on(arrival.then, self.windows, everything, parts.strip)
        self._on(arrival.then, self.forecasts, everything, outputs)  # the page is ready then

    def _wire_seams(self, token: gr.BrowserState, fields: Fields, part: gr.HTML) -> None:
        each: dict[str, Any] = {"trigger_mode": "multiple"}
        fusion = fields.form.components[fields.form.added.index("fusion")]
        events: Any = part
        self._on(events.look, self._seams.look, [token], part)
        self._on(events.ask, self._seams.ask, [token, *fields.components], part)
        self._on(events.stop, self._seams.stop, [token], part, **each)
        self._on(events.drop, self._seams.drop, [token], part, **each)
        events.pick(self._seams.pick, None, fusion, **QUIET)

    # --- what it will take ----------------------------------------------------------------------

    def read(self, source: str, motion: str | None, keypoints: str | None, page: str) -> None:
        """Find out how fast and how long an own dance is; `checked` says what is wrong with it."""
        own = own_dance(source, motion, keypoints)
        if own is not None:
            self._intake.check(*own)

    def forecast(self, *given: Any) -> str:
        """How long the clip will be, and how long it will take here."""
        return self.forecasts(*given)[0]

    def forecasts(self, *given: Any) -> tuple[str, Any]:
        """The forecast, and what every quality takes."""
        settings, seconds, model = self._meant(given)
        language = language_of(given[-1])
        try:
            check_result(settings["num_frames"], self._intake.limits)
        except BadInput as error:
            return " ".join(explained(trouble_of(error), language)), gr.skip()
        choices = self._form.spec("quality").choices
        here = self._places.now()
        time = show.forecast(self._store, _SYSTEM, settings, seconds, language, model, here)
        return (
            "\n\n".join(filter(None, (time, self._making.fit(model, language)))),
            show.qualities(self._store, _SYSTEM, settings, choices, language, model),
        )

    def windows(self, *given: Any) -> dict[str, Any] | None:
        """How the video is put together from windows."""
        settings, _, model = self._meant(given)
        if settings["num_frames"] > self._intake.limits.max_result_frames:
            return None
        return show.windows(settings, language_of(given[-1]), model, self._places.now())

    def _meant(self, given: Sequence[Any]) -> tuple[dict[str, Any], float | None, str]:
        """The settings as far as they can be read, with the rate and the frames that will come out;
        the seconds (None is the whole of a dance that is not known), and who makes it.
        """
        leading = dict(zip(FIELDS, given[:LEADING], strict=True))
        source, whole, model = (leading[name] for name in ("source", "whole", "model"))
        settings = dict(zip(self._form.added, given[LEADING:-1], strict=True))
        own = own_dance(source, leading["motion"], leading["keypoints"])
        verdict = self._intake.known(*own) if own else None
        facts = verdict.facts if verdict else {}
        rate = rate_of(facts, settings["fps"] or 0.0)
        asked = 0.0 if whole and source != "library" else float(settings["num_frames"] or 0)
        settings |= {"num_frames": round(asked * rate), "fps": rate}
        frames = settings["num_frames"] = frames_of(facts, settings)
        return settings, frames / rate or None, model or BUILT_IN
