"""What a video will take, said before it is made, and what it took, said afterwards."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from engine.amounts import memory_in_words
from engine.catalogue import SETTINGS
from engine.models.makers import BUILT_IN
from engine.settings import parse
from engine.types import Event, Inputs, Warning

if TYPE_CHECKING:
    from engine.cli.history import History
    from engine.library import Library


def cost_lines(
    system: str, values: dict[str, Any], inputs: Inputs, library: Library, history: History
) -> Iterator[Event | str]:
    """What the video would cost, as a line of text: as earlier ones say, else as a trial says."""
    from engine.cli.screen import duration
    from engine.library import Estimate, estimate

    for event in estimate(system, values, inputs, library):
        if not isinstance(event, Estimate):
            yield event
            continue
        facts = {"num_frames": event.frames, "window_size": event.window}
        known = history.expected({**all_settings(system, values), **facts})
        tried = {"seconds": event.seconds, "peak_bytes": event.peak_bytes}
        cost = {**tried, **known}
        by = [
            *(["so earlier videos took here"] if known else []),
            *(["a small piece of it was tried"] if known.keys() != tried.keys() else []),
        ]
        yield (
            f"about {duration(cost['seconds'])} and {memory_in_words(int(cost['peak_bytes']))} "
            f"(memory: {event.memory}); {', and '.join(by)}"
        )


def planned(settings: dict[str, Any], library: Library) -> dict[str, Any]:
    """The settings with the window that the memory holds, where model and length tell it."""
    from engine.device import pick
    from engine.exchange.windowing import Places, foreseen
    from engine.models.cards import CARDS
    from engine.sampling.profile import place_of

    model = _maker(library)
    if not settings.get("num_frames") or model not in (BUILT_IN, *CARDS):
        return settings
    places = Places(place_of(library.device), place_of(pick("cpu")))
    return {**settings, "window_size": foreseen(settings, model, places).window}


def history_of(system: str, library: Library) -> History:
    """What videos of this system took with the library's model on its device."""
    from engine.cli.history import History

    return History(library.home, system, _maker(library), library.device.name)


def _maker(library: Library) -> str:
    return BUILT_IN if library.is_pocket else library.model_name


def all_settings(system: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """All settings by name; none for a system that is not there, which the engine refuses."""
    kind = SETTINGS.get(system)
    return {} if kind is None else dataclasses.asdict(parse(kind, values))


def told(text: str, cost: Mapping[str, Any], why: str = "") -> Warning:
    """A line with `{cost}` in it: the time and the memory that are known."""
    from engine.cli.screen import duration

    known = []
    if cost.get("seconds") is not None:
        known.append(duration(cost["seconds"]))
    if cost.get("peak_bytes") is not None:
        known.append(f"{memory_in_words(int(cost['peak_bytes']))} of memory")
    return Warning(text.format(cost=" and ".join(known)), why, "")
