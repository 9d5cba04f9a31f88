"""A worker that only reads what it is given, and the two programs of test_hostile_uploads.

`reading.py serve` is the studio with that worker; `reading.py <home> <name>` is the worker;
`reading.py orders <folder> <seed> <address>` puts files through check, order and worker in one
process and prints a line of JSON for each.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from engine.data import picture, video, video_write
from engine.pose.readers import read_poses
from engine.types import Event, Progress, Result
from studio.hosting import Hosting
from studio.inspect_upload import answer, confine
from studio.intake import Intake, Role, UnusableFile, Verdict, verdict_of
from studio.jobs import worker
from studio.jobs.job import Job, Trouble

SAMPLE = 30
WHERE = Hosting(jobs_per_owner=1000, queue_length=1000, check_memory_mb=1500)


def reads(job: Job, out: Path) -> Iterator[Event]:
    """Read every input to its end, as the engine would, and write a clip."""
    yield Progress(0, 2, "find the pose")
    image, motion = job.input("image"), job.input("motion")
    if image is not None:
        picture.read_picture(image, WHERE.decode)
    if motion is not None and motion.suffix in (".json", ".zip"):
        read_poses(motion)
    elif motion is not None:
        with video.read(motion, fps=15, limits=WHERE.decode) as frames:
            for _ in frames:
                pass
    yield Progress(1, 2, "decode")
    video_write.write([np.zeros((32, 32, 3), np.uint8)] * 2, out, 15)
    yield Result(out, {"model": "pocket", "seed": 1})


class Forked(Intake):
    """The same check in a process of its own, started by a fork because 170 starts take long."""

    def _inspected(self, path: Path, role: Role) -> Verdict:
        come, go = os.pipe()
        child = os.fork()
        if child == 0:
            order = self.order(path, role)
            confine(int(order["memory_mb"]), float(order["wall"]))
            os.write(go, json.dumps(answer(order)).encode())
            os._exit(0)
        os.close(go)
        told = b""
        until = time.monotonic() + self._where.check_seconds
        while select.select([come], [], [], max(0.0, until - time.monotonic()))[0]:
            part = os.read(come, 65_536)
            told += part
            if not part:
                break
        else:
            os.kill(child, 9)
        os.close(come)
        os.waitpid(child, 0)
        return verdict_of(told)


def outcome(store: Any, file: Any, intake: Intake) -> str:
    """What becomes of one file: refused by the check, or what its job ends with."""
    from studio.examples import find
    from studio.orders import Order, place_order

    given = {"photo": None, "motion": None, "keypoints": None, file.role: str(file.path)}
    order = Order(
        person=None if file.role == "photo" else "mina", consent=True, dance="sway",
        source={"photo": "library", "motion": "video"}.get(file.role, "keypoints"), **given,
    )  # fmt: skip
    try:
        job = place_order(order, {"num_frames": 8}, "mimicmotion", "ann", store, find(), intake)
    except UnusableFile as error:
        return f"refused {error.trouble.key}"
    taken = store.take("w")
    assert taken is not None and taken.id == job.id
    assert worker.run(store, taken, reads)
    done = store.get(job.id, "ann")
    trouble: Trouble = done.trouble
    return f"{done.state} {trouble.key}".strip()


def orders(folder: Path, seed: int, address: str) -> None:
    """All but the sample that goes through the browser's door."""
    from hostile import files

    from studio.jobs.store import Store

    store = Store(folder / "home", WHERE.queue)
    intake = Forked(WHERE) if hasattr(os, "fork") else Intake(WHERE)
    for file in files(folder / "files", seed, address)[: -SAMPLE or None]:
        begin = time.monotonic()
        end = outcome(store, file, intake)
        took = round(time.monotonic() - begin, 2)
        told = {"kind": file.kind, "role": file.role, "end": end, "seconds": took}
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()  # who waits sees that it goes on


def serve() -> None:
    """The studio as app.py sets it up, with the worker that reads."""
    from studio.build import build, launch_options
    from studio.hosting import hosting
    from studio.jobs.home import home_folder
    from studio.jobs.store import Store
    from studio.jobs.supervisor import Supervisor

    where = hosting(os.environ)
    store = Store(home_folder(), where.queue)
    Supervisor(store, (sys.executable, __file__)).start()
    build(store, where).launch(**launch_options(where))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["serve"]:
            serve()
        case ["orders", folder, seed, address]:
            orders(Path(folder), int(seed), address)
        case [home, name]:
            worker.main(Path(home), name, build=lambda: reads)
