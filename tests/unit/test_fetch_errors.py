"""What can go wrong with a download is said in words (with a stand-in Hub)."""

from __future__ import annotations

import os
import pickle
import string
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from toy_model import BIG, WEIGHTS, begin, content, fetch, kept, parts, toy_card, toy_hub

from engine.errors import MissingModel
from engine.models.cards import ByHand, ModelCard, Pocket
from engine.models.download import TRIES
from engine.models.hub_errors import MESSAGES, FetchError, Kind
from tests.fake_hub import FakeHub, etag


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    with toy_hub().running() as one:
        monkeypatch.setenv("HF_ENDPOINT", one.endpoint)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield one


def refused(home: Path, card: ModelCard | None = None, **options: object) -> FetchError:
    with pytest.raises(FetchError) as caught:
        fetch(home, card, pause=lambda seconds: None, **options)
    assert "{" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize("drops", [[0] * 9, [500_000] * 40])
def test_a_hopeless_connection(hub: FakeHub, tmp_path: Path, drops: list[int]) -> None:
    """Also where every try brings bytes, but the server can only begin again."""
    hub.drops, hub.ranges = drops, False
    error = refused(tmp_path)
    assert error.kind == "unreachable" and "what has arrived is kept" in error.fix
    assert len(hub.transfers()) <= 1 + TRIES


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    error = refused(tmp_path)
    assert error.kind == "unreachable" and "Check the network" in error.fix


