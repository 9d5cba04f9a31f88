"""The photo that the user gives, made into what a model can dance with."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from engine.data import synth
from engine.data.picture import fit, fit_published, published_size, read_picture, shaped_size
from engine.data.view import Box, around
from engine.errors import BadInput, NoPoseFound
from engine.exchange.shapes import PUBLISHED_MULTIPLE
from engine.models.shelf import Shelf
from engine.pose.skeleton import SEEN
from engine.types import Inputs, Poses, Warning

PAPER = Warning(
    "A paper person stands in for your photo.",
    "The built-in model only knows people that Pirouette draws, so it took the colours of "
    "skin, hair and clothes from the photo and drew a person in them.",
    "Videos of real people need MimicMotion's public weights; the Models tab says how to get them.",
    key="paper_person",
)


NOBODY = Warning(
    "No person was found in the picture.",
    "The built-in model sees drawn people only, and nothing in it looks like one.",
    "Use a picture of one person, seen from head to feet.",
    key="nobody_in_photo",
)

DRAWN = Warning(
    "The photo was taken for a drawing.",
    "It looks like one of the dancers that Pirouette draws, so the pose in it was found by the "
    "detector for these.",
    "If it is a real photograph, try one with other light or another background.",
    key="photo_drawn",
)

BARS = Warning(
    "The photo has too little room for this shape.",
    "The person would be cut off, so black bars fill what the photo does not show.",
    "Choose the shape of the photo, or a photo with more room around the person.",
    key="shape_bars",
)

_ROOM = (0.06, 0.14, 0.06, 0.06)
"""What belongs to a person beyond their joints, left, top, right and bottom: hair, fingers, shoes.
In shares of the height of all joints."""


@dataclass(frozen=True)
class Person:
    """Who dances.

    Attributes:
        picture: RGB uint8 `h w 3` of the model's size.
        poses: the pose in the picture, one frame.
        warnings: what the user should know.
    """

    picture: NDArray[np.uint8]
    poses: Poses
    warnings: tuple[Warning, ...] = ()


def read_person(
    inputs: Inputs, shelf: Shelf, size: tuple[int, int], how: str, paper: str
) -> Person:
    """Read the photo for the pocket model.

    Args:
        size: (width, height) of the model's pictures.
        how: `crop` or `letterbox`. A crop is around the person; what lies beyond the photo is its
            flat background continued (`data/view.py`).
        paper: `always` draws a paper person in the photo's colours, `never` takes the photo as it
            is, `auto` takes only pictures of drawn dancers as they are.

    Raises BadInput when there is no photo or it cannot be read.
    """
    photo = _photo(inputs, shelf)
    if paper == "always" or (paper == "auto" and not shelf.is_drawn(photo)):
        return paper_person(photo, size)
    if how == "letterbox":
        picture = fit(photo, size, "letterbox")
        poses = shelf.drawn_poses(picture[None])
        return _noted(Person(picture, poses), shelf.holds_dancer(picture, poses))
    square = photo.shape[0] == photo.shape[1]
    seen = fit(photo, (shelf.pocket_size, shelf.pocket_size)) if square else photo
    poses = shelf.drawn_poses(seen[None])
    return _noted(_framed(photo, poses, size, go_on=True), shelf.holds_dancer(seen, poses))


def _noted(person: Person, someone: bool) -> Person:
    return person if someone else replace(person, warnings=(*person.warnings, NOBODY))


def read_real_person(
    inputs: Inputs,
    shelf: Shelf,
    resolution: int,
    how: str,
    shape: str = "auto",
    *,
    as_published: bool = False,
) -> Person:
    """Read the photo as it is, for a model that knows real people.

    Args:
        resolution: the shorter side of the model's pictures, a multiple of 64.
        how: `crop` or `letterbox`.
        shape: `square`, `portrait` or `landscape`, cropped around the person, with bars where they
            would be cut off; `auto` is upright for an upright photo, cropped in its middle, as the
            published code does it (specs/mimicmotion.md b.1).
        as_published: shrink that crop unsmoothed, as the published code does, too.

    DWPose finds the pose, in a picture of a drawn dancer the pocket detector, which is told.

    Raises BadInput when there is no photo or it cannot be read, NoPoseFound when nobody is in it,
    and MissingModel without DWPose.
    """
    photo = _photo(inputs, shelf)
    height, width = photo.shape[:2]
    if shape == "auto":
        size = published_size(width, height, resolution)
    else:
        size = shaped_size(shape, resolution, PUBLISHED_MULTIPLE)
    drawn = shelf.is_drawn(photo)
    told = (DRAWN,) if drawn else ()
    if shape != "auto" and how == "crop":
        person = _framed(photo, _real_poses(photo, shelf, drawn=drawn), size, go_on=False)
        return replace(person, warnings=(*person.warnings, *told))
    if as_published and shape == "auto" and how == "crop":
        picture = fit_published(photo, resolution)
    else:
        picture = fit(photo, size, "crop" if how == "crop" else "letterbox")
    return Person(picture, _real_poses(picture, shelf, drawn=drawn), told)


def _real_poses(picture: NDArray[np.uint8], shelf: Shelf, *, drawn: bool) -> Poses:
    """The pose in a picture. Raises MissingModel, NoPoseFound."""
    if drawn:
        return shelf.drawn_poses(picture[None])
    try:
        return shelf.dwpose().detect([picture])
    except NoPoseFound as error:
        raise NoPoseFound(
            "No person was found in the photo.",
            "Nobody in it could be recognised.",
            "Use a photo in which one person is seen well, from head to feet if possible.",
            key="nobody_in_real_photo",
        ) from error


def _framed(
    photo: NDArray[np.uint8], poses: Poses, size: tuple[int, int], *, go_on: bool
) -> Person:
    """The photo, in which `poses` were found, in the shape of `size`, around the person."""
    person = extent(poses)
    view = around(photo, size, person, go_on=go_on)
    picture = view.take(photo, size, person=person, go_on=go_on)
    moved = Poses(view.moved(poses.keypoints, photo), poses.score, poses.layout, size)
    return Person(picture, moved, () if go_on or not view.beyond(photo) else (BARS,))


def extent(poses: Poses) -> Box | None:
    """Where the person of the first frame is, with hair, fingers and shoes; None if nobody is."""
    seen = poses.keypoints[0, poses.score[0] > SEEN] * poses.size
    if not len(seen):
        return None
    low, high = seen.min(axis=0), seen.max(axis=0)
    room = np.array(_ROOM) * (high - low)[1]
    left, top = np.clip((low - room[:2]) / poses.size, 0, 1).tolist()
    right, bottom = np.clip((high + room[2:]) / poses.size, 0, 1).tolist()
    return left, top, right, bottom


def _photo(inputs: Inputs, shelf: Shelf) -> NDArray[np.uint8]:
    if inputs.image is None:
        raise BadInput(
            "There is no photo.",
            "MimicMotion needs a picture of the person who shall dance.",
            "Upload a photo, or click one of the example people.",
            key="no_photo",
        )
    return read_picture(inputs.image, shelf.limits)


def paper_person(photo: NDArray[np.uint8], size: tuple[int, int]) -> Person:
    """A drawn person in the photo's colours, standing at ease, whose pose is exactly known."""
    look = synth.look_like(synth.measure_colours(photo))
    framing = synth.fitted(synth.Framing(), size)
    stage = synth.Stage(look, synth.dance_motion("gentle_sway", 1, 15.0), size, framing)
    frame = stage.frame(0)
    poses = Poses(frame.keypoints[None], frame.score[None], "wholebody133", size)
    return Person(frame.rgb, poses, (PAPER,))
