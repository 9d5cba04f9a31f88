"""Levels to numbers and back, without loss, whatever the array's memory is."""

from __future__ import annotations

import warnings

import numpy as np
import torch

from engine.data.pixels import to_pixels, to_rgb


def test_every_level_comes_back() -> None:
    levels = np.arange(256, dtype=np.uint8).repeat(3).reshape(2, 8, 16, 3)
    pixels = to_pixels(levels)
    assert pixels.shape == (2, 3, 8, 16) and pixels.dtype == torch.float32
    assert (pixels.min(), pixels.max()) == (-1, 1)
    np.testing.assert_array_equal(to_rgb(pixels), levels)


def test_one_picture_and_a_batch_of_clips_too() -> None:
    assert to_pixels(np.zeros((4, 6, 3), np.uint8)).shape == (3, 4, 6)
    clips = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 6, 3)).astype(np.uint8)
    assert to_pixels(clips).shape == (2, 3, 3, 4, 6)
    np.testing.assert_array_equal(to_rgb(to_pixels(clips)), clips)


def test_read_only_and_mirrored_memory_is_copied() -> None:
    photo = np.full((4, 6, 3), 7, np.uint8)
    photo.setflags(write=False)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pixels = to_pixels(photo)
        to_pixels(photo[:, ::-1])
    pixels.zero_()
    assert (photo == 7).all()


def test_what_overshoots_is_clamped_and_rounded() -> None:
    pixels = torch.tensor([-3.0, 3.0, 0.0]).view(3, 1, 1).expand(3, 2, 2)
    assert to_rgb(pixels)[0, 0].tolist() == [0, 255, 128]
