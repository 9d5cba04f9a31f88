"""The worker process: takes the next waiting job, runs the engine, and writes down what happens.

Started by `studio.jobs.supervisor` as `python -m studio.jobs.worker <home> <name>`. It ends when
its standard input closes, which the system does for it when the server dies, however it dies.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TypeAlias

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from engine.data import video
from engine.data.video_write import VideoWriter
from engine.errors import Cancelled, StudioError, ran_out_of_memory
from engine.freed import keep_freed_memory
from engine.types import Event, Inputs, Part, Preview, Progress, Result
from studio.hosting import hosting
from studio.jobs import pieces, places
from studio.jobs.estimate import expectation
from studio.jobs.job import Job
from studio.jobs.lock import Lock
from studio.jobs.room import Room
from studio.jobs.store import Store
from studio.jobs.trouble import REPLACE_STATUS, UNEXPECTED, explain, report, without_folders

Generate: TypeAlias = Callable[[Job, Path], Iterator[Event]]
"""(job, where the mp4 goes) -> the engine's events, the last of which is a Result."""

_IDLE_SECONDS, _HELD_SECONDS = 0.15, 2.0
_PROGRESS_SECONDS = 0.25
_PREVIEW_SECONDS = 0.5
_PREVIEW_SIDE = 512
_OOM_SCORE, _MOST_WILLING = Path("/proc/self/oom_score_adj"), 1000
_FIRST_SYSTEM = "mimicmotion"  # whose built-in model is there before anything is ordered
_POSTER_SIDE = 640  # a tile of the gallery is up to 300 wide, on a screen of two dots each


def serve(store: Store, name: str, generate: Generate, stop: Callable[[], bool]) -> None:
    """Run jobs one after the other until `stop` says so; no job can end the loop.

    Only memory can: when it ran out, this returns, so that a fresh process goes on. While the disk
    is full, no job is taken; the waiting ones say so, and go on once there is room.
    """
    store.interrupt_orphans()
    room = Room(store)
    while not stop():
        free = room.is_there()
        job = store.take(name) if free else None
        if job is None:
            time.sleep(_IDLE_SECONDS if free else _HELD_SECONDS)
        elif not run(store, job, generate):
            return


def run(store: Store, job: Job, generate: Generate) -> bool:
    """Run one job to its end, whatever that is; False if this process should not run another.

    The result gets its name when it is whole and on the disk, and the job is done after that: a
    kill at any moment leaves a done job with its video, or one that is not done.
    """
    making = job.folder / "making.mp4"
    _clear(job)
    try:
        before = store.finished(job.system, job.model)
        here = places.told(store.home)
        expected = expectation(before, job, here) if job.kind == "video" else {}
        result = _consume(store, job, generate(job, making))
        _write_poster(result.path, job.poster)
        _publish(result.path, job.result)
        told = {"expected": expected} if expected else {}
        store.finish(job.id, {**result.record, **told})
    except Cancelled:
        store.cancelled(job.id)
    except Exception as error:  # the job fails, the studio lives on
        trouble = explain(error)
        if trouble is UNEXPECTED:  # a fault of ours: the log keeps the cause
            job.log.write_text(report(error, job), encoding="utf-8")
        # who only visits this machine learns nothing of its folders
        own = hosting(os.environ).model_admin
        store.fail(job.id, trouble if own else without_folders(trouble))
        return not ran_out_of_memory(error)
    finally:
        making.unlink(missing_ok=True)
        pieces.drop(job)
    return True


def _clear(job: Job) -> None:
    """Remove what an earlier try left that was cut off; its scratch folder is for the engine."""
    for left in (job.result, job.poster, job.preview, job.log, *job.folder.glob("*.part")):
        left.unlink(missing_ok=True)
    pieces.drop(job)


def _publish(made: Path, result: Path) -> None:
    with made.open("rb+") as file:
        os.fsync(file.fileno())  # the store remembers through a power cut; so must the file
    os.replace(made, result)


def _consume(store: Store, job: Job, events: Iterator[Event]) -> Result:
    noted = shown = 0.0
    stage = ""
    for event in events:
        if store.cancel_wanted(job.id):
            raise Cancelled
        now = time.monotonic()
        if isinstance(event, Progress):
            if event.stage != stage or now - noted >= _PROGRESS_SECONDS:
                noted, stage = now, event.stage
                store.progress(job.id, event.step, event.total, event.stage, event.seconds_left)
        elif isinstance(event, Preview):
            if now - shown >= _PREVIEW_SECONDS:
                shown = now
                _write_preview(event, job.preview)
            if event.clip is not None:
                _write_look(event.clip, event.fps, job)
        elif isinstance(event, Part):
            pieces.keep(event, job)
        elif isinstance(event, Result):
            return event
    raise RuntimeError("the engine ended without a result")


