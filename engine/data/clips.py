"""Clips that were prepared for training: latents, tokens and poses on disk, and windows of them.

A folder of prepared clips holds a file per clip and `prepared.json`, which lists them. The files
are written by `engine.exchange.prepare`; every number in them is what the networks gave, so that
training never runs an autoencoder or a detector.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file
from torch import Tensor

from engine.data.dances import HandWeights, body_alone
from engine.errors import BadInput
from engine.pose.draw import Style, draw
from engine.types import Poses

LIST = "prepared.json"
"""What lists a folder's clips; it is written last, so a folder without it is not finished."""
VERSION = 1
"""Of the files; another one is prepared anew."""


@dataclass(frozen=True)
class CachedClip:
    """One prepared clip.

    Attributes:
        file: its name in the folder.
        source: the video's path within the folder that was prepared.
        frames: how many there are.
        fps: at which rate they follow each other.
        size: (width, height) in pixels of the pictures that the latents and poses belong to.
        kind: where its poses come from: `keypoints` (a file beside it), `drawn` or `people`.
        seen: the share of its frames in which a person is seen.
    """

    file: str
    source: str
    frames: int
    fps: float
    size: tuple[int, int]
    kind: str
    seen: float


@dataclass(frozen=True)
class Prepared:
    """A folder of prepared clips.

    Attributes:
        folder: where it is.
        encoders: what the latents and tokens were made with (`exchange.encoders`).
        model: what it was called on the command line.
        scaling: what the latents are multiplied by before a diffusion model sees them.
        clips: what can be trained on.
        skipped: the other videos and why, for people.
    """

    folder: Path
    encoders: str
    model: str
    scaling: float
    clips: tuple[CachedClip, ...]
    skipped: Mapping[str, str]

    def write(self) -> None:
        """Write the list, all at once. Raises OSError."""
        content = asdict(self) | {"version": VERSION}
        del content["folder"]
        text = json.dumps(content, ensure_ascii=False, indent=1)
        temporary = self.folder / f".{LIST}.{secrets.token_hex(4)}.part"
        try:
            temporary.write_text(text + "\n", encoding="utf-8")
            os.replace(temporary, self.folder / LIST)
        finally:
            temporary.unlink(missing_ok=True)

    @property
    def frames(self) -> int:
        """Frames of all clips together."""
        return sum(clip.frames for clip in self.clips)


def read_prepared(folder: Path) -> Prepared:
    """Read a folder's list. Raises BadInput when it is not there, damaged or of another version."""
    try:
        content = json.loads((folder / LIST).read_text(encoding="utf-8"))
        if content.pop("version") != VERSION:
            raise ValueError("it is of another version")
        clips = tuple(_clip(one) for one in content.pop("clips"))
        return Prepared(folder=folder, clips=clips, **content)
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadInput(
            f"The clips in '{folder.name}' cannot be used.",
            f"Their list {LIST} cannot be read ({type(error).__name__}: {error}).",
            "Prepare the clips again: python -m engine data prepare FOLDER --out DIR. What is "
            "finished is not done again.",
        ) from error


def _clip(fields: Mapping[str, Any]) -> CachedClip:
    width, height = fields["size"]
    return CachedClip(**{**fields, "size": (width, height)})


def write_clip(
    path: Path,
    clip: CachedClip,
    latents: NDArray[np.floating],
    tokens: NDArray[np.floating],
    poses: Poses,
) -> None:
    """Write a clip's file, all at once: a crash leaves no half of it. Raises OSError.

    Args:
        latents: `f c h w`, not scaled; kept in half precision, as `tokens` `f k d` are.
        poses: `wholebody133`, of the pictures that the latents were made of.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    tensors = {
        "latents": np.ascontiguousarray(latents, np.float16),
        "tokens": np.ascontiguousarray(tokens, np.float16),
        "keypoints": np.ascontiguousarray(poses.keypoints, np.float32),
        "score": np.ascontiguousarray(poses.score, np.float32),
    }
    try:
        # one entry: the library writes several in any order, and equal clips are to be equal files
        save_file(tensors, temporary, {"clip": json.dumps(asdict(clip), sort_keys=True)})
        os.replace(temporary, path)
    except SafetensorError as error:
        raise OSError(str(error)) from error
    finally:
        temporary.unlink(missing_ok=True)


def read_clip(path: Path) -> CachedClip | None:
    """What a clip's file says of itself; None when it is not there or not whole."""
    try:
        with safe_open(path, framework="np") as file:
            return _clip(json.loads((file.metadata() or {})["clip"]))
    except (SafetensorError, OSError, ValueError, KeyError, TypeError):
        return None


