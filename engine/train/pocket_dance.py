"""The stages in which pocket MimicMotion learns, after the paper's only one, on drawn dancers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from engine.train.stage import Optim, Stage

_SOURCES: Mapping[str, str] = {
    "rate": "ours: pocket starts from nothing, so forty times the paper's or more",
    "warmup": "ours: two to eight hundredths of the stage",
    "decay": "ours: about a third of the stage",
    "weight_decay": "AdamW's default: the paper gives none",
    "betas": "AdamW's default: the paper gives none",
    "clip": "ours: customary for diffusion models; the paper gives none",
    "accumulate": "ours: a batch fits into memory, so there is nothing to add up",
    "ema": "ours: averages over the last fifty to two hundred steps",
    "steps": "ours: what one core had time for (docs/results.md)",
    "batch_size": "ours: small batches and many steps learnt faster in short trials",
    "sigma_mean": "ours: photo and pose all but decide the picture, so where everything goes must "
    "be learnt, and below a sigma of one there is little left to decide; SVD's 0.7 lies there",
    "sigma_deviation": "ours: with the mean, from a sigma of one to 300 in most examples",
    "dropout": "ours: not published; 10 % as in the released stage",
}
_HANDS: Mapping[str, str] = {
    "hand_weight": "paper, 3.2: ten times",
    "hand_threshold": "ours: the paper gives none; as in the released stage",
    "hand_padding": "ours: the paper gives none; 10 of 576 pixels, as in the released stage",
}
_AGAIN: Mapping[str, str] = {
    "rate": "ours: a little below the first pass's, which was stable",
    "decay": "ours: nine tenths of the stage",
    "ema": "ours: averages over the last five hundred steps",
    "steps": "ours: about as many as the first pass (docs/results.md)",
}
_NOISE: Mapping[str, float] = {"sigma_mean": 3.0, "sigma_deviation": 1.4, "dropout": 0.1}

POCKET_PICTURES = Stage(
    name="pocket_pictures",
    paper="arXiv 2406.19680, 4.1, on drawn dancers, picture by picture",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=1.2e-3, warmup=100, decay=1400, ema=0.995),
    steps=4600,
    batch_size=12,
    loss=_NOISE,
    sources=_SOURCES,
)
"""Pairs of pictures of many people: who to draw, and where every part of them goes."""
POCKET_DETAILS = replace(
    POCKET_PICTURES,
    name="pocket_details",
    optim=Optim(rate=1e-3, warmup=100, decay=3600, ema=0.998),
    steps=4000,
    sources={**_SOURCES, **_AGAIN},
    starts_from="pocket_pictures",
)
"""The same on other pairs, the rate falling from the start: edges and small things get sharper."""
POCKET_WINDOWS = Stage(
    name="pocket_windows",
    paper="arXiv 2406.19680, 4.1, on drawn dancers",
    train=("unet.*", "pose_net.*", "reference_net.*"),
    optim=Optim(rate=4e-4, warmup=30, decay=140, ema=0.98),
    steps=360,
    batch_size=2,
    loss={**_NOISE, "hand_weight": 10.0, "hand_threshold": 0.5, "hand_padding": 10 / 576},
    sources={**_SOURCES, **_HANDS},
    starts_from="pocket_details",
    data=("drawn", "clips"),
)
"""Whole windows of consecutive frames: how they hang together; hands count ten times."""
