"""A window that fits into the memory there is, and what to say when it ran out all the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import wraps
from typing import ParamSpec, TypeVar

from torch import nn

from engine.amounts import memory_in_words
from engine.catalogue import MimicMotionSettings
from engine.errors import OutOfMemory, no_memory, ran_out_of_memory
from engine.exchange.windowing import call_of, windowing
from engine.models.sizes import Sizes
from engine.nets.mimicmotion import Networks
from engine.sampling.profile import Profile
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
    if asked.window_size:
        return chosen, ()
    unet = nets.unet.config
    sizes = Sizes(nets.autoencoder.downscale, unet["block_out_channels"][0], unet["ff_mult"])
    call = call_of(sizes, size, profile, profile.dtype.itemsize if profile.dtype else 4)
    wished = chosen.window_size, chosen.overlap
    found = windowing(*wished, frames, call, held_bytes(nets, profile), profile)
    if not found.shortened:
        return chosen, ()
    return replace(chosen, window_size=found.window, overlap=found.overlap), (
        Warning(
            "Fewer frames are made together than the model was trained with.",
            "{window} instead of {usual}: those need about {needed} of memory, and {there} may be "
            "used.",
            "A smaller resolution makes room for more. Who knows better can choose a window under "
            "Advanced.",
            key="window_shortened",
            window=found.window,
            usual=found.usual,
            needed=memory_in_words(found.need),
            there=memory_in_words(found.have),
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
