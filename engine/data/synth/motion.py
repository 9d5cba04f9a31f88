"""Motion over time: phrases of moves at a tempo, and smooth random motion."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.data.synth.body import CHANNELS, INDEX, Array, neutral
from engine.data.synth.moves import MOVES
from engine.errors import BadInput

_FADE = 0.6  # beats that one move takes to become the next


def phrase(
    moves: Sequence[str],
    bpm: float,
    fps: float,
    num_frames: int,
    *,
    beats_each: int = 8,
    size: float = 1.0,
    start_beat: float = 0.0,
) -> Array:
    """Dance the named moves one after the other, again from the first when all are done.

    Args:
        moves: names from MOVES.
        bpm: beats a minute, above 0.
        fps: frames a second, above 0.
        num_frames: length of the result.
        beats_each: beats that every move lasts.
        size: how large the movements are, 1 is as written.
        start_beat: where in the dance the first frame lies.

    Returns:
        Pose channels `f channels`.

    Raises BadInput for a move that does not exist.
    """
    for name in moves:
        if name not in MOVES:
            raise BadInput(
                f"There is no dance move called '{name[:60]}'.",
                "It may be misspelt.",
                "Known moves: " + ", ".join(MOVES) + ".",
            )
    beat: Array = start_beat + np.arange(num_frames, dtype=np.float64) * (bpm / 60.0 / fps)
    slot = np.floor(beat / beats_each).astype(int)
    within = beat - slot * beats_each
    # A slot fades in around its own start, so each frame mixes at most two neighbouring slots.
    late = within > beats_each - _FADE / 2
    early = within < _FADE / 2
    other = np.where(late, slot + 1, np.where(early, slot - 1, slot))
    other = np.maximum(other, 0)
    distance = np.where(late, beats_each - within, within)
    share = np.where(late | early, 0.5 + distance / _FADE, 1.0)
    share = share * share * (3 - 2 * share)
    first = _danced(moves, slot, beat, beats_each, size)
    second = _danced(moves, other, beat, beats_each, size)
    return share[:, None] * first + (1 - share[:, None]) * second


def _danced(moves: Sequence[str], slot: Array, beat: Array, beats_each: int, size: float) -> Array:
    pose = neutral(len(beat))
    for number in np.unique(slot):
        chosen = slot == number
        move = MOVES[moves[int(number) % len(moves)]]
        pose[chosen] = move.pose(beat[chosen] - number * beats_each, size)
    turn = pose[:, INDEX["yaw"]]
    pose[:, INDEX["yaw"]] = np.mod(turn + 180.0, 360.0) - 180.0
    return pose


# Channel -> (lowest, highest) of the random key poses.
_RANGES = {
    "sway": (-0.045, 0.045),
    "dip": (0.01, 0.07),
    "hip_roll": (-8, 8),
    "lean": (-9, 9),
    "bend": (-3, 9),
    "chest_roll": (-8, 8),
    "chest_yaw": (-22, 22),
    "head_yaw": (-22, 22),
    "head_pitch": (-7, 9),
    "head_roll": (-11, 11),
    **{f"{s}_foot_x": (0.05, 0.14) for s in "lr"},
    **{f"{s}_turn": (15, 50) for s in "lr"},
    **{f"{s}_foot_z": (-0.05, 0.06) for s in "lr"},
}
_ARM_KEYS = (
    # arm, arm_fwd, fore, fore_fwd, wrist, curl: places where dancers put their hands
    (14, 0, 8, 14, 0, 0.3),
    (36, 10, 70, 40, 0, 0.5),
    (46, -14, -46, 24, 10, 0.7),
    (88, 0, 92, 6, 0, 0.1),
    (84, 4, 172, 8, 0, 0.2),
    (78, 4, 8, 10, 0, 0.4),
    (142, 0, 156, 4, 0, 0.1),
    (150, 4, 205, 6, 5, 0.3),
    (28, 34, 160, 40, 0, 0.4),
    (50, 30, -60, 40, 0, 0.6),
    (120, 0, 60, 20, 0, 0.2),
)


def random_motion(rng: np.random.Generator, fps: float, num_frames: int) -> Array:
    """Smooth motion through random key poses, one every 0.5 to 1.1 seconds: `f channels`.

    Half of the arm keys are alike on both sides, so that the motion still looks meant.
    """
    gap = float(rng.uniform(0.5, 1.1)) * fps
    count = int(np.ceil(num_frames / gap)) + 4
    keys = neutral(count)
    for name, (low, high) in _RANGES.items():
        keys[:, INDEX[name]] = rng.uniform(low, high, count)
    keys[:, INDEX["travel"]] = np.cumsum(rng.normal(0, 0.035, count)).clip(-0.1, 0.1)
    keys[:, INDEX["yaw"]] = rng.normal(0, 18, count)
    keys[:, INDEX["smile"]] = rng.uniform(0.2, 1.0, count)
    keys[:, INDEX["mouth"]] = np.maximum(rng.uniform(-0.6, 0.6, count), 0.0)
    start = {side: INDEX[f"{side}_arm"] for side in "lr"}
    for k in range(count):
        left = _ARM_KEYS[rng.integers(len(_ARM_KEYS))]
        right = left if rng.random() < 0.5 else _ARM_KEYS[rng.integers(len(_ARM_KEYS))]
        for side, values in (("l", left), ("r", right)):
            noise = rng.normal(0, 1, 6) * (9, 5, 11, 6, 6, 0.06)
            keys[k, start[side] : start[side] + 6] = np.add(values, noise)
            if rng.random() < 0.3 and not (side == "r" and keys[k, INDEX["l_lift"]] > 0):
                keys[k, INDEX[f"{side}_lift"]] = rng.uniform(0.02, 0.13)
    return _through(keys, np.arange(num_frames) / gap + 1.0)


def _through(keys: Array, time: Array) -> Array:
    """A cubic through the key poses at 0, 1, 2, ...: arrives, rests a little, goes on."""
    at = np.floor(time).astype(int)
    t = time - at
    t = (0.35 * t + 0.65 * t * t * (3 - 2 * t))[:, None]
    p0, p1, p2, p3 = (keys[at + k] for k in (-1, 0, 1, 2))
    tension = 0.3
    m1, m2 = tension * (p2 - p0), tension * (p3 - p1)
    t2, t3 = t * t, t * t * t
    pose = (
        (2 * t3 - 3 * t2 + 1) * p1 + (t3 - 2 * t2 + t) * m1
        + (3 * t2 - 2 * t3) * p2 + (t3 - t2) * m2
    )  # fmt: skip
    for name in ("l_lift", "r_lift", "mouth"):
        pose[:, INDEX[name]] = np.maximum(pose[:, INDEX[name]], 0.0)
    return pose


def blinking(pose: Array, rng: np.random.Generator, fps: float) -> Array:
    """The same motion with the eyes closing for an instant every few seconds."""
    pose = pose.copy()
    seconds = np.arange(len(pose)) / fps
    at = float(rng.uniform(0.5, 3.0))
    while at < seconds[-1] + 0.2:
        closed = np.clip(1.0 - np.abs(seconds - at) / 0.13, 0.0, 1.0)
        pose[:, INDEX["blink"]] = np.maximum(pose[:, INDEX["blink"]], closed)
        at += float(rng.uniform(1.5, 4.0))
    return pose


def mirrored(pose: Array) -> Array:
    """The same motion with left and right exchanged."""
    result = pose.copy()
    for i, name in enumerate(CHANNELS):
        if name[:2] in ("l_", "r_"):
            result[:, i] = pose[:, INDEX[("r_" if name[0] == "l" else "l_") + name[2:]]]
    for name in ("travel", "sway", "yaw", "hip_roll", "lean", "chest_roll", "chest_yaw",
                 "head_yaw", "head_roll"):  # fmt: skip
        result[:, INDEX[name]] *= -1
    return result
