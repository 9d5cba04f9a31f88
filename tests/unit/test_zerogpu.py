"""The seam for ZeroGPU, with a pretended `spaces` that forks as the real one does."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import numpy as np
import pytest

from engine.data.video_write import write
from engine.types import Event, Progress, Result
from studio.hosting import hosting
from studio.jobs.home import new_token, owner_of
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.zerogpu import ZeroGpu

pytestmark = pytest.mark.skipif(
    not hasattr(os, "fork"), reason="ZeroGPU is Linux; this has no fork"
)


class Spaces:
    """`spaces.GPU`: notes the seconds that are asked for, and calls in a process of its own."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.broken = False

    def __call__(self, *, duration: Callable[..., int]) -> Callable[..., Any]:
        def decorate(function: Callable[..., None]) -> Callable[..., None]:
            def call(*given: Any) -> None:
                self.asked.append(duration(*given))
                if self.broken:
                    raise RuntimeError("No GPU is available")
                child = os.fork()
                if child == 0:
                    function(*given)
                    os._exit(0)
                os.waitpid(child, 0)

            return call

        return decorate


def pretend() -> Callable[[Job, Path], Iterator[Event]]:
    def make(job: Job, out: Path) -> Iterator[Event]:
        yield Progress(1, 1, "denoise")
        if job.words["dance"] == "robot":
            os._exit(9)
        write([np.zeros((32, 32, 3), np.uint8)] * 2, out, 15)
        yield Result(out, {"model": "pocket"})

    return make


@pytest.fixture
def gpu() -> Spaces:
    return Spaces()


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


@pytest.fixture
def zero(store: Store, gpu: Spaces) -> Iterator[ZeroGpu]:
    one = ZeroGpu(store, gpu, pretend)
    one.start()
    yield one
    one.close()


def _add(store: Store, token: str, dance: str = "sway") -> Job:
    owner = owner_of(token)
    assert owner is not None
    return store.add(owner, "mimicmotion", {"num_frames": 8}, {}, {"dance": dance})


def _state(store: Store, token: str) -> str:
    owner = owner_of(token)
    assert owner is not None
    return store.recent(owner)[0].state


def test_a_visitor_runs_only_what_is_theirs_and_next(store: Store, zero: ZeroGpu) -> None:
    ann, bob = new_token(), new_token()
    zero.turn(ann)  # her page is open: it asks all the time
    _add(store, ann)
    _add(store, bob)
    zero.turn(bob)
    zero.turn("nonsense")
    assert (_state(store, ann), _state(store, bob)) == ("queued", "queued")
    zero.turn(ann)
    assert (_state(store, ann), _state(store, bob)) == ("done", "queued")
    zero.turn(bob)
    assert _state(store, bob) == "done"


def test_who_has_left_keeps_nobody_waiting(
    store: Store, zero: ZeroGpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob, program = new_token(), new_token(), new_token()
    now = 1000.0
    monkeypatch.setattr("studio.jobs.presence.time.monotonic", lambda: now)
    early = _add(store, program)  # by the API: no page of this owner ever asks
    assert store.place(early.id) == 0
    zero.turn(ann)
    hers, his = _add(store, ann), _add(store, bob)
    assert (store.place(hers.id), store.place(his.id)) == (0, 1)
    now += 60  # her page is out of sight, where it asks once a minute
    zero.turn(bob)
    assert (_state(store, ann), _state(store, bob)) == ("queued", "queued")
    now += 60
    assert store.place(his.id) == 0
    zero.turn(bob)
    assert (_state(store, ann), _state(store, bob)) == ("queued", "done")
    zero.turn(ann)  # she is back
    assert (_state(store, ann), _state(store, program)) == ("done", "queued")


def test_nobody_leaves_while_a_job_is_made_and_nobody_can_ask(
    store: Store, zero: ZeroGpu, gpu: Spaces, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann, bob = new_token(), new_token()
    now, places = 1000.0, []
    monkeypatch.setattr("studio.jobs.presence.time.monotonic", lambda: now)

    def call(_: Job) -> int:
        nonlocal now
        now += 200
        places.append(store.place(later.id))
        return 30

    monkeypatch.setattr(zero, "_lent", call)
    zero.turn(ann)
    zero.turn(bob)
    _add(store, ann)
    _add(store, bob)
    later = _add(store, ann)
    zero.turn(ann)
    assert places == [2]  # the one that runs (here: in vain), and Bob's
    assert store.place(later.id) == 1


def test_while_the_disk_is_full_a_job_waits_and_says_so(
    store: Store, zero: ZeroGpu, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = new_token()
    job = _add(store, ann)
    room = [False, False, True]
    monkeypatch.setattr(store, "has_room", lambda: room.pop(0))
    for _ in range(2):
        zero.turn(ann)
        assert (seen := store.get(job.id, job.owner)) and (seen.state, seen.stage) == (
            "queued",
            "disk",
        )
    zero.turn(ann)
    assert _state(store, ann) == "done"


def test_the_time_that_is_asked_for_has_bounds(store: Store, zero: ZeroGpu, gpu: Spaces) -> None:
    ann = new_token()
    _add(store, ann)
    zero.turn(ann)
    assert 30 <= gpu.asked[0] <= 240


@pytest.mark.parametrize("trouble", ["no quota", "dead fork"])
def test_a_job_that_got_no_gpu_is_interrupted_and_can_be_made_again(
    store: Store, zero: ZeroGpu, gpu: Spaces, trouble: str
) -> None:
    ann = new_token()
    job = _add(store, ann, "robot" if trouble == "dead fork" else "sway")
    gpu.broken = trouble == "no quota"
    if gpu.broken:
        with pytest.raises(RuntimeError, match="GPU"):
            zero.turn(ann)
    else:
        zero.turn(ann)
    assert _state(store, ann) == "interrupted" and not job.result.exists()
    gpu.broken = False
    _add(store, ann)
    zero.turn(ann)
    assert _state(store, ann) == "done"


def test_it_is_decorated_before_the_page_is_there_and_wired_once(store: Store, gpu: Spaces) -> None:
    with gr.Blocks() as page:
        gr.BrowserState(storage_key="k", secret="s")  # noqa: S106
    zero = ZeroGpu(store, gpu, pretend)
    zero.attach(page)
    (event,) = page.fns.values()
    assert event.concurrency_id == "gpu" and event.api_visibility == "private"
    assert hosting({"SPACES_ZERO_GPU": "true"}).zero_gpu and not hosting({}).zero_gpu
