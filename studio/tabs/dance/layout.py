"""How the Dance tab looks: its components, laid out in numbered steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import gradio as gr
from gradio.components import Component

from engine.models.makers import BUILT_IN, makers
from studio.examples import (
    FILTERS,
    FIRST_DANCE,
    FIRST_PERSON,
    Examples,
    dance_items,
    people_items,
)
from studio.forms import USUAL_FPS, Form
from studio.parts import card, look, notice, reel, seams, shelf, strip
from studio.parts.clip import Clip
from studio.parts.photo import Photo
from studio.parts.picker import picker
from studio.presets import Preset
from studio.words import both, label

LENGTHS = {"minimum": 0.4, "maximum": 60, "step": 0.1}
"""Seconds on the slider, less where the host allows less; a whole dance may be longer."""


@dataclass(frozen=True)
class Fields:
    """What a visitor chooses with, in the order in which handlers get it.

    Attributes:
        agreed: the address of the picture that `consent` was ticked for; the page keeps it.
        model: who makes the video; hidden and empty while nothing but pocket is here.
    """

    person: gr.HTML
    photo: Photo
    agreed: gr.Textbox
    consent: gr.Checkbox
    model: gr.Radio
    source: gr.Radio
    dance: gr.HTML
    motion: Clip
    keypoints: gr.File
    whole: gr.Checkbox
    form: Form
    photo_notice: gr.HTML
    motion_notice: gr.HTML

    @property
    def components(self) -> list[Component]:
        """All of them, the settings last."""
        chosen = [
            self.person, self.photo, self.agreed, self.consent, self.model, self.source,
            self.dance, self.motion, self.keypoints, self.whole,
        ]  # fmt: skip
        return [*chosen, *self.form.components]


@dataclass(frozen=True)
class Parts:
    """Everything else on the tab that something happens to."""

    pocket_note: gr.Markdown
    preset: gr.Dropdown
    forecast: gr.Markdown
    strip: gr.HTML
    seams: gr.HTML
    rehearse: gr.Button
    look: gr.HTML
    notice: gr.HTML
    go: gr.Button
    video: gr.Video
    card: gr.HTML
    shelf: gr.HTML
    reel: gr.HTML


def lay_out(
    examples: Examples, presets: Mapping[str, Preset], form: Form, most_frames: int | None = None
) -> tuple[Fields, Parts]:
    """Build the tab inside the page that is being built; a video has at most `most_frames`."""
    longest = LENGTHS["maximum"]
    if most_frames is not None:
        longest = min(longest, round(most_frames / USUAL_FPS, 1))
    with gr.Row(elem_id="dance", equal_height=False):
        with gr.Column(scale=5, min_width=320, elem_id="choices"):
            who, photo_notice, note = _who(examples, form.system)
            chosen, motion_notice, rehearse, seen = _which(examples, form)
            preset, forecast, windows, joins = _how(presets, form, longest)
            with gr.Column(elem_id="curtain"):  # stays in sight while the steps scroll
                said = notice.notice("notice")
                go = gr.Button(label("make"), variant="primary", size="lg", elem_id="make")
        with gr.Column(scale=5, min_width=320, elem_id="outcome"):
            video, state, works, samples = _outcome(examples)
    fields = Fields(*who, *chosen, form, photo_notice, motion_notice)
    return fields, Parts(
        note, preset, forecast, windows, joins, rehearse, seen, said, go, video, state, works,
        samples,
    )  # fmt: skip


def _who(
    examples: Examples, system: str
) -> tuple[tuple[gr.HTML, Photo, gr.Textbox, gr.Checkbox, gr.Radio], gr.HTML, gr.Markdown]:
    with gr.Column(elem_classes=["step"], elem_id="step-who"):
        gr.Markdown("## " + label("step_who"))
        with gr.Row(elem_id="who"):
            photo = Photo(
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
                person = picker(
                    people_items(examples), both("people"), "people", FIRST_PERSON,
                    large="#photo .image-frame img",
                )  # fmt: skip
        said = notice.notice("photo-notice")
        consent = gr.Checkbox(
            False, label=label("consent"), visible=False, container=False, elem_id="consent"
        )
        agreed = gr.Textbox(visible="hidden", elem_id="agreed", show_label=False)
        model = gr.Radio(
            [BUILT_IN, *makers(system)],  # all there may be; a page is told which are here
            value=None,
            label=label("maker"),
            info=label("maker_help"),
            visible="hidden",
            elem_id="maker",
        )
        note = gr.Markdown(label("pocket_note"), elem_id="pocket-note", elem_classes=["quiet"])
    return (person, photo, agreed, consent, model), said, note


def _which(
    examples: Examples, form: Form
) -> tuple[tuple[gr.Radio, gr.HTML, Clip, gr.File, gr.Checkbox], gr.HTML, gr.Button, gr.HTML]:
    with gr.Column(elem_classes=["step"], elem_id="step-dance"):
        gr.Markdown("## " + label("step_dance"))
        source = gr.Radio(
            [(label(f"source_{key}"), key) for key in ("library", "video", "keypoints")],  # type: ignore[arg-type]  # markers are replaced in the browser
            value="library",
            label=label("source"),
            show_label=False,
            container=False,
            elem_id="source",
            elem_classes=["segments"],
        )
        filters = {key: both(f"filter_{key}") for key in FILTERS}
        dance = picker(dance_items(examples), both("dances"), "dances", FIRST_DANCE, filters)
        motion = Clip(
            sources=["upload", "webcam"],
            label=label("motion"),
            height=280,
            visible=False,
            elem_id="motion",
        )
        keypoints = gr.File(  # of any type: of another than it takes it would say nothing at all
            label=label("keypoints"),
            height=140,
            visible=False,
            elem_id="keypoints",
        )
        said = notice.notice("motion-notice")
        whole = gr.Checkbox(
            False, label=label("whole_dance"), visible=False, container=False, elem_id="whole"
        )
        for name in form.names("basic"):
            if form.spec(name).when:
                form.add(name, visible=False, info=None, container=False)
        rehearse = gr.Button(label("rehearse"), size="md", elem_id="rehearse")
        seen = look.look("look")
    return (source, dance, motion, keypoints, whole), said, rehearse, seen


def _how(
    presets: Mapping[str, Preset], form: Form, longest: float
) -> tuple[gr.Dropdown, gr.Markdown, gr.HTML, gr.HTML]:
    with gr.Column(elem_classes=["step"], elem_id="step-how"):
        gr.Markdown("## " + label("step_how"))
        names = [(label(f"preset_{key}"), key) for key in presets]
        preset = gr.Dropdown(
            names,  # type: ignore[arg-type]  # markers are replaced in the browser
            value="standard",
            label=label("preset"),
            info=label("preset_help"),
            filterable=False,
            elem_id="preset",
        )
        form.add("quality", info=None, elem_classes=["segments"])
        form.add("shape", elem_classes=["segments"])
        with gr.Row(elem_id="how"):
            length: dict[str, Any] = {
                **LENGTHS, "maximum": longest, "label": label("seconds_label")
            }  # fmt: skip
            form.add("num_frames", info=None, buttons=[], **length)
            form.add("seed", info=None, placeholder=label("new_each_time"))
        for name in form.names("basic"):
            form.add(name)
        forecast = gr.Markdown("", elem_id="forecast", elem_classes=["quiet"])
        with gr.Accordion(label("advanced"), open=False, elem_id="advanced"):
            for group in form.groups():
                if group != "long":
                    _group(form, group)
            _group(form, "long")
            windows, joins = strip.strip("strip"), seams.seams("seams")
    return preset, forecast, windows, joins


def _group(form: Form, group: str) -> None:
    gr.Markdown("### " + label(f"group_{group or 'other'}"), elem_classes=["group"])
    for name in form.names(group=group):
        form.add(name, visible=not form.spec(name).when)


def _outcome(examples: Examples) -> tuple[gr.Video, gr.HTML, gr.HTML, gr.HTML]:
    with gr.Column(elem_id="stage-column"):
        video = Clip(  # ours as it is: Gradio would start ffprobe for every one that is shown
            label=label("stage"),
            show_label=False,
            interactive=False,
            autoplay=True,
            loop=True,
            buttons=[],
            elem_id="result",
        )
        return video, card.card("card"), shelf.shelf("shelf"), reel.reel(examples.samples, "reel")
