"""Two ways to reach into a running sampler: its latents, and the attention of its network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Protocol

from torch import Tensor, nn

from engine.nets.attention import Attention, attend


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

    def bias(self, site: str, queries: Tensor, keys: Tensor) -> Tensor | None:
        """What to add to the scores before the softmax, broadcast to `b heads n m`; None: nothing.

        `site` is the layer's name in the network; `queries` are `b heads n d` and `keys`
        `b heads m d`, not yet divided by `sqrt(d)`. Where the frames of a video share one context,
        `n` runs over frames and pixels, frame by frame.
        """
        ...


@dataclass(frozen=True)
class _Biased:
    """An attention layer's forward with the biases of its controls (see `Attention.control`)."""

    site: str
    controls: tuple[AttentionControl, ...]

    def __call__(self, layer: Attention, x: Tensor, context: Tensor | None) -> Tensor:
        rows = x if context is None else x.reshape(context.shape[0], -1, x.shape[-1])
        queries = layer.queries(rows)
        keys, values = layer.keys_values(rows if context is None else context)
        given = [control.bias(self.site, queries, keys) for control in self.controls]
        mask = None
        for bias in given:
            if bias is not None:
                mask = bias if mask is None else mask + bias
        return layer.merge(attend(queries, keys, values, mask)).reshape(x.shape)


@contextmanager
def attached(
    net: nn.Module, control: AttentionControl, where: Callable[[str], bool] | None = None
) -> Iterator[list[str]]:
    """Attach a control to the attention layers of a network; afterwards all is as before.

    Controls nest: their biases add up.

    Args:
        where: which layers, by name; all by default.

    Yields the names of the layers. Raises ValueError when there is none (a control that reaches
    nothing is a mistake), and when another kind of control already holds one of them.
    """
    layers = {
        name: module
        for name, module in net.named_modules()
        if isinstance(module, Attention) and (where is None or where(name))
    }
    if not layers:
        raise ValueError("no attention of this network matches the control")
    before = {name: layer.control for name, layer in layers.items()}
    taken = [n for n, held in before.items() if held is not None and not isinstance(held, _Biased)]
    if taken:
        raise ValueError(f"another kind of control already holds {taken[:8]}")
    try:
        for name, layer in layers.items():
            held = before[name]
            outer = held.controls if isinstance(held, _Biased) else ()
            layer.control = _Biased(name, (*outer, control))
        yield list(layers)
    finally:
        for name, layer in layers.items():
            layer.control = before[name]
