"""YOLOX and SimCC pre- and post-processing equal DWPose's (parity/mimicmotion/README.md 5)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.pose import simcc, yolox

SHARED = Path(__file__).parents[3] / "shared" / "parity" / "mimicmotion"


def load(name: str) -> dict[str, np.ndarray]:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is not on this machine; the array is too large for the repository")
    return dict(np.load(path))


def test_yolox_input_and_boxes() -> None:
    data = load("dwpose_yolox.npz")
    picture, scale = yolox.letterbox(data["image_rgb"])
    np.testing.assert_array_equal(picture, data["net_input"].astype(np.float32))
    raw = np.zeros((1, 8400, 85), np.float32)
    raw[..., 4], raw[..., 2:4] = 0.01, 1.0
    raw[0, data["raw_rows_index"]] = data["raw_rows"]
    boxes, score = yolox.people(raw, scale)
    np.testing.assert_allclose(boxes, data["boxes_xyxy"], rtol=0, atol=1e-4)
    assert (np.diff(score) <= 0).all()


def test_yolox_sees_nobody_in_nothing() -> None:
    boxes, score = yolox.people(np.zeros((1, 8400, 85), np.float32), 1.0)
    assert boxes.shape == (0, 4)
    assert score.shape == (0,)


def test_simcc_crops_and_joints() -> None:
    data = load("dwpose_simcc.npz")
    centre, size = simcc.crop_boxes(data["boxes_xyxy"])
    np.testing.assert_allclose(centre, data["centers"], rtol=0, atol=1e-9)
    np.testing.assert_allclose(size, data["scales"], rtol=0, atol=1e-9)
    for i in range(len(centre)):
        crop = simcc.crop(data["image_rgb"], centre[i], size[i]).transpose(1, 2, 0)
        np.testing.assert_allclose(crop, data["crops_normalised"][i], rtol=0, atol=0.06)
    along = [data[f"simcc_{axis}"][:, 0].astype(np.float32) for axis in "xy"]
    keypoints, score = simcc.joints(along[0], along[1], centre, size)
    np.testing.assert_allclose(keypoints, data["keypoints_px"], rtol=0, atol=1e-6)
    np.testing.assert_array_equal(score.astype(np.float32), data["scores"])


def test_simcc_of_the_whole_picture() -> None:
    data = load("dwpose_simcc.npz")
    height, width = data["image_rgb"].shape[:2]
    centre, size = simcc.crop_boxes(np.array([[0.0, 0, width, height]]))
    np.testing.assert_allclose(centre, data["center_nobox"])
    np.testing.assert_allclose(size, data["scale_nobox"])
    crop = simcc.crop(data["image_rgb"], centre[0], size[0]).transpose(1, 2, 0)[::4, ::4]
    np.testing.assert_allclose(crop, data["crop_nobox"][0], rtol=0, atol=0.06)
