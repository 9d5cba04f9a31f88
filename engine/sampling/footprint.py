"""How much memory one call of the network takes, and how long a window may be for what there is.

Free of torch: it is arithmetic. The unit is one tensor of the network's finest level, `frames x
cells x width` numbers: 425 MB for 72 frames of 576x1024 in bf16. The highest point is a
feed-forward in the last block (specs/mimicmotion.md f.2): some tensors of that size lie there in
any case, and the feed-forward itself needs more for the tokens that go through it together.
"""

from __future__ import annotations

from dataclasses import dataclass

LYING = 15.5
"""Units that are held while the last feed-forward runs: skips, inputs and results of the blocks
around it. Counted by running networks on tensors without memory (tests/unit/test_footprint.py):
13.2 to 15.2, the public network's at the lower end. Networks of full size are counted by
`python -m tests.bench.forecast_constants`.
"""

_GATED = 4
"""Tensors as wide as the feed-forward is inside: two from the projection, the gate, the product."""

RESERVE = 1 << 30
"""Bytes that are left alone: the driver's own, and what allocation in pieces wastes."""

SHORTEST = 8
"""Frames; a shorter window would hold too little dance to be worth making."""


@dataclass(frozen=True)
class Call:
    """What of a call of an SVD-like network, beside its frames, decides how much memory it takes.

    Attributes:
        cells: of one frame of latents, height times width.
        width: channels of the finest level (320 for the public weights).
        tokens: most in one piece of a feed-forward (`Profile.tokens`); 0: whole.
        item: bytes of a number.
        batch: guidance halves of windows in one call.
        ff_mult: how much wider than the level its feed-forwards are.
    """

    cells: int
    width: int
    tokens: int = 0
    item: int = 2
    batch: int = 1
    ff_mult: int = 4


def call_bytes(frames: int, call: Call) -> int:
    """Most bytes that a call with windows of `frames`, the reference slot included, holds.

    The network's weights are not in it. It is linear in `frames`, but for what the pieces cap.
    """
    together = frames * call.cells * call.batch
    piece = min(together, call.tokens) if call.tokens else together
    return round((LYING * together + _GATED * call.ff_mult * piece) * call.width * call.item)


def longest_window(room: int, call: Call) -> int:
    """Most frames of a window whose call takes at most `room` bytes; at least `SHORTEST`."""
    cells = call.cells * call.batch
    lying = LYING * cells * call.width * call.item
    gated = _GATED * call.ff_mult * call.width * call.item
    whole = room / (lying + gated * cells)
    if call.tokens and whole * cells > call.tokens:
        whole = (room - gated * call.tokens) / lying
    return max(SHORTEST, int(whole))
