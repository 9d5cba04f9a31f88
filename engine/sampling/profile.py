"""How a run is fitted to the memory there is: what is resident, batched, chunked, and how precise.

Every profile makes the same latents up to rounding in the same windows; the small ones only take
longer. Two things show in the pixels. SVD's decoder sees only the frames that it decodes together,
so its pictures change slightly with `decode`; pocket's does not. And where a window as long as the
model was trained with does not fit, a shorter one is taken, which is told (`exchange/room.py`).

The numbers for graphics cards follow from tensor sizes (`footprint.py`); they are computed, not
measured on cards of these sizes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import psutil

if TYPE_CHECKING:  # a screen asks for profiles, too, and loads no torch
    import torch

    from engine.device import Device

GIB = 1024**3

ITEM: Mapping[str, int] = {"float32": 4, "bfloat16": 2, "float16": 2}
"""Bytes of a number, by torch's name of its kind."""


@dataclass(frozen=True)
class Profile:
    """What a run may use.

    Attributes:
        name: one of `PROFILES`.
        memory: what it may fill, in bytes; 0 in `PROFILES` for the processor, whose main memory is
            looked at by `choose`.
        residency: `all` networks stay on the device, or the large ones take turns (`swap`: moved
            once per phase, never within one). The autoencoder stays: it shows every step.
        batch: guidance halves of windows in one call of the network.
        tokens: most tokens in one piece of a feed-forward, the peak of the activations, and of a
            self-attention; 0: whole.
        decode: frames that are decoded together, and pose pictures that become features together.
        dtype: precision of the network while sampling; None takes the device's own.
    """

    name: str
    memory: int
    residency: Literal["all", "swap"]
    batch: int
    tokens: int
    decode: int
    dtype: torch.dtype | None = None


PROFILES: Mapping[str, Profile] = {
    profile.name: profile
    for profile in (
        Profile("cpu", 0, "all", batch=1, tokens=65_536, decode=8),
        Profile("6gb", 6 * GIB, "swap", batch=1, tokens=16_384, decode=1),
        Profile("8gb", 8 * GIB, "swap", batch=1, tokens=32_768, decode=2),
        Profile("12gb", 12 * GIB, "swap", batch=1, tokens=65_536, decode=4),
        Profile("24gb", 24 * GIB, "all", batch=1, tokens=131_072, decode=8),
        Profile("80gb", 80 * GIB, "all", batch=4, tokens=0, decode=16),
    )
}


@dataclass(frozen=True)
class Place:
    """What a run computes on, as far as its memory goes.

    Attributes:
        kind: `cpu`, `cuda` or `mps`, as torch calls them.
        memory: bytes that the device has, or without a card the computer.
        precision: torch's name of the numbers that are sampled in there.
    """

    kind: str
    memory: int
    precision: str

    @property
    def item(self) -> int:
        """Bytes of a number while sampling."""
        return ITEM[self.precision]


def place_of(device: Device, memory: int | None = None) -> Place:
    """What a device is and has; its `memory` in bytes is asked of it by default."""
    there = _there(device.torch) if memory is None else memory
    return Place(device.torch.type, there, str(device.sampling).removeprefix("torch."))


def allowed(name: str, place: Place) -> Profile:
    """The profile called `name`, or with `auto` the largest that the memory of a place allows.

    Returns: the profile with the `memory` that it may fill: with `auto` all there is, else no more
    than its name says. Raises ValueError for an unknown name.
    """
    found = _fitting(place) if name == "auto" else name
    if found not in PROFILES:
        raise ValueError(f"no profile '{found}'; there are {', '.join(PROFILES)}")
    profile = PROFILES[found]
    whole = name == "auto" or not profile.memory
    return replace(profile, memory=place.memory if whole else min(profile.memory, place.memory))


def choose(name: str, device: Device, memory: int | None = None) -> Profile:
    """The `allowed` profile on a device, with its `dtype` filled in; `memory` as for `place_of`."""
    profile = allowed(name, place_of(device, memory))
    return replace(profile, dtype=profile.dtype or device.sampling)


def _there(device: torch.device) -> int:
    """Bytes that the device has, or without a card the computer."""
    if device.type == "cuda":
        import torch

        return torch.cuda.get_device_properties(device).total_memory
    return int(psutil.virtual_memory().total)


def _fitting(place: Place) -> str:
    if place.kind != "cuda":
        return "cpu"
    # cards report a little less than what is printed on them
    fitting = [p for p in PROFILES.values() if 0 < p.memory <= place.memory * 1.08]
    return max(fitting, key=lambda p: p.memory).name if fitting else "6gb"
