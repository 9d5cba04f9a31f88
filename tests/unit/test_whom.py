"""The still on which everybody in a clip is numbered."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.data.limits import Limits
from engine.exchange.whom import LEAST, LONG, SHORT, boxes, still
from engine.pose.people import Crowd, People
from tests.unit.media import write_film

AMBER, PALE = (244, 171, 63), (244, 237, 243)


def crowd(frame: int, person: int, size: tuple[int, int] = (320, 240)) -> Crowd:
    """Two people, left and right, in the given frame."""
    given = np.array([[0.1, 0.2, 0.3, 0.9], [0.6, 0.3, 0.95, 1.0]])
    keypoints = np.linspace(given[:, :2], given[:, 2:], 17, axis=1)
    people = People(given, keypoints, np.full((2, 17), 0.9), "coco17", size)
    return Crowd(frame, people, person)


def columns(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Where the colour is, as shares of the width."""
    return np.nonzero((picture == colour).all(axis=2))[1] / picture.shape[1]


@pytest.mark.parametrize("person", [0, 1, 2])
def test_the_followed_one_has_the_accent_and_nobody_else(person: int) -> None:
    seen = crowd(0, person)
    picture = np.asarray(still(seen, None, 30.0, Limits()))
    assert picture.shape == (SHORT, SHORT * 4 // 3, 3)
    for number, (left, _, right, _) in enumerate(boxes(seen.people), start=1):
        wanted, other = (AMBER, PALE) if number == person else (PALE, AMBER)
        for colour, here in ((wanted, True), (other, False)):
            at = columns(picture, colour)
            assert bool(((at > left - 0.01) & (at < right + 0.01)).any()) == here


def test_the_still_is_the_frame_in_which_they_are_counted(tmp_path: Path) -> None:
    pictures = (np.full((240, 320, 3), 40 * step, np.uint8) for step in range(6))
    film = write_film(tmp_path / "film.mp4", pictures, 5, crf=4)
    for frame in (0, 4):
        corner = np.asarray(still(crowd(frame, 1), film, 5.0, Limits()))[:20, -20:]
        assert abs(corner.mean() - 40 * frame) < 6


@pytest.mark.parametrize("size", [(100_000, 1), (1, 100_000), (1, 1)])
def test_frames_of_any_shape_fit(size: tuple[int, int]) -> None:
    seen = crowd(0, 2, size)
    width, height = still(seen, None, 30.0, Limits()).size
    assert min(width, height) >= LEAST and max(width, height) <= LONG
    assert (boxes(seen.people) >= 0).all() and (boxes(seen.people) <= 1).all()
