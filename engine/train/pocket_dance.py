"""The stages in which pocket MimicMotion learns, after the paper's only one, on drawn dancers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.train.stage import NUMBERS, Optim, Stage


def sources(**known: str) -> Mapping[str, str]:
    """Where each number of a stage was read; the others are ours, since the paper gives none."""
    return dict.fromkeys(NUMBERS, "ours; the paper gives none") | known


_POCKET_SOURCES = sources(
    rate="ours: pocket starts from nothing, so fifty times the paper's or more",
    ema="ours: averages over the last hundred steps",
    steps="ours: what the time budget allows; more steps keep helping",
    batch_size="ours: keeps two cores busy",
)
POCKET_SHORT = Stage(
    name="pocket_short",
    paper="arXiv 2406.19680, 4.1, on drawn dancers",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=8e-4, warmup=100, ema=0.99),
    steps=20_000,
    batch_size=4,
    sources=_POCKET_SOURCES,
)
"""Many people, few frames of each at random times: who to draw and where every part goes."""
POCKET_WINDOWS = Stage(
    name="pocket_windows",
    paper="arXiv 2406.19680, 4.1, on drawn dancers",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=5e-4, warmup=50, ema=0.99),
    steps=2_000,
    batch_size=2,
    sources=_POCKET_SOURCES,
    starts_from="pocket_short",
)
"""Whole windows of consecutive frames: how they hang together."""
