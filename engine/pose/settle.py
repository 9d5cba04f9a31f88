"""Moving a skeleton until its lines lie on the drawn ones (least squares, both ways).

Every drawn pixel pulls the line that is nearest to it, and every point of a line that lies neither
on its colour nor hidden is pulled to the nearest pixel of its colour. Both are linear in the
joints, so each round is one small system of equations; a weak spring holds what nothing pulls, such
as an elbow along a straight arm.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pose.scene import COVERS, ENDS, LINK_COLOUR, STARTS, Points, Scene, at, distances

_SAMPLES = np.linspace(0, 1, 13)
SPRING = 0.5


def settle(scene: Scene, joints: Points, rounds: int = 20) -> Points:
    """Improve joints `17 2` in pixels; they should start within a limb's length of the truth."""
    head = joints[:5]
    for index in range(rounds):
        # far pulls matter at first and are doubted later, when they are wrong assignments
        reach = 40.0 * 0.7**index + 2 * scene.width
        rows, weights, targets = [], [], []
        for colour in range(3):
            for part in (_pulls_of_pixels, _pulls_of_lines):
                row, weight, target = part(scene, joints, colour, reach)
                rows.append(row)
                weights.append(weight)
                targets.append(target)
        # the lines of the head are too short to hold its joints, so the spring holds them
        anchor = np.concatenate([head, joints[5:]])
        moved = _solve(
            np.concatenate(rows), np.concatenate(weights), np.concatenate(targets), anchor
        )
        step = np.abs(moved - joints).max()
        joints = moved
        if step < 0.05:
            break
    return joints


def _solve(
    rows: NDArray[np.float64], weights: NDArray[np.float64], targets: Points, anchor: Points
) -> Points:
    """Least squares of `rows @ joints = targets` along given directions.

    Args:
        rows: `n 34`, coefficients of x and y of each joint.
        weights: `n`.
        targets: `n`.
    """
    weighted = rows * weights[:, None]
    left = weighted.T @ rows + SPRING * np.eye(34)
    right = weighted.T @ targets + SPRING * anchor.reshape(-1)
    return np.asarray(np.linalg.solve(left, right), np.float64).reshape(17, 2)


def _row(links: NDArray[np.int64], place: Points, direction: Points) -> NDArray[np.float64]:
    """Coefficients of the point at `place` along links, seen in a direction `n 2`."""
    count = len(links)
    rows = np.zeros((count, 17, 2))
    index = np.arange(count)
    rows[index, STARTS[links]] += direction * (1 - place)[:, None]
    rows[index, ENDS[links]] += direction * place[:, None]
    return rows.reshape(count, 34)


def _pulls_of_pixels(
    scene: Scene, joints: Points, colour: int, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    points = scene.points[colour]
    own = np.flatnonzero(colour == LINK_COLOUR)
    if not len(points):
        return np.zeros((0, 34)), np.zeros(0), np.zeros(0)
    off, place = distances(points, joints[STARTS[own]], joints[ENDS[own]])
    best = off.argmin(axis=1)
    index = np.arange(len(points))
    links, place, off = own[best], place[index, best], off[index, best]
    along = joints[ENDS[links]] - joints[STARTS[links]]
    length = np.linalg.norm(along, axis=1, keepdims=True)
    along = np.where(length > 1e-6, along / np.maximum(length, 1e-6), [1.0, 0.0])
    normal = np.stack([-along[:, 1], along[:, 0]], axis=1)
    weight = 1 / (1 + (off / reach) ** 2) ** 2
    rows, weights = [_row(links, place, normal)], [weight]
    targets = [(points * normal).sum(axis=1)]
    # beyond an end, by more than the round cap: pull the end outwards
    foot = joints[STARTS[links]] * (1 - place)[:, None] + joints[ENDS[links]] * place[:, None]
    over = ((points - foot) * along).sum(axis=1)
    cap = max(scene.width / 2 - 1, 0)
    beyond = np.abs(over) > cap
    rows.append(_row(links[beyond], place[beyond], along[beyond]))
    weights.append(weight[beyond])
    goal = (points * along).sum(axis=1) - np.sign(over) * cap
    targets.append(goal[beyond])
    return np.concatenate(rows), np.concatenate(weights), np.concatenate(targets)


def _pulls_of_lines(
    scene: Scene, joints: Points, colour: int, reach: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    nearest = scene.nearest[colour]
    if nearest is None:
        return np.zeros((0, 34)), np.zeros(0), np.zeros(0)
    own = np.flatnonzero(colour == LINK_COLOUR)
    links = np.repeat(own, len(_SAMPLES))
    place = np.tile(_SAMPLES, len(own))
    spot = joints[STARTS[links]] * (1 - place)[:, None] + joints[ENDS[links]] * place[:, None]
    where = at(scene, spot)
    label = scene.labels[where]
    astray = (label != colour) & ((label < 0) | ~COVERS[links, label])
    links, place, spot = links[astray], place[astray], spot[astray]
    goal = nearest[where[0][astray], where[1][astray]]
    off = np.linalg.norm(goal - spot, axis=1)
    length = np.linalg.norm(joints[ENDS[links]] - joints[STARTS[links]], axis=1)
    # one sample stands for as many pixels as a drawn pixel does, so both ways weigh the same
    weight = length / len(_SAMPLES) * scene.width / 4 / (1 + (off / reach) ** 2) ** 2
    rows, targets = [], []
    for axis in ((1.0, 0.0), (0.0, 1.0)):
        rows.append(_row(links, place, np.tile(axis, (len(links), 1))))
        targets.append(goal @ np.array(axis))
    return np.concatenate(rows), np.tile(weight, 2), np.concatenate(targets)
