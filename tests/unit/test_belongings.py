"""What is deleted is gone: uploads, drafts' files and served copies too, unless they are in use."""

from __future__ import annotations

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest

from engine.exchange.pose_cache import FOLDER, PoseCache
from studio import served
from studio.belongings import Belongings, parcels, sweep
from studio.choices import NOTHING, Choices
from studio.drafts import Drafts
from studio.jobs.job import Job
from studio.jobs.retention import Retention
from studio.jobs.retention import sweep as sweep_jobs
from studio.jobs.store import Store

ANN, BOB = "a" * 64, "b" * 64
DAY = 86_400.0


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    return Store(tmp_path)


def upload(tmp_path: Path, name: str, content: bytes) -> Path:
    """A file as Gradio keeps an upload: in a folder named after its content."""
    given = tmp_path / name
    given.write_bytes(content)
    copy = Path(served.cached(given))
    given.unlink()
    return copy


def done(store: Store, photo: Path, owner: str = ANN, **words: str) -> Job:
    job = store.add(owner, "mimicmotion", {}, {"image": photo}, words, consent=True)
    assert store.take("w") is not None
    job.result.write_bytes(b"video of " + job.id.encode())
    job.poster.write_bytes(b"poster of " + job.id.encode())
    store.finish(job.id, {})
    kept = store.get(job.id, owner)
    assert kept is not None
    return kept


def everything(job: Job) -> list[Path]:
    """All that is served of a job: its video, also under a name, its poster, a piece, a zip."""
    zipped = parcels(job.owner) / "x" / "pirouette.zip"
    zipped.parent.mkdir(parents=True)
    zipped.touch()
    return [
        Path(served.cached(job.result)), Path(served.cached(job.result, "Salsa.mp4")),
        Path(served.cached(job.poster)), served.lend(job.result, job.id), zipped,
    ]  # fmt: skip


def test_the_upload_and_every_copy_go_with_the_video(store: Store, tmp_path: Path) -> None:
    photo = upload(tmp_path, "me.png", b"my face")
    job = done(store, photo)
    copies = [photo, *everything(job)]
    assert all(copy.exists() for copy in copies)
    assert Belongings(store).delete(job)
    assert not any(copy.exists() for copy in copies) and not job.folder.exists()
    assert store.get(job.id, ANN) is None


def test_poses_found_in_a_film_go_with_a_video_of_it(store: Store, tmp_path: Path) -> None:
    poses = tmp_path / FOLDER / "0a.npz"
    assert poses.parent == PoseCache(store.home / "cache" / "poses").folder
    poses.parent.mkdir(parents=True)
    poses.touch()
    photo = upload(tmp_path, "me.png", b"my face")
    Belongings(store).delete(done(store, photo))
    assert poses.exists()  # no film was given for it
    photo, film = upload(tmp_path, "me.png", b"me"), upload(tmp_path, "me.mp4", b"my dance")
    job = store.add(ANN, "mimicmotion", {}, {"image": photo, "motion": film}, {}, consent=True)
    assert store.cancel(job.id, ANN)
    Belongings(store).delete(job)
    assert not poses.exists()


@pytest.mark.parametrize("user", ["job", "draft"])
def test_what_something_else_uses_stays_and_goes_with_the_last(
    store: Store, tmp_path: Path, user: str
) -> None:
    photo = upload(tmp_path, "me.png", b"my face")
    first, drafts = done(store, photo), Drafts(tmp_path)
    second = done(store, photo)
    if user == "draft":
        drafts.save(ANN, Choices(replace(NOTHING, photo=str(photo))))
        assert not Belongings(store).delete(second)
    assert not Belongings(store).delete(first) and photo.exists()
    if user == "draft":
        assert drafts.load(ANN) is not None
        drafts.save(ANN, Choices(NOTHING))  # taken out of the form
        assert not list((tmp_path / "drafts").rglob("photo.*"))
        second = done(store, photo)
    assert Belongings(store).delete(second) and not photo.exists()


def test_the_picture_of_an_example_is_on_everybodys_page(store: Store, tmp_path: Path) -> None:
    mina = upload(tmp_path, "mina.png", b"mina")
    assert Belongings(store).delete(done(store, mina, person="mina"))
    assert mina.exists()


def test_another_visitors_is_not_deleted(store: Store, tmp_path: Path) -> None:
    photo = upload(tmp_path, "me.png", b"my face")
    job = done(store, photo)
    copies = everything(job)
    Belongings(store).delete(replace(job, owner=BOB))
    assert store.get(job.id, ANN) is not None and photo.exists() and copies[0].exists()


def test_a_copy_that_is_made_while_the_video_goes_does_not_stay(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = done(store, upload(tmp_path, "me.png", b"my face"))
    real = served.save_file_to_cache
    made: list[str] = []

    def slow(path: Path, cache_dir: str) -> str:
        made.append(real(path, cache_dir=cache_dir))  # a look at the page has begun to copy ...
        Belongings(store).delete(job)  # ... when the visitor deletes the video
        Path(made[0]).parent.mkdir(exist_ok=True)
        Path(made[0]).write_bytes(b"late")
        return made[0]

    monkeypatch.setattr(served, "save_file_to_cache", slow)
    with pytest.raises(FileNotFoundError):
        served.cached(job.result)
    assert not Path(made[0]).parent.exists()


def test_what_is_no_longer_kept_takes_its_copies_along(store: Store, tmp_path: Path) -> None:
    photo = upload(tmp_path, "me.png", b"my face")
    copies = [photo, *everything(done(store, photo))]
    discard = Belongings(store).discard
    assert sweep_jobs(store, Retention(days=1), time.time() + 0.9 * DAY, discard) == 0
    assert all(copy.exists() for copy in copies)
    assert sweep_jobs(store, Retention(days=1), time.time() + 1.1 * DAY, discard) == 1
    assert not any(copy.exists() for copy in copies)


# --- uploads that belong to nothing ---------------------------------------------------------------


def aged(copy: Path, seconds: float) -> None:
    then = time.time() - seconds
    for path in (copy, copy.parent):
        os.utime(path, (then, then))


def test_uploads_go_a_day_after_their_last_use(store: Store, tmp_path: Path) -> None:
    old, used, new = (upload(tmp_path, f"{n}.png", bytes([n])) for n in range(3))
    foreign = tmp_path / "uploads" / "deep_links" / "state.json"
    foreign.parent.mkdir()
    foreign.touch()
    for copy in (old, used, foreign):
        aged(copy, 1.1 * DAY)
    again = tmp_path / "1.png"
    again.write_bytes(bytes([1]))
    assert Path(served.cached(again)) == used
    assert sweep(10_000_000) == 1
    assert not old.exists() and used.exists() and new.exists() and foreign.exists()


def test_too_many_uploads_go_before_that_the_oldest_first(store: Store, tmp_path: Path) -> None:
    copies = [upload(tmp_path, f"{n}.mp4", bytes([n]) * 1000) for n in range(4)]
    os.link(copies[2], copies[2].with_name("Salsa.mp4"))  # counts once
    for hours, copy in zip((3, 2, 1, 0), copies, strict=True):
        aged(copy, 3600.0 * hours)
    assert sweep(2500) == 2
    assert [copy.exists() for copy in copies] == [False, False, True, True]
    assert sweep(100) == 1 and copies[3].exists()  # it is on somebody's page


def test_nothing_to_sweep_is_no_fault(store: Store) -> None:
    assert sweep(1) == 0
