"""Image sizing against MimicMotion's published code (specs/mimicmotion.md b.1)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.picture import fit_published, published_size

SMALL = Path(__file__).parent / "data/mimicmotion/preprocess_image_small.npz"
LARGE = Path(__file__).parents[3] / "shared/parity/mimicmotion/preprocess_image.npz"


@pytest.mark.parametrize("path", [SMALL, LARGE], ids=["small", "large"])
def test_pictures_are_sized_as_published(path: Path) -> None:
    if not path.exists():
        pytest.skip(f"the large reference arrays are not here: {path}")
    arrays = np.load(path)
    inputs = [name for name in arrays if name.startswith("in_")]
    assert inputs
    for name in inputs:
        out = fit_published(arrays[name], int(name.split("_r")[1]))
        expected = arrays["out_" + name[3:]]
        assert out.shape == expected.shape, name
        assert np.abs(out.astype(int) - expected).max() <= 1, name
        assert (out != expected).mean() < 0.03, name  # rounding of exact halves only


def test_the_published_table_of_sizes() -> None:
    table = np.load(SMALL)["size_table"]
    assert len(table) == 49
    for height, width, resolution, _, _, crop_height, crop_width in table.tolist():
        assert published_size(width, height, resolution) == (crop_width, crop_height)
