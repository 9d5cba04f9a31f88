"""Following the skeleton of an MMPose video from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.pose.scene import (
    ENDS,
    LINK_COLOUR,
    STARTS,
    Points,
    Quality,
    Scene,
    distances,
    judge,
    look,
)
from engine.pose.search import place_head, search, search_limbs
from engine.pose.settle import settle

CERTAIN = 0.97
"""From this quality on a skeleton that was only moved along is believed without a search."""
LOST = 0.75
"""Below this the frame counts as not understood."""


@dataclass
class MMPoseTracker:
    """Reads one frame after the other; holds the last joints that were understood, in pixels."""

    before: Points | None = None

    def read(self, small: NDArray[np.uint8]) -> tuple[Points, NDArray[np.float64], float]:
        """Joints of one shrunk frame `h w 3` RGB in the standard colours.

        Returns: coco17 joints `17 2` in pixels of that frame, score `17` and the share of the
        drawing that they explain, 0 to 1. A dark or not understood frame has score 0.
        """
        nothing = np.zeros((17, 2)), np.zeros(17), 0.0
        scene = look(small)
        if scene is None:
            return nothing
        best = self._best(scene)
        if best is None:
            return nothing
        joints, quality = best
        if quality.total < LOST:
            self.before = None
            return nothing
        self.before = joints
        return joints, _score(scene, joints, quality), quality.total

    def _best(self, scene: Scene) -> tuple[Points, Quality] | None:
        before = self.before
        found: list[tuple[float, Points, Quality]] = []
        if before is not None:
            found.append(self._rate(scene, before))
            if min(found[0][0], *found[0][2].explained) >= CERTAIN:
                return found[0][1:]
        found += [self._rate(scene, joints) for joints in search(scene, before)]
        if before is not None and (not found or max(map(_by_rate, found)) < LOST):
            found += [self._rate(scene, joints) for joints in search(scene)]
        if not found:
            return None
        best = max(found, key=_by_rate)
        if best[0] < CERTAIN:  # its trunk has settled by now, so the limbs may be seen better
            best = max(best, self._rate(scene, search_limbs(scene, best[1], before)), key=_by_rate)
        return best[1:]

    def _rate(self, scene: Scene, start: Points) -> tuple[float, Points, Quality]:
        """Settle a proposal; the rate is its quality less what its bones grew or shrank."""
        start = start.copy()
        place_head(scene, start)  # small and quick to turn: not followed but found each time
        joints = settle(scene, start)
        quality = judge(scene, joints)
        rate = quality.total
        if self.before is not None:
            then, now = (np.linalg.norm(j[STARTS] - j[ENDS], axis=1) for j in (self.before, joints))
            change = np.abs(then - now) / max(float(then.max()), 1.0)
            rate -= 0.1 * float(np.clip(change - 0.15, 0, None).max())
        return rate, joints, quality


def _by_rate(proposal: tuple[float, Points, Quality]) -> float:
    return proposal[0]


def _score(scene: Scene, joints: Points, quality: Quality) -> NDArray[np.float64]:
    """How well each joint is seen: by the best of its links that pixels of its own belong to."""
    lengths = np.linalg.norm(joints[STARTS] - joints[ENDS], axis=1)
    support = np.zeros(len(STARTS))
    for colour in range(3):
        own = np.flatnonzero(colour == LINK_COLOUR)
        if len(scene.points[colour]):
            off, _ = distances(scene.points[colour], joints[STARTS[own]], joints[ENDS[own]])
            near = off.argmin(axis=1)[off.min(axis=1) < scene.width]
            support[own] = np.bincount(near, minlength=len(own))
    # a line that others cover is likely there; a line of no length says nothing
    covered = np.where(lengths > scene.width, 0.6, 0.25)
    value = quality.links * np.where(support >= 2, 1.0, covered)
    value[quality.links < 0.4] = 0
    score = np.zeros(17)
    np.maximum.at(score, STARTS, value)
    np.maximum.at(score, ENDS, value)
    return score
