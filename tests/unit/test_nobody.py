"""A drawn picture without a person: the detector gives joints for it, but is not sure of them.

The figures behind `engine.pose.drawn.SURE`; `PYTHONPATH=. python tests/unit/test_nobody.py` prints
them for more pictures than the test has time for.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from engine.data import synth
from engine.data.synth.background import Backdrop
from engine.exchange.person import NOBODY, PAPER, read_person
from engine.models.shelf import Shelf
from engine.types import Inputs

SIDE = 192
FIRST_SEED = 30_000_000  # neither trained on, nor looked at when the threshold was chosen

Pictures = list[NDArray[np.uint8]]


def dancers(count: int) -> Pictures:
    seeds = range(FIRST_SEED, FIRST_SEED + count)
    return [synth.plan(seed, 48).stage((SIDE, SIDE)).frame(seed % 48).rgb for seed in seeds]


def backdrops(count: int) -> Pictures:
    """Places of the dancers, without any."""
    kinds = synth.BACKGROUNDS
    painted = (
        Backdrop.paint(kinds[i % len(kinds)], FIRST_SEED + i, (SIDE, SIDE), (8, 8), 0.8)
        for i in range(count)
    )
    return [one.crop((0, 0))[..., :3] for one in painted]


def texts(count: int) -> Pictures:
    rng = np.random.default_rng(1)
    pages = []
    for _ in range(count):
        page = np.full((SIDE, SIDE, 3), rng.integers(180, 256, 3), np.uint8)
        for row in range(8):
            words = "".join(chr(letter) for letter in rng.integers(65, 91, 12))
            at, ink = (6, 20 + 22 * row), rng.integers(0, 140, 3).tolist()
            cv2.putText(page, words, at, cv2.FONT_HERSHEY_SIMPLEX, 0.7, ink, 1)
        pages.append(page)
    return pages


def shapes(count: int) -> Pictures:
    """Discs and boxes of one colour each."""
    rng = np.random.default_rng(2)
    pages = []
    for _ in range(count):
        page = np.full((SIDE, SIDE, 3), rng.integers(0, 256, 3), np.uint8)
        for _ in range(rng.integers(1, 9)):
            one, other = rng.integers(0, SIDE, (2, 2)).tolist()
            colour = rng.integers(0, 256, 3).tolist()
            if rng.random() < 0.5:
                cv2.circle(page, one, int(rng.integers(5, 70)), colour, -1)
            else:
                cv2.rectangle(page, one, other, colour, -1)
        pages.append(page)
    return pages


def widened(pictures: Pictures) -> Pictures:
    """Landscapes: the same with half as much again on both sides."""
    half = SIDE // 2
    return [cv2.copyMakeBorder(one, 0, 0, half, half, cv2.BORDER_REPLICATE) for one in pictures]


def taken_for_people(shelf: Shelf, pictures: Pictures) -> float:
    """The share of pictures in which somebody was found."""
    found = [shelf.holds_dancer(one, shelf.drawn_poses(one[None])) for one in pictures]
    return float(np.mean(found))


def shares(shelf: Shelf, count: int) -> Mapping[str, float]:
    """Of every kind of picture, the share in which somebody was found."""
    with_somebody = dancers(count)
    kinds = {
        "dancers": with_somebody,
        "wide": widened(with_somebody),
        "backdrops": backdrops(count),
        "texts": texts(count),
        "shapes": shapes(count),
    }
    return {kind: taken_for_people(shelf, pictures) for kind, pictures in kinds.items()}


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("home"), "cpu")


def test_dancers_are_seen_and_places_without_any_are_not_taken_for_one(shelf: Shelf) -> None:
    found = shares(shelf, 10)
    assert min(found["dancers"], found["wide"]) >= 0.9, found
    assert max(found[kind] for kind in ("backdrops", "texts", "shapes")) <= 0.1, found


@pytest.mark.parametrize("how", ["crop", "letterbox"])
def test_a_picture_without_a_person_is_said(shelf: Shelf, tmp_path: Path, how: str) -> None:
    (place,), (dancer,) = backdrops(1), dancers(1)
    warnings = []
    for picture in (place, dancer):
        PIL.Image.fromarray(picture).save(tmp_path / "photo.png")
        inputs = Inputs(image=tmp_path / "photo.png", dance="sway")
        for paper in ("never", "auto"):
            warnings.append(read_person(inputs, shelf, (128, 128), how, paper).warnings)
    assert warnings == [(NOBODY,), (PAPER,), (), ()]


if __name__ == "__main__":
    for kind, share in shares(Shelf(device="cpu"), 100).items():
        sys.stdout.write(f"{kind:15s} {share:.3f}\n")
