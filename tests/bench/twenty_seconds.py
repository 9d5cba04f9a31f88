"""A 20-second film with sound becomes a 20-second video: is everything still in time at its end?

    python -m tests.bench.twenty_seconds [--keep FOLDER]

A drawn dancer's film with a click at every second drives the shipped pocket model through the
command line. Sound: when the first and the last click are heard, against the film's. Picture: by
how many frames the dance of the first and of the last five seconds is best moved to match the film.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from engine.data import synth, video
from engine.data.video_write import VideoWriter
from engine.models.shelf import Shelf
from tests.unit.media import clicks, make_clicks

ROOT = Path(__file__).parents[2]
SECONDS, FPS, SIDE = 20, 15, 128
SHIFTS = range(-4, 5)


def main() -> None:
    """Make the film, make the video, compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--keep", type=Path, help="where film and video stay")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = asked.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        report(folder)


def report(folder: Path) -> None:
    film, photo, out = folder / "film.mp4", folder / "me.png", folder / "out.mp4"
    drawn = synth.clip(10_000_007, SECONDS * FPS, size=(SIDE, SIDE), camera=0.0).frames
    sound = make_clicks(folder / "clicks.mp4", SECONDS)
    with VideoWriter(film, FPS, audio_from=sound) as writer:
        for frame in drawn:
            writer.add(frame)
    Image.fromarray(synth.clip(10_000_008, 1, size=(SIDE, SIDE), camera=0.0).frames[0]).save(photo)
    began = time.monotonic()
    command = [sys.executable, "-m", "engine", "generate", "--system", "mimicmotion"]
    options = ["--image", photo, "--motion", film, "--out", out]
    subprocess.run(
        [*command, *map(str, options), "--set", "num_frames=0"],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    say(f"made in {time.monotonic() - began:.0f} s, start included")
    (wanted, length), (heard, end) = clicks(film), clicks(out)
    say(f"clicks: {len(heard)} of {len(wanted)}; sound ends at {end:.3f} s of {length:.3f}")
    for name, place in (("first", 0), ("last", -1)):
        late = heard[place] - wanted[place]
        say(f"{name} click: {1000 * late:+.1f} ms, {late * FPS:+.2f} frames")
    shelf = Shelf(device="cpu")
    poses = [joints(shelf, path) for path in (film, out)]
    say(f"frames: {len(poses[1])} of {len(poses[0])}")
    for name, part in (("first", slice(0, 5 * FPS)), ("last", slice(-5 * FPS, None))):
        apart = {shift: distance(poses[0][part], poses[1][part], shift) for shift in SHIFTS}
        best = min(apart, key=lambda shift: apart[shift])
        say(f"{name} five seconds: the dance matches best moved by {best} frames")


def joints(shelf: Shelf, path: Path) -> NDArray[np.float64]:
    """Body joints `f 17 2`, the body's middle at 0 and its size 1, doubtful ones nan."""
    with video.read(path) as frames:
        found = shelf.drawn_poses(np.stack(list(frames)))
    body = np.where(found.score[:, :17, None] > 0.3, found.keypoints[:, :17], np.nan)
    middle = np.nanmean(body, axis=1, keepdims=True)
    size = np.nanstd(body, axis=(1, 2), keepdims=True)
    return (body - middle) / size


def distance(film: NDArray[np.float64], made: NDArray[np.float64], shift: int) -> float:
    """Mean distance of the joints when `made` is moved by `shift` frames."""
    count = len(film) - abs(shift)
    a, b = film[max(shift, 0) :][:count], made[max(-shift, 0) :][:count]
    return float(np.nanmean(np.linalg.norm(a - b, axis=-1)))


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
