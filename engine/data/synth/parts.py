"""Which number stands for which part of the dancer in the canvas' fourth channel."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

NAMES = (
    "trunk", "l_upper", "l_fore", "l_hand", "r_upper", "r_fore", "r_hand", "l_thigh", "l_shin",
    "l_foot", "r_thigh", "r_shin", "r_foot", "neck", "head", "hair", "hair_back", "hat", "skirt",
)  # fmt: skip
PART: Mapping[str, int] = {name: number for number, name in enumerate(NAMES, 1)}
CLOTH = 32  # added to a part's number where cloth covers it


def _table(*names: str, cloth: bool | None = None) -> np.ndarray:
    table = np.zeros(256, np.uint8)
    for name in names:
        if cloth is not True:
            table[PART[name]] = 255
        if cloth is not False:
            table[PART[name] + CLOTH] = 255
    return table


MASKS: Mapping[str, np.ndarray] = {
    "person": _table(*NAMES),
    "face": _table("head"),
    "hands": _table("l_hand", "r_hand"),
    "outfit": _table(*NAMES, cloth=True),
}
