"""Draws the example people and the moving previews of the built-in dances.

    python assets/examples/draw.py

Writes `people/<name>.png`, and `dances/<name>.webp` (a loop) with its first frame as `.jpg`.
Every seed lies beyond those that pocket is trained on.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from engine.data import synth  # noqa: E402
from engine.data.synth.body import neutral  # noqa: E402

_FIRST = 10_000_000
_PEOPLE: Mapping[str, int] = {"ada": 50, "jun": 13, "mina": 12, "noor": 24, "rosa": 45, "theo": 64}
_SIDE = 512

_DANCERS = (20, 55, 68, 8, 61, 40, 7, 33, 14, 22, 18, 65, 28, 11, 31, 5, 49, 53, 59)
_FPS = 15.0
_BPM = 112.5  # 8 frames a beat, so that every move loops without a seam
_PREVIEW_SIDE = 176


def person(seed: int) -> PIL.Image.Image:
    """Someone standing at ease, facing us."""
    plan = synth.plan(_FIRST + seed, 1, camera=0.0)
    at_ease = replace(plan, motion=neutral(1), framing=synth.Framing())
    return PIL.Image.fromarray(synth.draw(at_ease, (_SIDE, _SIDE)).frames[0])


def dance(move: str, seed: int) -> list[PIL.Image.Image]:
    """One period of a move, at least two beats times two."""
    beats = max(4, synth.MOVES[move].beats)
    count = round(beats * 60 / _BPM * _FPS)
    # The second round of the move, so that the first frame continues the last.
    motion = synth.phrase([move], _BPM, _FPS, 2 * count, beats_each=64, start_beat=4.0)[count:]
    plan = synth.plan(_FIRST + seed, 1, camera=0.0)
    plain = replace(plan.look, background="studio", background_seed=seed)
    shown = replace(
        plan, look=plain, motion=motion, framing=synth.Framing(), pan=np.zeros((count, 2))
    )
    frames = synth.draw(shown, (2 * _PREVIEW_SIDE, 2 * _PREVIEW_SIDE)).frames
    small = (_PREVIEW_SIDE, _PREVIEW_SIDE)
    return [PIL.Image.fromarray(one).resize(small, PIL.Image.Resampling.LANCZOS) for one in frames]


def main() -> None:
    """Draw everything."""
    for name, seed in _PEOPLE.items():
        person(seed).save(HERE / "people" / f"{name}.png", optimize=True)
    for move, seed in zip(synth.MOVES, _DANCERS, strict=True):
        frames = dance(move, seed)
        path = HERE / "dances" / f"{move}.webp"
        frames[0].save(
            path, save_all=True, append_images=frames[1:], duration=round(1000 / _FPS), loop=0,
            quality=62, method=6,
        )  # fmt: skip
        frames[0].save(path.with_suffix(".jpg"), quality=85)


if __name__ == "__main__":
    main()
