"""Weight files as they come from strangers: tensors by name, or in words what the file is instead.

Nothing is read that is not used: tensors are mapped from the disk, so that names and shapes of a
file of gigabytes are known at once, and its bytes are fetched when they are touched.
"""

from __future__ import annotations

import pickle
import zipfile
from pathlib import Path
from typing import Literal

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file
from torch import Tensor

from engine.errors import CheckpointMismatch
from engine.models.card import size_in_words

SUFFIXES = frozenset({".safetensors", ".pth", ".pt", ".bin", ".ckpt"})
_MOST_HEADER = 100_000_000
"""Bytes; the library reads no longer table of contents of a safetensors file."""


def read(path: Path) -> dict[str, Tensor]:
    """Map a weight file's tensors by name.

    Safetensors and pickles are told by their content, whatever the suffix. Of pickles only tensors
    are accepted, so that a hostile file cannot run anything; a `state_dict` entry is unwrapped.
    Writing to a tensor changes memory, never the file. Raises CheckpointMismatch in plain words
    for whatever else the file is.
    """
    if not path.is_file():
        raise unreadable(path, "There is no such file.")
    if path.suffix not in SUFFIXES:
        raise unreadable(path, f"'{path.suffix}' is not a kind of weight file that is known here.")
    kind = _kind(path)
    if kind == "safetensors" or (kind == "unknown" and path.suffix == ".safetensors"):
        return _read_safetensors(path)
    return _read_pickle(path, zipped=kind == "zip")


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file. Raises CheckpointMismatch when it is none."""
    try:
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise unreadable(path, _disguise(path) or str(error)) from error


def unreadable(path: Path, why: str) -> CheckpointMismatch:
    """The error for a file that cannot be used at all."""
    return CheckpointMismatch(
        f"The weight file {path.name} cannot be read.",
        why,
        f"Delete it and get it again; it was looked for at {path}.",
    )


def _kind(path: Path) -> Literal["safetensors", "zip", "pickle", "unknown"]:
    with path.open("rb") as file:
        head = file.read(9)
    if head[:4] == b"PK\x03\x04":
        return "zip"
    if len(head) == 9 and head[8:] == b"{" and int.from_bytes(head[:8], "little") < _MOST_HEADER:
        return "safetensors"
    return "pickle" if head[:1] == b"\x80" else "unknown"


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise unreadable(path, _disguise(path) or f"It is damaged or cut off ({error}).") from error


def _read_pickle(path: Path, *, zipped: bool) -> dict[str, Tensor]:
    if zipped:
        _check_zip(path)
    try:
        if path.suffix == ".safetensors":  # torch.load believes the name, so it gets none
            with open(path, "rb") as file:
                content = torch.load(file, map_location="cpu", weights_only=True)
        else:
            # only files in torch's zip format can be mapped; the older kind is read as a whole
            content = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except pickle.UnpicklingError as error:
        raise unreadable(
            path,
            _disguise(path)
            or "It holds more than numbers. Such a file could run any program, so it is refused.",
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise unreadable(path, _disguise(path) or "It is damaged or cut off.") from error
    if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        content = content["state_dict"]
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise unreadable(path, "It does not hold a table of named tensors.")
    return content


def _check_zip(path: Path) -> None:
    """Raises CheckpointMismatch for a zip whose end is missing, and for one of something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        there = size_in_words(path.stat().st_size)
        why = f"It is cut off after {there}: the table of contents at its end is missing."
        raise unreadable(path, why) from error
    if not any(name.endswith("data.pkl") for name in names):
        inside = ", ".join(names[:3])
        raise unreadable(path, f"It is an archive of other files ({inside}). Unpack it first.")


def _disguise(path: Path) -> str:
    """What a file really is, when it is one of the usual things that pass for weights."""
    with path.open("rb") as file:
        head = file.read(200).lstrip().lower()
    if not head:
        return "It is empty."
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "It is a web page, probably a download that was answered with an error."
    if head.startswith(b"version https://git-lfs"):
        return "It is a pointer of git-lfs; the weights themselves were not fetched."
    if head.startswith(b"gguf"):
        return "It is a GGUF file, made for another kind of program."
    if head.startswith((b"{", b"[")):
        return "It is a text file (JSON), perhaps a message of the server it came from."
    return ""
