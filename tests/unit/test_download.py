"""Downloads arrive whole, go on where they stopped and do not mix (with a stand-in Hub)."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from huggingface_hub import scan_cache_dir, try_to_load_from_cache
from toy_model import (
    BIG,
    CONFIG,
    SMALL,
    TOTAL,
    WEIGHTS,
    begin,
    content,
    fetch,
    kept,
    parts,
    toy_card,
    toy_hub,
)

from engine.errors import StudioError
from engine.models import hub_cache
from engine.models.download import download
from engine.models.pace import Pace
from engine.models.removal import is_ours, remove
from engine.models.resolve import Found, Missing, folder_of, resolve
from engine.models.verify import FileState, verify
from tests.fake_hub import FakeHub, etag


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with toy_hub().running() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield hub


def test_files_arrive_whole_and_are_found(hub: FakeHub, tmp_path: Path) -> None:
    assert isinstance(resolve(toy_card(), tmp_path, cache=tmp_path / "none"), Missing)
    events = fetch(tmp_path)
    moving = [event for event in events if event.stage == "download"]
    assert {event.total for event in moving} == {TOTAL} and moving[-1].step == TOTAL
    assert [e.step for e in moving] == sorted(e.step for e in moving) and len(moving) > 4
    assert moving[-1].seconds_left == 0 and {event.unit for event in events} == {"bytes"}
    found = resolve(toy_card(), tmp_path, cache=tmp_path / "none")
    assert isinstance(found, Found)
    assert found.paths[BIG].read_bytes() == WEIGHTS and found.paths[SMALL].read_bytes() == CONFIG
    assert not parts(tmp_path)
    assert fetch(tmp_path) == []  # what is here is not fetched again


@pytest.mark.skipif(os.name != "posix", reason="asks the system as only POSIX does")
def test_what_is_put_on_the_disk_is_open_for_writing_as_windows_wants_it(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import fcntl

    def as_on_windows(handle: int) -> None:
        if fcntl.fcntl(handle, fcntl.F_GETFL) & os.O_ACCMODE == os.O_RDONLY:
            raise OSError(errno.EBADF, "Bad file descriptor")

    monkeypatch.setattr(os, "fsync", as_on_windows)
    fetch(tmp_path)
    assert isinstance(resolve(toy_card(), tmp_path, cache=tmp_path / "none"), Found)


def test_other_programs_read_what_was_fetched(hub: FakeHub, tmp_path: Path) -> None:
    fetch(tmp_path)
    cache = tmp_path / "models"
    assert try_to_load_from_cache("o/m", BIG, cache_dir=cache) == str(kept(tmp_path).find(BIG))
    (repo,) = scan_cache_dir(cache).repos
    assert repo.repo_id == "o/m" and repo.size_on_disk == TOTAL and repo.nb_files == 2
    (revision,) = repo.revisions
    assert revision.commit_hash == hub.commit and revision.refs == {"main"}


def test_a_cancelled_download_goes_on_where_it_stopped(hub: FakeHub, tmp_path: Path) -> None:
    size = begin(tmp_path).stat().st_size
    assert 1_000_000 <= size < len(WEIGHTS)
    missing = resolve(toy_card(), tmp_path, cache=tmp_path / "none")
    assert isinstance(missing, Missing) and "was not finished" in missing.why

    hub.seen.clear()
    events = fetch(tmp_path)
    assert events[0].step == size
    assert [t.get("range") for t in hub.transfers()] == [f"bytes={size}-", None]
    assert content(tmp_path) == WEIGHTS


def test_broken_connections_are_continued_within_the_call(hub: FakeHub, tmp_path: Path) -> None:
    hub.drops = [700_000, 0, 900_000]
    pauses: list[float] = []
    fetch(tmp_path, pause=pauses.append)
    assert content(tmp_path) == WEIGHTS
    assert pauses == [1.0, 2.0, 1.0]  # longer while nothing comes, short again after new bytes
    ranges = [t.get("range") for t in hub.transfers()]
    assert ranges[1] == ranges[2] == "bytes=700000-" and ranges[3] == "bytes=1600000-"


def test_a_hub_that_is_busy_for_a_moment_is_asked_again(hub: FakeHub, tmp_path: Path) -> None:
    """Also when it is the question for the address that fails, not the transfer."""
    hub.drops = [700_000]

    def pause(seconds: float) -> None:
        if seconds == 1.0:
            hub.refusals = [503]

    fetch(tmp_path, pause=pause)
    assert content(tmp_path) == WEIGHTS


def test_a_server_without_ranges_begins_again(hub: FakeHub, tmp_path: Path) -> None:
    hub.drops, hub.ranges = [700_000], False
    fetch(tmp_path, pause=lambda seconds: None)
    assert content(tmp_path) == WEIGHTS


def test_a_server_that_continues_elsewhere_is_not_believed(hub: FakeHub, tmp_path: Path) -> None:
    size = begin(tmp_path).stat().st_size
    hub.shift = 5

    def pause(_: float) -> None:
        hub.shift = 0

    fetch(tmp_path, pause=pause)
    assert content(tmp_path) == WEIGHTS and hub.transfers()[-2]["range"] == f"bytes={size}-"


def test_a_part_of_an_older_version_is_dropped(hub: FakeHub, tmp_path: Path) -> None:
    old = begin(tmp_path)
    hub.files[f"o/m/{BIG}"] = new = os.urandom(2_000_000)
    hub.seen.clear()
    fetch(tmp_path)
    assert not old.exists() and content(tmp_path) == new
    assert "range" not in hub.transfers()[0]


def test_a_new_commit_of_the_hub_leaves_what_is_here_in_use(hub: FakeHub, tmp_path: Path) -> None:
    fetch(tmp_path)
    remove(toy_card(), tmp_path, names=[SMALL])
    hub.commit, hub.files[f"o/m/{SMALL}"] = "beef" + "0" * 36, b'{"a": 2}'
    hub.seen.clear()
    fetch(tmp_path)
    assert len(hub.transfers()) == 1 and content(tmp_path, SMALL) == b'{"a": 2}'
    assert content(tmp_path, BIG) == WEIGHTS


def test_progress_moves_on_a_slow_link(hub: FakeHub, tmp_path: Path) -> None:
    hub.speed = 200_000  # bytes per second: fifteen seconds, of which one and a half are watched
    run = download(toy_card(), tmp_path, cache=tmp_path / "none")
    times: list[float] = []
    lefts: list[float | None] = []
    for event in run:
        times.append(time.monotonic())
        lefts.append(event.seconds_left)
        if times[-1] - times[0] > 1.6:
            break
    run.close()
    assert max(b - a for a, b in zip(times, times[1:], strict=False)) < 1.0
    assert len(times) >= 4 and lefts[-1] is not None and 7 < lefts[-1] < 30


def test_time_left_follows_the_last_seconds() -> None:
    now = [0.0]
    pace = Pace(window=10, clock=lambda: now[0])
    assert pace.left(500, 2000) is None  # what an earlier run had left is not this one's speed
    for second in range(1, 11):
        now[0] = second
        fast = pace.left(500 + 100 * second, 2000)
    assert fast == pytest.approx(5.0)
    for second in range(11, 31):
        now[0] = second
        slow = pace.left(1500 + second - 10, 2000)
    assert slow == pytest.approx(480.0)
    now[0] = 31
    assert pace.left(0, 2000) is None  # the server began again
    assert pace.left(2000, 2000) == 0.0


def test_two_downloads_of_one_model_do_not_mix(hub: FakeHub, tmp_path: Path) -> None:
    first = download(toy_card(), tmp_path, cache=tmp_path / "none")
    next(first)
    with pytest.raises(StudioError, match="being fetched already"):
        fetch(tmp_path)
    second = download(toy_card(), tmp_path, cache=tmp_path / "none", wait=True)
    assert next(second).stage == "wait"
    assert max(event.step for event in first) == TOTAL
    hub.seen.clear()
    assert list(second) == [] and not hub.seen  # the other program has done it


def test_where_links_are_forbidden_files_are_kept_all_the_same(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows without developer mode has no symlinks; a USB stick has not even second names."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("not here")

    monkeypatch.setattr(Path, "symlink_to", refuse)
    fetch(tmp_path)
    path = kept(tmp_path).find(BIG)
    assert path is not None and not path.is_symlink() and content(tmp_path) == WEIGHTS
    assert kept(tmp_path).digest_of(path) == hashlib.sha256(WEIGHTS).hexdigest()
    assert _states(tmp_path) == ["right", "right"]
    assert remove(toy_card(), tmp_path, cache=tmp_path / "none").freed == TOTAL

    monkeypatch.setattr(hub_cache.os, "link", refuse)
    fetch(tmp_path)
    assert content(tmp_path) == WEIGHTS and _states(tmp_path) == ["unknown", "unknown"]
    assert remove(toy_card(), tmp_path, cache=tmp_path / "none").freed == TOTAL


def test_removing_frees_what_was_fetched_and_nothing_else(hub: FakeHub, tmp_path: Path) -> None:
    cache = tmp_path / "none"
    begin(tmp_path)
    assert remove(toy_card(), tmp_path, cache=cache).freed > 1_000_000 and not parts(tmp_path)
    own = folder_of(toy_card(), tmp_path) / SMALL
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    fetch(tmp_path)
    assert is_ours(toy_card(), tmp_path, BIG) and not is_ours(toy_card(), tmp_path, SMALL)
    done = remove(toy_card(), tmp_path, cache=cache)
    assert (done.freed, done.left) == (len(WEIGHTS), (own,))
    assert own.read_bytes() == b"mine" and not kept(tmp_path).root.exists()
    assert remove(toy_card(), tmp_path, cache=cache).freed == 0


def test_a_blob_that_another_file_needs_stays(hub: FakeHub, tmp_path: Path) -> None:
    fetch(tmp_path)
    commit = kept(tmp_path).root / "snapshots" / hub.commit
    (commit / "copy.safetensors").symlink_to(os.readlink(commit / BIG).removeprefix("../"))
    assert remove(toy_card(), tmp_path, cache=tmp_path / "none").freed == len(CONFIG)
    assert (commit / "copy.safetensors").read_bytes() == WEIGHTS


def _states(home: Path, sha256: str | None = None) -> list[str]:
    found = verify(toy_card(sha256), home, cache=home / "none")
    return [step.state for step in found if isinstance(step, FileState)]


def test_verify_knows_right_damaged_missing_and_unknown(hub: FakeHub, tmp_path: Path) -> None:
    assert _states(tmp_path) == ["missing", "missing"]
    fetch(tmp_path)
    assert _states(tmp_path) == ["right", "right"]
    blob = kept(tmp_path).root / "blobs" / etag(WEIGHTS, large=True)
    blob.write_bytes(b"\0" * len(WEIGHTS))
    assert _states(tmp_path) == ["damaged", "right"]
    remove(toy_card(), tmp_path, names=[BIG], cache=tmp_path / "none")
    own = folder_of(toy_card(), tmp_path) / BIG
    own.parent.mkdir(parents=True)
    own.write_bytes(b"mine")
    assert _states(tmp_path) == ["unknown", "right"]
    assert _states(tmp_path, hashlib.sha256(WEIGHTS).hexdigest()) == ["damaged", "right"]
