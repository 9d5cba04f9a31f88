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
    """What a person needs to know of one setting.

    Attributes:
        label, help: in English; `studio.words_settings` has them in Korean.
        level: `basic` settings are in sight, the others are folded away.
        minimum, maximum, step, choices: what is allowed. A whole number lies on its steps.
        least: of a setting whose 0 leaves the choice to the program, the smallest other value.
        group: the heading that it stands under on the screen, a key of the screen's words.
        unit: `frames` is shown to people as seconds.
        empty: the value that an empty field stands for, for a setting that one need not choose.
        when: it only matters for a dance from this source: a `video`, or any file of the user's
            `own`; `` means always.
    """

    label: str
    help: str
    level: Level = "advanced"
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    least: float | None = None
    choices: tuple[str, ...] = ()
    group: str = ""
    unit: Literal["", "frames"] = ""
    empty: float | None = None
    when: Literal["", "own", "video"] = ""


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
                "There is no setting called '{name}'.",
                "It may be misspelt or belong to another system.",
                "Known settings: {known}.",
                key="unknown_setting",
                name=str(name)[:60],
                known=", ".join(known),
            )
        clean[name] = _checked(name, value, types[name], known[name])
    return settings(**clean)


def parse_known(settings: type[T], values: Mapping[str, Any]) -> tuple[T, tuple[str, ...]]:
    """As `parse`, for values of another version: what is unknown or out of range is left out.

    The second item names what was left out; those settings have their defaults.
    """
    kept: dict[str, Any] = {}
    dropped: list[str] = []
    for name, value in values.items():
        try:
            parse(settings, {name: value})
        except BadInput:
            dropped.append(str(name)[:60])
        else:
            kept[name] = value
    return parse(settings, kept), tuple(dropped)


def _checked(name: str, value: Any, kind: type[Any], spec: Spec) -> Any:
    quoted, help = repr(str(value)[:60]), spec.help
    try:
        result = _convert(value, kind)
    except (TypeError, ValueError, OverflowError) as error:
        raise _refused(
            name,
            quoted,
            "setting_kind",
            "It must be of the kind {kind}.",
            kind=kind.__name__,
            help=help,
        ) from error
    if spec.choices and result not in spec.choices:
        raise BadInput(
            "The setting '{name}' cannot be {value}.",
            "It is not one of the choices.",
            "Choose one of: {choices}.",
            key="setting_choice",
            name=name,
            value=quoted,
            choices=", ".join(spec.choices),
        )
    low, high = spec.minimum, spec.maximum
    if (low is not None and result < low) or (high is not None and result > high):
        raise _refused(
            name,
            result,
            "setting_range",
            "It must lie between {low} and {high}.",
            low="-∞" if low is None else f"{low:g}",
            high="∞" if high is None else f"{high:.10g}",
            help=help,
        )
    if spec.least is not None and 0 < result < spec.least:
        why = "It must be 0, or at least {least}."
        raise _refused(name, result, "setting_least", why, least=f"{spec.least:g}", help=help)
    if kind is int and spec.step and (result - (low or 0)) % spec.step:
        step = f"{spec.step:g}"
        raise _refused(
            name, result, "setting_step", "It goes in steps of {step}.", step=step, help=help
        )
    return result


def _refused(name: str, value: object, key: str, why: str, **facts: object) -> BadInput:
    """A value that cannot be; what to do is the setting's own `help`, which is among `facts`."""
    return BadInput(
        "The setting '{name}' cannot be {value}.",
        why,
        "{help}",
        key=key,
        name=name,
        value=value,
        **facts,
    )


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
