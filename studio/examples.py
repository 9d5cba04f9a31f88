"""The people, dances and sample videos that come with the studio: files in `assets/examples`."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from studio.parts.picker import Item
from studio.words import both

ASSETS = Path(__file__).resolve().parent.parent / "assets"
ADDRESS = "pirouette"
"""Where `assets` is served, relative to the page (so that it works behind any proxy)."""

FILTERS = ("all", "slow", "medium", "fast", "moves")
"""Of the library: everything, the dances of a tempo, and single moves."""
FIRST_PERSON, FIRST_DANCE = "mina", "sunny_groove"
"""What is chosen when a visitor comes for the first time, so that one click makes a video."""
_KEY = re.compile(r"[a-z_]+")


@dataclass(frozen=True)
class Tempo:
    """Of a dance: `kind` is `dance` or `move`, `tempo` is `slow`, `medium` or `fast`."""

    kind: str
    tempo: str
    bpm: float


@dataclass(frozen=True)
class Sample:
    """A finished video: who dances what in it, and addresses relative to the page."""

    key: str
    person: str
    dance: str
    clip: str
    poster: str


@dataclass(frozen=True)
class Examples:
    """Files by key: `people` (png), `dances` (webp, moving), and what is known of them."""

    people: dict[str, Path]
    dances: dict[str, Path]
    tempos: dict[str, Tempo] = field(default_factory=dict)
    samples: tuple[Sample, ...] = ()

    def sample(self, key: object) -> Sample | None:
        """The sample of that key; the key may come from a client."""
        return next((one for one in self.samples if one.key == key), None)


def find(folder: Path = ASSETS / "examples") -> Examples:
    """Look what is there.

    A dance counts when `dances.json` knows it and it has both its moving and its still picture. A
    sample is called `<person>-<dance>.mp4`.
    """
    told = json.loads((folder / "dances.json").read_text(encoding="utf-8"))
    pictures = {key: folder / "dances" / f"{key}.webp" for key in told}
    there = [key for key, path in pictures.items() if path.exists() and _still(path).exists()]
    return Examples(
        people={path.stem: path for path in sorted((folder / "people").glob("*.png"))},
        dances={key: pictures[key] for key in there},
        tempos={key: Tempo(**told[key]) for key in there},
        samples=tuple(_sample(path) for path in sorted((folder / "clips").glob("*.mp4"))),
    )


def people_items(examples: Examples) -> list[Item]:
    """The people as items of a picker."""
    return [
        Item(key, both(f"person_{key}"), _address(path), _address(path))
        for key, path in examples.people.items()
    ]


def dance_items(examples: Examples) -> list[Item]:
    """The dances as items of a picker with `FILTERS`; the note says the tempo."""
    return [
        Item(
            key,
            both(f"dance_{key}"),
            _address(path),
            _address(_still(path)),
            note=both("bpm", count=round(tempo.bpm)),
            shelves=("all", tempo.tempo if tempo.kind == "dance" else "moves"),
        )
        for key, path in examples.dances.items()
        for tempo in (examples.tempos[key],)
    ]


def still(dance: str) -> str:
    """The address of a dance's still picture, or nothing if it is not one of ours."""
    return _one_of_ours("dances", dance, ".jpg")


def portrait(person: str) -> str:
    """The address of an example person's picture, or nothing if it is not one of ours."""
    return _one_of_ours("people", person, ".png")


def _one_of_ours(folder: str, key: str, suffix: str) -> str:
    path = ASSETS / "examples" / folder / f"{key}{suffix}"
    return _address(path) if _KEY.fullmatch(key) and path.exists() else ""


def _sample(path: Path) -> Sample:
    person, _, dance = path.stem.partition("-")
    return Sample(path.stem, person, dance, _address(path), _address(path.with_suffix(".jpg")))


def _still(path: Path) -> Path:
    return path.with_suffix(".jpg")


def _address(path: Path) -> str:
    return f"{ADDRESS}/{path.relative_to(ASSETS).as_posix()}"
