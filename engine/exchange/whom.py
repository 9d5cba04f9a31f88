"""Who is in a clip of several people: one frame of it with a numbered box around each of them."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray
from PIL import ImageDraw, ImageFont

from engine.data import video
from engine.data.limits import Limits
from engine.data.picture import resized
from engine.pose.draw import POCKET, draw_people
from engine.pose.people import Crowd, People

SHORT, LONG, LEAST = 288, 640, 64
"""Pixels of the still: its shorter side, the most of its longer one, the least of either."""

_FOLLOWED, _OTHER = ("#f4ab3f", "#261a2e"), ("#f4edf3", "#261a2e")
"""Colours of a box and of the number on it; the first is the studio's accent."""
_DARK = (27, 16, 34)
_TAG = 24
"""Height of a number's field in pixels."""
_ROOM = 0.02
"""Around a person, as a share of the still's shorter side."""


def still(crowd: Crowd, film: Path | None, fps: float, limits: Limits) -> PIL.Image.Image:
    """The frame in which they are counted, numbered from the left as `people.pick` counts.

    Args:
        film: whose frame it is; None draws the people as skeletons on dark.
        fps: the rate at which the film was read.

    Raises BadInput if the film cannot be read any more.
    """
    picture = _skeletons(crowd.people) if film is None else _frame(film, crowd, fps, limits)
    image = PIL.Image.fromarray(picture)
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(18)
    rows = list(enumerate(boxes(crowd.people) * [*image.size, *image.size], start=1))
    for number, box in sorted(rows, key=lambda row: row[0] == crowd.person):  # theirs lies on top
        colour, ink = _FOLLOWED if number == crowd.person else _OTHER
        left, top, right, bottom = np.rint(box).astype(int).tolist()
        right, bottom = min(right, image.width - 1), min(bottom, image.height - 1)
        pen.rectangle((left - 1, top - 1, right + 1, bottom + 1), outline=ink, width=5)
        pen.rectangle((left, top, right, bottom), outline=colour, width=3)
        _, _, wide, _ = font.getbbox(str(number))
        above = max(0, top - _TAG)  # where nothing of them is hidden, if there is room
        pen.rectangle((left, above, left + wide + 11, above + _TAG), fill=colour)
        middle = (left + 6, above + _TAG // 2)
        pen.text(middle, str(number), font=font, fill=ink, anchor="lm")
    return image


def boxes(people: People) -> NDArray[np.float64]:
    """The boxes `n 4` as they are drawn: with room around, inside [0, 1] of the frame."""
    width, height = _size(people)
    room = _ROOM * min(width, height) / np.array([width, height])
    return np.clip(people.boxes + np.concatenate([-room, room]), 0.0, 1.0)


def _size(people: People) -> tuple[int, int]:
    """(width, height) of the still: that of the frame, but for very long or wide ones."""
    scale = min(SHORT / min(people.size), LONG / max(people.size))
    width, height = (max(LEAST, round(side * scale)) for side in people.size)
    return width, height


def _frame(film: Path, crowd: Crowd, fps: float, limits: Limits) -> NDArray[np.uint8]:
    with video.read(film, fps=fps, max_frames=crowd.frame + 1, limits=limits) as frames:
        return resized(next(islice(frames, crowd.frame, None)), _size(crowd.people))


def _skeletons(people: People) -> NDArray[np.uint8]:
    return np.maximum(draw_people(people.parts(), _size(people), POCKET), np.array(_DARK, np.uint8))
