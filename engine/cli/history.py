"""What earlier videos took on this machine, for what the command line says of the next one."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.exchange.forecast import Past, expected_bytes, expected_seconds, past

_KEPT = 100
_NUMBERS = ("frames", "steps", "window", "seconds", "peak_bytes", "resumed")
_CHOICES = ("quality", "shape", "resolution", "memory")


@dataclass(frozen=True)
class History:
    """The latest videos of a system's model on a device, in `runs.json` of the user's folder.

    Only numbers are kept, of the file names and pictures nothing.
    """

    home: Path
    system: str
    model: str
    device: str

    def expected(self, settings: Mapping[str, Any]) -> dict[str, float]:
        """`seconds` and `peak_bytes` of a video, each if earlier ones say it."""
        done = [self._past(run) for run in self._read() if run.get("of") == self._of()]
        found: dict[str, float | None] = {}
        if any(one.seconds is not None for one in done):
            found["seconds"] = expected_seconds(done, settings, self.model)
        if any(one.peak_bytes is not None for one in done):
            found["peak_bytes"] = expected_bytes(done, settings, self.model)
        return {name: value for name, value in found.items() if value is not None}

    def add(self, record: Mapping[str, Any]) -> None:
        """Learn from a finished video's record; where nothing can be written, nothing is learnt."""
        settings = record.get("settings")
        if not isinstance(settings, Mapping) or "frames" not in record:
            return
        run = {"of": self._of(), **{name: record.get(name) for name in _NUMBERS}}
        run["settings"] = {name: settings.get(name) for name in _CHOICES}
        runs = [*self._read(), run][-_KEPT:]
        fresh = self._file.with_name(f".runs.{secrets.token_hex(4)}.part")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            fresh.write_text(json.dumps(runs) + "\n", encoding="utf-8")
            os.replace(fresh, self._file)
        except OSError:  # a folder that is read only, or a full disk: the video is there
            return

    @property
    def _file(self) -> Path:
        return self.home / "runs.json"

    def _of(self) -> list[str]:
        return [self.system, self.model, self.device]

    def _read(self) -> list[dict[str, Any]]:
        try:
            runs = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):  # none yet, or damaged: it is learnt anew
            return []
        return [run for run in runs if isinstance(run, dict)] if isinstance(runs, list) else []

    def _past(self, run: Mapping[str, Any]) -> Past:
        return past(run.get("settings") or {}, run)
