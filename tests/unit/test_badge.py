"""The visible mark and the marks in a made video's metadata."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
import torch

from engine.data.badge import Badge
from engine.data.video_record import AI_MARK, read_record
from engine.data.video_write import write
from engine.exchange.render import publish
from engine.nets.autoencoder import PocketAutoencoder


@pytest.mark.parametrize("size", [(512, 512), (1024, 576), (576, 1024), (256, 256)])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_the_mark_is_small_in_its_corner_and_readable(size: tuple[int, int], level: int) -> None:
    frame = np.full((*size, 3), level, np.uint8)
    before = frame.copy()
    marked = Badge().on(frame)
    assert (frame == before).all() and marked.shape == frame.shape and marked.dtype == np.uint8
    rows, columns = np.nonzero((marked != frame).any(axis=2))
    assert len(rows) < 0.03 * frame[..., 0].size
    assert rows.min() > size[0] * 0.8 and columns.min() > size[1] * 0.35
    assert rows.max() < size[0] - 4 and columns.max() < size[1] - 4
    inside = marked[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1, 0].astype(int)
    assert (
        np.percentile(inside, 99) - np.percentile(inside, 20) > 90
    )  # white on dark, whatever is below


def test_a_tiny_frame_stays_as_it_is() -> None:
    frame = np.zeros((40, 90, 3), np.uint8)
    assert Badge().on(frame) is frame


def test_a_made_video_says_so_in_two_tags(tmp_path: Path) -> None:
    frames = [np.zeros((64, 64, 3), np.uint8)] * 2
    write(frames, tmp_path / "made.mp4", 15, record={"ai_generated": True})
    write(frames, tmp_path / "pose.mp4", 15, record={"app": "pirouette"})
    with av.open(str(tmp_path / "made.mp4")) as clip:
        assert clip.metadata["description"] == AI_MARK
    assert read_record(tmp_path / "made.mp4") == {"ai_generated": True}
    with av.open(str(tmp_path / "pose.mp4")) as clip:
        assert "description" not in clip.metadata


@pytest.mark.parametrize("badge", [False, True])
def test_every_frame_of_a_result_has_the_mark_on_request(badge: bool, tmp_path: Path) -> None:
    torch.manual_seed(0)
    net = PocketAutoencoder().eval()
    latents = torch.zeros(1, net.latent_channels, 3, 16, 16)
    events = publish(
        latents, net, tmp_path / "out.mp4", 15.0, audio=None, record={"a": 1}, badge=badge
    )
    assert list(events)
    plain = tmp_path / "plain.mp4"
    list(publish(latents, net, plain, 15.0, audio=None, record={"a": 1}))
    made, usual = (_frames(path) for path in (tmp_path / "out.mp4", plain))
    corner = np.abs(made - usual)[:, -60:, -160:].mean(axis=(1, 2, 3))
    assert (corner > 3).all() if badge else (corner == 0).all()
    assert np.abs(made - usual)[:, :256].max() < 40  # elsewhere only the encoder's noise


def _frames(path: Path) -> np.ndarray:
    with av.open(str(path)) as clip:
        return np.stack([f.to_ndarray(format="rgb24") for f in clip.decode(video=0)]).astype(float)
