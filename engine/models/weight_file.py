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
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from engine.amounts import size_in_words
from engine.errors import CheckpointMismatch

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
        raise unreadable(path, "weights_gone", "There is no such file.")
    if path.suffix not in SUFFIXES:
        why = "'{suffix}' is not a kind of weight file that is known here."
        raise unreadable(path, "weights_unknown_kind", why, suffix=path.suffix)
    kind = _kind(path)
    if kind == "safetensors" or (kind == "unknown" and path.suffix == ".safetensors"):
        return _read_safetensors(path)
    return _read_pickle(path, zipped=kind == "zip")


def unreadable(path: Path, key: str, why: str, **values: object) -> CheckpointMismatch:
    """The error for a file that cannot be used at all; `key` names the words, see StudioError."""
    return CheckpointMismatch(
        "The weight file {name} cannot be read.",
        why,
        "Delete it and get it again; it was looked for at {path}.",
        key=key,
        name=path.name,
        path=path,
        **values,
    )


def _damaged(path: Path) -> CheckpointMismatch:
    return unreadable(path, "weights_damaged", "It is damaged or cut off.")


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
        raise _disguised(path) or _damaged(path) from error


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
        raise _disguised(path) or unreadable(
            path,
            "weights_unsafe",
            "It holds more than numbers. Such a file could run any program, so it is refused.",
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise _disguised(path) or _damaged(path) from error
    if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        content = content["state_dict"]
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise unreadable(path, "weights_no_table", "It does not hold a table of named tensors.")
    return content


def _check_zip(path: Path) -> None:
    """Raises CheckpointMismatch for a zip whose end is missing, and for one of something else."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
    except zipfile.BadZipFile as error:
        there = size_in_words(path.stat().st_size)
        why = "It is cut off after {there}: the table of contents at its end is missing."
        raise unreadable(path, "weights_cut_off", why, there=there) from error
    if not any(name.endswith("data.pkl") for name in names):
        inside = ", ".join(names[:3])
        why = "It is an archive of other files ({inside}). Unpack it first."
        raise unreadable(path, "weights_packed", why, inside=inside)


def _disguised(path: Path) -> CheckpointMismatch | None:
    """The error for a file that is one of the usual things that pass for weights."""
    with path.open("rb") as file:
        head = file.read(200).lstrip().lower()
    if not head:
        return unreadable(path, "weights_empty", "It is empty.")
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        why = "It is a web page, probably a download that was answered with an error."
        return unreadable(path, "weights_web_page", why)
    if head.startswith(b"version https://git-lfs"):
        why = "It is a pointer of git-lfs; the weights themselves were not fetched."
        return unreadable(path, "weights_pointer", why)
    if head.startswith(b"gguf"):
        why = "It is a GGUF file, made for another kind of program."
        return unreadable(path, "weights_gguf", why)
    if head.startswith((b"{", b"[")):
        why = "It is a text file (JSON), perhaps a message of the server it came from."
        return unreadable(path, "weights_text", why)
    return None
