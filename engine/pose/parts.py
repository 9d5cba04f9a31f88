"""The people of one frame as OpenPose's three parts, which is what the drawing is defined on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.pose.skeleton import FACE, LEFT_HAND, RIGHT_HAND, convert, openpose18_from_coco17
from engine.types import Layout, Poses


@dataclass(frozen=True)
class Parts:
    """`n` people of one frame; coordinates (x, y) in [0, 1] of the frame, scores from 0 up.

    Attributes:
        body: `n 18 2` in OpenPose's order, `body_score` `n 18`.
        hands: `n 2 21 2`, left then right, `hands_score` `n 2 21`.
        face: `n 68 2`, `face_score` `n 68`.
    """

    body: NDArray[np.float64]
    body_score: NDArray[np.float64]
    hands: NDArray[np.float64]
    hands_score: NDArray[np.float64]
    face: NDArray[np.float64]
    face_score: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.body)


def parts_of_people(
    keypoints: NDArray[np.float64], score: NDArray[np.float64], layout: Layout
) -> Parts:
    """Sort the joints of `n` people (`n k 2` and `n k`) into parts; feet are dropped.

    Layouts without hands and face get them with score 0, which draws nothing.
    """
    if layout == "wholebody133":
        body, body_score = openpose18_from_coco17(keypoints, score)
        hands = np.stack([keypoints[:, LEFT_HAND], keypoints[:, RIGHT_HAND]], axis=1)
        hands_score = np.stack([score[:, LEFT_HAND], score[:, RIGHT_HAND]], axis=1)
        return Parts(body, body_score, hands, hands_score, keypoints[:, FACE], score[:, FACE])
    people = len(score)
    as_body = convert(Poses(keypoints, score, layout, (1, 1)), "openpose18")
    return Parts(
        body=as_body.keypoints,
        body_score=as_body.score,
        hands=np.zeros((people, 2, 21, 2)),
        hands_score=np.zeros((people, 2, 21)),
        face=np.zeros((people, 68, 2)),
        face_score=np.zeros((people, 68)),
    )


def parts_of_frame(poses: Poses, frame: int) -> Parts:
    """The one person of a `Poses` in one frame."""
    one = slice(frame, frame + 1)
    return parts_of_people(poses.keypoints[one], poses.score[one], poses.layout)
