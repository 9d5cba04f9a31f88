"""`make bench`: the frames of the straightforward loop in less time and about the same memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).parents[2]
REPEATS = int(os.environ.get("BENCH_REPEATS", "3"))
pytestmark = pytest.mark.bench


def run(how: str, out: Path, *options: str) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "tests/bench/one_run.py", how, str(out), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(done.stdout.splitlines()[-1])


def told(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


@pytest.mark.parametrize(
    ("guidance", "least"),
    [
        pytest.param("1", 1.8, id="as pocket is used"),  # the half that counts nothing is left out
        pytest.param("2", 1.0, id="both halves needed"),
    ],
)
def test_faster_than_the_straightforward_loop_and_equal(
    tmp_path: Path, guidance: str, least: float
) -> None:
    """Runs take turns, so that other work on the machine slows both alike."""
    ratios, clock = [], []
    for _ in range(REPEATS):
        found = {
            how: run(how, tmp_path / f"{how}.npy", "--guidance", guidance)
            for how in ("plain", "ours")
        }
        ratios.append(found["plain"]["cpu_seconds"] / found["ours"]["cpu_seconds"])
        clock.append(found["plain"]["seconds"] / found["ours"]["seconds"])
    frames = [np.load(tmp_path / f"{how}.npy") for how in ("plain", "ours")]
    difference = float(np.abs(frames[0] - frames[1]).max())
    told(
        f"guidance {guidance}: frames differ by {difference:.1e}; "
        f"{statistics.median(clock):.2f} times faster by the clock "
        f"({', '.join(f'{r:.2f}' for r in clock)}), {statistics.median(ratios):.2f} times "
        f"less processor time ({', '.join(f'{r:.2f}' for r in ratios)})"
    )
    assert difference < 1e-4
    assert statistics.median(clock) > least, "the aim of the project is not reached"


def test_no_more_memory_than_the_straightforward_loop(tmp_path: Path) -> None:
    """Ten seconds: ours into a film, as users get it, the other to all its frames in fp32."""
    options = ("--frames", "150", "--steps", "1")
    peaks: dict[str, list[float]] = {"plain": [], "film": []}
    for _ in range(REPEATS):
        for how, found in peaks.items():
            found.append(run(how, tmp_path / "out.npy", *options)["peak"] / 2**20)
    plain, ours = (statistics.median(found) for found in peaks.values())
    told(
        f"150 frames: peak {ours:.0f} MB against {plain:.0f} MB; all runs: "
        + "; ".join(
            f"{how} {', '.join(f'{one:.0f}' for one in found)}" for how, found in peaks.items()
        )
    )
    assert ours <= plain


def test_a_long_clip_needs_the_memory_of_a_short_one(tmp_path: Path) -> None:
    """600 frames against 64: what grows is the copies of their latents that a step holds."""
    peaks: dict[int, list[float]] = {64: [], 600: []}
    for _ in range(REPEATS):
        for frames, found in peaks.items():
            options = ("--frames", str(frames), "--steps", "1", "--guidance", "1")
            found.append(run("film", tmp_path / "out.npy", *options)["peak"] / 2**20)
    short, long = (statistics.median(found) for found in peaks.values())
    told(
        f"600 frames: peak {long:.0f} MB against {short:.0f} MB for 64; all runs: "
        + "; ".join(
            f"{frames}: {', '.join(f'{one:.0f}' for one in found)}"
            for frames, found in peaks.items()
        )
    )
    assert long <= 1.1 * short
