"""What this computer has to run models with, found without torch."""

from __future__ import annotations

import platform
import shutil
import subprocess
from dataclasses import dataclass
from typing import Literal, TypeAlias

from engine.models.card import Memory

Fit: TypeAlias = Literal["graphics", "graphics_small", "main", "main_small"]
"""Runs on the graphics card; that is small for it; runs without one; nor is there room for that."""

_REAL = 0.95
"""Of what is sold as "8 GB" a system shows a little less."""


@dataclass(frozen=True)
class Machine:
    """Bytes of main memory, and the name and bytes of the graphics card ("" and 0 without one).

    On a Mac with Apple's chip both share the main memory.
    """

    memory: int
    graphics: str = ""
    graphics_memory: int = 0

    def fit(self, need: Memory) -> Fit:
        """Where a model of this need would run; an estimate, as the need is."""
        if self.graphics and need.graphics:
            return "graphics" if self.graphics_memory >= _REAL * need.graphics else "graphics_small"
        return "main" if self.memory >= _REAL * need.main else "main_small"


def this_machine() -> Machine:
    """Look at this computer; asking the graphics driver takes a moment, so ask once."""
    import psutil  # comes with accelerate and peft

    memory = int(psutil.virtual_memory().total)
    if platform.system() == "Darwin" and platform.machine() == "arm64":
        return Machine(memory, "Apple", int(0.75 * memory))  # what Metal lets a program have
    return Machine(memory, *_nvidia())


def _nvidia() -> tuple[str, int]:
    """Name and bytes of the largest NVIDIA card; ("", 0) without one or without its driver."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return "", 0
    query = [tool, "--query-gpu=name,memory.total", "--format=csv,noheader,nounits"]
    try:
        told = subprocess.run(query, capture_output=True, text=True, timeout=10, check=True).stdout
    except (OSError, subprocess.SubprocessError):  # the driver is broken: torch could not use it
        return "", 0
    return largest_card(told)


def largest_card(told: str) -> tuple[str, int]:
    """The card with the most memory in lines of `name, mebibytes`."""
    cards = [("", 0)]
    for line in told.splitlines():
        name, comma, size = line.rpartition(",")
        if comma and size.strip().isdigit():
            cards.append((name.strip(), int(size) << 20))
    return max(cards, key=lambda card: card[1])
