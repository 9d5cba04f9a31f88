"""Read one uploaded file in a process of its own: `python -m studio.inspect_upload < order.json`.

Started by `studio.intake`, which ends it when it takes too long. Whatever a hostile file does to
the libraries that decode it, it does to this process, which may use little memory, write nothing
and start nothing. The answer is one line of JSON on standard output.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from engine.data.limits import Limits, check_file, check_moving
from engine.data.picture import read_picture
from engine.data.video import probe, read
from engine.errors import StudioError
from engine.pose.readers import read_poses

_LOOKS_PER_SECOND = 2.0
"""Every frame is decoded, and this many a second are made into pictures."""


def inspect(role: str, path: Path, limits: Limits, seconds: float) -> dict[str, Any]:
    """Facts of a file that can be used; raises BadInput for one that cannot.

    Args:
        role: `photo`, `motion` or `keypoints`.
        seconds: a long clip is read for so long; what comes after is read within the job.
    """
    if role == "photo":
        height, width = read_picture(path, limits).shape[:2]
        return {"width": width, "height": height}
    if role == "keypoints":
        check_file(path, limits, "keypoint file")
        file = read_poses(path)
        check_moving(len(file.poses), path)
        return {"frames": len(file.poses), "fps": file.fps}
    until = time.monotonic() + seconds
    info = probe(path, limits)  # before anything is decoded: what it says may be a lie
    with read(path, fps=_LOOKS_PER_SECOND, limits=limits) as frames:
        for _ in frames:
            if time.monotonic() > until:
                break
        warnings = list(frames.warnings)
    if info.frames == 1 or info.seconds * info.fps < 2.5:
        with read(path, max_frames=2, limits=limits) as frames:
            check_moving(sum(1 for _ in frames), path)
    return {
        "width": info.width,
        "height": info.height,
        "fps": info.fps,
        "seconds": info.seconds,
        "sound": info.has_audio,
        "damaged": bool(warnings),
    }


def confine(memory_mb: int, seconds: float) -> None:
    """Take from this process what a reader does not need. Windows has no such limits."""
    if sys.platform == "win32":
        return
    resource = importlib.import_module("resource")
    wanted = {
        "RLIMIT_AS": memory_mb * 1024**2,
        "RLIMIT_CPU": int(seconds) + 5,
        "RLIMIT_FSIZE": 0,
        "RLIMIT_CORE": 0,
        "RLIMIT_NOFILE": 64,
    }
    for name, value in wanted.items():
        kind = getattr(resource, name, None)
        if kind is None:
            continue
        hard = resource.getrlimit(kind)[1]
        most = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (most, most))


def answer(order: Mapping[str, Any]) -> dict[str, Any]:
    """Do what the order says: `facts`, or the `trouble` with the file, or `memory`."""
    try:
        limits = Limits(**order["limits"])
        seconds = float(order["seconds"])
        return {"facts": inspect(order["role"], Path(order["path"]), limits, seconds)}
    except StudioError as error:
        texts = {"what": error.what, "why": error.why, "fix": error.fix}
        return {"trouble": {**texts, "key": error.key, "values": error.values}}
    except MemoryError:
        return {"memory": True}


def main() -> None:
    """Read the order, confine this process, and answer."""
    order = json.loads(sys.stdin.buffer.read())
    confine(int(order["memory_mb"]), float(order["wall"]))
    sys.stdout.write(json.dumps(answer(order)) + "\n")


if __name__ == "__main__":
    main()
