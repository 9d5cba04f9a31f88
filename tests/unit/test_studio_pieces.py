"""Finished pieces of a long video: what the worker publishes, and what the page is told of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from gradio.utils import get_upload_folder

from engine.data import video
from engine.data.video_write import VideoWriter
from engine.errors import BadInput, Cancelled
from engine.types import Event, Part, Preview, Progress, Result
from studio import served
from studio.jobs import pieces, worker
from studio.jobs.job import Job
from studio.jobs.store import Store
from studio.tabs.dance import show
from studio.view import View, look

FPS, FRAMES, TOTAL = 12.0, 6, 12


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    return Store(tmp_path / "home")


def write(path: Path, frames: int) -> Path:
    with VideoWriter(path, FPS) as file:
        for level in range(frames):
            file.add(np.full((32, 32, 3), 10 * level, np.uint8))
    return path


def piece(job: Job, first: int) -> Part:
    path = write(job.scratch / f"part-{first:03}.mp4", FRAMES)
    return Part(path, first, FRAMES, TOTAL, FPS)


def running(store: Store) -> Job:
    job = store.add("ann", "mimicmotion", {}, {}, {"dance": "sway"})
    taken = store.take("w")
    assert taken is not None and taken.id == job.id
    return taken


def seen(store: Store, job: Job) -> View:
    return look(store, "ann", job.id, "en")


def names(job: Job) -> list[str]:
    return [one.path.name for one in pieces.watchable(job)]


def folder(store: Store, job: Job) -> set[str]:
    return {path.name for path in (store.folder / job.id).rglob("*.mp4")}


FIRST, SECOND = "000000000-000000500.mp4", "000000500-000001000.mp4"


@pytest.mark.parametrize(
    ("end", "state"),
    [(None, "done"), (Cancelled(), "cancelled"), (BadInput("a", "b", "c"), "failed")],
)
def test_the_worker_publishes_pieces_until_the_job_ends(
    store: Store, end: Exception | None, state: str
) -> None:
    job = running(store)
    after: list[list[str]] = []

    def made(job: Job, out: Path) -> Iterator[Event]:
        for first in (0, FRAMES):
            yield Progress(first + FRAMES, TOTAL, "decode")
            yield piece(job, first)
            after.append(names(job))
        if end is not None:
            raise end
        yield Result(write(out, TOTAL), {})

    worker.run(store, job, made)
    assert after == [[FIRST], [FIRST, SECOND]]
    found = store.get(job.id, "ann")
    assert found is not None and found.state == state
    assert folder(store, job) == ({"result.mp4"} if state == "done" else set())
    assert seen(store, job).pieces == ()


def test_a_piece_is_whole_and_lies_only_in_the_jobs_folder(store: Store) -> None:
    job = running(store)
    part = piece(job, 0)
    pieces.keep(part, job)
    (one,) = pieces.watchable(job)
    assert (one.start, one.end) == (0.0, 0.5) and not part.path.exists()
    assert one.path.is_relative_to(job.scratch)  # goes with it: a kill leaves none behind
    with video.read(one.path) as frames:
        assert sum(1 for _ in frames) == FRAMES


def test_pieces_are_told_in_order_without_a_gap_and_nothing_else_is(store: Store) -> None:
    job = running(store)
    for first in (0, FRAMES, 3 * FRAMES):
        pieces.keep(piece(job, first), job)
    pieces.keep(piece(job, 2 * FRAMES + 1), job)  # leaves a gap
    for stray in (".000001000-000001500.mp4.0a.part", "x.mp4", "1-2.mp4"):
        (job.scratch / "pieces" / stray).write_bytes(b"")
    assert names(job) == [FIRST, SECOND]


def test_what_an_earlier_try_left_is_not_shown(store: Store) -> None:
    job = running(store)
    pieces.keep(piece(job, 0), job)
    store.interrupt_orphans()  # its worker was killed
    assert seen(store, job).pieces == () and names(job) == [FIRST]
    assert store.resume(job.id, "ann")
    assert seen(store, job).pieces == ()  # it waits
    again = store.take("w")
    assert again is not None

    def made(job: Job, out: Path) -> Iterator[Event]:
        assert names(job) == []
        yield Result(write(out, TOTAL), {})

    worker.run(store, again, made)
    assert folder(store, job) == {"result.mp4"}


def test_the_page_is_told_where_they_are_and_in_its_language(store: Store) -> None:
    job = running(store)
    before = seen(store, job)
    assert before.card["ready"] == "" and before.pieces == ()
    pieces.keep(piece(job, 0), job)
    pieces.keep(piece(job, FRAMES), job)
    view = seen(store, job)
    assert view.card["ready"].startswith("The first 1.0 s are ready")
    assert "1.0초" in look(store, "ann", job.id, "ko").card["ready"]
    assert view.marks()["card"] != before.marks()["card"]
    assert look(store, "bob", job.id, "en").pieces == ()

    sent = show.updates(view, before.marks())
    told = sent[1]["pieces"]
    assert [one["start"] for one in told] == [0.0, 0.5]
    for one, name in zip(told, (FIRST, SECOND), strict=True):
        path = Path(one["address"].removeprefix("gradio_api/file="))
        assert path.name == name and path.is_relative_to(get_upload_folder())
        assert job.id not in one["address"] and str(store.home) not in one["address"]
        assert path.read_bytes() == (job.scratch / "pieces" / name).read_bytes()


def test_they_are_served_until_the_page_knows_that_the_job_has_ended(store: Store) -> None:
    job = running(store)
    pieces.keep(piece(job, 0), job)
    first = seen(store, job)
    sent = show.updates(first, {})
    served_at = Path(sent[1]["pieces"][0]["address"].removeprefix("gradio_api/file="))
    store.cancel(job.id, "ann")
    worker.run(store, job, lambda job, out: iter([Progress(1, 2, "decode")]))
    ended = seen(store, job)
    sent = show.updates(ended, first.marks())
    assert sent[1]["pieces"] == [] and served_at.exists()  # it may be just being asked for
    show.updates(seen(store, job), sent[-1])
    assert not served_at.exists() and not served_at.parent.exists()


def test_a_piece_that_goes_while_it_is_looked_at_is_left_out(store: Store) -> None:
    job = running(store)
    pieces.keep(piece(job, 0), job)
    view = seen(store, job)
    pieces.drop(job)
    assert show.updates(view, {})[1]["pieces"] == []


def test_what_nobody_took_back_is_swept_up(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = write(tmp_path / "one.mp4", 1)
    old = served.lend(file, "old")
    assert served.lend(file, "old") == old  # the same again
    monkeypatch.setattr(served, "_LENT_SECONDS", -1.0)
    new = served.lend(file, "new")
    assert new.exists() and not old.exists() and file.exists()
    served.take_back("new")
    served.take_back("new")
    assert not new.exists() and file.exists()


def test_without_hard_links_a_copy_is_lent(
    tmp_path: Path, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("not supported")

    file = write(tmp_path / "one.mp4", 1)
    monkeypatch.setattr("os.link", refuse)
    copy = served.lend(file, "key")
    assert copy.read_bytes() == file.read_bytes()
    assert [path.name for path in copy.parent.iterdir()] == ["one.mp4"]
    with pytest.raises(FileNotFoundError):
        served.lend(tmp_path / "gone.mp4", "key")


def test_a_moving_look_is_shown_until_there_is_a_piece(store: Store) -> None:
    job = running(store)
    after: list[list[str]] = []

    def made(job: Job, out: Path) -> Iterator[Event]:
        for level in (0, 100):
            clip = np.full((4, 32, 32, 3), level, np.uint8)
            yield Preview(clip[0], clip, 8.0)
            after.append(names(job))
            view = seen(store, job)
            assert view.pieces[0].rough and view.pieces[0].end == 0.5
            assert view.card["ready"].startswith("A first look")
            with video.read(view.pieces[0].path) as frames:
                assert sum(1 for _ in frames) == 4
        yield Preview(clip[0])
        yield piece(job, 0)
        after.append(names(job))
        yield Result(write(out, TOTAL), {})

    worker.run(store, job, made)
    assert after == [["look-0001-000000500.mp4"], ["look-0002-000000500.mp4"], [FIRST]]
    assert folder(store, job) == {"result.mp4"}
