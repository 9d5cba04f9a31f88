"""What a visitor has chosen but not yet ordered, kept on the server so that a reload loses nothing.

`drafts/<owner>/draft.json` and, beside it, the files. A file's name in there is its role, so no
name or path from a browser is ever used.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from studio.choices import NOTHING, Choices
from studio.forms import USUAL_FPS

_ROLES = ("photo", "motion", "keypoints")
_OWNER = re.compile(r"[0-9a-f]{64}")
_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")
_DAY = 86_400.0


class Drafts:
    """The drafts of one studio home.

    Args:
        home: the studio's folder.
        per_owner: bytes of files that one visitor may keep; a larger file is not kept.
        total: bytes of all drafts together; the oldest make room.
        days: a draft that was not touched for so long is removed.
    """

    def __init__(
        self,
        home: Path,
        per_owner: int = 600_000_000,
        total: int = 4_000_000_000,
        days: float = 30,
    ) -> None:
        self._folder = home / "drafts"
        self._per_owner, self._total, self._days = per_owner, total, days
        self._lock = threading.Lock()  # one visitor may have two tabs

    def save(self, owner: str, choices: Choices) -> None:
        """Keep the choices; a file is taken in once, when it is new.

        Consent is kept together with the SHA-256 of the photo that it was given for.
        """
        with self._lock:
            self._save(owner, choices)

    def _save(self, owner: str, choices: Choices) -> None:
        folder = self._of(owner)
        before = _read(folder)
        files: dict[str, dict[str, str]] = {}
        for role in _ROLES:
            path = getattr(choices.order, role)
            known = before.get("files", {}).get(role)
            if path is None:
                continue
            entry = known if known and known["mark"] == _mark(path) else None
            entry = entry or self._take(folder, role, Path(path))
            if entry is not None:
                files[role] = entry
        order = choices.order
        photo = files.get("photo")
        now = {
            "person": order.person,
            "source": order.source,
            "dance": order.dance,
            "model": order.model,
            "whole": choices.whole,
            "settings": dict(choices.settings),
            "rate": choices.rate,
            "files": files,
            "consent": photo["sha256"] if photo and order.consent else None,
        }
        if now != before:
            _write(folder, now)
            _drop_others(folder, files)
            self._sweep(keep=folder)

    def load(self, owner: str) -> Choices | None:
        """What was kept for the visitor, or None; the files are our own copies."""
        folder = self._of(owner)
        kept = _read(folder)
        if not kept:
            return None
        files = {
            role: folder / entry["name"]
            for role, entry in kept["files"].items()
            if (folder / entry["name"]).exists()
        }
        photo = files.get("photo")
        agreed = photo is not None and kept["consent"] == kept["files"]["photo"]["sha256"]
        order = replace(
            NOTHING,
            person=kept["person"],
            source=kept["source"],
            dance=kept["dance"],
            model=kept.get("model"),  # a draft of an older studio has none
            consent=agreed,
            **{role: str(path) for role, path in files.items()},
        )
        # an older studio counted every length by the usual rate
        return Choices(order, kept["whole"], kept["settings"], kept.get("rate", USUAL_FPS))

    def sweep(self) -> None:
        """Remove what is old, then the oldest until all of them fit."""
        with self._lock:
            self._sweep()

    def _of(self, owner: str) -> Path:
        if not _OWNER.fullmatch(owner):
            raise ValueError("not an owner")
        return self._folder / owner

    def _take(self, folder: Path, role: str, path: Path) -> dict[str, str] | None:
        """Copy a new file in; None if it is too large or gone."""
        others = sum(one.stat().st_size for one in _files(folder) if one.stem != role)
        try:
            if others + path.stat().st_size > self._per_owner:
                return None
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            suffix = path.suffix.lower()
            name = role + (suffix if _SUFFIX.fullmatch(suffix) else "")
            part = folder / f"{role}.part"
            shutil.copyfile(path, part)
            with part.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            os.replace(part, folder / name)
        except OSError:  # the upload was cleaned away or the disk is full: the order still stands
            return None
        return {"name": name, "mark": _mark(path), "sha256": digest}

    def _sweep(self, keep: Path | None = None) -> None:
        there = list(self._folder.iterdir()) if self._folder.is_dir() else []
        drafts = sorted((path for path in there if path != keep), key=_touched, reverse=True)
        used = _size(keep) if keep is not None else 0
        for folder in drafts:
            used += _size(folder)
            if used > self._total or time.time() - _touched(folder) > self._days * _DAY:
                shutil.rmtree(folder, ignore_errors=True)


def _mark(path: str | Path) -> str:
    """Gradio names the folder of a file after its content, so the same mark is the same file."""
    path = Path(path)
    return f"{path.parent.name}/{path.name}"


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.glob("*") if path.stem in _ROLES] if folder.exists() else []


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in _files(folder))


def _touched(folder: Path) -> float:
    try:
        return (folder / "draft.json").stat().st_mtime
    except FileNotFoundError:  # its files are just being taken in
        return folder.stat().st_mtime if folder.exists() else 0.0


def _read(folder: Path) -> dict[str, Any]:
    try:
        return json.loads((folder / "draft.json").read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):  # none, or what a power cut left of it
        return {}


def _write(folder: Path, draft: Mapping[str, Any]) -> None:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = folder / "draft.part"
    part.write_text(json.dumps(draft), encoding="utf-8")
    os.replace(part, folder / "draft.json")


def _drop_others(folder: Path, files: Mapping[str, Mapping[str, str]]) -> None:
    """Files that the draft no longer names."""
    names = {entry["name"] for entry in files.values()}
    for path in _files(folder):
        if path.name not in names:
            path.unlink(missing_ok=True)
