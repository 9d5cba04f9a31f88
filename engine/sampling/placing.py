"""Networks on their device and their layers in pieces, as a profile says, and back afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from engine.device import moved
from engine.nets.attention import Attention, FeedForward
from engine.sampling.profile import Profile


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
        moved(net, device)
    try:
        yield
    finally:
        if profile.residency == "swap":
            for net in nets:
                moved(net, "cpu")
            if device.type == "cuda":
                torch.cuda.empty_cache()
