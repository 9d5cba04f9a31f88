"""How large the pictures of a video are; free of torch, so that a screen can plan with them."""

from __future__ import annotations

from engine.data.picture import shaped_size

PUBLISHED_RESOLUTION = 576
"""The shorter side in pixels that the public weights were trained at (specs/mimicmotion.md b.1)."""

PUBLISHED_MULTIPLE = 64
"""Sides of the public model's pictures: its latents must halve three times (spec a.4)."""

_DRAWN_MULTIPLE = 32
"""Of the sides of drawn people's pictures: 16 is what the networks need."""


def drawn_size(side: int, shape: str) -> tuple[int, int]:
    """(width, height) of drawn people's pictures whose shorter side is `side`.

    The shape `auto` is square, as the built-in model's training was. It paints the other shapes as
    well (docs/results.md): the person keeps their size and gains room.
    """
    return shaped_size("square" if shape == "auto" else shape, side, _DRAWN_MULTIPLE)


def published_pixels(resolution: int, shape: str) -> tuple[int, int]:
    """(width, height) of a public model's pictures as far as they are known without the photo.

    With the shape `auto` it may be lying where the photo makes it upright, with as many pixels. A
    `resolution` of 0 is the usual one.
    """
    side = resolution or PUBLISHED_RESOLUTION
    return shaped_size("landscape" if shape == "auto" else shape, side, PUBLISHED_MULTIPLE)
