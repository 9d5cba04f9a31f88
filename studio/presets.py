"""Named settings in `assets/presets`: one JSON file each, `{"system": ..., "settings": {...}}`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.examples import ASSETS


@dataclass(frozen=True)
class Preset:
    """Settings by name; what is not named has its default. Its name is `preset_<key>` in words."""

    key: str
    system: str
    settings: Mapping[str, Any]


def presets(
    system: str, folder: Path = ASSETS / "presets", most_frames: int | None = None
) -> dict[str, Preset]:
    """The presets of a system by key, in the order of their file names (`10-quick.json`, ...).

    None asks for more than `most_frames`, which is what one video may have here.
    """
    found: dict[str, Preset] = {}
    for path in sorted(folder.glob("*.json")):
        given = json.loads(path.read_text(encoding="utf-8"))
        key = path.stem.partition("-")[2]
        if given["system"] == system:
            settings = given["settings"]
            if most_frames and settings.get("num_frames", 0) > most_frames:
                settings["num_frames"] = most_frames
            found[key] = Preset(key, given["system"], settings)
    return found
