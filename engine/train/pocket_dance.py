"""The stages in which pocket MimicMotion learns, after the paper's only one, on drawn dancers."""

from __future__ import annotations

from collections.abc import Mapping

from engine.train.stage import NUMBERS, Optim, Stage


def sources(**known: str) -> Mapping[str, str]:
    """Where each number of a stage was read; the others are ours, since the paper gives none."""
    return dict.fromkeys(NUMBERS, "ours; the paper gives none") | known


_POCKET_SOURCES = sources(
    rate="ours: pocket starts from nothing, so forty times the paper's or more",
    decay="ours: about a third of the stage",
    ema="ours: averages over the last fifty to two hundred steps",
    steps="ours: a hundred minutes of one core for both stages (docs/results.md)",
    batch_size="ours: small batches and many steps learnt faster in short trials",
)
POCKET_PICTURES = Stage(
    name="pocket_pictures",
    paper="arXiv 2406.19680, 4.1, on drawn dancers, picture by picture",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=1.2e-3, warmup=100, decay=1400, ema=0.995),
    steps=4600,
    batch_size=12,
    sources=_POCKET_SOURCES,
)
"""Pairs of pictures of many people: who to draw, and where every part of them goes."""
POCKET_WINDOWS = Stage(
    name="pocket_windows",
    paper="arXiv 2406.19680, 4.1, on drawn dancers",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=4e-4, warmup=30, decay=140, ema=0.98),
    steps=360,
    batch_size=2,
    sources=_POCKET_SOURCES,
    starts_from="pocket_pictures",
    data=("drawn", "clips"),
)
"""Whole windows of consecutive frames: how they hang together; hands count ten times."""
