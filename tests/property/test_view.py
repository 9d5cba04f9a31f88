"""A photo in another shape: the person is always in it, whole, and nobody else appears."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.data.picture import fit, shaped_size
from engine.data.view import Box, around

SIDES = st.integers(40, 400)
SHAPES = st.sampled_from(("square", "portrait", "landscape"))


@st.composite
def boxes(draw: st.DrawFn) -> Box:
    """Someone at least a tenth of the photo wide and high."""
    x0, y0 = draw(st.floats(0, 0.9)), draw(st.floats(0, 0.9))
    return x0, y0, draw(st.floats(x0 + 0.1, 1)), draw(st.floats(y0 + 0.1, 1))


@given(SIDES, SIDES, SHAPES, boxes(), st.booleans())
def test_the_person_is_whole_in_every_shape(
    width: int, height: int, shape: str, person: Box, go_on: bool
) -> None:
    photo = np.zeros((height, width, 3), np.uint8)
    size = shaped_size(shape, 128, 32)
    view = around(photo, size, person, go_on=go_on)
    corners = view.moved(np.array([person[:2], person[2:]]), photo)
    room = 1 / min(view.width, view.height)  # the window lies on whole pixels
    assert corners.min() >= -room and corners.max() <= 1 + room
    assert abs(view.width / view.height * size[1] / size[0] - 1) < 0.03
    assert view.take(photo, size, person=person, go_on=go_on).shape == (size[1], size[0], 3)


@given(SIDES, SIDES, SHAPES)
def test_without_a_person_a_crop_shows_only_photo(width: int, height: int, shape: str) -> None:
    photo = np.full((height, width, 3), 200, np.uint8)
    size = shaped_size(shape, 64, 32)
    view = around(photo, size, None, go_on=False)
    assert not view.beyond(photo)
    assert view.take(photo, size, person=None, go_on=False).min() == 200


@given(st.integers(30, 200), st.integers(0, 2**31))
def test_a_square_of_a_square_is_the_photo(side: int, seed: int) -> None:
    photo = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    view = around(photo, (64, 64), (0.3, 0.1, 0.7, 0.95), go_on=True)
    taken = view.take(photo, (64, 64), person=None, go_on=True)
    assert np.array_equal(taken, fit(photo, (64, 64)))


@given(st.floats(0.08, 0.6), st.floats(0.1, 0.32), SHAPES)
def test_only_background_goes_on(left: float, width: float, shape: str) -> None:
    """A red person on grey: as much red in the wider picture as in the photo."""
    photo = np.full((128, 128, 3), 90, np.uint8)
    x0, x1 = round(left * 128), round((left + width) * 128)
    photo[30:118, x0:x1] = (250, 0, 0)
    person = ((x0 - 3) / 128, 0.2, (x1 + 3) / 128, 0.95)
    size = shaped_size(shape, 128, 32)
    wide = around(photo, size, person, go_on=True).take(photo, size, person=person, go_on=True)
    red = (wide[..., 0] > 150) & (wide[..., 1] < 60)
    assert red.sum() == 88 * (x1 - x0)
