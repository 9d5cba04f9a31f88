"""Makes the sample videos that play before a visitor has made anything, with the pocket model.

    python assets/examples/film.py

Writes `clips/<person>-<dance>.mp4` and its poster. Run it again when pocket was trained further.
"""

from __future__ import annotations

import sys
from pathlib import Path

import PIL.Image

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent))

from engine.data import video  # noqa: E402
from engine.library import Library, generate  # noqa: E402
from engine.types import Inputs  # noqa: E402

_SAMPLES = (
    ("mina", "sunny_groove"),
    ("theo", "star_party"),
    ("noor", "slow_wave"),
    ("rosa", "disco_night"),
)
_SETTINGS = {"num_frames": 40, "quality": "best", "seed": 1}
_POSTER_SIDE = 208


def main() -> None:
    """Make every sample."""
    library = Library()
    (HERE / "clips").mkdir(exist_ok=True)
    for person, dance in _SAMPLES:
        out = HERE / "clips" / f"{person}-{dance}.mp4"
        inputs = Inputs(image=HERE / "people" / f"{person}.png", dance=dance)
        for _ in generate("mimicmotion", _SETTINGS, inputs, library, out):
            pass
        with video.read(out, max_frames=1, start=1.0) as frames:
            poster = PIL.Image.fromarray(next(frames))
        poster.thumbnail((_POSTER_SIDE, _POSTER_SIDE))
        poster.save(out.with_suffix(".jpg"), quality=85)


if __name__ == "__main__":
    main()
