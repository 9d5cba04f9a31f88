"""Doubtful moments of a pose: where they are, and bridging the short ones.

A detector that loses a hand for a few frames does not say "gone": its score dips and the joint
jumps away. A dip is judged against how sure that joint usually is, so a joint that is never seen
well is left alone, and dim drawing (`engine/pose/draw.py`) takes care of it. A joint that is behind
the body for a moment and moves on evenly is believed, too: only a dip with a jump is doubtful.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.pose.skeleton import BODY, COCO17_NAMES, LEFT_HAND, RIGHT_HAND, SEEN
from engine.pose.smooth import LONGEST, bridge, spans
from engine.types import Poses, Warning

DIP = 0.6
"""A score below this share of the joint's usual one is doubtful."""
JUMP = 2.0
"""A step of so many times what the joint's longer steps (nine in ten are shorter) usually are."""
STILL = 0.02
"""A step below this share of the frame's longer side is never a jump."""

_SHOWN = 6


@dataclass(frozen=True)
class Doubt:
    """A doubtful span of the clip.

    Attributes:
        first, last: its frames.
        parts: what was doubtful: joints of the body, `left hand`, `right hand`.
        mended: whether it was bridged.
    """

    first: int
    last: int
    parts: tuple[str, ...]
    mended: bool


def doubtful(poses: Poses) -> NDArray[np.bool_]:
    """Where a joint that is usually seen is not, or is seen much worse than usual and jumps: `f k`.

    A joint is usually seen if a quarter of the frames, two at least, show it.
    """
    usual = np.zeros(poses.score.shape[1])
    for joint in range(len(usual)):
        seen = poses.score[poses.score[:, joint] > SEEN, joint]
        usual[joint] = np.median(seen) if len(seen) >= max(2, len(poses) // 4) else 0.0
    low = (poses.score < np.maximum(SEEN, DIP * usual)) & (usual > 0)
    steps = np.linalg.norm(np.diff(poses.keypoints * poses.size, axis=0), axis=-1)
    sure = ~(low[1:] | low[:-1])
    for joint, start, stop in spans(low):
        gone = (poses.score[start:stop, joint] <= SEEN).any()
        edges = steps[[edge for edge in (start - 1, stop - 1) if 0 <= edge < len(steps)], joint]
        known = steps[sure[:, joint], joint]
        far = JUMP * np.quantile(known, 0.9) if len(known) else 0.0
        if not gone and not (edges > max(far, STILL * max(poses.size))).any():
            low[start:stop, joint] = False
    return low


def mend(poses: Poses, longest: int = LONGEST) -> Poses:
    """`bridge` the short doubtful spans."""
    return bridge(poses, doubtful(poses), longest)


def doubts(poses: Poses, longest: int = LONGEST) -> list[Doubt]:
    """The doubtful spans of body and hands in order, touching ones joined.

    A span is `mended` when `mend` bridges all of it.
    """
    where = doubtful(poses)
    left = doubtful(mend(poses, longest))
    parts = _parts(poses)
    body = np.stack([where[:, joints].mean(axis=1) > 0.5 for _, joints in parts], axis=1)
    rest = np.stack([left[:, joints].mean(axis=1) > 0.5 for _, joints in parts], axis=1)
    found = []
    for _, start, stop in spans(np.any(body, axis=1, keepdims=True)):
        bad = body[start:stop].sum(axis=0) > 0
        names = tuple(name for (name, _), here in zip(parts, bad, strict=True) if here)
        found.append(Doubt(start, stop - 1, names, not rest[start:stop].any()))
    return found


def report(found: Sequence[Doubt], fps: float, *, mended: bool) -> Warning | None:
    """One message about all doubtful spans, with their seconds; None where there is none.

    Args:
        mended: whether the poses that are used are the mended ones.
    """
    if not found:
        return None
    shown = found[:_SHOWN]
    times = [f"{doubt.first / fps:.1f}-{(doubt.last + 1) / fps:.1f}" for doubt in shown]
    bridged = [mended and doubt.mended for doubt in found]
    places = "; ".join(
        f"{time} s ({', '.join(doubt.parts[:3])}{', mended' if good else ''})"
        for time, doubt, good in zip(times, shown, bridged[:_SHOWN], strict=True)
    )
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    return Warning(
        "The pose is doubtful in places.",
        "Hardly seen: {places}.",
        "Look at the pose preview; use a clip in which the dancer is never hidden if it matters.",
        key="pose_doubtful_mended" if any(bridged) else "pose_doubtful",
        places=places + more,
        seconds=", ".join(times),
        parts=", ".join(dict.fromkeys(part for doubt in shown for part in doubt.parts[:3])),
        count=len(found),
        mended=sum(bridged),
    )


def _parts(poses: Poses) -> list[tuple[str, NDArray[np.int64]]]:
    """Body joints one by one, hands as wholes; the head's five points are one part."""
    if poses.layout == "openpose18":
        names = ("neck", "right shoulder", "right elbow", "right wrist", "left shoulder")
        names += ("left elbow", "left wrist", "right hip", "right knee", "right ankle")
        names += ("left hip", "left knee", "left ankle")
        head = np.array([0, 14, 15, 16, 17])
        return [("head", head), *((name, np.array([i])) for i, name in enumerate(names, start=1))]
    joints = range(5, BODY.stop)
    parts = [("head", np.arange(5))]
    parts += [(COCO17_NAMES[joint].replace("_", " "), np.array([joint])) for joint in joints]
    if poses.layout == "wholebody133":
        for name, hand in (("left hand", LEFT_HAND), ("right hand", RIGHT_HAND)):
            parts.append((name, np.arange(hand.start, hand.stop)))
    return parts
