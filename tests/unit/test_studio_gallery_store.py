"""What the store does for a visitor's finished jobs: pages, names, again, resume, delete."""

from __future__ import annotations

from pathlib import Path

import pytest

from studio.jobs.job import Job, Trouble
from studio.jobs.limits import QueueLimits, Refused
from studio.jobs.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def add(store: Store, owner: str = "ann", **settings: int) -> Job:
    return store.add(owner, "mimicmotion", settings, {}, {"dance": "sway"})


def done(store: Store, owner: str = "ann") -> Job:
    job = add(store, owner)
    assert store.take("w") is not None
    job.result.write_bytes(b"mp4")
    store.finish(job.id, {"model": "pocket"})
    return seen(store, job)


def seen(store: Store, job: Job) -> Job:
    found = store.get(job.id, job.owner)
    assert found is not None
    return found


def test_pages_go_back_through_the_owners_jobs(store: Store) -> None:
    jobs = [done(store) for _ in range(3)]
    done(store, "bob")
    waiting = add(store)
    assert [job.id for job in store.page("ann", 2)] == [waiting.id, jobs[2].id]
    older = store.page("ann", 2, before_number=jobs[2].number)
    assert [job.id for job in older] == [jobs[1].id, jobs[0].id]
    assert store.page("ann", 2, before_number=jobs[0].number) == []
    assert [job.id for job in store.page("ann", 9, states=("queued", "failed"))] == [waiting.id]
    assert store.page("ann", 9, states=()) == [] and store.page("ann", -1) == []


def test_a_title_is_one_short_line_of_the_owners(store: Store) -> None:
    job = store.add("ann", "mimicmotion", {}, {}, {}, title=" My\nfirst  dance ")
    assert job.title == "My first dance"
    assert not store.rename(job.id, "bob", "mine") and not store.rename("x", "ann", "mine")
    assert store.rename(job.id, "ann", "춤" * 200)
    assert seen(store, job).title == "춤" * 80


def test_a_job_keeps_its_model_also_when_it_is_made_again(store: Store) -> None:
    assert add(store).model == "pocket"
    job = store.add("ann", "mimicmotion", {"seed": 1}, {}, {}, model="mimicmotion-1.0")
    again = store.again(job.id, "ann", {"seed": 2})
    assert (again.model, again.settings) == ("mimicmotion-1.0", {"seed": 2})
    store.cancel(job.id, "ann")
    assert store.resume(job.id, "ann") and seen(store, job).model == "mimicmotion-1.0"


def test_again_has_its_own_copy_of_the_inputs_and_the_changed_settings(
    store: Store, tmp_path: Path
) -> None:
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"png")
    words = {"dance": "sway"}
    old = store.add("ann", "mimicmotion", {"seed": 4, "fps": 9}, {"image": photo}, words, True, "T")
    new = store.again(old.id, "ann", {"seed": -1})
    assert new.id != old.id and new.number > old.number and new.state == "queued"
    assert new.settings == {"seed": -1, "fps": 9} and new.words == words
    assert new.consent and new.title == "T" and new.system == old.system
    assert store.delete(old.id, "ann")
    copy = new.input("image")
    assert copy is not None and copy.read_bytes() == b"png"
    for key, owner in ((old.id, "ann"), (new.id, "bob"), ("../x", "ann")):
        with pytest.raises(Refused, match="gone"):
            store.again(key, owner, {})


@pytest.mark.parametrize("end", ["failed", "cancelled", "interrupted"])
def test_a_job_without_a_result_goes_back_to_the_queue_with_its_scratch(
    store: Store, end: str
) -> None:
    job = add(store)
    store.take("w")
    job.scratch.mkdir()
    if end == "failed":
        store.fail(job.id, Trouble("what", "why", "fix", "memory"))
    elif end == "cancelled":
        store.cancelled(job.id)
    else:
        store.interrupt_orphans()
    assert seen(store, job).state == end
    assert not store.resume(job.id, "bob")
    assert store.resume(job.id, "ann") and not store.resume(job.id, "ann")
    back = seen(store, job)
    assert back.state == "queued" and back.trouble == Trouble() and back.ended is None
    assert back.cancel_wanted is None and job.scratch.is_dir()
    assert (taken := store.take("w")) and taken.id == job.id
    store.finish(job.id, {})
    assert not job.scratch.exists() and not store.resume(job.id, "ann")


def test_resume_and_again_count_as_jobs_of_the_queue(tmp_path: Path) -> None:
    store = Store(tmp_path, QueueLimits(per_owner=1))
    old = add(store)
    store.take("w")
    store.cancelled(old.id)
    add(store)
    with pytest.raises(Refused, match="too_many"):
        store.resume(old.id, "ann")
    with pytest.raises(Refused, match="too_many"):
        store.again(old.id, "ann", {})
    assert seen(store, old).state == "cancelled"


def test_delete_takes_row_and_files_of_the_owners_job_alone(store: Store) -> None:
    finished, waiting = done(store), add(store)
    assert not store.delete(finished.id, "bob") and not store.delete("..", "ann")
    for job in (finished, waiting):
        assert store.delete(job.id, "ann") and not store.delete(job.id, "ann")
        assert store.get(job.id, "ann") is None and not job.folder.exists()
    assert store.take("w") is None


@pytest.mark.parametrize("end", ["finish", "fail", "cancelled", "interrupt"])
def test_a_running_job_is_out_of_sight_at_once_and_goes_when_it_ends(
    store: Store, end: str
) -> None:
    job = add(store)
    store.take("w")
    assert store.delete(job.id, "ann") and not store.delete(job.id, "ann")
    assert store.get(job.id, "ann") is None and store.recent("ann") == []
    assert not store.rename(job.id, "ann", "x") and not store.resume(job.id, "ann")
    assert store.cancel_wanted(job.id) and job.folder.exists() and store.live("ann") == 1
    if end == "finish":
        store.finish(job.id, {})
    elif end == "fail":
        store.fail(job.id, Trouble())
    elif end == "cancelled":
        store.cancelled(job.id)
    else:
        store.interrupt_orphans()
    assert store.keys() == set() and not job.folder.exists() and store.live("ann") == 0
