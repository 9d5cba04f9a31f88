"""The seam score sees a jump at a join, wherever in it, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from engine.evaluate.seams import changes, seam_score
from engine.sampling.spans import strip

PLAN = strip(39, 16, 6)


def clip(jump_at: int | None = None, size: float = 12.0) -> np.ndarray:
    """A brightness that goes up and down by about two levels a frame, and jumps once."""
    level = np.abs((np.arange(39) * 2) % 60 - 30) + 40.0
    if jump_at is not None:
        level[jump_at:] += size
    return np.broadcast_to(level[:, None, None, None], (39, 8, 8, 3)).astype(np.uint8)


def test_an_even_clip_scores_one() -> None:
    assert seam_score(clip(), PLAN.joins) == pytest.approx(1.0)


@pytest.mark.parametrize("place", [10, 12, 15, 22])
def test_a_jump_within_a_join_is_seen(place: int) -> None:
    assert seam_score(clip(place), PLAN.joins) > 2


def test_a_jump_elsewhere_is_not_a_seam() -> None:
    assert seam_score(clip(5), PLAN.joins) <= 1.0


def test_a_still_clip_has_no_seam_and_a_jump_in_it_has() -> None:
    still = np.full((39, 8, 8, 3), 50, np.uint8)
    assert seam_score(still, PLAN.joins) == 1.0
    still[12:] = 60
    assert seam_score(still, PLAN.joins) > 1.0


def test_what_cannot_be_scored_is_refused() -> None:
    with pytest.raises(ValueError, match="no joins"):
        seam_score(clip(), [])
    with pytest.raises(ValueError, match="not within 39 frames"):
        seam_score(clip(), [(35, 39)])
    assert len(changes(clip()[:1])) == 0
