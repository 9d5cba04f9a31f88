"""A stage hand whose engine is pretended: for the screens of a rehearsal.

`python tests/e2e/stand_in_hand.py <home>`; the built-in dance that is asked for says how it goes:
"moonwalk" has two people with their feet out of the picture, "robot" never answers, any other fits.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image

from studio import stage_hand


def pretend(request: Mapping[str, Any], out: Path) -> Mapping[str, Any]:
    """A small moving picture, and findings."""
    dance = request["dance"]
    if dance == "robot":
        time.sleep(600)
    frames = [
        PIL.Image.fromarray(np.full((96, 96, 3), 40 + 20 * step, np.uint8)) for step in range(4)
    ]
    frames[0].save(out, save_all=True, append_images=frames[1:], duration=200, loop=0)
    return {"findings": ["feet_out", "several"] if dance == "moonwalk" else [], "notes": []}


if __name__ == "__main__":
    stage_hand.main(build=lambda home: pretend)
