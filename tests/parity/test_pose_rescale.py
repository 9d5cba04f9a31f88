"""The parity fit equals MimicMotion's rescale (parity/mimicmotion/README.md 4)."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine.pose.draw import draw_people
from engine.pose.parts import Parts
from engine.pose.retarget import FIT_JOINTS, fit_parity, retarget
from engine.types import Poses

DATA = Path(__file__).parent / "data/mimicmotion/rescale_landscape_driver_to_portrait_ref.npz"
EXACT = {"rtol": 0, "atol": 1e-9}


def test_scale_shift_points_and_pictures_are_upstreams() -> None:
    data = dict(np.load(DATA))
    frames = range(len(data["sampled_ids"]))
    size = int(data["W"]), int(data["H"])
    driver = Poses(
        np.stack([data[f"drv{i}_body_xy"] for i in frames]),
        np.concatenate([data[f"drv{i}_body_score"] for i in frames]),
        "openpose18",
        (int(data["video_w"]), int(data["video_h"])),
    )
    reference = Poses(data["ref_body_xy"][None], data["ref_body_score"], "openpose18", size)
    assert list(FIT_JOINTS) == data["fit_keypoints"].tolist()
    affine = fit_parity(driver, reference, size)
    for name in ("ax", "ay", "bx", "by"):
        np.testing.assert_allclose(getattr(affine, name), data[name], **EXACT)
    moved = retarget(driver, reference, size, "parity")
    for i in frames:
        np.testing.assert_allclose(moved.keypoints[i], data[f"out{i}_body_xy"], **EXACT)
        hands = affine.apply(data[f"drv{i}_hands_xy"])
        face = affine.apply(data[f"drv{i}_face_xy"])
        np.testing.assert_allclose(hands, data[f"out{i}_hands_xy"], **EXACT)
        np.testing.assert_allclose(face, data[f"out{i}_face_xy"], **EXACT)
        people = Parts(
            moved.keypoints[i : i + 1],
            driver.score[i : i + 1],
            hands[None],
            data[f"drv{i}_hands_score"][None],
            face,
            data[f"drv{i}_face_score"],
        )
        drawn = draw_people(people, size)
        np.testing.assert_array_equal(drawn.transpose(2, 0, 1), data["images"][i])
