"""How long the windows of a video are: what is wished for, or what the memory holds.

One decision for the run, the look at its seams, its estimate and the screen that shows the plan
before anything is loaded; so it is free of torch.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.exchange.shapes import drawn_size, published_pixels
from engine.models.makers import BUILT_IN
from engine.models.sizes import Sizes, pocket_side, sizes_of, weight_bytes, window_of
from engine.sampling.footprint import RESERVE, Call, call_bytes, longest_window
from engine.sampling.profile import Place, Profile, allowed
from engine.sampling.spans import ANCHOR


@dataclass(frozen=True)
class Windowing:
    """The windows of a video; frames count the reference slot.

    Attributes:
        window, overlap: frames of each, and what neighbours share.
        usual: how many would be made together if the memory held them.
        need, have: bytes that `usual` would take and that may be used, where the window was
            shortened; else 0.
    """

    window: int
    overlap: int
    usual: int
    need: int = 0
    have: int = 0

    @property
    def shortened(self) -> bool:
        """Whether the memory decided."""
        return self.window < self.usual


def windowing(
    window: int, overlap: int, frames: int, call: Call, weights: int, profile: Profile
) -> Windowing:
    """The windows that the profile's memory holds.

    Args:
        window, overlap: settled (nothing is 0), as they are wished for.
        frames: of the whole video, the reference slot included.
        call: of the network, see `call_of`.
        weights: bytes of all networks that lie there meanwhile.
    """
    usual = min(window, frames)
    taken = weights + RESERVE
    if profile.residency == "all":  # the poses' features lie there as well
        taken += frames * call.cells * call.width * call.item
    longest = longest_window(profile.memory - taken, call)
    if usual <= longest:
        return Windowing(window, overlap, usual)
    need = call_bytes(usual, call) + taken
    return Windowing(longest, min(overlap, longest // 2), usual, need, profile.memory)


def call_of(sizes: Sizes, picture: tuple[int, int], profile: Profile, item: int) -> Call:
    """A call with `picture`s of (width, height) pixels and numbers of `item` bytes."""
    return Call(
        cells=(picture[0] // sizes.downscale) * (picture[1] // sizes.downscale),
        width=sizes.width,
        tokens=profile.tokens,
        item=item,
        batch=profile.batch,
        ff_mult=sizes.ff_mult,
    )


@dataclass(frozen=True)
class Places:
    """Where a studio's videos are made: its own device, and the processor for `memory=cpu`."""

    own: Place
    cpu: Place

    def of(self, memory: str) -> Place:
        """The place for a value of the setting `memory`."""
        return self.cpu if memory == "cpu" else self.own


def foreseen(settings: Mapping[str, Any], model: str, places: Places | None) -> Windowing:
    """The windows that a run with these settings will have, before anything is loaded.

    Args:
        settings: by name, `num_frames` above 0; what is not there is left open.
        model: `BUILT_IN` or a published model.
        places: where it will run; None where that is not known yet, so that nothing is shortened.
    """
    frames = settings["num_frames"] + 1
    asked = settings.get("window_size") or 0
    window = asked or window_of(model)
    overlap = max(ANCHOR, min(settings.get("overlap") or 0, window - 1))
    if asked or places is None:
        return Windowing(window, overlap, min(window, frames))
    memory, shape = settings.get("memory") or "auto", settings.get("shape") or "auto"
    place = places.of(memory)
    profile = allowed(memory, place)
    if model == BUILT_IN:
        picture = drawn_size(pocket_side(), shape)
    else:
        picture = published_pixels(settings.get("resolution") or 0, shape)
    call = call_of(sizes_of(model), picture, profile, place.item)
    weights = weight_bytes(model, place, encoders=profile.residency == "all")
    return windowing(window, overlap, frames, call, weights, profile)