def test_set_to_stay_offline(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    error = refused(tmp_path)
    assert error.kind == "offline" and "Unset HF_HUB_OFFLINE" in error.fix and not hub.seen


def test_a_server_in_trouble(hub: FakeHub, tmp_path: Path) -> None:
    hub.refusals = [503] * 40
    error = refused(tmp_path)
    assert error.kind == "server" and "503" in error.why


def test_gated_without_a_token(hub: FakeHub, tmp_path: Path) -> None:
    hub.gated.add("o/m")
    error = refused(tmp_path)
    assert error.kind == "gated" and "Toy Licence" in error.why
    assert "https://huggingface.co/o/m" in error.fix and "HF_TOKEN" in error.fix


@pytest.mark.parametrize("by_environment", [True, False])
def test_a_token_is_shown_to_the_hub_and_to_nobody_else(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_environment: bool
) -> None:
    hub.gated.add("o/m")
    hub.moved.add("o/m/config.json")  # the Hub redirects the transfer, without having said so
    if by_environment:
        monkeypatch.setenv("HF_TOKEN", "good")
        fetch(tmp_path)
    else:
        fetch(tmp_path, token="good")
    assert sum(path.startswith("/storage/") for _, path, _ in hub.seen) == 2
    for method, path, headers in hub.seen:
        assert ("authorization" in headers) == (not path.startswith("/storage/")), (method, path)
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"good" not in written.replace(WEIGHTS, b"")


def test_a_wrong_token(hub: FakeHub, tmp_path: Path) -> None:
    hub.gated.add("o/m")
    error = refused(tmp_path, token="mistyped")
    assert error.kind == "wrong_token" and "settings/tokens" in error.fix
    assert "mistyped" not in str(error) + repr(error.values)


def test_an_account_that_has_not_accepted_the_terms(hub: FakeHub, tmp_path: Path) -> None:
    hub.gated.add("o/m")
    error = refused(tmp_path, token="stranger")
    assert error.kind == "not_accepted" and "same account" in error.fix


def test_no_such_repository_revision_or_file(hub: FakeHub, tmp_path: Path) -> None:
    assert refused(tmp_path, toy_card(repo="o/gone")).kind == "no_repo"
    assert refused(tmp_path, toy_card(revision="v9")).kind == "no_revision"
    del hub.files["o/m/config.json"]
    error = refused(tmp_path)
    assert error.kind == "no_file" and "config.json" in error.what


def test_a_wrong_byte_is_found_and_nothing_is_left(hub: FakeHub, tmp_path: Path) -> None:
    hub.spoil = True
    error = refused(tmp_path)
    assert error.kind == "damaged" and "net.safetensors of 'Toy'" not in error.why
    assert not parts(tmp_path) and kept(tmp_path).find(BIG) is None
    hub.spoil = False
    fetch(tmp_path)
    assert content(tmp_path) == WEIGHTS


def test_a_server_that_ends_early_every_time(hub: FakeHub, tmp_path: Path) -> None:
    hub.short = 1000
    assert refused(tmp_path).kind == "unreachable"
    assert kept(tmp_path).find(BIG) is None
    hub.short = 0
    hub.seen.clear()
    fetch(tmp_path)
    assert content(tmp_path) == WEIGHTS
    assert hub.transfers()[0]["range"] == f"bytes={len(WEIGHTS) - 1000}-"


def test_a_part_that_was_tampered_with_is_found(hub: FakeHub, tmp_path: Path) -> None:
    part = begin(tmp_path)
    part.write_bytes(b"\0" + part.read_bytes()[1:])
    assert refused(tmp_path).kind == "damaged"
    part.write_bytes(WEIGHTS + b"more")  # longer than the file can be
    fetch(tmp_path)
    assert content(tmp_path) == WEIGHTS


def test_the_hub_must_have_the_file_that_the_card_means(hub: FakeHub, tmp_path: Path) -> None:
    assert refused(tmp_path, toy_card("0" * 64)).kind == "changed"
    fetch(tmp_path, toy_card(etag(WEIGHTS, large=True)))


def test_a_file_that_changes_on_the_hub_meanwhile(hub: FakeHub, tmp_path: Path) -> None:
    hub.drops = [700_000]

    def pause(_: float) -> None:
        hub.files[f"o/m/{BIG}"] = os.urandom(3_000_000)

    with pytest.raises(FetchError) as caught:
        fetch(tmp_path, pause=pause)
    assert caught.value.kind == "changed"


def test_a_server_that_says_no_hash_is_refused(hub: FakeHub, tmp_path: Path) -> None:
    hub.hashes = False
    error = refused(tmp_path)
    assert error.kind == "no_hash" and "HF_ENDPOINT" in error.fix


def test_too_little_room_is_said_before_the_first_byte(hub: FakeHub, tmp_path: Path) -> None:
    error = refused(tmp_path, free=lambda folder: 66_000_000)
    assert error.kind == "disk_full"
    assert "3 MB are still to come" in error.why and " 66 MB left" in error.why
    assert "STUDIO_HOME" in error.fix and not hub.transfers()
    part = begin(tmp_path)
    needed = len(WEIGHTS) - part.stat().st_size
    fetch(tmp_path, free=lambda folder: 64_100_000 + needed)  # only what is still to come counts


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of two megabytes."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(disk)]
    if os.name != "posix" or os.geteuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("only an administrator can mount a small disk")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


def test_a_disk_that_fills_up_meanwhile(hub: FakeHub, small_disk: Path) -> None:
    """Another program took the room after it was looked at."""
    error = refused(small_disk, free=lambda folder: 10**12)
    assert error.kind == "disk_full" and kept(small_disk).find(BIG) is None
    assert len(parts(small_disk)) == 1  # what has arrived is kept
    for path in small_disk.rglob("*.part"):
        assert WEIGHTS.startswith(path.read_bytes())


def test_a_disk_that_may_not_be_written(hub: FakeHub, tmp_path: Path) -> None:
    fetch(tmp_path)
    blobs = kept(tmp_path).root / "blobs"
    for path in [kept(tmp_path).root / "snapshots" / hub.commit / BIG, *blobs.iterdir()]:
        path.unlink()
    blobs.rmdir()
    blobs.write_text("a file in the way")
    error = refused(tmp_path)
    assert error.kind == "not_written" and "may be written" in error.fix


@pytest.mark.parametrize("source", [Pocket(Path("x")), ByHand("https://x/by-hand")])
def test_only_the_hub_is_downloaded_from(tmp_path: Path, source: Pocket | ByHand) -> None:
    own = ModelCard("p", "P", "pocket", (), source, "Apache-2.0", "", True)
    error = refused(tmp_path, own)
    assert error.kind == "no_source" and isinstance(error, MissingModel)


def test_a_look_fetches_nothing(hub: FakeHub, tmp_path: Path) -> None:
    environment = os.environ | {"STUDIO_HOME": str(tmp_path)}
    subprocess.run(
        [sys.executable, "-m", "engine", "models", "list"], check=True, env=environment,
        capture_output=True,
    )  # fmt: skip
    assert not hub.seen


def test_errors_cross_the_border_of_a_process(hub: FakeHub, tmp_path: Path) -> None:
    error = refused(tmp_path, toy_card(repo="o/gone"))
    again = pickle.loads(pickle.dumps(error))
    assert (again.kind, again.what, again.values) == (error.kind, error.what, error.values)


@pytest.mark.parametrize("kind", MESSAGES)
def test_every_message_is_complete(kind: Kind) -> None:
    for words in MESSAGES[kind]:
        assert words and words[-1] in ".!"
        for _, name, _, _ in string.Formatter().parse(words):
            assert name is None or name.isidentifier()