def refusal(path: Path) -> Path:
    """Where it is remembered why the clip of this file is unfit."""
    return path.with_suffix(".skipped.json")


def tidy(folder: Path, names: Set[str]) -> None:
    """Delete what earlier runs left of clips that are not among these: only files of ours."""
    kept = names | {refusal(Path(name)).name for name in names}
    for pattern in ("safetensors", "skipped.json"):
        for path in folder.glob(f"*-{'[0-9a-f]' * 16}.{pattern}"):
            if path.name not in kept:
                path.unlink()
    for path in folder.glob(f".*.{'[0-9a-f]' * 8}.part"):  # a kill left it
        path.unlink()


class ClipWindows:
    """Windows for MimicMotion: any frame of a clip in slot 0, then consecutive ones (4.1).

    Every window of every clip is equally likely. `fit`'s examples: a number alone decides what is
    drawn, and from equal folders equal examples come.

    Args:
        prepared: the clips; those that are shorter than a window are left out.
        frames: of a window, the reference slot included.
        weights: what the hands count.
        style: how the poses are drawn that the network is shown.
        body_only: the share of the windows whose poses show neither hands nor face.

    Raises BadInput when no clip is long enough.
    """

    def __init__(
        self,
        prepared: Prepared,
        frames: int,
        weights: HandWeights,
        *,
        style: Style,
        body_only: float = 0.0,
        seed: int = 3,
    ) -> None:
        self.folder, self.scaling = prepared.folder, prepared.scaling
        self.frames, self.weights, self.style = frames, weights, style
        self.body_only, self.seed = body_only, seed
        self.clips: Sequence[CachedClip] = [
            clip for clip in prepared.clips if clip.frames >= frames - 1
        ]
        if not self.clips:
            longest = max((clip.frames for clip in prepared.clips), default=0)
            raise BadInput(
                f"No clip in '{prepared.folder.name}' is long enough to learn from.",
                f"A window takes {frames - 1} frames; the longest clip has {longest}.",
                "Prepare longer clips, or train on shorter windows with --set window=N.",
            )
        self._ends = np.cumsum([clip.frames - frames + 2 for clip in self.clips])

    def __len__(self) -> int:
        """How many different windows there are, whatever their reference."""
        return int(self._ends[-1])

    def example(self, index: int) -> dict[str, Tensor]:
        """Latents `c f h w`, image `c h w`, pose `3 f H W` in [-1, 1], token, weight `f h w`."""
        rng = np.random.default_rng([self.seed, index])
        number = int(rng.integers(len(self)))
        chosen = int(np.searchsorted(self._ends, number, side="right"))
        clip = self.clips[chosen]
        start = number - int(self._ends[chosen] - (clip.frames - self.frames + 2))
        reference = int(rng.integers(clip.frames))
        rows = [slice(reference, reference + 1), slice(start, start + self.frames - 1)]
        with _opened(self.folder / clip.file) as file:
            read = {
                name: np.concatenate([file.get_slice(name)[part] for part in rows])
                for name in ("latents", "keypoints", "score")
            }
            token = file.get_slice("tokens")[rows[0]][0]
        latents = torch.from_numpy(read["latents"]).float()
        keypoints, score = read["keypoints"], read["score"]
        weight = self.weights(keypoints, score, (latents.shape[-2], latents.shape[-1]))
        poses = Poses(
            keypoints.astype(np.float64), score.astype(np.float64), "wholebody133", clip.size
        )
        if rng.random() < self.body_only:
            poses = body_alone(poses)
        pose = torch.from_numpy(draw(poses, clip.size, self.style))
        return {
            "latents": latents.transpose(0, 1) * self.scaling,
            "image": latents[0],
            "pose": pose.permute(3, 0, 1, 2).float() / 127.5 - 1,
            "token": torch.from_numpy(token).float(),
            "weight": torch.from_numpy(weight),
        }


def _opened(path: Path) -> Any:
    """The file, mapped. Raises BadInput when it is gone or damaged."""
    try:
        return safe_open(path, framework="np")
    except (SafetensorError, OSError) as error:
        raise BadInput(
            f"The prepared clip '{path.name}' cannot be read.",
            f"It was changed or deleted after it was prepared ({error}).",
            "Prepare the clips again: python -m engine data prepare FOLDER --out DIR.",
        ) from error
