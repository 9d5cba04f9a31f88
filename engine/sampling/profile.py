"""How a run is fitted to the memory there is: what is resident, batched, chunked, and how precise.

Every profile makes the same latents up to rounding in the same windows; the small ones only take
longer. Two things show in the pixels. SVD's decoder sees only the frames that it decodes together,
so its pictures change slightly with `decode`; pocket's does not. And where a window as long as the
model was trained with does not fit, a shorter one is taken, which is told (`exchange/room.py`).

The numbers for graphics cards follow from tensor sizes (`footprint.py`); they are computed, not
measured on cards of these sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal

import psutil
import torch
from torch import nn

from engine.device import Device
from engine.nets.attention import Attention, FeedForward

GIB = 1024**3


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


def choose(name: str, device: Device, memory: int | None = None) -> Profile:
    """The profile called `name`, or with `auto` the largest that the device's memory allows.

    Args:
        memory: bytes on the device, asked of it by default.
    Returns: the profile with its `dtype` filled in, and with the `memory` that it may fill: with
        `auto` all there is, else no more than its name says. Raises ValueError for an unknown name.
    """
    there = _there(device.torch) if memory is None else memory
    found = _fitting(device.torch, there) if name == "auto" else name
    if found not in PROFILES:
        raise ValueError(f"no profile '{found}'; there are {', '.join(PROFILES)}")
    profile = PROFILES[found]
    limit = there if name == "auto" or not profile.memory else min(profile.memory, there)
    return replace(profile, memory=limit, dtype=profile.dtype or device.sampling)


def _there(device: torch.device) -> int:
    """Bytes that the device has, or without a card the computer."""
    if device.type == "cuda":
        return torch.cuda.get_device_properties(device).total_memory
    return int(psutil.virtual_memory().total)


def _fitting(device: torch.device, there: int) -> str:
    if device.type != "cuda":
        return "cpu"
    # cards report a little less than what is printed on them
    fitting = [p for p in PROFILES.values() if 0 < p.memory <= there * 1.08]
    return max(fitting, key=lambda p: p.memory).name if fitting else "6gb"


@contextmanager
def chunked(net: nn.Module, tokens: int) -> Iterator[None]:
    """Cut the network's feed-forwards and self-attentions into pieces of at most `tokens` tokens.

    0 leaves them whole. In a feed-forward each token goes through on its own, in an attention each
    frame (or, along the frames, each pixel), so the result is the same up to rounding.
    """
    layers = [module for module in net.modules() if isinstance(module, Attention | FeedForward)]
    before = [layer.tokens for layer in layers]
    try:
        for layer in layers:
            layer.tokens = tokens
        yield
    finally:
        for layer, was in zip(layers, before, strict=True):
            layer.tokens = was


@contextmanager
def resident(nets: list[nn.Module], device: torch.device, profile: Profile) -> Iterator[None]:
    """Have the networks of a phase on the device; with `swap` they leave it afterwards."""
    for net in nets:
        net.to(device)
    try:
        yield
    finally:
        if profile.residency == "swap":
            for net in nets:
                net.to("cpu")
            if device.type == "cuda":
                torch.cuda.empty_cache()
