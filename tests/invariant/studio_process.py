"""A studio without a screen: the real supervisor and the real worker around a quick engine.

`python tests/invariant/studio_process.py <home>` is the server; it starts the worker with the
home and the worker's name. The engine writes down every run in `runs.txt`, and in `overlaps.txt`
when it finds another one at work, which must never be.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor

ROOT = Path(__file__).resolve().parents[2]
FRAMES, PIECE = 5, 3
USUAL_SECONDS = 0.4


class Studio:
    """A server process over `home`, as a test holds it."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start the server; it starts its worker."""
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__)), str(self._home)],
            cwd=ROOT,
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            stdin=subprocess.PIPE,
        )

    def close(self) -> None:
        """End the server and its worker in good order; nothing is left if they were killed."""
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()
            self._process.wait(timeout=60)


def serve(home: Path) -> None:
    """Be the server until the test ends us or itself."""
    supervisor = Supervisor(Store(home), (sys.executable, __file__))
    supervisor.start()
    sys.stdin.buffer.read()
    supervisor.close()


def work(home: Path, name: str) -> None:
    """Be a worker; only here are the heavy modules needed."""
    import fcntl

    import numpy as np

    from engine.data.video_write import VideoWriter
    from engine.types import Event, Part, Progress, Result
    from studio.jobs import worker

    def quick(job: Job, out: Path) -> Iterator[Event]:
        seconds = float(job.words.get("seconds", USUAL_SECONDS))  # a page cannot say it
        with (home / "engine.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                _note(home / "overlaps.txt", job.id)
            _note(home / "runs.txt", job.id)
            yield Progress(1, 2, "denoise")
            time.sleep(seconds / 2)
            with VideoWriter(out, 12) as video:
                for frame in range(FRAMES):
                    video.add(np.full((64, 64, 3), 40 * frame, np.uint8))
                    yield Progress(frame + 1, FRAMES, "decode")
                    if frame == PIECE - 1:
                        piece = job.scratch / "part-000.mp4"
                        with VideoWriter(piece, 12) as part:
                            for level in range(PIECE):
                                part.add(np.full((64, 64, 3), 40 * level, np.uint8))
                        yield Part(piece, 0, PIECE, FRAMES, 12.0)
                        time.sleep(seconds / 2)
            yield Result(out, {"model": "pocket", "made": job.id})

    worker.main(home, name, build=lambda: quick)


def _note(path: Path, line: str) -> None:
    with path.open("a") as file:
        file.write(line + "\n")


if __name__ == "__main__":
    given = sys.argv[1:]
    serve(Path(given[0])) if len(given) == 1 else work(Path(given[0]), given[1])