def _write_preview(event: Preview, path: Path) -> None:
    with suppress(PermissionError):  # Windows, while the page reads the last one: the next will do
        _write_picture(PIL.Image.fromarray(event.image), _PREVIEW_SIDE, path)


def _write_look(frames: NDArray[np.uint8], fps: float, job: Job) -> None:
    path = job.scratch / "look.mp4"
    with VideoWriter(path, fps) as file:
        for frame in frames:
            file.add(frame)
    pieces.keep_look(path, job, len(frames) / fps)


def _write_poster(result: Path, path: Path) -> None:
    """A picture from the middle of the clip; a result that cannot be read is not shown as done."""
    info = video.probe(result)
    middle = max(0.0, (info.seconds - 1 / info.fps) / 2)
    with video.read(result, start=middle, max_frames=1) as frames:
        _write_picture(PIL.Image.fromarray(next(frames)), _POSTER_SIDE, path)


def _write_picture(picture: PIL.Image.Image, side: int, path: Path) -> None:
    picture.thumbnail((side, side))
    part = path.with_suffix(".part")
    picture.save(part, format="JPEG", quality=85)
    os.replace(part, path)


Screen: TypeAlias = Callable[[Iterator[Event]], Iterator[Event]]
"""What looks at a run's events before anyone sees them."""


def _shown_as_they_are(events: Iterator[Event]) -> Iterator[Event]:
    return events


def engine(warm: bool = False) -> Generate:
    """The real engine, with one model in memory at a time.

    Importing it brings torch in, so that the first job need not wait for it. With `warm` the
    built-in model is there, too.
    """
    from engine.library import generate, get_ready, preview_seams
    from engine.models.shelves import Shelves

    where = hosting(os.environ)
    shelves = Shelves(limits=where.decode)
    places.tell(shelves.home, shelves.device)
    if warm:
        with suppress(StudioError):  # its files are damaged: the job that needs them will say so
            get_ready(_FIRST_SYSTEM, shelves.of())
    screen: Screen = _shown_as_they_are
    if where.safety_filter:
        from engine.exchange.safety import SafetyFilter, require_filter, screened

        safety = SafetyFilter(require_filter(shelves.home), shelves.device.torch.type)
        screen = partial(screened, safety=safety, limits=where.decode)

    def make(job: Job, out: Path) -> Iterator[Event]:
        library = shelves.of(job.model, job.system)
        inputs = Inputs(
            image=job.input("image"), motion=job.input("motion"), dance=job.words.get("dance")
        )
        if job.kind == "seams":
            return screen(preview_seams(job.system, job.settings, inputs, library, out))
        return screen(generate(job.system, job.settings, inputs, library, out, scratch=job.scratch))

    return make


def warm_engine() -> Generate:
    """What a worker begins with: it starts with the studio, while the visitor still chooses."""
    return engine(warm=True)


def main(home: Path, name: str, build: Callable[[], Generate] = warm_engine) -> None:
    """Be the worker `name` of this home: wait for the home's lock, then serve.

    It does not return: the process ends with its server, or to be replaced by a fresh one.
    """
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _go_first()
    keep_freed_memory()
    generate = build()
    lock = Lock(home)
    if lock.acquire(give_up=lambda: False):
        try:
            serve(Store(home, hosting(os.environ).queue), name, generate, stop=lambda: False)
        finally:
            lock.release()
        sys.exit(REPLACE_STATUS)


def _go_first() -> None:
    """Be what Linux ends when the machine's memory runs out: one job fails, the studio lives on.

    It picks the largest process otherwise, which with a large model may be any. A process may
    always raise its own score. Elsewhere there is no such file: Windows and macOS refuse memory or
    swap instead of picking a process, so there is nothing to say.
    """
    with suppress(OSError):  # not Linux, or a container that shows no /proc
        _OOM_SCORE.write_text(str(_MOST_WILLING), encoding="ascii")


def _end_with_parent() -> None:
    """Standard input is a pipe that the server holds open; it closes when the server is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
