"""Draw docs/pocket-loss.png from the losses that training wrote down (`make docs`).

`docs/curves/*.jsonl` are copies of `curve.jsonl` of the runs that gave assets/pocket. Dots
are single batches, lines the mean over a twentieth of the run.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

HERE = Path(__file__).parent
SHOWN = {
    "pose_detector": ("loss", "pose detector: place + seen"),
    "decoder": ("psnr", "decoder: PSNR in dB"),
    "pocket_pictures": ("v_mse", "MimicMotion, pictures: error of v"),
    "pocket_details": ("v_mse", "the same, second pass"),
    "pocket_windows": ("v_mse", "MimicMotion, windows: error of v"),
}
WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 520, 300, 60, 40, 20, 36
INK, DOT, LINE, GRID = "#2b2233", "#d9c6d6", "#b0306a", "#e8e2e6"


def panel(title: str, steps: np.ndarray, values: np.ndarray) -> Image.Image:
    """One curve with its axes."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), "white")
    pen = ImageDraw.Draw(picture)
    pen.text((LEFT, 12), title, INK, font_size=16)
    low, high = np.percentile(values, [0, 99.5])
    low, high = low - 0.05 * (high - low), high + 0.05 * (high - low)

    def place(step: float, value: float) -> tuple[float, float]:
        across = LEFT + (WIDTH - LEFT - RIGHT) * step / steps[-1]
        up = (HEIGHT - TOP - BOTTOM) * (min(value, high) - low) / (high - low)
        return across, HEIGHT - BOTTOM - up

    for share in np.linspace(0, 1, 5):
        value = low + share * (high - low)
        height = place(0, value)[1]
        pen.line([(LEFT, height), (WIDTH - RIGHT, height)], GRID)
        pen.text((LEFT - 8, height), f"{value:.3g}", INK, anchor="rm", font_size=12)
        step = share * steps[-1]
        under = (place(step, low)[0], HEIGHT - BOTTOM + 8)
        pen.text(under, f"{step:.0f}", INK, anchor="ma", font_size=12)
    for step, value in zip(steps, values, strict=True):
        x, y = place(step, value)
        pen.ellipse([x - 1.5, y - 1.5, x + 1.5, y + 1.5], DOT)
    size = max(1, len(values) // 20)
    parts = [slice(i, i + size) for i in range(0, len(values), size)]
    means = [place(float(steps[part].mean()), float(values[part].mean())) for part in parts]
    pen.line(means, LINE, 3, joint="curve")
    return picture


def main() -> None:
    """Write the picture, two panels a row."""
    sheet = Image.new("RGB", (2 * WIDTH, 2 * HEIGHT), "white")
    for number, (name, (metric, title)) in enumerate(SHOWN.items()):
        lines = (HERE / "curves" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
        points = [p for p in map(json.loads, lines) if p["name"] == metric]
        steps, values = (np.array([p[key] for p in points], float) for key in ("step", "value"))
        sheet.paste(panel(title, steps, values), (number % 2 * WIDTH, number // 2 * HEIGHT))
    sheet.save(HERE / "pocket-loss.png", optimize=True)


if __name__ == "__main__":
    main()
