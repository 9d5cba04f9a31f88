"""The worker and its supervisor, with a stand-in for the engine."""

from __future__ import annotations

import errno
import os
import sqlite3
import sys
import time
import types
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
import psutil
import pytest

from engine.errors import BadInput, OutOfMemory
from engine.types import Event, Inputs, Preview, Progress, Result
from studio import words
from studio.jobs import supervisor as supervisor_module
from studio.jobs import worker
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def queued(store: Store, mood: str = "good") -> Job:
    return store.add("ann", "mimicmotion", {}, {}, {"dance": mood})


ERRORS: dict[str, Exception] = {
    "memory": MemoryError(),
    "torch": RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
    "cuda": RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB."),
    "explained": OutOfMemory("Too long.", "The card has 4 GB.", "Make it shorter."),
    "system": OSError(errno.ENOMEM, "Cannot allocate memory"),
    "disk": OSError(errno.ENOSPC, "No space left on device"),
    "database": sqlite3.OperationalError("database or disk is full"),
    "other": RuntimeError("shapes differ"),
    "damaged": BadInput(
        "{name} is damaged.",
        "It lies at {path}.",
        "Get it again.",
        key="damaged",
        name="a.bin",
        path="/srv/pirouette/a.bin",
    ),
}


def pretend(job: Job, out: Path) -> Iterator[Event]:
    yield Progress(1, 2, "denoise", 1.5)
    yield Preview(np.full((1024, 512, 3), 90, np.uint8))
    if job.words["dance"] == "bad":
        raise BadInput("The clip cannot be read.", "It is text.", "Give a video.")
    if job.words["dance"] == "fault":
        raise ValueError("a fault of ours")
    if job.words["dance"] in ERRORS:
        raise ERRORS[job.words["dance"]]
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


