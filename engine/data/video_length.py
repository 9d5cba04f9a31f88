"""How long a clip is, counted from its packets: headers may say anything, and some say nothing.

A packet is counted, not decoded, so a clip that is too long is refused before its first second has
been turned into pictures, whatever it says of itself and whatever kind of file it is.
"""

from __future__ import annotations

from contextlib import suppress
from fractions import Fraction

from av.error import FFmpegError

from engine.data.limits import Limits, shown
from engine.data.video_open import Source
from engine.errors import BadInput

_HIDDEN = Fraction(5, 4)
"""Packets to a frame that is shown: some codecs send a picture for later ones to refer to."""

_ROUNDING = 1
"""Seconds by which an honest header may be short: tracks are of several lengths, times rounded."""


def length(source: Source, limits: Limits, *, believe: bool) -> Fraction:
    """Seconds from the first frame to the end of the last; who then reads begins anew.

    What the file says: it is held against its packets unless it is to be believed, and these count
    if they go on for longer, or if it says nothing. Raises BadInput when either exceeds `limits`,
    and when there are far more packets than frames may be.
    """
    said = _said(source)
    if said is not None:
        _check_seconds(said, source, limits)
        if believe:
            return said
    last, most = source.zero, int(limits.max_frames * _HIDDEN) + 1
    with suppress(FFmpegError):  # damage: who reads is told of it then
        for count, packet in enumerate(source.container.demux(source.stream), start=1):
            if count > most:
                raise too_many(source, count, limits)
            if packet.pts is None or packet.is_discard:  # an edit list leaves it out
                continue
            ends = packet.pts + (packet.duration or 0)
            last = max(last, ends * Fraction(packet.time_base or source.tick))
            if last - source.zero > limits.max_seconds + _ROUNDING:
                raise too_many(source, count, limits)
    counted = last - source.zero
    return counted if said is None or counted > said + _ROUNDING else said


def too_many(source: Source, count: int, limits: Limits) -> BadInput:
    """The error for a clip that holds more than is taken; `count` is how far reading came."""
    return BadInput(
        "The video '{name}' has too many frames.",
        "Reading came to frame {count}; at most {most} frames and {seconds} seconds are taken.",
        "Cut out the part that you need.",
        key="too_many_frames",
        name=shown(source.path),
        count=f"{count:,}",
        most=f"{limits.max_frames:,}",
        seconds=f"{limits.max_seconds:,.0f}",
    )


def _said(source: Source) -> Fraction | None:
    stream, container = source.stream, source.container
    if stream.duration:
        return Fraction(stream.duration) * Fraction(stream.time_base or source.tick)
    return Fraction(container.duration, 1_000_000) if container.duration else None


def _check_seconds(seconds: Fraction, source: Source, limits: Limits) -> None:
    if seconds > limits.max_seconds:
        raise BadInput(
            "The video '{name}' is too long.",
            "It lasts {seconds} seconds; at most {most} are taken.",
            "Cut out the part that you need.",
            key="video_too_long",
            name=shown(source.path),
            seconds=f"{float(seconds):,.0f}",
            most=f"{limits.max_seconds:,.0f}",
        )
