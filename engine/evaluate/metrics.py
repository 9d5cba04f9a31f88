"""Numbers that say how close a made dance is to the true one; each names what it cannot see."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from engine.types import Poses

Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom are outside."""


def psnr(made: NDArray[np.uint8], true: NDArray[np.uint8], box: Box | None = None) -> float:
    """Peak signal-to-noise ratio in dB of RGB frames `f h w 3`, whole or inside `box`.

    The error is averaged over all pixels before the logarithm. It knows nothing of perception: a
    blur may score above a sharp picture that is one pixel off.
    """
    # torchmetrics brings transformers and takes seconds to import
    from torchmetrics.functional.image import peak_signal_noise_ratio

    if box is not None:
        left, top, right, bottom = box
        made, true = made[:, top:bottom, left:right], true[:, top:bottom, left:right]
    pair = (torch.from_numpy(np.ascontiguousarray(x)).double() for x in (made, true))
    return float(peak_signal_noise_ratio(*pair, data_range=255.0))


def ssim(made: NDArray[np.uint8], true: NDArray[np.uint8]) -> float:
    """Structural similarity of RGB frames `f h w 3`, mean over the frames, at most 1.

    It sees local contrast and structure; where both are flat it is 1 whatever the colour's shade.
    """
    from torchmetrics.functional.image import structural_similarity_index_measure

    one, two = (torch.from_numpy(np.array(x)).movedim(-1, 1).float() for x in (made, true))
    found = structural_similarity_index_measure(one, two, data_range=255.0)
    return float(found[0] if isinstance(found, tuple) else found)


def masked_error(
    made: NDArray[np.uint8], true: NDArray[np.uint8], mask: NDArray[np.floating | np.uint8]
) -> float:
    """Mean absolute error in levels (0 to 255) inside `mask` `f h w`; NaN where it is empty."""
    inside = mask > 0.5
    if not inside.any():
        return float("nan")
    gap = np.abs(made[inside].astype(np.int16) - true[inside])
    return float(gap.mean())


def box_around(mask: NDArray[np.floating | np.uint8]) -> Box:
    """The box of everything that is in the mask `f h w` in any frame."""
    rows = np.flatnonzero((mask > 0.5).any(axis=(0, 2)))
    columns = np.flatnonzero((mask > 0.5).any(axis=(0, 1)))
    if not len(rows):
        raise ValueError("the mask is empty")
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def pck(found: Poses, true: Poses, *, share: float = 0.1, seen: float = 0.5) -> float:
    """Share of keypoints found within `share` of the person's size (PCK).

    The person's size is the longer side, in pixels, of the box around the frame's true joints.
    Counted are the true keypoints with a score above `seen` that lie inside the frame.
    """
    size = np.array(true.size, float)
    counts = (true.score > seen) & ((true.keypoints >= 0) & (true.keypoints < 1)).all(axis=-1)
    distance = np.linalg.norm((found.keypoints - true.keypoints) * size, axis=-1)
    hit = total = 0
    for frame in range(len(true)):
        here = counts[frame]
        if not here.any():
            continue
        points = true.keypoints[frame, here] * size
        longer = (points.max(axis=0) - points.min(axis=0)).max()
        hit += int((distance[frame, here] <= share * longer).sum())
        total += int(here.sum())
    if not total:
        raise ValueError("no keypoint of the true poses is seen")
    return hit / total


def colour_difference(
    made: NDArray[np.uint8], true: NDArray[np.uint8], mask: NDArray[np.floating | np.uint8]
) -> float:
    """Difference of the mean colour inside `mask` `f h w`, as a share of full scale, 0 to 1.

    The mean over frames of the mean absolute difference of the three channels' means; a pattern
    that is lost but keeps its mean colour goes unseen.
    """
    differences = []
    for one, two, inside in zip(made, true, mask > 0.5, strict=True):
        if inside.any():
            gap = one[inside].mean(axis=0) - two[inside].mean(axis=0)
            differences.append(np.abs(gap).mean() / 255)
    if not differences:
        raise ValueError("the mask is empty")
    return float(np.mean(differences))
