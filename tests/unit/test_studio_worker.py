"""The worker and its supervisor, with a stand-in for the engine."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest

from engine.errors import BadInput
from engine.types import Event, Preview, Progress, Result
from studio.jobs import worker
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def queued(store: Store, mood: str = "good") -> Job:
    return store.add("ann", "mimicmotion", {}, {}, {"dance": mood})


def pretend(job: Job, out: Path) -> Iterator[Event]:
    yield Progress(1, 2, "denoise", 1.5)
    yield Preview(np.full((1024, 512, 3), 90, np.uint8))
    if job.words["dance"] == "bad":
        raise BadInput("The clip cannot be read.", "It is text.", "Give a video.")
    if job.words["dance"] == "fault":
        raise ValueError("a fault of ours")
    if job.words["dance"] == "memory":
        raise MemoryError
    if job.words["dance"] != "endless":
        write_clip(out)
        yield Result(out, {"model": "pocket"})


def write_clip(out: Path) -> None:
    with av.open(out, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width = stream.height = 64
        for _ in range(4):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), 90, np.uint8), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


def seen(store: Store, job: Job) -> Job:
    found = store.get(job.id, "ann")
    assert found is not None
    return found


def run(store: Store, mood: str) -> Job:
    job = queued(store, mood)
    taken = store.take("w")
    assert taken is not None
    worker.run(store, taken, pretend)
    return seen(store, job)


def test_a_good_job_ends_with_its_file_its_record_and_a_preview(store: Store) -> None:
    job = run(store, "good")
    assert job.state == "done" and job.record == {"model": "pocket"}
    assert PIL.Image.open(job.poster).size == (64, 64)
    assert (job.step, job.total, job.stage) == (1, 2, "denoise")
    assert PIL.Image.open(job.preview).size == (256, 512)


@pytest.mark.parametrize(
    ("mood", "what", "key"),
    [
        ("bad", "The clip cannot be read.", ""),
        ("fault", "", "unexpected"),
        ("memory", "", "memory"),
        ("endless", "", "unexpected"),
    ],
)
def test_a_bad_job_fails_with_words_and_the_next_one_runs(
    store: Store, mood: str, what: str, key: str
) -> None:
    job = run(store, mood)
    assert (job.state, job.trouble.what, job.trouble.key) == ("failed", what, key)
    assert job.log.exists() == (key == "unexpected")
    assert run(store, "good").state == "done"


def test_stop_is_obeyed_at_the_next_event(store: Store) -> None:
    job = queued(store)
    taken = store.take("w")
    assert taken is not None
    store.cancel(job.id, "ann")
    worker.run(store, taken, pretend)
    assert seen(store, job).state == "cancelled" and not job.result.exists()


def test_serve_marks_orphans_then_works_through_the_queue(store: Store) -> None:
    orphan = queued(store)
    store.take("dead worker")
    jobs = [queued(store), queued(store, "bad"), queued(store)]
    worker.serve(store, "w", pretend, stop=lambda: seen(store, jobs[-1]).state == "done")
    assert seen(store, orphan).state == "interrupted"
    assert [seen(store, job).state for job in jobs] == ["done", "failed", "done"]


SCRIPT = """
import os, signal, sys, time
import av
import numpy as np
from pathlib import Path
from engine.types import Progress, Result
from studio.jobs import worker

def moody(job, out):
    yield Progress(1, 9, "denoise")
    if job.words["dance"] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if job.words["dance"] == "crash":
        os._exit(3)
    if job.words["dance"] == "deaf":
        time.sleep(60)
    with av.open(str(out), "w") as container:
        stream = container.add_stream("libx264", rate=12)
        stream.width = stream.height = 64
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(stream.encode(frame))
        container.mux(stream.encode())
    yield Result(out, {})

worker.main(Path(sys.argv[1]), sys.argv[2], build=lambda: moody)
"""


def wait_for(check: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.05)


@pytest.fixture
def supervisor(store: Store) -> Iterator[Supervisor]:
    one = Supervisor(store, (sys.executable, "-c", SCRIPT), patience=0.3)
    one.start()
    yield one
    one.close()


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_a_dead_worker_costs_one_job_and_is_replaced(store: Store, supervisor: Supervisor) -> None:
    moods = {"killed": "memory", "crash": "worker_died", "good": ""}
    jobs = [queued(store, mood) for mood in moods]
    wait_for(lambda: seen(store, jobs[-1]).state == "done")
    assert [seen(store, job).trouble.key for job in jobs] == list(moods.values())
    assert [seen(store, job).state for job in jobs] == ["failed", "failed", "done"]


def test_a_job_that_does_not_listen_is_ended(store: Store, supervisor: Supervisor) -> None:
    deaf, after = queued(store, "deaf"), queued(store)
    wait_for(lambda: seen(store, deaf).state == "running")
    store.cancel(deaf.id, "ann")
    wait_for(lambda: seen(store, after).state == "done")
    assert seen(store, deaf).state == "cancelled"


def test_closing_leaves_an_interrupted_job(store: Store) -> None:
    job = queued(store, "deaf")
    first = Supervisor(store, (sys.executable, "-c", SCRIPT))
    first.start()
    wait_for(lambda: seen(store, job).state == "running")
    first.close()
    assert seen(store, job).state == "running"
    second = Supervisor(store, (sys.executable, "-c", SCRIPT))
    second.start()
    wait_for(lambda: seen(store, job).state == "interrupted")
    second.close()
