"""A frame of an MMPose skeleton video as three masks, and how well a skeleton explains them."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.pose.colours import DARK, hue, hue_distance, hues, main_figure
from engine.pose.skeleton import (
    COCO17_LINKS,
    MMPOSE_BLUE,
    MMPOSE_COLOURS,
    MMPOSE_GREEN,
    MMPOSE_ORANGE,
)

Points = NDArray[np.float64]

TRUNK, LEFT, RIGHT = 0, 1, 2
"""The colours: orange trunk and head, green left limbs, blue right limbs."""

_COLOURS = (MMPOSE_ORANGE, MMPOSE_GREEN, MMPOSE_BLUE)
LINK_COLOUR = np.array([_COLOURS.index(colour) for colour in MMPOSE_COLOURS])
_ARMS = {(5, 7): (RIGHT,), (6, 8): (LEFT,), (7, 9): (RIGHT,), (8, 10): ()}
COVERS = np.array(
    [
        [colour in _ARMS.get(link, (TRUNK, LEFT, RIGHT)) for colour in range(3)]
        for link in COCO17_LINKS
    ]
)
"""Which colours may hide a link, `19 3`: trunk and legs are drawn first, arms over all of them."""
STARTS = np.array([start for start, _ in COCO17_LINKS])
ENDS = np.array([end for _, end in COCO17_LINKS])


@dataclass(frozen=True)
class Scene:
    """What is drawn in a frame, in pixels of the (shrunk) frame.

    Attributes:
        labels: `h w`, -1 where it is dark, else the colour.
        points: for each colour the middle of its pixels' places, `n 2` (x, y), thinned out.
        nearest: for each colour `h w 2`, the (x, y) of the nearest pixel of that colour.
        width: how thick the lines are.
    """

    labels: NDArray[np.int8]
    points: tuple[Points, Points, Points]
    nearest: tuple[Points | None, Points | None, Points | None]
    width: float


def look(small: NDArray[np.uint8]) -> Scene | None:
    """Sort the pixels of a frame `h w 3` RGB (already shrunk) by colour; None if it is dark."""
    lit = small.max(axis=2) > 2 * DARK
    if lit.sum() < 30:
        return None
    lit = main_figure(lit)
    labels = np.full(lit.shape, -1, np.int8)
    off = hue_distance(hue(small[lit])[:, None], hues(_COLOURS)[None])
    labels[lit] = np.where(off.min(axis=1) < 35, off.argmin(axis=1), -1)
    depth = cv2.distanceTransform(lit.astype(np.uint8), cv2.DIST_L2, 5)
    ridge = depth >= cv2.dilate(depth, np.ones((3, 3), np.uint8)) - 1e-6
    width = float(np.clip(2 * np.median(depth[ridge & lit]), 1, None))
    masks = [_cleaned(labels == colour) for colour in (TRUNK, LEFT, RIGHT)]
    return Scene(
        labels=labels,
        points=(_thin(masks[0]), _thin(masks[1]), _thin(masks[2])),
        nearest=(_nearest(masks[0]), _nearest(masks[1]), _nearest(masks[2])),
        width=width,
    )


_MOST_POINTS = 400
_DOT = np.ones((2, 2), np.uint8)


def _cleaned(mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
    """Without single pixels, which are seams between colours."""
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_OPEN, _DOT), np.uint8)


def _thin(mask: NDArray[np.uint8]) -> Points:
    """The pixels' places without the rim of the lines, evenly thinned to a few hundred."""
    inner = np.asarray(cv2.erode(mask, np.ones((3, 3), np.uint8)))
    rows, columns = np.nonzero(inner if inner.sum() > 0.2 * mask.sum() else mask)
    points = np.stack([columns, rows], axis=1).astype(np.float64)
    return points[:: max(1, len(points) // _MOST_POINTS)]


def _nearest(mask: NDArray[np.uint8]) -> Points | None:
    if not mask.any():
        return None
    _, index = cv2.distanceTransformWithLabels(
        1 - mask, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    index = np.asarray(index, np.int64)
    rows, columns = np.nonzero(mask)
    places = np.zeros((index.max() + 1, 2))
    places[index[rows, columns]] = np.stack([columns, rows], axis=1)
    return places[index]


def at(scene: Scene, points: Points) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Row and column `...` of points `... 2`, kept inside the frame."""
    height, width = scene.labels.shape
    column = np.clip(np.rint(points[..., 0]), 0, width - 1).astype(np.int64)
    row = np.clip(np.rint(points[..., 1]), 0, height - 1).astype(np.int64)
    return row, column


def rightness(scene: Scene, link: int, points: Points) -> NDArray[np.float64]:
    """How right the link is at points `... 2`: 1 on its colour, 0.5 where hidden, 0 elsewhere."""
    table = np.append(np.where(COVERS[link], 0.5, 0.0), 0.0)  # the last is for dark, label -1
    table[LINK_COLOUR[link]] = 1.0
    return table[scene.labels[at(scene, points)]]


def distances(points: Points, start: Points, end: Points) -> tuple[Points, Points]:
    """From points `n 2` to segments `m 2`: distance `n m`, and place along it `n m` in [0, 1]."""
    along = end - start
    length = np.maximum((along**2).sum(axis=-1), 1e-9)
    place = ((points[:, None] - start) * along).sum(axis=-1) / length
    place = np.clip(place, 0, 1)
    foot = start + place[..., None] * along
    return np.linalg.norm(points[:, None] - foot, axis=-1), place


@dataclass(frozen=True)
class Quality:
    """How well a skeleton explains a frame.

    Attributes:
        links: `19`, share of each link that lies on its colour (or is covered), 0 to 1.
        explained: for each colour, share of its pixels that a link of the colour runs through.
    """

    links: NDArray[np.float64]
    explained: tuple[float, float, float]

    @property
    def total(self) -> float:
        """One number, 0 to 1; a side that is explained badly spoils the whole."""
        return 0.4 * float(self.links.mean()) + 0.6 * min(self.explained)


def judge(scene: Scene, joints: Points) -> Quality:
    """Measure joints `17 2` against the frame."""
    steps = np.linspace(0, 1, 13)[None, :, None]
    start, end = joints[STARTS][:, None], joints[ENDS][:, None]
    samples = start * (1 - steps) + end * steps
    links = np.array([(rightness(scene, link, on) > 0).mean() for link, on in enumerate(samples)])
    explained = []
    for colour in (TRUNK, LEFT, RIGHT):
        own = colour == LINK_COLOUR
        if len(scene.points[colour]):
            off, _ = distances(scene.points[colour], joints[STARTS[own]], joints[ENDS[own]])
            explained.append(float((off.min(axis=1) < 0.5 * scene.width + 0.5).mean()))
        else:
            explained.append(1.0)
    return Quality(links, (explained[0], explained[1], explained[2]))
