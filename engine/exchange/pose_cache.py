"""People found in a film, kept so that the look before a run, the run and the next one share them.

DWPose takes a second or two a frame on a processor. What it found depends on the film, on the rate
at which it was read and on the networks alone, so it is kept under a hash of these; whom to follow
and how to move the poses onto a photo is decided anew each time, which costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import time
import zipfile
import zlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from engine.pose.people import People
from engine.types import NUM_KEYPOINTS, Layout

FOLDER = Path("cache", "poses")
"""Where they are kept, in the user's folder."""
VERSION = 1
"""Of the files and of what reads poses off a film; another one is found anew."""
MOST_BYTES = 256 << 20
"""Of all files together; those that were not used for the longest time go first."""
MOST_SECONDS = 24 * 3600.0
"""Since it was last used; poses tell something of a person, so they are not kept for ever."""
_DAMAGE = (OSError, ValueError, KeyError, TypeError, EOFError, zipfile.BadZipFile, zlib.error)
"""What reading a damaged file raises."""


@dataclass(frozen=True)
class Found:
    """What was found in a film.

    Attributes:
        clip: the people of each frame.
        whole: the film has no frames after these.
    """

    clip: tuple[People, ...]
    whole: bool


class PoseCache:
    """Files in a folder, one for each film, rate and detector.

    What is damaged, or cannot be written, counts as not there: the poses are found again.

    Args:
        folder: made when something is kept.
        most_bytes: of all files together.
    """

    def __init__(self, folder: Path, most_bytes: int = MOST_BYTES) -> None:
        self.folder, self.most_bytes = folder, most_bytes

    def path(self, facts: Mapping[str, Any]) -> Path:
        """The file of all that decides what is found; `facts` must fit into JSON."""
        text = json.dumps({**facts, "version": VERSION}, sort_keys=True)
        return self.folder / f"{hashlib.sha256(text.encode()).hexdigest()}.npz"

    def load(self, path: Path) -> Found | None:
        """What is kept there; None if nothing is. Reading it makes it young again."""
        self._tidy()
        try:
            with np.load(path, allow_pickle=False) as file:
                found = _unpacked({name: file[name] for name in file.files})
            os.utime(path)
            return found
        except FileNotFoundError:
            return None
        except _DAMAGE:
            with suppress(OSError):  # a folder that cannot be written keeps what it has
                path.unlink(missing_ok=True)
            return None

    def save(self, path: Path, found: Found) -> None:
        """Keep it, all at once. A full or closed disk costs only the time to find it again."""
        temporary = path.with_name(f".{secrets.token_hex(4)}.part")
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            try:
                with temporary.open("wb") as file:
                    np.savez_compressed(file, allow_pickle=False, **_packed(found))
                os.replace(temporary, path)
            finally:
                temporary.unlink(missing_ok=True)
        self._tidy()

    def _tidy(self) -> None:
        """Delete what is old, and the oldest when there is too much."""
        kept = []
        for path in self.folder.glob("*.npz"):
            with suppress(OSError):  # another process has just deleted it
                state = path.stat()
                kept.append((state.st_mtime, state.st_size, path))
        left, oldest = self.most_bytes, time.time() - MOST_SECONDS
        for used, size, path in sorted(kept, reverse=True):
            left -= size
            if left < 0 or used < oldest:
                with suppress(OSError):
                    path.unlink(missing_ok=True)
        for path in self.folder.glob(".*.part"):  # a kill left it
            with suppress(OSError):
                if path.stat().st_mtime < time.time() - 60:
                    path.unlink(missing_ok=True)


def _packed(found: Found) -> dict[str, Any]:
    """Arrays alone; what is not a number is JSON in one of them."""
    clip, first = found.clip, found.clip[0]
    told = {"layout": first.layout, "size": first.size, "whole": found.whole}
    return {
        "count": np.array([len(people) for people in clip], np.int64),
        "boxes": np.concatenate([people.boxes for people in clip]),
        "keypoints": np.concatenate([people.keypoints for people in clip]),
        "score": np.concatenate([people.score for people in clip]),
        "told": np.array(json.dumps(told)),
    }


def _unpacked(arrays: Mapping[str, Any]) -> Found:
    """Raises ValueError, KeyError or TypeError for what `_packed` did not write."""
    told = json.loads(str(arrays["told"]))
    layout: Layout = told["layout"]
    width, height = (int(side) for side in told["size"])
    ends = np.cumsum(arrays["count"])
    given = [arrays[name] for name in ("boxes", "keypoints", "score")]
    joints = NUM_KEYPOINTS[layout]
    if arrays["count"].min() < 0 or [part.shape for part in given] != [
        (ends[-1], 4), (ends[-1], joints, 2), (ends[-1], joints)
    ]:  # fmt: skip
        raise ValueError("the arrays do not fit each other")
    clip = tuple(
        People(boxes, keypoints, score, layout, (width, height))
        for boxes, keypoints, score in zip(
            *(np.split(part, ends[:-1]) for part in given), strict=True
        )
    )
    return Found(clip, bool(told["whole"]))
