"""The files of jobs: copied in under names of ours, measured, and removed."""

from __future__ import annotations

import re
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

_SUFFIX = re.compile(r"\.[a-z0-9]{1,5}")


def copy_inputs(files: Mapping[str, Path], folder: Path) -> dict[str, str]:
    """Copy each role's file to `folder/inputs`; role -> the name it got there.

    The name is the role with the file's ending: nothing of what the visitor called it is kept.
    """
    inputs = folder / "inputs"
    inputs.mkdir(mode=0o700, parents=True)
    names: dict[str, str] = {}
    for role, path in files.items():
        suffix = path.suffix.lower()
        names[role] = role + (suffix if _SUFFIX.fullmatch(suffix) else "")
        shutil.copyfile(path, inputs / names[role])
    return names


def size(folder: Path) -> int:
    """Bytes of the files in a folder, which may lose some while it is measured."""
    total = 0
    for path in folder.rglob("*"):
        try:
            found = path.lstat()
        except FileNotFoundError:  # a preview was replaced, or the job was deleted
            continue
        total += found.st_size if stat.S_ISREG(found.st_mode) else 0
    return total


def remove(folder: Path) -> None:
    """Remove a folder as far as the system lets us; what is left is swept up later."""
    shutil.rmtree(folder, ignore_errors=True)
