"""Drawn poses equal MimicMotion's, bit for bit (parity/mimicmotion/README.md 3)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.pose.draw import draw_people
from engine.pose.parts import Parts

DATA = Path(__file__).parent / "data" / "mimicmotion"
CASES = ["draw_portrait_full", "draw_portrait_lowconf", "draw_all_ones_missing_hand"]


def parts(data: dict[str, np.ndarray], *keep: str) -> Parts:
    """The stored arrays (all left hands, then all right hands) with only the named parts seen."""
    people = len(data["body_score"])
    hands_first = data["hands_xy"].reshape(2, people, 21, 2).swapaxes(0, 1)
    hands_score = data["hands_score"].reshape(2, people, 21).swapaxes(0, 1)
    return Parts(
        data["body_xy"].reshape(people, 18, 2),
        data["body_score"] * ("body" in keep),
        hands_first,
        hands_score * ("hands" in keep),
        data["face_xy"],
        data["face_score"] * ("face" in keep),
    )


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("name", ["image", "image_body", "image_hands", "image_face"])
def test_drawing_is_upstreams_bit_for_bit(case: str, name: str) -> None:
    data = dict(np.load(DATA / f"{case}.npz"))
    keep = ("body", "hands", "face") if name == "image" else (name.removeprefix("image_"),)
    drawn = draw_people(parts(data, *keep), (int(data["W"]), int(data["H"])))
    np.testing.assert_array_equal(drawn.transpose(2, 0, 1), data[name])
