"""Which joints the layouts have, how they are linked and coloured, and how one becomes another.

Layouts (`engine.types.Layout`):

- `coco17`: nose, eyes, ears, shoulders, elbows, wrists, hips, knees, ankles (left before right);
- `openpose18`: the same joints in OpenPose's order plus the neck;
- `wholebody133`: COCO-WholeBody, which is coco17 (0-16), six points of the feet (17-22), 68 of the
  face (23-90), 21 of the left hand (91-111) and 21 of the right hand (112-132).

"Left" is the person's left, which is on the right of the picture when they face the camera.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from engine.types import NUM_KEYPOINTS, Layout, Poses

Colour: TypeAlias = tuple[int, int, int]
Link: TypeAlias = tuple[int, int]

SEEN = 0.3
"""A joint with a score above this counts as found (the threshold of DWPose and OpenPose)."""

COCO17_NAMES: tuple[str, ...] = (
    *("nose", "left_eye", "right_eye", "left_ear", "right_ear"),
    *("left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist"),
    *("right_wrist", "left_hip", "right_hip", "left_knee", "right_knee"),
    *("left_ankle", "right_ankle"),
)
OPENPOSE18_NAMES: tuple[str, ...] = (
    *("nose", "neck", "right_shoulder", "right_elbow", "right_wrist"),
    *("left_shoulder", "left_elbow", "left_wrist"),
    *("right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle"),
    *("right_eye", "left_eye", "right_ear", "left_ear"),
)

# --- groups of the 133 -----------------------------------------------------------------------
BODY = slice(0, 17)
FEET = slice(17, 23)
FACE = slice(23, 91)
LEFT_HAND = slice(91, 112)
RIGHT_HAND = slice(112, 133)

# --- links -----------------------------------------------------------------------------------
OPENPOSE18_LINKS: tuple[Link, ...] = (
    *((1, 2), (1, 5), (2, 3), (3, 4), (5, 6), (6, 7), (1, 8), (8, 9), (9, 10)),
    *((1, 11), (11, 12), (12, 13), (1, 0), (0, 14), (14, 16), (0, 15), (15, 17)),
)
"""The 17 limbs that are drawn; index = index of the colour (specs/mimicmotion.md b.5)."""

COCO17_LINKS: tuple[Link, ...] = (
    *((15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8)),
    *((7, 9), (8, 10), (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6)),
)
"""The 19 links of MMPose in its order of drawing (specs/followyourpose.md h)."""

FEET_LINKS: tuple[Link, ...] = ((15, 17), (15, 18), (15, 19), (16, 20), (16, 21), (16, 22))

HAND_LINKS: tuple[Link, ...] = tuple(
    (0 if joint == 0 else 4 * finger + joint, 4 * finger + joint + 1)
    for finger in range(5)
    for joint in range(4)
)
"""The 20 edges of a hand: for thumb to little finger, the wrist (0) and then four points."""

# --- palettes, RGB as a person sees them -----------------------------------------------------
OPENPOSE_RAINBOW: tuple[Colour, ...] = (
    *((255, 0, 0), (255, 85, 0), (255, 170, 0), (255, 255, 0), (170, 255, 0), (85, 255, 0)),
    *((0, 255, 0), (0, 255, 85), (0, 255, 170), (0, 255, 255), (0, 170, 255), (0, 85, 255)),
    *((0, 0, 255), (85, 0, 255), (170, 0, 255), (255, 0, 255), (255, 0, 170), (255, 0, 85)),
)
"""The 18 colours of OpenPose, by joint and by limb."""

MMPOSE_ORANGE: Colour = (255, 153, 51)
MMPOSE_GREEN: Colour = (0, 255, 0)
MMPOSE_BLUE: Colour = (0, 128, 255)


def _mmpose_colour(link: Link) -> Colour:
    if min(link) < 5 or link in ((11, 12), (5, 11), (6, 12), (5, 6)):
        return MMPOSE_ORANGE
    return MMPOSE_GREEN if link[0] % 2 else MMPOSE_BLUE  # odd joints are the person's left


MMPOSE_COLOURS: tuple[Colour, ...] = tuple(_mmpose_colour(link) for link in COCO17_LINKS)
"""The colour of every one of `COCO17_LINKS` in MMPose 0.x: trunk and head orange, left green."""

# --- conversions -----------------------------------------------------------------------------
NECK = 1
OPENPOSE18_FROM_COCO17 = (0, -1, 6, 8, 10, 5, 7, 9, 12, 14, 16, 11, 13, 15, 2, 1, 4, 3)
"""For every joint of openpose18 its joint of coco17; -1 is the neck, which coco17 has not."""

_COCO17_FROM_OPENPOSE18 = tuple(OPENPOSE18_FROM_COCO17.index(joint) for joint in range(17))


def joint(layout: Layout, name: str) -> int:
    """The index of a body joint by its name, such as `left_wrist`; ValueError if it has none."""
    names = OPENPOSE18_NAMES if layout == "openpose18" else COCO17_NAMES
    return names.index(name)


def convert(poses: Poses, layout: Layout) -> Poses:
    """The same poses in another layout: shared joints are kept as they are.

    The neck is the middle of the shoulders with score 1 where both are seen and 0 elsewhere
    (DWPose's rule). Joints that the source does not have get score 0 at (0, 0).
    """
    if poses.layout == layout:
        return poses
    coco = _to_coco17(poses)
    if layout == "openpose18":
        keypoints, score = openpose18_from_coco17(coco.keypoints, coco.score)
    else:
        missing = NUM_KEYPOINTS[layout] - 17
        keypoints = np.pad(coco.keypoints, ((0, 0), (0, missing), (0, 0)))
        score = np.pad(coco.score, ((0, 0), (0, missing)))
    return Poses(keypoints, score, layout, poses.size)


def _to_coco17(poses: Poses) -> Poses:
    pick = list(_COCO17_FROM_OPENPOSE18) if poses.layout == "openpose18" else BODY
    return Poses(poses.keypoints[:, pick], poses.score[:, pick], "coco17", poses.size)


def openpose18_from_coco17(
    keypoints: NDArray[np.float64], score: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Reorder coco17 to openpose18 and add the neck (specs/mimicmotion.md b.3).

    Args:
        keypoints: `... k 2` with k >= 17; the first 17 are read. Any unit.
        score: `... k`.
    Returns: `... 18 2` and `... 18`.
    """
    pick = list(OPENPOSE18_FROM_COCO17)
    points, scores = keypoints[..., pick, :].copy(), score[..., pick].copy()
    left, right = joint("coco17", "left_shoulder"), joint("coco17", "right_shoulder")
    points[..., NECK, :] = (keypoints[..., left, :] + keypoints[..., right, :]) / 2
    scores[..., NECK] = (score[..., left] > SEEN) & (score[..., right] > SEEN)
    return points, scores
