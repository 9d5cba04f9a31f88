"""Two ways to reach into a running sampler: its latents, and the attention of its network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from torch import Tensor, nn


@dataclass(frozen=True)
class Moment:
    """Where the sampler is: step `index` of `total`, its timestep and its noise level sigma.

    `sigma` is the ratio of noise to signal, whatever the scheduler calls it.
    """

    index: int
    total: int
    timestep: float
    sigma: float


class LatentControl(Protocol):
    """Changes the latents before a step, or the prediction after it (latent shift, noise reuse).

    Both see the whole video, `b c f h w` float32, and return what takes its place.
    """

    def before_step(self, latents: Tensor, at: Moment) -> Tensor:
        """Return the latents that both the network and the scheduler's step will see."""
        ...

    def after_predict(self, prediction: Tensor, at: Moment) -> Tensor:
        """Return the fused and guided prediction that the scheduler's step will see."""
        ...


class AttentionControl(Protocol):
    """Adds to attention scores, or looks at them (box edits, map capture)."""

    def bias(self, site: str, query: Tensor, key: Tensor) -> Tensor | None:
        """What to add to the scores before the softmax, broadcast to `b heads n m`; None: nothing.

        `site` is the attention's module name in the network; `query` is `b heads n d` and `key`
        `b heads m d`, unscaled.
        """
        ...


Seam: TypeAlias = Callable[[Tensor, Tensor], Tensor | None]
"""`(query, key) -> bias`: what an attention module's attribute `control` may hold."""


@contextmanager
def attached(
    net: nn.Module, control: AttentionControl, where: Callable[[str], bool] = lambda site: True
) -> Iterator[list[str]]:
    """Attach a control to the attention modules of a network; afterwards all is as before.

    An attention module takes controls by having an attribute `control` (a `Seam` or None), which
    it calls with its queries and keys. Controls nest: the biases of an outer one still count.

    Args:
        where: which sites, by module name; all by default.

    Yields the names of the sites. Raises ValueError when there is none: a control that reaches
    nothing is a mistake.
    """
    sites: list[tuple[str, Any]] = [
        (name, module)
        for name, module in net.named_modules()
        if hasattr(module, "control") and where(name)
    ]
    if not sites:
        raise ValueError("no attention of this network matches the control")
    before: list[Seam | None] = [module.control for _, module in sites]
    try:
        for (name, module), outer in zip(sites, before, strict=True):
            module.control = _seam(control, name, outer)
        yield [name for name, _ in sites]
    finally:
        for (_, module), outer in zip(sites, before, strict=True):
            module.control = outer


def _seam(control: AttentionControl, site: str, outer: Seam | None) -> Seam:
    def bias(query: Tensor, key: Tensor) -> Tensor | None:
        own = control.bias(site, query, key)
        other = outer(query, key) if outer is not None else None
        if own is None or other is None:
            return own if other is None else other
        return own + other

    return bias
