"""Looks at an unfinished video: which frames, and that moving ones stay cheap."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from torch import Tensor

from engine.exchange import looks
from engine.exchange.looks import MOVING_FRAMES, SHARE, STRIDE, Looks


class Slow:
    """An autoencoder whose frames are of the level of their latents and take a second each."""

    scaling_factor, downscale, latent_channels = 1.0, 8, 3

    def __init__(self) -> None:
        self.seconds = 0.0

    def encode(self, pixels: Tensor) -> Tensor:
        raise NotImplementedError

    def decode(self, latents: Tensor) -> Tensor:
        self.seconds += len(latents)
        return latents / 127.5 - 1


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[Slow]:
    one = Slow()
    monkeypatch.setattr(looks.time, "monotonic", lambda: one.seconds)
    return one


def latents(frames: int = 100, side: int = 4) -> Tensor:
    """Frame k is of level k."""
    return torch.arange(float(frames)).view(1, 1, -1, 1, 1).expand(1, 3, -1, side, side)


DEAR = (MOVING_FRAMES + 1) / SHARE


def test_a_moving_look_is_the_beginning_at_a_lower_rate(slow: Slow) -> None:
    seen = Looks(slow, 51, fps=15.0).at(latents(), elapsed=DEAR, last=False)
    assert seen.image.shape == (4, 4, 3) and (seen.image == 51).all()
    assert seen.clip is not None and seen.fps == 7.5
    assert seen.clip[:, 0, 0, 0].tolist() == [1 + STRIDE * k for k in range(MOVING_FRAMES)]
    short = Looks(slow, 2, fps=15.0).at(latents(6), elapsed=DEAR, last=False)
    assert short.clip is not None and short.clip[:, 0, 0, 0].tolist() == [1, 3, 5]


def test_moving_looks_take_a_small_share_of_the_time(slow: Slow) -> None:
    watched = Looks(slow, 51, fps=15.0)
    moving = [
        elapsed for elapsed in range(0, 2000, 20)
        if watched.at(latents(), float(elapsed), last=False).clip is not None
    ]  # fmt: skip
    assert moving and all(
        MOVING_FRAMES * (count + 1) <= SHARE * elapsed for count, elapsed in enumerate(moving)
    )
    assert len(moving) == int(SHARE * 1980 / MOVING_FRAMES)


def test_nobody_watches_or_the_video_is_about_to_come(slow: Slow) -> None:
    assert Looks(slow, 51).at(latents(), DEAR, last=False).clip is None
    assert Looks(slow, 51, fps=15.0).at(latents(), DEAR, last=True).clip is None
    assert slow.seconds == 2


def test_every_frame_of_a_look_has_the_mark(slow: Slow) -> None:
    wide = latents(side=128) * 2
    plain, marked = (
        Looks(slow, 51, fps=15.0, badge=badge).at(wide, DEAR, last=False) for badge in (False, True)
    )
    assert plain.clip is not None and marked.clip is not None
    assert all((a != b).any() for a, b in zip(plain.clip, marked.clip, strict=True))
    assert (plain.image != marked.image).any() and (plain.image == np.uint8(102)).all()
