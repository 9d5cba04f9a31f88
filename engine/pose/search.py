"""Finding an MMPose skeleton in a frame from nothing: trunk, then limbs, then head.

The trunk is the largest four-sided figure of orange lines whose left corners touch green and whose
right corners touch blue. From each shoulder and hip a limb of two straight pieces is chosen so that
together arm and leg explain the pixels of their side.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.pose.scene import LEFT, RIGHT, TRUNK, Points, Scene, distances, rightness
from engine.pose.skeleton import COCO17_LINKS, Link

_STEPS = np.linspace(0, 1, 16)
_SHOULDER, _ELBOW, _WRIST = {LEFT: 5, RIGHT: 6}, {LEFT: 7, RIGHT: 8}, {LEFT: 9, RIGHT: 10}
_HIP, _KNEE, _ANKLE = {LEFT: 11, RIGHT: 12}, {LEFT: 13, RIGHT: 14}, {LEFT: 15, RIGHT: 16}


def search(scene: Scene, before: Points | None = None) -> list[Points]:
    """Propose joints `17 2` in pixels, near those of the frame before where there is a choice.

    Without a frame before there are two proposals, because a trunk looks the same upside down;
    what hangs on it decides. None at all if no trunk is seen.
    """
    trunk = _trunk(scene, before)
    if trunk is None:
        return []
    proposals = []
    for corners in (trunk,) if before is not None else (trunk, trunk[[2, 3, 0, 1]]):
        joints = np.zeros((17, 2))
        joints[[5, 6, 11, 12]] = corners
        joints = search_limbs(scene, joints, before)
        place_head(scene, joints)
        proposals.append(joints)
    return proposals


def _spread(points: Points, apart: float, most: int) -> Points:
    """A choice of points with some distance from each other."""
    cells = np.floor(points / apart).astype(np.int64)
    _, first = np.unique(cells, axis=0, return_index=True)
    kept = points[np.sort(first)]
    while len(kept) > most:
        kept = kept[::2]
    return kept


def _lit_length(scene: Scene, link: Link, one: Points, two: Points) -> tuple[Points, Points]:
    """Of lines from every `n 2` to every `m 2` as this link: length on its colour, and astray."""
    steps = _STEPS[:, None]
    samples = one[:, None, None] * (1 - steps) + two[None, :, None] * steps
    right = rightness(scene, _link(link), samples)
    length = np.linalg.norm(one[:, None] - two[None], axis=-1)
    return length * (right == 1).mean(axis=-1), length * (right == 0).mean(axis=-1)


def _link(link: Link) -> int:
    """The number of a link, whichever way round."""
    return COCO17_LINKS.index(link if link in COCO17_LINKS else link[::-1])


def _trunk(scene: Scene, before: Points | None) -> Points | None:
    """Left and right shoulder, left and right hip, `4 2`."""
    orange = scene.points[TRUNK]
    if not all(len(points) for points in scene.points):
        return None
    corners = []
    for side in (LEFT, RIGHT):
        # a corner is where trunk and limb meet, and may lie under an arm
        limbs = scene.points[side]
        off = np.linalg.norm(orange[:, None] - limbs[None], axis=-1)
        meeting = [
            orange[off.min(axis=1) < 1.6 * scene.width],
            limbs[off.min(axis=0) < scene.width],
        ]
        corners.append(_spread(np.concatenate(meeting), scene.width * 0.8, 48))
    left, right = corners
    if not len(left) or not len(right):
        return None
    value = {}
    for name, one, two in (("ll", left, left), ("rr", right, right), ("lr", left, right)):
        lit, astray = _lit_length(scene, (11, 12), one, two)
        value[name] = lit - 4 * astray
    # indices: left shoulder a, right shoulder b, left hip c, right hip d
    total = (
        value["lr"][:, :, None, None]
        + value["lr"][None, None, :, :]
        + value["ll"][:, None, :, None]
        + value["rr"][None, :, None, :]
    )
    total = total + _head_is_above(orange, left, right) - _squat(left, right)
    if before is not None:
        for axis, (joint, places) in enumerate(((5, left), (6, right), (11, left), (12, right))):
            shape = [1] * 4
            shape[axis] = -1
            total = total - 0.5 * np.linalg.norm(places - before[joint], axis=1).reshape(shape)
    a, b, c, d = np.unravel_index(int(total.argmax()), total.shape)
    return np.stack([left[a], right[b], left[c], right[d]])


def _head_is_above(orange: Points, left: Points, right: Points) -> NDArray[np.float64]:
    """A bonus `a b c d` for trunks whose shoulders are nearer to the rest of the orange."""
    # the head has many pixels at its far end, so the mean of all orange lies towards it
    middle = orange.mean(axis=0)
    shoulders = np.linalg.norm((left[:, None] + right[None]) / 2 - middle, axis=-1)
    return 0.25 * (shoulders[None, None] - shoulders[:, :, None, None])


def _squat(left: Points, right: Points) -> NDArray[np.float64]:
    """A penalty `a b c d` for flat trunks: two lines on top of each other are found twice."""
    across = np.linalg.norm(left[:, None] - right[None], axis=-1)
    wide = np.maximum(across[:, :, None, None], across[None, None])
    down = [np.linalg.norm(side[:, None] - side[None], axis=-1) for side in (left, right)]
    short = np.minimum(down[0][:, None, :, None], down[1][None, :, None, :])
    return 3 * np.clip(0.7 * wide - short, 0, None)


def search_limbs(scene: Scene, joints: Points, before: Points | None) -> Points:
    """The same trunk and head with all limbs sought anew."""
    joints = joints.copy()
    for side in (LEFT, RIGHT):
        _limbs(scene, joints, side, before)
    return joints


def _limbs(scene: Scene, joints: Points, side: int, before: Points | None) -> None:
    """Fill in arm and leg of one side, in place, so that together they explain its pixels."""
    points = scene.points[side]
    if not len(points):
        joints[[_ELBOW[side], _WRIST[side]]] = joints[_SHOULDER[side]]
        joints[[_KNEE[side], _ANKLE[side]]] = joints[_HIP[side]]
        return
    places = _spread(points, scene.width * 1.2, 90)
    pixels = _spread(points, scene.width * 0.7, 220)
    # every pixel within a line's width of the piece from place i to place j
    count = len(places)
    covers = np.stack(
        [
            distances(pixels, np.repeat(places[i : i + 1], count, 0), places)[0].T
            for i in range(count)
        ]
    )
    covers = covers < 0.8 * scene.width
    chains, prices, seen = [], [], []
    for start, middle, end in (
        (_SHOULDER[side], _ELBOW[side], _WRIST[side]),
        (_HIP[side], _KNEE[side], _ANKLE[side]),
    ):
        root = joints[start]
        _, astray = _lit_length(scene, (start, middle), root[None], places)
        _, astray_below = _lit_length(scene, (middle, end), places, places)
        upper = np.linalg.norm(places - root, axis=1)
        lower = np.linalg.norm(places[:, None] - places[None], axis=-1)
        price = 2.0 * (astray[0][:, None] + astray_below)
        ratio = np.log((upper[:, None] + 4) / (lower + 4))
        price += 6 * np.clip(np.abs(ratio) - 0.25, 0, 3) ** 2
        price += 0.2 * (upper[:, None] + lower)  # nobody runs back along the same line
        if before is not None:
            price += 0.15 * np.linalg.norm(places - before[middle], axis=1)[:, None]
            price += 0.15 * np.linalg.norm(places - before[end], axis=1)[None]
        order = np.argsort(price, axis=None)[:900]
        first, second = np.unravel_index(order, price.shape)
        chains.append((first, second))
        prices.append(price[first, second])
        root_covers = distances(pixels, np.repeat(root[None], count, 0), places)[0].T
        seen.append((root_covers[first] < 0.8 * scene.width) | covers[first, second])
    arm, leg = (part.astype(np.float32) for part in seen)
    both = arm.sum(axis=1)[:, None] + leg.sum(axis=1)[None] - arm @ leg.T
    spacing = scene.width * 0.7
    cost = 1.5 * spacing * (len(pixels) - both) + prices[0][:, None] + prices[1][None]
    a, b = np.unravel_index(int(cost.argmin()), cost.shape)
    joints[_ELBOW[side]], joints[_WRIST[side]] = places[chains[0][0][a]], places[chains[0][1][a]]
    joints[_KNEE[side]], joints[_ANKLE[side]] = places[chains[1][0][b]], places[chains[1][1][b]]


def place_head(scene: Scene, joints: Points) -> None:
    """Ears, eyes and nose, in place, from the orange beyond the shoulders."""
    shoulders, hips = joints[[5, 6]].mean(axis=0), joints[[11, 12]].mean(axis=0)
    up = shoulders - hips
    up = up / max(float(np.linalg.norm(up)), 1e-6)
    across = np.array([-up[1], up[0]])
    if (joints[5] - joints[6]) @ across < 0:
        across = -across  # towards the person's left
    rest = scene.points[TRUNK] - shoulders
    height, side = rest @ up, rest @ across
    beyond = height > 1.5 * scene.width
    if beyond.sum() < 5:
        joints[:5] = shoulders
        return
    top = float(height[beyond].max())

    def edges(share: float) -> tuple[float, float]:
        """Rightmost and leftmost of the orange around a height."""
        near = beyond & (np.abs(height - share * top) < 0.08 * top + 1)
        near = near if near.any() else beyond
        return float(side[near].min()), float(side[near].max())

    right_eye, left_eye = edges(0.98)
    right_ear, left_ear = edges(0.85)
    joints[1], joints[2] = (shoulders + 0.96 * top * up + s * across for s in (left_eye, right_eye))
    joints[3], joints[4] = (shoulders + 0.85 * top * up + s * across for s in (left_ear, right_ear))
    joints[0] = joints[[1, 2]].mean(axis=0) - 0.1 * top * up
