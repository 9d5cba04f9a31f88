"""The Dance tab: a person and a dance go in, a video comes out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder

from engine.errors import BadInput
from studio.examples import Examples, dance_items, people_items
from studio.explained import trouble_of
from studio.forms import Form
from studio.intake import Intake, Role, UnusableFile
from studio.jobs.estimate import expected_seconds
from studio.jobs.home import new_token, owner_of
from studio.jobs.store import Store
from studio.orders import Incomplete, Order, place_order
from studio.parts import card, notice, shelf
from studio.parts.photo import Photo
from studio.parts.picker import picker
from studio.view import View, look
from studio.words import both, duration, label, language_of, say

_SYSTEM = "mimicmotion"
_USUAL_FPS = 15.0
_LIVE_SECONDS, _IDLE_SECONDS = 1.0, 10.0
_QUIET: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}

# The page tells every handler which language it is in, as its last input.
_IN_LANGUAGE = (
    "(...given) => [...given.slice(0, -1),"
    " document.querySelector('#language-code')?.textContent || navigator.language]"
)

# On a phone the stage is below the choices: go there, unless something is missing.
_TO_THE_STAGE = """() => {
  if (!document.querySelector('.notice:not([hidden])') && innerWidth < 900)
    document.querySelector('#stage-column').scrollIntoView({ behavior: 'smooth' });
}"""


class Dance:
    """The tab's components and what happens when they are used.

    Args:
        store: where jobs go and are read from.
        examples: people and dances to pick from.
        intake: reads what visitors upload before anything else does.
    """

    def __init__(self, store: Store, examples: Examples, intake: Intake) -> None:
        self._store = store
        self._examples = examples
        self._intake = intake

    def build(self, demo: gr.Blocks, token: gr.BrowserState) -> None:
        """Lay the tab out inside `demo`, and wire it; `token` is the visitor's."""
        self._form = Form(_SYSTEM)
        with gr.Row(elem_id="dance", equal_height=False):
            with gr.Column(scale=5, min_width=320, elem_id="choices"):
                self._who()
                self._which()
                self._how()
            with gr.Column(scale=5, min_width=320, elem_id="outcome"):
                self._outcome()
        self._wire(demo, token)

    # --- layout ---------------------------------------------------------------------------------

    def _who(self) -> None:
        with gr.Column(elem_classes=["step"], elem_id="step-who"):
            gr.Markdown("## " + label("step_who"))
            with gr.Row(elem_id="who"):
                self._photo = Photo(
                    type="filepath",
                    sources=["upload", "webcam", "clipboard"],
                    label=label("photo"),
                    show_label=False,
                    height=216,
                    elem_id="photo",
                    buttons=[],
                )
                with gr.Column(elem_id="cast", min_width=120):
                    gr.Markdown(label("people"), elem_classes=["quiet"])
                    self._person = picker(people_items(self._examples), both("people"), "people")
            self._photo_notice = notice.notice("photo-notice")
            self._consent = gr.Checkbox(
                False, label=label("consent"), visible=False, container=False, elem_id="consent"
            )
            gr.Markdown(label("pocket_note"), elem_classes=["quiet"])

    def _which(self) -> None:
        with gr.Column(elem_classes=["step"], elem_id="step-dance"):
            gr.Markdown("## " + label("step_dance"))
            self._source = gr.Radio(
                [
                    (label("source_library"), "library"),
                    (label("source_video"), "video"),
                    (label("source_keypoints"), "keypoints"),
                ],  # type: ignore[arg-type]  # markers are replaced in the browser
                value="library",
                label=label("source"),
                show_label=False,
                container=False,
                elem_id="source",
                elem_classes=["segments"],
            )
            self._dance = picker(dance_items(self._examples), both("dances"), "dances")
            self._motion = gr.Video(
                sources=["upload", "webcam"],
                label=label("motion"),
                height=280,
                visible=False,
                elem_id="motion",
            )
            self._keypoints = gr.File(
                file_types=[".json", ".zip"],
                label=label("keypoints"),
                height=140,
                visible=False,
                elem_id="keypoints",
            )
            self._motion_notice = notice.notice("motion-notice")

    def _how(self) -> None:
        with gr.Column(elem_classes=["step"], elem_id="step-how"):
            gr.Markdown("## " + label("step_how"))
            with gr.Row(elem_id="how"):
                self._frames = self._form.add(
                    "num_frames", minimum=0.4, maximum=60, step=0.1, info=None, buttons=[]
                )
                self._quality = self._form.add("quality", info=None, elem_classes=["segments"])
            self._whole = gr.Checkbox(
                False, label=label("whole_dance"), visible=False, container=False, elem_id="whole"
            )
            self._forecast = gr.Markdown("", elem_id="forecast", elem_classes=["quiet"])
            with gr.Accordion(label("advanced"), open=False, elem_id="advanced"):
                for level in ("basic", "advanced"):
                    for name in self._form.names(level):
                        self._form.add(name)
        with gr.Column(elem_id="curtain"):  # stays in sight while the steps scroll
            self._notice = notice.notice("notice")
            self._go = gr.Button(label("make"), variant="primary", size="lg", elem_id="make")

    def _outcome(self) -> None:
        with gr.Column(elem_id="stage-column"):
            self._video = gr.Video(
                label=label("stage"),
                show_label=False,
                interactive=False,
                autoplay=True,
                loop=True,
                buttons=["download"],
                elem_id="result",
            )
            self._card = card.card("card")
            self._shelf = shelf.shelf("shelf")

    # --- wiring ---------------------------------------------------------------------------------

    def _wire(self, demo: gr.Blocks, token: gr.BrowserState) -> None:
        shown = gr.State(None)  # id of the job on the stage
        marks = gr.State({})  # what this page was sent last
        page = gr.Textbox(visible=False)  # its value is replaced by _IN_LANGUAGE
        timer = gr.Timer(_LIVE_SECONDS)
        view = [shown, self._card, self._shelf, self._video, self._go, timer, marks]

        chosen = [
            self._person, self._photo, self._consent,
            self._source, self._dance, self._motion, self._keypoints, self._whole,
        ]  # fmt: skip
        self._go.click(
            self.make,
            [token, shown, marks, *chosen, *self._form.components, page],
            [self._notice, *view],
            js=_IN_LANGUAGE,
            **_QUIET,
        ).then(None, None, None, js=_TO_THE_STAGE)
        self._card.stop(self.stop, [token, shown, marks, page], view, js=_IN_LANGUAGE, **_QUIET)
        self._shelf.choose(self.choose, [token, marks, page], view, js=_IN_LANGUAGE, **_QUIET)
        timer.tick(self.look, [token, shown, marks, page], view, js=_IN_LANGUAGE, **_QUIET)

        self._person.input(self.picked, self._person, [self._photo, self._consent], **_QUIET)
        for changed in (self._photo.input, self._photo.clear):
            changed(self.uploaded, self._photo, [self._person, self._consent], **_QUIET)
        photo, motion, keypoints = self._photo, self._motion, self._keypoints
        for changed in (photo.input, photo.clear):
            changed(
                self._checked("photo"), [photo, page], self._photo_notice, js=_IN_LANGUAGE, **_QUIET
            )
        for changed in (motion.upload, motion.stop_recording, motion.clear):
            changed(
                self._checked("motion"), [motion, page], self._motion_notice, js=_IN_LANGUAGE,
                **_QUIET,
            )  # fmt: skip
        for changed in (keypoints.upload, keypoints.clear):
            changed(
                self._checked("keypoints"), [keypoints, page], self._motion_notice,
                js=_IN_LANGUAGE, **_QUIET,
            )  # fmt: skip
        self._person.input(lambda: None, None, self._photo_notice, **_QUIET)
        self._source.change(lambda: None, None, self._motion_notice, **_QUIET)
        self._source.change(
            self.sourced,
            self._source,
            [self._dance, self._motion, self._keypoints, self._whole],
            **_QUIET,
        )
        cost = [self._frames, self._quality, self._whole, self._source, page]
        for component in cost[:-1]:
            component.change(self.forecast, cost, self._forecast, js=_IN_LANGUAGE, **_QUIET)
        demo.load(self.arrive, [token, page], [token, *view], js=_IN_LANGUAGE, **_QUIET).then(
            self.forecast, cost, self._forecast, js=_IN_LANGUAGE, **_QUIET
        )

    # --- handlers -------------------------------------------------------------------------------

    def arrive(self, token: object, page: str) -> tuple[Any, ...]:
        """A page was opened: know the visitor again, and show how the work stands."""
        known = token if owner_of(token) else new_token()
        return (known, *self.look(known, None, {}, page))

    def look(
        self, token: object, shown: object, marks: Mapping[str, str], page: str
    ) -> tuple[Any, ...]:
        """The view as updates: what the page has already is skipped."""
        view = look(self._store, owner_of(token), shown, language_of(page))
        return self._updates(view, marks)

    def make(
        self, token: object, shown: object, marks: Mapping[str, str], *given: Any
    ) -> tuple[Any, ...]:
        """Place the order, or say beside the button what is missing; the form stays as it is."""
        person, photo, consent, source, dance, motion, keypoints, whole, *values, page = given
        language = language_of(page)
        order = Order(person, photo, bool(consent), source, dance, motion, keypoints)
        try:
            job = self._placed(order, bool(whole), values, owner_of(token))
        except Incomplete as error:
            note = notice.missing(error.key, language)
            return (note, *self.look(token, shown, marks, page))
        except (UnusableFile, BadInput) as error:
            trouble = error.trouble if isinstance(error, UnusableFile) else trouble_of(error)
            return (notice.refused(trouble, language), *self.look(token, shown, marks, page))
        owner = owner_of(token)
        before = self._store.get(shown, owner) if owner else None
        stays = before is not None and before.live
        return (None, *self.look(token, shown if stays else job.id, marks, page))

    def stop(
        self, token: object, shown: object, marks: Mapping[str, str], page: str
    ) -> tuple[Any, ...]:
        """Stop the job on the stage."""
        owner = owner_of(token)
        if owner:
            self._store.cancel(shown, owner)
        return self.look(token, shown, marks, page)

    def choose(
        self, token: object, marks: Mapping[str, str], page: str, event: gr.EventData
    ) -> tuple[Any, ...]:
        """Put a job of the shelf on the stage."""
        return self.look(token, event._data.get("id"), marks, page)

    def picked(self, person: object) -> tuple[Any, ...]:
        """An example person was picked: show the picture; nobody has to agree."""
        path = self._examples.people.get(person) if isinstance(person, str) else None
        if path is None:
            return gr.skip(), gr.skip()
        return cached(path), gr.update(visible=False, value=False)

    def uploaded(self, photo: str | None) -> tuple[Any, ...]:
        """A picture was given, so consent is asked for, or taken away; no example counts now."""
        return None, gr.update(visible=photo is not None, value=False)

    def _checked(self, role: Role) -> Callable[[str | None, str], dict[str, str] | None]:
        """A file was uploaded or taken away: say at once whether it can be used."""

        def checked(file: str | None, page: str) -> dict[str, str] | None:
            trouble = self._intake.check(Path(file), role).trouble if file else None
            return notice.refused(trouble, language_of(page)) if trouble else None

        return checked

    def sourced(self, source: str) -> tuple[Any, ...]:
        """Show the one field that the chosen source needs."""
        return (
            gr.update(visible=source == "library"),
            gr.update(visible=source == "video"),
            gr.update(visible=source == "keypoints"),
            gr.update(visible=source != "library"),
        )

    def forecast(self, frames: float, quality: str, whole: bool, source: str, page: str) -> str:
        """How long the clip will be, and how long it will take here."""
        language = language_of(page)
        settings = {"num_frames": round(frames * _USUAL_FPS), "quality": quality}
        time = expected_seconds(self._store.finished(_SYSTEM), settings)
        if time is None or (whole and source != "library"):
            return say("forecast_whole", language)
        clip = say("tenths", language, count=f"{frames:.1f}")
        return say("forecast", language, clip=clip, time=duration(time, language))

    def _placed(self, order: Order, whole: bool, values: list[Any], owner: str | None) -> Any:
        if owner is None:
            raise Incomplete("no_visitor")
        settings = self._form.values(values)
        if whole and order.source != "library":
            settings["num_frames"] = 0
        return place_order(
            order, settings, _SYSTEM, owner, self._store, self._examples, self._intake
        )

    def _updates(self, view: View, marks: Mapping[str, str]) -> tuple[Any, ...]:
        new = view.marks()

        def unless_same(name: str, value: Any) -> Any:
            return gr.skip() if marks.get(name) == new[name] else value

        video = cached(view.video) if view.video else None
        return (
            view.shown,
            unless_same("card", view.card),
            unless_same("shelf", view.shelf),
            unless_same("video", video),
            unless_same("button", gr.update(value=view.button)),
            unless_same("live", gr.Timer(_LIVE_SECONDS if view.live else _IDLE_SECONDS)),
            new,
        )


def cached(path: Any) -> str:
    """A copy of a file of ours where Gradio may serve it; its address is the hash of its content.

    Only files that we named ourselves come here, so no visitor can ask for another.
    """
    return save_file_to_cache(path, cache_dir=get_upload_folder())
