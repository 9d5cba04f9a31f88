"""Settings as a form: a dataclass of `engine.catalogue` <-> Gradio components, by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_type_hints

import gradio as gr
from gradio.components import Component

from engine.catalogue import SETTINGS
from engine.exchange.pace import MODEL_FPS
from engine.settings import Level, Spec, parse, parse_known, specs
from studio.parts.dial import Dial
from studio.words import label

USUAL_FPS = MODEL_FPS
"""Frames a second of a result whose setting `fps` is 0; an own dance may have its own."""


class Form:
    """The components of one system's settings, in the order in which they were added.

    Args:
        system: a key of `SETTINGS`.

    Build each component where it belongs on the page with `add`; a setting that is never added
    keeps its default. `components` are then a handler's inputs, `values` reads what arrives, and
    `shown` gives what to send back.
    """

    def __init__(self, system: str) -> None:
        self.system = system
        self._settings = SETTINGS[system]
        self._specs = specs(self._settings)
        self._types = get_type_hints(self._settings)
        self._components: dict[str, Component] = {}

    def names(self, level: Level | None = None, group: str | None = None) -> list[str]:
        """The settings of a level and a group (None: any) that are not on the page yet."""
        return [
            name
            for name, spec in self._specs.items()
            if level in (None, spec.level)
            and group in (None, spec.group)
            and name not in self._components
        ]

    def groups(self) -> list[str]:
        """The groups of what is not on the page yet, in the order of their first settings."""
        return list(dict.fromkeys(self._specs[name].group for name in self.names()))

    def spec(self, name: str) -> Spec:
        """The declaration of a setting."""
        return self._specs[name]

    def add(self, name: str, **changes: Any) -> Component:
        """Build the component of a setting; `changes` override what its declaration gives."""
        spec, kind = self._specs[name], self._types[name]
        default = self._show(name, getattr(self._settings(), name), USUAL_FPS)
        component = _component(name, spec, kind, default, changes)
        self._components[name] = component
        return component

    @property
    def components(self) -> list[Component]:
        """What was added, as inputs of a handler."""
        return list(self._components.values())

    @property
    def added(self) -> list[str]:
        """The names of `components`."""
        return list(self._components)

    def values(self, given: Sequence[Any], rate: float = USUAL_FPS) -> dict[str, Any]:
        """The settings that arrive as a handler's inputs, by name; raises BadInput.

        `rate` is what the dance gives in a second where the setting `fps` is 0.
        """
        said = dict(zip(self._components, given, strict=True))
        fps = _rate(said.get("fps"), rate)
        return self.check({name: self._read(name, value, fps) for name, value in said.items()})

    def shown(self, settings: Mapping[str, Any], rate: float = USUAL_FPS) -> list[Any]:
        """What the components show for `settings`; what is not in there has its default.

        `rate` is what the dance gave in a second where the setting `fps` is 0.
        """
        whole = {**dataclasses.asdict(self._settings()), **settings}
        usual, fps = _rate(whole.get("fps"), USUAL_FPS), _rate(whole.get("fps"), rate)
        return [
            self._within(name, self._show(name, whole[name], fps if name in settings else usual))
            for name in self._components
        ]

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values by name as the engine will take them; raises BadInput."""
        settings = parse(self._settings, values)
        return {name: getattr(settings, name) for name in values}

    def _show(self, name: str, value: Any, fps: float) -> Any:
        spec = self._specs[name]
        if spec.empty is not None and value == spec.empty:
            return None
        return round(value / fps, 2) if spec.unit == "frames" else value

    def _within(self, name: str, value: Any) -> Any:
        """A value, or with it wider ends for a slider that would refuse it in Gradio's words."""
        slider = self._components[name]
        if not isinstance(slider, gr.Slider) or value is None:
            return value
        if slider.minimum <= value <= slider.maximum:
            return value
        ends: dict[str, Any] = {
            "minimum": min(slider.minimum, value), "maximum": max(slider.maximum, value),
        }  # fmt: skip
        return gr.update(value=value, **ends)

    def _read(self, name: str, shown: Any, fps: float) -> Any:
        spec = self._specs[name]
        if shown is None and spec.empty is not None:
            return spec.empty
        if spec.unit == "frames" and isinstance(shown, int | float):
            return round(shown * fps)
        return shown


@dataclass(frozen=True)
class Filled:
    """The settings of a record or a preset, made fit for this version's form.

    Attributes:
        settings: every setting of the system, by name.
        person, dance: keys of an example person and a built-in dance, if the record names them.
        dropped: names of settings that this version does not know or cannot take.
    """

    settings: Mapping[str, Any]
    person: str | None = None
    dance: str | None = None
    dropped: tuple[str, ...] = ()


def apply_settings(
    settings: Mapping[str, Any], words: Mapping[str, str] | None = None, system: str = "mimicmotion"
) -> Filled:
    """Settings of a job, a record or a preset, as values for the form; never raises.

    Args:
        settings: by name, as `Job.settings` or `record["settings"]`; from outside, so unchecked.
        words: as `Job.words`; `{"dance": record["dance"]}` for a record. The keys are passed on as
            they are: whoever uses them looks them up in its own list.
        system: a key of `SETTINGS`.
    """
    whole, dropped = parse_known(SETTINGS[system], settings)
    words = words or {}
    return Filled(dataclasses.asdict(whole), words.get("person"), words.get("dance"), dropped)


def _rate(fps: Any, otherwise: float) -> float:
    return float(fps) if isinstance(fps, int | float) and fps > 0 else otherwise


def _component(
    name: str, spec: Spec, kind: type[Any], default: Any, changes: dict[str, Any]
) -> Component:
    common: dict[str, Any] = {
        "value": default,
        "label": label(f"setting_{name}"),
        "info": label(f"setting_{name}_help"),
        "elem_id": f"setting-{name}",
        **changes,
    }
    if spec.choices:
        choices = [(label(f"choice_{choice}"), choice) for choice in spec.choices]
        return gr.Radio(choices=choices, **common)  # type: ignore[arg-type]  # markers are fine
    if kind is bool:
        return gr.Checkbox(**common)
    many = spec.minimum is None or spec.maximum is None or spec.maximum - spec.minimum > 10_000
    if many or spec.empty is not None:
        return gr.Number(precision=0 if kind is int else None, **common)
    ends = {"minimum": spec.minimum, "maximum": spec.maximum, "step": spec.step}
    return Dial(**{**ends, **common})
