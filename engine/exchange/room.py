"""A window that fits into the memory there is, and what to say when it ran out all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

from torch import nn

from engine.catalogue import MimicMotionSettings
from engine.errors import OutOfMemory, no_memory, ran_out_of_memory
from engine.nets.mimicmotion import Networks
from engine.sampling.footprint import RESERVE, Call, call_bytes, longest_window
from engine.sampling.profile import GIB, Profile
from engine.types import Warning

Asked = ParamSpec("Asked")
Item = TypeVar("Item")


def fitted(
    chosen: MimicMotionSettings,
    asked: MimicMotionSettings,
    nets: Networks,
    size: tuple[int, int],
    frames: int,
    profile: Profile,
) -> tuple[MimicMotionSettings, tuple[Warning, ...]]:
    """Settings whose window the profile's memory holds, and the warning if it had to be shortened.

    A window that the user chose stays as it is; whoever chooses one knows of the room.

    Args:
        chosen: settled settings.
        asked: the settings as they were given, 0 for what suits the model.
        size: (width, height) of the pictures.
        frames: of the whole video, the reference slot included.
    """
    together = min(chosen.window_size, frames)
    if asked.window_size:
        return chosen, ()
    factor = nets.autoencoder.downscale
    call = Call(
        cells=(size[0] // factor) * (size[1] // factor),
        width=nets.unet.config["block_out_channels"][0],
        tokens=profile.tokens,
        item=profile.dtype.itemsize if profile.dtype else 4,
        batch=profile.batch,
        ff_mult=nets.unet.config["ff_mult"],
    )
    taken = held_bytes(nets, profile) + RESERVE
    if profile.residency == "all":  # the poses' features lie there as well
        taken += frames * call.cells * call.width * call.item
    longest = longest_window(profile.memory - taken, call)
    if together <= longest:
        return chosen, ()
    shorter = replace(chosen, window_size=longest, overlap=min(chosen.overlap, longest // 2))
    need = call_bytes(together, call) + taken
    return shorter, (
        Warning(
            "Fewer frames are made together than the model was trained with.",
            "{window} instead of {usual}: those need about {need} GB of memory, and {have} GB may "
            "be used.",
            "A smaller resolution makes room for more. Who knows better can choose a window under "
            "Advanced.",
            key="window_shortened",
            window=longest,
            usual=together,
            need=f"{need / GIB:.1f}",
            have=f"{profile.memory / GIB:.1f}",
        ),
    )


def held_bytes(nets: Networks, profile: Profile) -> int:
    """Bytes of the weights that lie on the device while the network samples."""
    held = [nets.unet, nets.autoencoder]
    if profile.residency == "all":
        held += nets.encoders()
    return sum(
        parameter.numel() * parameter.element_size()
        for net in held
        if isinstance(net, nn.Module)
        for parameter in net.parameters()
    )


@contextmanager
def memory_explained() -> Iterator[None]:
    """Whatever says in here that memory ran out becomes an `OutOfMemory` with advice."""
    try:
        yield
    except Exception as error:
        if isinstance(error, OutOfMemory) or not ran_out_of_memory(error):
            raise
        raise no_memory() from error


def memory_told(
    work: Callable[Asked, Iterator[Item]],
) -> Callable[Asked, Iterator[Item]]:
    """Decorates a generator: when memory runs out in it, `memory_explained` says so."""

    @wraps(work)
    def told(*args: Asked.args, **kwargs: Asked.kwargs) -> Iterator[Item]:
        with memory_explained():
            yield from work(*args, **kwargs)

    return told
