"""A setting is declared once, as a dataclass field; form, API, command line and record read it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar, get_type_hints

from engine.errors import BadInput

Level = Literal["basic", "advanced"]
T = TypeVar("T")


@dataclass(frozen=True)
class Spec:
    """What a person needs to know of one setting."""

    label: str
    help: str
    level: Level = "advanced"
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    choices: tuple[str, ...] = ()


def setting(default: Any, label: str, help: str, **spec: Any) -> Any:
    """Declare one setting as a dataclass field; `spec` are the remaining fields of `Spec`."""
    return dataclasses.field(
        default=default, metadata={"spec": Spec(label=label, help=help, **spec)}
    )


def specs(settings: type[Any]) -> dict[str, Spec]:
    """Every declared setting of a settings class, by name, in order."""
    return {
        f.name: f.metadata["spec"] for f in dataclasses.fields(settings) if "spec" in f.metadata
    }


def parse(settings: type[T], values: Mapping[str, Any]) -> T:
    """Build `settings` from values that came from outside (a form, a record, `--set name=value`).

    Strings are read as the field's type. Raises BadInput with the name, the range and the value.
    """
    types = get_type_hints(settings)
    known = specs(settings)
    clean: dict[str, Any] = {}
    for name, value in values.items():
        if name not in known:
            raise BadInput(
                f"There is no setting called '{str(name)[:60]}'.",
                "It may be misspelt or belong to another system.",
                "Known settings: " + ", ".join(known) + ".",
            )
        clean[name] = _checked(name, value, types[name], known[name])
    return settings(**clean)


def _checked(name: str, value: Any, kind: type[Any], spec: Spec) -> Any:
    try:
        result = _convert(value, kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise BadInput(
            f"The setting '{name}' cannot be {str(value)[:60]!r}.",
            f"It must be of the kind {kind.__name__}.",
            f"{spec.help}",
        ) from error
    if spec.choices and result not in spec.choices:
        raise BadInput(
            f"The setting '{name}' cannot be {str(value)[:60]!r}.",
            "It is not one of the choices.",
            "Choose one of: " + ", ".join(spec.choices) + ".",
        )
    low, high = spec.minimum, spec.maximum
    if (low is not None and result < low) or (high is not None and result > high):
        raise BadInput(
            f"The setting '{name}' cannot be {result}.",
            f"It must lie between {low:g} and {high:g}."
            if low is not None and high is not None
            else "It is out of range.",
            f"{spec.help}",
        )
    return result


def _convert(value: Any, kind: type[Any]) -> Any:
    if kind is bool:
        if isinstance(value, bool):
            return value
        words = {"true": True, "1": True, "yes": True, "on": True}
        words |= {"false": False, "0": False, "no": False, "off": False}
        if str(value).lower() not in words:
            raise ValueError(value)
        return words[str(value).lower()]
    if isinstance(value, bool):
        raise TypeError(value)
    result = kind(value)
    if kind is int and float(value) != result:
        raise ValueError(value)
    if kind is float and not math.isfinite(result):
        raise ValueError(value)
    return result
