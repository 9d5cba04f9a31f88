"""Draws the example people and the moving previews of the built-in dances and moves.

    python assets/examples/draw.py [people] [moves] [dances]

Writes `people/<name>.png`, `dances/<name>.webp` (a loop) with its first frame as `.jpg`, and
`dances.json` with the tempo of each. Every seed lies beyond those that pocket is trained on.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import PIL.Image
from numpy.typing import NDArray

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from engine.data import synth  # noqa: E402
from engine.data.synth.body import neutral  # noqa: E402

_FIRST = 10_000_000
_PEOPLE: Mapping[str, int] = {"ada": 50, "jun": 13, "mina": 12, "noor": 24, "rosa": 45, "theo": 64}
_SIDE = 512

_DANCERS = (20, 55, 68, 8, 61, 40, 7, 33, 14, 22, 18, 65, 28, 11, 31, 5, 49, 53, 59)
_DANCE_DANCERS = (77, 82, 91, 95, 103, 108, 112, 119, 126, 131, 137, 142)
_FPS = 15.0
_DANCE_FPS = 10.0  # a whole dance is long: fewer frames keep its file small
_DANCE_BEATS = 4  # of every move
_BPM = 112.5  # 8 frames a beat, so that every move loops without a seam
_PREVIEW_SIDE = 176


def person(seed: int) -> PIL.Image.Image:
    """Someone standing at ease, facing us."""
    plan = synth.plan(_FIRST + seed, 1, camera=0.0)
    at_ease = replace(plan, motion=neutral(1), framing=synth.Framing())
    return PIL.Image.fromarray(synth.draw(at_ease, (_SIDE, _SIDE)).frames[0])


def move(name: str, seed: int) -> list[PIL.Image.Image]:
    """One period of a move, at least two beats times two."""
    beats = max(4, synth.MOVES[name].beats)
    count = round(beats * 60 / _BPM * _FPS)
    # The second round of the move, so that the first frame continues the last.
    motion = synth.phrase([name], _BPM, _FPS, 2 * count, beats_each=64, start_beat=4.0)[count:]
    return _frames(motion, seed)


def dance(key: str, seed: int) -> list[PIL.Image.Image]:
    """A short round of a dance at its own tempo: a few beats of each of its moves."""
    one = synth.DANCES[key]
    count = round(len(one.moves) * _DANCE_BEATS * 60 / one.bpm * _DANCE_FPS)
    motion = synth.phrase(one.moves, one.bpm, _DANCE_FPS, 2 * count, beats_each=_DANCE_BEATS)
    return _frames(motion[count:], seed)


def _frames(motion: NDArray[np.float64], seed: int) -> list[PIL.Image.Image]:
    plan = synth.plan(_FIRST + seed, 1, camera=0.0)
    plain = replace(plan.look, background="studio", background_seed=seed)
    pan = np.zeros((len(motion), 2))
    shown = replace(plan, look=plain, motion=motion, framing=synth.Framing(), pan=pan)
    frames = synth.draw(shown, (2 * _PREVIEW_SIDE, 2 * _PREVIEW_SIDE)).frames
    small = (_PREVIEW_SIDE, _PREVIEW_SIDE)
    return [PIL.Image.fromarray(one).resize(small, PIL.Image.Resampling.LANCZOS) for one in frames]


def _write(key: str, frames: list[PIL.Image.Image], fps: float, quality: int) -> None:
    path = HERE / "dances" / f"{key}.webp"
    frames[0].save(
        path, save_all=True, append_images=frames[1:], duration=round(1000 / fps), loop=0,
        quality=quality, method=6,
    )  # fmt: skip
    frames[0].save(path.with_suffix(".jpg"), quality=85)


def _tempos() -> dict[str, dict[str, object]]:
    """What the library shows of every dance, so that the screen need not load the engine."""
    known: dict[str, dict[str, object]] = {}
    for key in (*synth.DANCES, *synth.MOVES):
        one = synth.find_dance(key)
        kind = "dance" if key in synth.DANCES else "move"
        known[key] = {"kind": kind, "tempo": one.tempo, "bpm": one.bpm}
    return known


def main(parts: Collection[str]) -> None:
    """Draw the parts, or everything."""
    if not parts or "people" in parts:
        for name, seed in _PEOPLE.items():
            person(seed).save(HERE / "people" / f"{name}.png", optimize=True)
    if not parts or "moves" in parts:
        for key, seed in zip(synth.MOVES, _DANCERS, strict=True):
            _write(key, move(key, seed), _FPS, 62)
    if not parts or "dances" in parts:
        for key, seed in zip(synth.DANCES, _DANCE_DANCERS, strict=True):
            _write(key, dance(key, seed), _DANCE_FPS, 45)
    told = json.dumps(_tempos(), indent=1)
    (HERE / "dances.json").write_text(told + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
