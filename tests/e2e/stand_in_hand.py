"""A stage hand whose engine is pretended: for the screens of a rehearsal.

`python tests/e2e/stand_in_hand.py <home>`; a dance that a visitor brought has two people, one with
the feet out of the picture, any other fits, but for what gate.py says.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from gate import gated_hand

from studio import stage_hand


def pretend(request: Mapping[str, Any], out: Path) -> Mapping[str, Any]:
    """A small moving picture, and findings."""
    frames = [
        PIL.Image.fromarray(np.full((96, 96, 3), 40 + 20 * step, np.uint8)) for step in range(4)
    ]
    frames[0].save(out, save_all=True, append_images=frames[1:], duration=200, loop=0)
    if not request["motion"]:
        return {"findings": [], "notes": []}
    person = request["settings"]["person"]
    crowd = {
        "person": person or 2, "still": stage_hand.inline(out),
        "boxes": [[0.1, 0.2, 0.4, 0.9], [0.5, 0.1, 0.9, 1.0]],
    }  # fmt: skip
    found = ["feet_out"] if person else ["feet_out", "several"]
    return {"findings": found, "notes": [], "crowd": crowd}


if __name__ == "__main__":
    stage_hand.main(build=lambda home: gated_hand(pretend))
