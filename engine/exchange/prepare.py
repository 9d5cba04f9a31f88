"""A folder of videos made into clips that can be trained on: found, thinned, cropped, encoded.

What becomes of a clip is decided by the content of its files, the model's weights, the size and the
detector; their hash is part of its file's name. So a run that was cut goes on where it was, and a
second one does only what has changed.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from engine.data import video
from engine.data.clips import (
    VERSION,
    CachedClip,
    Prepared,
    read_clip,
    refusal,
    tidy,
    write_clip,
)
from engine.data.limits import Limits, shown
from engine.data.picture import fit
from engine.data.video_open import sniff
from engine.errors import BadInput
from engine.exchange.clip_poses import Beside, Detectors, Finder, Kind, find_beside
from engine.exchange.encoders import Encoders
from engine.exchange.kinds import look_at
from engine.exchange.pace import film_rate
from engine.models.verify import sha256_of
from engine.pose.drawn import AT_ONCE
from engine.pose.skeleton import BODY, SEEN
from engine.types import Event, Poses, Progress, Result, Warning

LEAST_FRAMES = 15
"""One window of the paper (16 frames, 4.1) without its reference slot."""
MOST_FRAMES = 3000
"""What is taken of one clip: 200 seconds. The rest is left out and told; cut longer films up."""
LEAST_SEEN = 0.75
"""The share of a clip's frames in which half of the body must be found. Ours; the paper gives none.
"""
_ENDINGS = frozenset({".mp4", ".m4v", ".mov", ".webm", ".mkv", ".gif", ".avi"})


def prepare(folder: Path, out: Path, encoders: Encoders) -> Iterator[Event]:
    """Prepare every video of a folder, its sub-folders included.

    A video that cannot be used is told as a `Warning`, and the others go on. Yields `Progress` in
    videos, at last the `Result` whose record counts `clips`, `frames`, `seconds`, `kept` (what was
    finished before), `skipped` and `bytes` on the disk.

    Raises BadInput when there is no video, none can be used, or `out` cannot be written; and
    MissingModel when an encoder or a detector is not on this machine. What is finished by then is
    not done again.
    """
    videos = list(_videos(folder, out))
    if not videos:
        raise BadInput(
            f"There is no video in '{shown(folder)}'.",
            "Neither the folder nor those in it hold a file that is known as a video.",
            "Give a folder with mp4, mov, webm, mkv, gif or avi files.",
        )
    workshop = _Workshop(folder, out, encoders, Detectors(encoders.shelf))
    _ = encoders.key  # what is missing is said before anything is written
    clips: list[CachedClip] = []
    skipped: dict[str, str] = {}
    kept = 0
    with _writing(out):
        out.mkdir(parents=True, exist_ok=True)
        for step, path in enumerate(videos):
            yield Progress(step, len(videos), "prepare clips")
            name = path.relative_to(folder).as_posix()
            try:
                clip, fresh = yield from workshop.make(path)
                clips.append(clip)
                kept += not fresh
            except BadInput as error:
                skipped[name] = error.why
                yield Warning(f"Skipped {name}: {error.what}", error.why, error.fix)
        yield Progress(len(videos), len(videos), "prepare clips")
        prepared = Prepared(
            out,
            encoders.key,
            encoders.shelf.model_name,
            encoders.autoencoder.scaling_factor,
            tuple(clips),
            skipped,
        )
        if not clips:
            raise BadInput(
                f"None of the videos in '{shown(folder)}' can be trained on.",
                f"All {len(videos)} were skipped; the reasons stand above.",
                "Give clips in which one person is seen for a few seconds.",
            )
        prepared.write()
        tidy(out, {file for file, _ in workshop.seen.values()})
    size = sum((out / clip.file).stat().st_size for clip in prepared.clips)
    record = {
        "clips": len(clips),
        "frames": prepared.frames,
        "seconds": round(sum(clip.frames / clip.fps for clip in prepared.clips), 1),
        "kept": kept,
        "skipped": len(skipped),
        "bytes": size,
    }
    yield Result(out, record)


def _videos(folder: Path, out: Path) -> Iterator[Path]:
    """The files that are videos by content or claim to be one, in the order of their names."""
    if not folder.is_dir():
        raise BadInput(
            f"There is no folder '{shown(folder)}'.",
            "Clips are prepared from a folder with videos in it.",
            "Check the spelling, or put the video into a folder.",
        )
    away = out.resolve()
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or not path.is_file() or away in path.resolve().parents:
            continue
        if path.suffix.lower() in _ENDINGS or _is_video(path):
            yield path


def _is_video(path: Path) -> bool:
    try:
        return sniff(path) is not None
    except OSError:
        return False  # by its name it is none, either


@dataclass(frozen=True)
class _Workshop:
    """Makes one clip after the other."""

    folder: Path
    out: Path
    encoders: Encoders
    detectors: Detectors
    limits: Limits = field(default_factory=Limits)
    seen: dict[str, tuple[str, str]] = field(default_factory=dict)  # hash to file and source

    def make(self, path: Path) -> Generator[Event, None, tuple[CachedClip, bool]]:
        """The prepared clip, and whether it was made just now. Raises BadInput, MissingModel."""
        info = video.probe(path, self.limits)
        rate = film_rate(info.fps, 0)
        beside, told = find_beside(path, info, rate)
        yield from told
        size = self.encoders.size(info.width, info.height)
        with video.read(path, fps=rate, max_frames=MOST_FRAMES + 1, limits=self.limits) as frames:
            kind = self._kind(path, info, beside)
            name = self._name(path, beside, kind, size)
            known = self._known(name, path)
            if known is not None:
                return known, False
            finder = beside or self.detectors.finder("drawn" if kind == "drawn" else "people")
            pictures = (fit(frame, size) for frame in frames)
            latents, tokens = self._encoded(pictures, finder)
            longer = next(pictures, None) is not None
            yield from frames.warnings
        if longer:
            yield Warning(
                f"Only the beginning of {shown(path)} is used.",
                f"It is longer than {MOST_FRAMES / rate:.0f} seconds.",
                "Cut long films into clips to use all of them.",
            )
        clip = CachedClip(name, self._source(path), len(latents), rate, size, kind, seen=0.0)
        try:
            if not (np.isfinite(latents).all() and np.isfinite(tokens).all()):
                raise _unfit(shown(path), "Its latents are too large for half precision.")
            if len(latents) < LEAST_FRAMES:
                raise _too_short(path, len(latents), rate)
            poses = finder.found()
            clip = replace(clip, seen=_seen(poses))
            if clip.seen < LEAST_SEEN:
                raise _unseen(path, clip.seen)
        except BadInput as error:
            self._refuse(name, error)
            raise
        write_clip(self.out / name, clip, latents, tokens, poses)
        return clip, True

    def _kind(self, path: Path, info: video.VideoInfo, beside: Beside | None) -> Kind:
        look = look_at(path, info, self.encoders.shelf, self.limits)
        if look.kind == "skeleton":
            raise _unfit(shown(path), "It shows a skeleton on black, not a person.")
        if beside is not None:
            return "keypoints"
        drawn = look.kind == "drawn"
        if self.encoders.drawn_only and not drawn:
            raise BadInput(
                f"The built-in model cannot learn from {shown(path)}.",
                "It looks like a film of the real world; the built-in model knows drawn people.",
                "Prepare it for the public weights, with --model svd; or put a keypoint file of "
                "its name beside it if it is drawn.",
            )
        return "drawn" if drawn else "people"

    def _encoded(
        self, pictures: Iterator[NDArray[np.uint8]], finder: Finder
    ) -> tuple[NDArray[np.float16], NDArray[np.float16]]:
        """Latents `f c h w` and tokens `f k d` of at most `MOST_FRAMES` pictures."""
        parts: list[tuple[NDArray[np.float16], NDArray[np.float16]]] = []
        left = MOST_FRAMES
        while batch := list(islice(pictures, min(AT_ONCE, left))):
            frames = np.stack(batch)
            finder.add(frames)
            parts.append(self.encoders(frames))
            left -= len(batch)
        latents, tokens = (np.concatenate(part) for part in zip(*parts, strict=True))
        return latents, tokens

    def _name(self, path: Path, beside: Beside | None, kind: Kind, size: tuple[int, int]) -> str:
        """The clip's file: its own name, for people, and a hash of all that decides it.

        Raises BadInput for a copy of one that was there before.
        """
        facts = {
            "version": VERSION,
            "video": sha256_of(path),
            "keypoints": sha256_of(beside.path) if beside else None,
            "encoders": self.encoders.key,
            "detector": self.detectors.key(kind),
            "size": size,
            "limits": (LEAST_FRAMES, MOST_FRAMES, LEAST_SEEN),
        }
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        if digest in self.seen:
            raise _unfit(shown(path), f"It is a copy of {self.seen[digest][1]}.")
        stem = re.sub(r"[^A-Za-z0-9]+", "-", path.stem)[:40].strip("-") or "clip"
        file = f"{stem}-{digest[:16]}.safetensors"
        self.seen[digest] = file, self._source(path)
        return file

    def _known(self, name: str, path: Path) -> CachedClip | None:
        """What an earlier run made of it. Raises BadInput when it found it unfit."""
        try:
            refused = json.loads(refusal(self.out / name).read_text(encoding="utf-8"))
            raise BadInput(*(str(refused[part]) for part in ("what", "why", "fix")))
        except (OSError, ValueError, KeyError, TypeError):
            clip = read_clip(self.out / name)
        return clip and replace(clip, source=self._source(path))

    def _refuse(self, name: str, error: BadInput) -> None:
        """Remember that a clip is unfit, so that its poses are not looked for again."""
        told = {"what": error.what, "why": error.why, "fix": error.fix}
        temporary = self.out / f".{name}.{secrets.token_hex(4)}.part"
        temporary.write_text(json.dumps(told, ensure_ascii=False), encoding="utf-8")
        os.replace(temporary, refusal(self.out / name))

    def _source(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()


def _seen(poses: Poses) -> float:
    """The share of the frames in which at least half of the body's joints are found."""
    return float((np.median(poses.score[:, BODY], axis=1) > SEEN).mean())


def _unfit(name: str, why: str) -> BadInput:
    return BadInput(f"{name} cannot be trained on.", why, "Leave it out; the other clips are used.")


def _too_short(path: Path, frames: int, rate: float) -> BadInput:
    return BadInput(
        f"{shown(path)} is too short to be trained on.",
        f"It has {frames} frames at {rate:.3g} a second; a window takes {LEAST_FRAMES}.",
        f"Give clips of at least {LEAST_FRAMES / rate:.1f} seconds.",
    )


def _unseen(path: Path, seen: float) -> BadInput:
    return BadInput(
        f"Too little of a person is seen in {shown(path)}.",
        f"At least half of the body is found in {seen:.0%} of its frames; {LEAST_SEEN:.0%} are "
        "needed.",
        "Cut out the part in which somebody dances in full view.",
    )


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    """Tell in words when the disk is full or closed."""
    try:
        yield
    except OSError as error:
        raise BadInput(
            f"The prepared clips cannot be written to '{shown(out)}'.",
            f"The system says: {error.strerror or error}.",
            "Make room or choose another place with --out; what is finished stays.",
        ) from error
