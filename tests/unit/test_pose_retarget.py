"""A dance on another body: what the robust fit stands, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest
from pose_dancer import dancer

from engine.errors import BadInput, NoPoseFound
from engine.pose.retarget import Affine, Mode, fit, retarget
from engine.pose.robust import robust_line, weighted_median
from engine.pose.skeleton import convert
from engine.types import Poses

PORTRAIT = (576, 1024)


def moved(poses: Poses, scale: float, shift: tuple[float, float], size: tuple[int, int]) -> Poses:
    """The same body elsewhere, `scale` times as large in pixels."""
    ay = scale * poses.size[1] / size[1]
    ax = scale * poses.size[0] / size[0]
    return Poses(
        Affine(ax, shift[0], ay, shift[1]).apply(poses.keypoints), poses.score, poses.layout, size
    )


@pytest.mark.parametrize("mode", ["robust", "parity"])
def test_a_body_that_was_scaled_and_moved_is_met_exactly(mode: str) -> None:
    still = dancer(1)
    reference = moved(still, 1.3, (0.1, -0.05), PORTRAIT)
    there = retarget(still, reference, PORTRAIT, "parity" if mode == "parity" else "robust")
    np.testing.assert_allclose(there.keypoints, reference.keypoints, atol=1e-9)
    assert there.size == PORTRAIT


@pytest.mark.parametrize("mode", ["robust", "parity"])
def test_frames_in_which_nobody_was_found_do_not_count(mode: str) -> None:
    dance = dancer(6)
    reference = moved(dance[:1], 1.3, (0.1, -0.05), PORTRAIT)
    gone = Poses(dance.keypoints.copy(), dance.score.copy(), dance.layout, dance.size)
    gone.keypoints[2:4] = gone.score[2:4] = 0
    way: Mode = "parity" if mode == "parity" else "robust"
    rest = fit(dance[[0, 1, 4, 5]], reference, PORTRAIT, way).affine
    assert fit(gone, reference, PORTRAIT, way).affine == rest


def test_the_dance_does_not_shrink_the_dancer() -> None:
    """Plain least squares over all frames does, because jumping is noise to it."""
    dance = dancer(40)
    dance.keypoints[::5, :, 1] -= 0.15  # jumps
    reference = moved(dancer(1), 1.3, (0.1, -0.05), PORTRAIT)
    true = 1.3 * 640 / 1024
    assert abs(fit(dance, reference, PORTRAIT).affine.ay - true) < 0.002
    assert fit(dance, reference, PORTRAIT, "parity").affine.ay < true - 0.02


def test_wrong_joints_and_unsure_joints_do_not_move_the_fit() -> None:
    dance, reference = dancer(20), moved(dancer(1), 1.3, (0.1, -0.05), PORTRAIT)
    reference.keypoints[0, 15] = (0.9, 0.1)  # one ankle found in the sky
    dance.keypoints[5:, 13] = (0.0, 0.0)  # a knee lost, and the detector knows it
    dance.score[5:, 13] = 0.1
    affine = fit(dance, reference, PORTRAIT).affine
    assert abs(affine.ay - 1.3 * 640 / 1024) < 0.005


def test_without_a_reference_the_whole_dance_is_put_into_the_frame() -> None:
    dance = dancer(20, size=(1280, 720), sway=0.2)
    found = fit(dance, None, PORTRAIT)
    there = retarget(dance, None, PORTRAIT)
    assert found.by == "frame"
    body = there.keypoints[:, :17]
    assert body[..., 0].min() > 0.03
    assert body[..., 0].max() < 0.97
    assert abs(body[:, 15:, 1].max() - 0.93) < 0.01  # the feet stand on the floor
    shoulders = np.abs(there.keypoints[0, 5, 0] - there.keypoints[0, 6, 0]) * PORTRAIT[0]
    height = np.abs(there.keypoints[0, 15, 1] - there.keypoints[0, 0, 1]) * PORTRAIT[1]
    before = 0.16 * 1280 / (0.78 * 720)
    assert abs(shoulders / height - before) < 1e-6  # nobody gets fat


def test_an_unseen_reference_counts_as_none() -> None:
    blank = Poses(np.zeros((1, 18, 2)), np.zeros((1, 18)), "openpose18", PORTRAIT)
    assert fit(dancer(3), blank, PORTRAIT).by == "frame"


def test_a_reference_lying_down_is_fitted_by_the_lengths_of_its_limbs() -> None:
    reference = moved(dancer(1), 1.3, (0.1, -0.05), PORTRAIT)
    lying = Poses(
        reference.keypoints[..., ::-1] * (PORTRAIT[1] / PORTRAIT[0], PORTRAIT[0] / PORTRAIT[1]),
        reference.score,
        reference.layout,
        PORTRAIT,
    )
    found = fit(dancer(10), lying, PORTRAIT)
    assert found.by == "bones"
    assert abs(found.affine.ay - 1.3 * 640 / 1024) < 0.01


def test_only_the_shared_part_of_the_body_is_fitted() -> None:
    reference = moved(dancer(1), 1.3, (0.1, -0.05), PORTRAIT)
    reference.score[:, 11:17] = 0  # a portrait: nothing below the waist
    found = fit(dancer(20), reference, PORTRAIT)
    assert found.by == "joints"
    assert abs(found.affine.ay - 1.3 * 640 / 1024) < 0.02


def test_nobody_to_follow_and_nothing_in_common_are_said() -> None:
    dance, reference = dancer(3), dancer(1)
    nobody = Poses(dance.keypoints, dance.score * 0, dance.layout, dance.size)
    with pytest.raises(NoPoseFound, match="no dancer"):
        retarget(nobody, reference, PORTRAIT)
    legs, head = dancer(3), dancer(1)
    legs.score[:, :13] = 0
    head.score[:, 5:] = 0
    with pytest.raises(BadInput, match="in common"):
        retarget(legs, head, PORTRAIT)
    elbows = convert(dancer(1), "openpose18")
    elbows.score[:, [0, 1, 2, 5, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17]] = 0
    with pytest.raises(BadInput, match="in common"):
        retarget(dance, elbows, PORTRAIT, "parity")


def test_a_mirrored_height_is_refused_in_parity() -> None:
    upside = dancer(1)
    upside.keypoints[..., 1] = 1 - upside.keypoints[..., 1]
    with pytest.raises(BadInput, match="could not be fitted"):
        retarget(dancer(3), upside, PORTRAIT, "parity")


def test_statistics() -> None:
    values, weight = np.array([5.0, 1.0, 3.0]), np.ones(3)
    assert weighted_median(values, weight) == 3
    assert weighted_median(values, np.array([10.0, 1, 1])) == 5
    assert weighted_median(np.array([1.0, 2.0]), np.ones(2)) == 1.5
    x = np.linspace(0, 1, 12)
    y = 2 * x + 1
    y[[3, 9]] = 40, -30
    np.testing.assert_allclose(robust_line(x, y, np.ones(12)), (2, 1), atol=1e-9)
