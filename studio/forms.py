"""Settings as a form: a dataclass of `engine.catalogue` <-> Gradio components, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_type_hints

import gradio as gr
from gradio.components import Component

from engine.catalogue import SETTINGS
from engine.settings import Level, Spec, parse, specs
from studio.words import label


class Form:
    """The components of one system's settings, in the order of their declaration.

    Args:
        system: a key of `SETTINGS`.

    Build each component where it belongs on the page with `add`; a setting that is never added
    keeps its default. `components` are then a handler's inputs, and `values` reads what arrives.
    """

    def __init__(self, system: str) -> None:
        self.system = system
        self._settings = SETTINGS[system]
        self._specs = specs(self._settings)
        self._types = get_type_hints(self._settings)
        self._components: dict[str, Component] = {}

    def names(self, level: Level) -> list[str]:
        """The settings of a level that are not on the page yet."""
        return [
            name
            for name, spec in self._specs.items()
            if spec.level == level and name not in self._components
        ]

    def add(self, name: str, **changes: Any) -> Component:
        """Build the component of a setting; `changes` override what its declaration gives."""
        spec, kind = self._specs[name], self._types[name]
        default = getattr(self._settings(), name)
        component = _component(name, spec, kind, default, changes)
        self._components[name] = component
        return component

    @property
    def components(self) -> list[Component]:
        """What was added, as inputs of a handler."""
        return list(self._components.values())

    def values(self, given: Sequence[Any]) -> dict[str, Any]:
        """The settings that arrive as a handler's inputs, by name; raises BadInput."""
        return self.check(dict(zip(self._components, given, strict=True)))

    def check(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values by name as the engine will take them; raises BadInput."""
        settings = parse(self._settings, values)
        return {name: getattr(settings, name) for name in values}


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
    if spec.minimum is None or spec.maximum is None or spec.maximum - spec.minimum > 10_000:
        return gr.Number(precision=0 if kind is int else None, **common)
    ends = {"minimum": spec.minimum, "maximum": spec.maximum, "step": spec.step}
    return gr.Slider(**{**ends, **common})
