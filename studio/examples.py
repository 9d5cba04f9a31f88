"""The people and dances that come with the studio: pictures in `assets/examples`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from studio.parts.picker import Item
from studio.words import both

ASSETS = Path(__file__).resolve().parent.parent / "assets"
ADDRESS = "pirouette"
"""Where `assets` is served, relative to the page (so that it works behind any proxy)."""


@dataclass(frozen=True)
class Examples:
    """Files by key: `people` (png), `dances` (webp, moving)."""

    people: dict[str, Path]
    dances: dict[str, Path]


def find(folder: Path = ASSETS / "examples") -> Examples:
    """Look what is there; a dance counts when it has both its moving and its still picture."""
    return Examples(
        people={path.stem: path for path in sorted((folder / "people").glob("*.png"))},
        dances={
            path.stem: path
            for path in sorted((folder / "dances").glob("*.webp"))
            if path.with_suffix(".jpg").exists()
        },
    )


def people_items(examples: Examples) -> list[Item]:
    """The people as items of a picker."""
    return [
        Item(key, both(f"person_{key}"), _address(path), _address(path))
        for key, path in examples.people.items()
    ]


def dance_items(examples: Examples) -> list[Item]:
    """The dances as items of a picker."""
    return [
        Item(key, both(f"dance_{key}"), _address(path), _address(path.with_suffix(".jpg")))
        for key, path in examples.dances.items()
    ]


def still(dance: str) -> str:
    """The address of a dance's still picture, or nothing if it is not one of ours."""
    path = find().dances.get(dance)
    return _address(path.with_suffix(".jpg")) if path else ""


def _address(path: Path) -> str:
    return f"{ADDRESS}/{path.relative_to(ASSETS).as_posix()}"
