"""The photo that the user gives, made into what a model can dance with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data import synth
from engine.data.picture import fit, published_size, read_picture
from engine.errors import BadInput
from engine.models.cards import CARDS
from engine.models.resolve import require
from engine.models.shelf import Shelf
from engine.pose.dwpose import DWPose
from engine.types import Inputs, Poses, Warning

PAPER = Warning(
    "A paper person stands in for your photo.",
    "The built-in pocket model only knows people that Pirouette draws, so it took the colours of "
    "skin, hair and clothes from the photo and drew a person in them.",
    "Videos of real people need MimicMotion's public weights; the Models tab says how to get them.",
    key="paper_person",
)


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
        how: `crop` or `letterbox`.
        paper: `always` draws a paper person in the photo's colours, `never` takes the photo as it
            is, `auto` takes only pictures that look drawn as they are.

    Raises BadInput when there is no photo or it cannot be read.
    """
    photo = _photo(inputs, shelf)
    picture = fit(photo, size, cast(Literal["crop", "letterbox"], how))
    if paper == "always" or (paper == "auto" and not looks_drawn(photo, shelf.pocket_size)):
        return paper_person(photo, size)
    return Person(picture, shelf.drawn_poses(picture[None]))


def read_real_person(inputs: Inputs, shelf: Shelf, resolution: int, how: str) -> Person:
    """Read the photo as it is, for a model that knows real people.

    Args:
        resolution: the shorter side of the model's pictures, a multiple of 64. The longer one
            follows from the photo's being upright or not (specs/mimicmotion.md b.1).
        how: `crop` or `letterbox`.

    DWPose finds the pose, in a drawn picture the pocket detector. Raises BadInput when there is no
    photo, it cannot be read or nobody is in it, and MissingModel without DWPose.
    """
    photo = _photo(inputs, shelf)
    height, width = photo.shape[:2]
    size = published_size(width, height, resolution)
    # a copy: torch wants to be able to write
    picture = np.array(fit(photo, size, cast(Literal["crop", "letterbox"], how)))
    if looks_drawn(photo, shelf.pocket_size):
        return Person(picture, shelf.drawn_poses(picture[None]))
    files = require(CARDS["dwpose"], shelf.home).paths
    detector = DWPose(files["yolox_l.onnx"], files["dw-ll_ucoco_384.onnx"])
    return Person(picture, detector.detect([picture]))


def _photo(inputs: Inputs, shelf: Shelf) -> NDArray[np.uint8]:
    if inputs.image is None:
        raise BadInput(
            "There is no photo.",
            "MimicMotion needs a picture of the person who shall dance.",
            "Upload a photo, or click one of the example people.",
            key="no_photo",
        )
    return read_picture(inputs.image, shelf.limits)


FLAT_SHARE = 0.25
"""Drawn pictures have more flat pixels than this: 0.32 and up; photographs up to 0.15."""


def looks_drawn(picture: NDArray[np.uint8], side: int) -> bool:
    """Whether a picture is of the kind that pocket was trained on, told by its flat colours.

    At `side` pixels a photograph still changes a little from each pixel to the next; a drawing has
    areas of one colour or of an even gradient, where the second difference is below one level.
    """
    grey = fit(picture, (side, side)).astype(np.float32).mean(axis=2)
    return float((np.abs(cv2.Laplacian(grey, cv2.CV_32F)) < 1).mean()) > FLAT_SHARE


def paper_person(photo: NDArray[np.uint8], size: tuple[int, int]) -> Person:
    """A drawn person in the photo's colours, standing at ease, whose pose is exactly known."""
    look = synth.look_like(synth.measure_colours(photo))
    stage = synth.Stage(look, synth.dance_motion("gentle_sway", 1, 15.0), size)
    frame = stage.frame(0)
    poses = Poses(frame.keypoints[None], frame.score[None], "wholebody133", size)
    return Person(frame.rgb, poses, (PAPER,))