def test_a_preview_that_is_just_being_read_does_not_stop_the_video(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = os.replace

    def as_on_windows(source: Path, target: Path) -> None:
        if target.name == "preview.jpg":
            raise PermissionError(errno.EACCES, "The process cannot access the file")
        replace(source, target)

    monkeypatch.setattr(worker.os, "replace", as_on_windows)
    job = run(store, "good")
    assert job.state == "done" and not job.preview.exists()


@pytest.mark.parametrize(
    ("mood", "what", "key"),
    [
        ("bad", "The clip cannot be read.", ""),
        ("fault", "", "unexpected"),
        ("disk", "", "disk"),
        ("database", "", "disk"),
        ("other", "", "unexpected"),
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


def test_only_who_runs_the_machine_learns_of_its_folders(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = run(store, "damaged").trouble
    monkeypatch.setenv("SPACE_ID", "ann/studio")
    visitors = run(store, "damaged").trouble
    for told, path in ((own, "/srv/pirouette/a.bin"), (visitors, "a.bin")):
        assert (told.why, told.values["path"]) == (f"It lies at {path}.", path)


@pytest.mark.parametrize(
    ("mood", "what", "key"),
    [
        ("memory", "", "memory"),
        ("torch", "", "memory"),
        ("cuda", "", "memory"),
        ("system", "", "memory"),
        ("explained", "Too long.", ""),
    ],
)
def test_out_of_memory_fails_one_job_and_asks_for_a_fresh_process(
    store: Store, mood: str, what: str, key: str
) -> None:
    job, after = queued(store, mood), queued(store)
    worker.serve(store, "w", pretend, stop=lambda: False)  # returns: it wants to be replaced
    failed = seen(store, job)
    assert (failed.state, failed.trouble.what, failed.trouble.key) == ("failed", what, key)
    assert seen(store, after).state == "queued"
    assert not key or words.known(f"trouble_{key}_fix")


def test_a_result_has_its_name_only_when_it_is_whole(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = queued(store)
    taken = store.take("w")
    assert taken is not None
    for left in (job.result, job.poster, job.folder / ".making.mp4.0a.part"):
        left.write_bytes(b"of a try that was cut off")
    order: list[str] = []

    def watched(job: Job, out: Path) -> Iterator[Event]:
        for event in pretend(job, out):
            order.append("result" if job.result.exists() else "no result")
            yield event

    replace, finish = os.replace, store.finish

    def noted_replace(source: Path, target: Path) -> None:
        order.append(Path(target).name)
        replace(source, target)

    def noted_finish(key: str, record: Mapping[str, Any]) -> None:
        order.append("finish")
        finish(key, record)

    monkeypatch.setattr(os, "replace", noted_replace)
    monkeypatch.setattr(store, "finish", noted_finish)
    worker.run(store, taken, watched)
    made = ["no result", "no result", "preview.jpg", "no result"]
    assert order == [*made, "poster.jpg", "result.mp4", "finish"]
    assert sorted(path.name for path in job.folder.iterdir()) == [
        "inputs", "poster.jpg", "preview.jpg", "result.mp4",
    ]  # fmt: skip


def test_a_kill_before_the_job_is_done_leaves_one_to_try_again(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        """Nothing in the worker may catch it, as nothing can catch a kill."""

    def killed(*_: object) -> None:
        raise Killed

    job = queued(store)
    for place, name in ((worker, "_write_poster"), (worker, "_publish"), (store, "finish")):
        taken = store.take("w")
        assert taken is not None and taken.id == job.id
        with monkeypatch.context() as moment, pytest.raises(Killed):
            moment.setattr(place, name, killed)
            worker.run(store, taken, pretend)
        assert seen(store, job).state == "running"
        assert job.result.exists() == (name == "finish")  # whole, but of no done job
        assert store.interrupt_orphans() == 1 and seen(store, job).state == "interrupted"
        assert store.resume(job.id, "ann")
    taken = store.take("w")
    assert taken is not None
    worker.run(store, taken, pretend)
    assert seen(store, job).state == "done" and job.result.exists()


def test_the_log_of_a_fault_has_none_of_the_users_words(store: Store) -> None:
    job = store.add("ann", "mimicmotion", {}, {}, {"dance": "fault", "prompt": "my secret"})
    store.rename(job.id, "ann", "Grandma")
    taken = store.take("w")
    assert taken is not None

    def careless(job: Job, out: Path) -> Iterator[Event]:
        yield Progress(1, 2, "denoise")
        raise ValueError(f"no token for {job.words['prompt']!r} of {job.title}")

    worker.run(store, taken, careless)
    log = job.log.read_text(encoding="utf-8")
    assert "ValueError: no token" in log and "careless" in log
    assert "my secret" not in log and "Grandma" not in log


def test_a_full_disk_holds_the_queue_until_there_is_room(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs = [queued(store), queued(store)]
    states: list[tuple[str, str]] = []

    def has_room(need: int = 0) -> bool:
        states.append((seen(store, jobs[1]).state, seen(store, jobs[1]).stage))
        return len(states) not in (2, 3)

    monkeypatch.setattr(worker, "_HELD_SECONDS", 0.01)
    monkeypatch.setattr(store, "has_room", has_room)
    worker.serve(store, "w", pretend, stop=lambda: seen(store, jobs[1]).state == "done")
    assert states[1:] == [("queued", ""), ("queued", "disk"), ("queued", "disk")]
    assert [seen(store, job).state for job in jobs] == ["done", "done"]


def test_stop_is_obeyed_at_the_next_event(store: Store) -> None:
    job = queued(store)
    taken = store.take("w")
    assert taken is not None
    store.cancel(job.id, "ann")
    worker.run(store, taken, pretend)
    assert seen(store, job).state == "cancelled" and not job.result.exists()


def test_the_engine_gets_the_jobs_own_files_and_its_scratch_folder(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given: list[Any] = []

    def generate(*arguments: Any, **named: Any) -> Iterator[Event]:
        given.extend([*arguments, named])
        return iter(())

    def preview_seams(*arguments: Any) -> Iterator[Event]:
        given.append(arguments[-1])
        return iter(())

    class Shelves:
        home, device = tmp_path, "the device"

        def __init__(self, limits: Any) -> None: ...

        def of(self, model: str = "pocket", system: str = "mimicmotion") -> str:
            return f"the shelf of {system}'s {model}"

    def get_ready(*of: str) -> None:
        ready.append(of)
        raise BadInput("damaged", "", "")

    ready: list[tuple[str, ...]] = []
    entries = {"generate": generate, "preview_seams": preview_seams, "get_ready": get_ready}
    pretended = {"library": entries, "models.shelves": {"Shelves": Shelves}}
    for name, inside in pretended.items():  # the real ones bring torch along
        module = types.ModuleType(f"engine.{name}")
        vars(module).update(inside)
        monkeypatch.setitem(sys.modules, f"engine.{name}", module)
    told: list[tuple[Any, ...]] = []
    monkeypatch.setattr(worker.places, "tell", lambda *of: told.append(of))
    photo = tmp_path / "me.png"
    photo.write_bytes(b"png")
    job = store.add(
        "ann", "mimicmotion", {"seed": 4}, {"image": photo}, {"dance": "sway"}, model="odd"
    )
    out = job.folder / "making.mp4"
    assert list(worker.engine()(job, out)) == []
    inputs = Inputs(image=job.folder / "inputs" / "image.png", dance="sway")
    shelf = "the shelf of mimicmotion's odd"
    assert given == ["mimicmotion", {"seed": 4}, inputs, shelf, out, {"scratch": job.scratch}]
    assert told == [(tmp_path, "the device")]
    assert not ready
    look = store.add("ann", "mimicmotion", {}, {}, {"dance": "sway"}, kind="seams")
    assert list(worker.engine(warm=True)(look, out)) == [] and given[-1] == out
    assert ready == [("mimicmotion", "the shelf of mimicmotion's pocket")]


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
    if job.words["dance"] == "hungry":
        import resource
        used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000, resource.RLIM_INFINITY))
        held = [np.ones(10_000_000) for _ in range(1000)]
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
    moods = {"killed": "memory", "crash": "worker_died", "hungry": "memory", "good": ""}
    jobs = [queued(store, mood) for mood in moods]
    wait_for(lambda: seen(store, jobs[-1]).state == "done")
    assert [seen(store, job).trouble.key for job in jobs] == list(moods.values())
    assert [seen(store, job).state for job in jobs] == ["failed"] * 3 + ["done"]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux picks a process to end")
def test_when_memory_runs_out_the_worker_goes_before_the_server(
    store: Store, supervisor: Supervisor
) -> None:
    def score(process: int) -> int:
        return int(Path(f"/proc/{process}/oom_score_adj").read_text(encoding="ascii"))

    job = queued(store, "deaf")
    wait_for(lambda: seen(store, job).state == "running")
    (own,) = (
        child.pid for child in psutil.Process().children() if str(store.home) in child.cmdline()
    )
    assert score(own) == 1000 >= score(os.getpid())


def test_a_machine_without_such_a_score_is_no_trouble(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_OOM_SCORE", tmp_path / "no" / "proc")
    worker._go_first()


def test_a_worker_that_never_starts_is_told_to_those_who_wait(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervisor_module, "_LONGEST_PAUSE_SECONDS", 0.05)
    job = queued(store)
    broken = Supervisor(store, (sys.executable, "-c", "raise SystemExit(1)"))
    broken.start()
    wait_for(lambda: seen(store, job).stage == "worker")
    broken.close()
    assert seen(store, job).state == "queued" and words.known("held_worker")
    worker.serve(store, "w", pretend, stop=lambda: seen(store, job).state == "done")
    assert seen(store, job).stage == "denoise"


def test_a_process_that_cannot_be_started_is_tried_again(
    store: Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    real, tried = supervisor_module.subprocess.Popen, list[Any]()

    def cramped(*given: Any, **more: Any) -> Any:
        tried.append(given)
        if len(tried) == 1:
            raise OSError(errno.ENOMEM, "Cannot allocate memory")
        return real(*given, **more)

    monkeypatch.setattr(supervisor_module.subprocess, "Popen", cramped)
    monkeypatch.chdir(tmp_path)  # wherever the studio was started
    job, patient = queued(store), Supervisor(store, (sys.executable, "-c", SCRIPT))
    patient.start()
    wait_for(lambda: seen(store, job).state == "done")
    patient.close()
    assert len(tried) == 2


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
