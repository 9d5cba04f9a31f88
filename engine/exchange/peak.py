"""The most memory that one run takes, not all that its process ever took."""

from __future__ import annotations

import sys
from pathlib import Path

import psutil
import torch

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_FORGET_PEAK = "5"  # of clear_refs, see proc(5): the high water mark becomes what is in use now


class PeakMemory:
    """The high water mark of memory since this was made; a second one starts it anew.

    On a graphics card it is what tensors take there. Without one it is the main memory of this
    process, libraries and weights included. Linux can be told to forget its mark. Where it cannot
    be (macOS, Windows, a system without `/proc`), the mark is that of the process since it began,
    so a small run after a large one reports the large one.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        if device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(device)
        elif _CLEAR.exists():
            try:
                _CLEAR.write_text(_FORGET_PEAK)
            except OSError:  # a sandbox without that right: the mark stays, as on other systems
                return

    def bytes(self) -> int:
        """The mark now."""
        if self.device.type == "cuda":
            return torch.cuda.max_memory_allocated(self.device)
        return process_peak()


def process_peak() -> int:
    """The high water mark of this process' main memory in bytes."""
    if _STATUS.exists():
        for line in _STATUS.read_text(encoding="utf-8").splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) << 10  # written in KiB
    used = psutil.Process().memory_info()
    if sys.platform == "win32":
        return used.peak_wset
    import resource  # not on Windows

    unit = 1 if sys.platform == "darwin" else 1024  # macOS counts bytes, others kilobytes
    return max(used.rss, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
