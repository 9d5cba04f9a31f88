"""What a reader looks at: summaries with their spread, and a contact sheet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def summary(rows: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """Mean, standard deviation, smallest and largest of every number over the rows."""
    columns = {name: np.array([row[name] for row in rows], float) for name in rows[0]}
    return {
        name: {
            "mean": float(values.mean()),
            "std": float(values.std()),
            "min": float(values.min()),
            "max": float(values.max()),
        }
        for name, values in columns.items()
    }


def contact_sheet(
    rows: Sequence[Sequence[NDArray[np.uint8]]], path: Path, *, gap: int = 4, scale: int = 1
) -> None:
    """Write rows of equally large RGB pictures `h w 3` as one picture, enlarged `scale` times."""
    height, width = rows[0][0].shape[:2]
    across, down = max(len(row) for row in rows), len(rows)
    sheet = np.full((down * (height + gap) - gap, across * (width + gap) - gap, 3), 255, np.uint8)
    for y, row in enumerate(rows):
        for x, picture in enumerate(row):
            top, left = y * (height + gap), x * (width + gap)
            sheet[top : top + height, left : left + width] = picture
    image = Image.fromarray(sheet)
    if scale > 1:
        image = image.resize((image.width * scale, image.height * scale), Image.Resampling.LANCZOS)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
