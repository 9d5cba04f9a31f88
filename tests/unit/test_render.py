"""A video decoded piece by piece into its file is the one that is decoded whole and kept."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.data.pixels import to_rgb
from engine.data.video_write import VideoWriter
from engine.exchange import render
from engine.nets.autoencoder import PocketAutoencoder


class Recorder(VideoWriter):
    """Writes the file, and keeps the frames that it was given."""

    frames: list[np.ndarray]

    def add(self, frame: np.ndarray) -> None:
        self.frames.append(frame.copy())
        super().add(frame)


@pytest.mark.parametrize("chunk", [1, 4, 100])
def test_streamed_frames_are_those_decoded_at_once(
    chunk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """specs/mimicmotion.md f.3, 7; the reference's frame is in a chunk too, alone in the smallest,
    and is left out."""
    torch.manual_seed(0)
    net = PocketAutoencoder(latent_channels=4, wide=8, narrow=8, groups=4).eval()
    torch.nn.init.normal_(net.basis, std=0.1)
    latents = torch.randn(1, 4, 6, 33, 33)  # large enough not to be enlarged
    with torch.no_grad():
        kept = net.decode(latents[0].movedim(1, 0))
    monkeypatch.setattr(Recorder, "frames", [], raising=False)
    monkeypatch.setattr(render, "VideoWriter", Recorder)
    events = render.publish(
        latents, net, tmp_path / "a.mp4", 15.0, drop=1, audio=None, record={}, chunk=chunk
    )
    steps = [event.step for event in events]  # pyright: ignore[reportAttributeAccessIssue]
    assert steps[-1] == 5 and steps == sorted(steps)
    streamed, whole = np.stack(Recorder.frames).astype(int), to_rgb(kept)[1:].astype(int)
    assert streamed.shape == whole.shape and whole.std() > 20
    assert np.abs(streamed - whole).max() <= 1  # a level where rounding meets exactly the half
    assert (streamed != whole).mean() < 1e-3
