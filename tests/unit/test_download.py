"""Downloads resume, are checked, and fail in words (against a stand-in of the Hub)."""

from __future__ import annotations

import json
import os
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.errors import MissingModel, StudioError
from engine.models import download as module
from engine.models.cards import Hub, ModelCard, Pocket, WeightFile
from engine.models.download import download
from engine.models.resolve import Found, Missing, resolve
from engine.models.verify import FileState, sha256_of, verify
from engine.types import Progress
from tests.fake_hub import FakeHub

WEIGHTS = os.urandom(3_000_000)
CONFIG = b'{"a": 1}'


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeHub]:
    hub = FakeHub({"o/m/sub/net.safetensors": WEIGHTS, "o/m/config.json": CONFIG})
    hub.large.add("o/m/sub/net.safetensors")
    with hub.running():
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield hub


def card(sha256: str | None = None) -> ModelCard:
    files = (
        WeightFile("sub/net.safetensors", len(WEIGHTS), sha256),
        WeightFile("config.json", len(CONFIG)),
    )
    return ModelCard(
        "toy", "Toy", "base", files, Hub("o/m", gated=True), "Toy Licence", "https://x", False
    )


def fetch(home: Path, cache: Path | None = None, **options: object) -> list[Progress]:
    settings: dict = {"card": card(), **options}
    chosen = settings.pop("card")
    return list(download(chosen, home, cache=cache or home / "none", **settings))


def parts(home: Path) -> list[Path]:
    return sorted((home / "models" / "toy").rglob("*.part"))


def test_files_arrive_whole_and_are_found(hub: FakeHub, tmp_path: Path) -> None:
    assert isinstance(resolve(card(), tmp_path, cache=tmp_path / "none"), Missing)
    events = fetch(tmp_path)
    total = len(WEIGHTS) + len(CONFIG)
    assert {e.total for e in events} == {total} and events[-1].step == total
    assert [e.step for e in events] == sorted(e.step for e in events)
    assert len(events) > 4 and events[-1].seconds_left == 0
    found = resolve(card(), tmp_path, cache=tmp_path / "none")
    assert isinstance(found, Found)
    assert found.paths["sub/net.safetensors"].read_bytes() == WEIGHTS
    assert found.paths["config.json"].read_bytes() == CONFIG
    assert not parts(tmp_path)
    receipt = json.loads((tmp_path / "models/toy/receipt.json").read_text())
    assert receipt["repo"] == "o/m" and receipt["commit"].startswith("c0ffee")
    assert fetch(tmp_path) == []  # what is here is not fetched again


def test_a_cancelled_download_goes_on_where_it_stopped(hub: FakeHub, tmp_path: Path) -> None:
    run = download(card(), tmp_path, cache=tmp_path / "none")
    for event in run:
        if event.step >= 1_000_000:
            break
    run.close()
    (part,) = parts(tmp_path)
    kept = part.stat().st_size
    assert 1_000_000 <= kept < len(WEIGHTS)
    missing = resolve(card(), tmp_path, cache=tmp_path / "none")
    assert isinstance(missing, Missing) and "was not finished" in missing.why

    hub.seen.clear()
    events = fetch(tmp_path)
    assert events[0].step == kept
    assert [t.get("range") for t in hub.transfers()] == [f"bytes={kept}-", None]
    assert sha256_of(tmp_path / "models/toy/sub/net.safetensors") == sha256_of_bytes(WEIGHTS)


def sha256_of_bytes(content: bytes) -> str:
    import hashlib

    return hashlib.sha256(content).hexdigest()


def test_broken_connections_are_continued_within_the_call(hub: FakeHub, tmp_path: Path) -> None:
    hub.drops = [700_000, 0, 900_000]
    pauses: list[float] = []
    fetch(tmp_path, pause=pauses.append)
    assert (tmp_path / "models/toy/sub/net.safetensors").read_bytes() == WEIGHTS
    assert pauses == [1.0, 2.0, 1.0]  # longer while nothing comes, short again after new bytes
    ranges = [t.get("range") for t in hub.transfers()]
    assert ranges[1] == ranges[2] == "bytes=700000-" and ranges[3] == "bytes=1600000-"


@pytest.mark.parametrize("drops", [[0] * 9, [500_000] * 40])
def test_a_hopeless_connection_ends_in_words(
    hub: FakeHub, tmp_path: Path, drops: list[int]
) -> None:
    """Also where every try brings bytes, but the server can only begin again."""
    hub.drops, hub.ranges = drops, False
    with pytest.raises(MissingModel, match="connection broke.*what has arrived is kept"):
        fetch(tmp_path, pause=lambda seconds: None)
    assert len(hub.transfers()) <= 1 + module.TRIES


def test_a_server_without_ranges_begins_again(hub: FakeHub, tmp_path: Path) -> None:
    hub.drops, hub.ranges = [700_000], False
    fetch(tmp_path, pause=lambda seconds: None)
    assert (tmp_path / "models/toy/sub/net.safetensors").read_bytes() == WEIGHTS


def test_a_wrong_byte_is_found_and_nothing_is_left(hub: FakeHub, tmp_path: Path) -> None:
    hub.spoil = True
    with pytest.raises(StudioError, match="net.safetensors of 'Toy' arrived damaged"):
        fetch(tmp_path)
    assert not parts(tmp_path) and not (tmp_path / "models/toy/sub/net.safetensors").exists()
    hub.spoil = False
    fetch(tmp_path)
    assert (tmp_path / "models/toy/sub/net.safetensors").read_bytes() == WEIGHTS


def test_a_part_that_was_tampered_with_is_found(hub: FakeHub, tmp_path: Path) -> None:
    run = download(card(), tmp_path, cache=tmp_path / "none")
    next(event for event in run if event.step >= 1_000_000)
    run.close()
    (part,) = parts(tmp_path)
    part.write_bytes(b"\0" + part.read_bytes()[1:])
    with pytest.raises(StudioError, match="arrived damaged"):
        fetch(tmp_path)
    part.parent.mkdir(exist_ok=True)
    part.write_bytes(WEIGHTS + b"more")  # longer than the file can be
    fetch(tmp_path)
    assert (tmp_path / "models/toy/sub/net.safetensors").read_bytes() == WEIGHTS


def test_a_part_of_an_older_version_is_dropped(hub: FakeHub, tmp_path: Path) -> None:
    old = tmp_path / "models/toy/sub" / f"net.safetensors.{'0' * 64}.part"
    old.parent.mkdir(parents=True)
    old.write_bytes(b"old")
    fetch(tmp_path)
    assert not old.exists()


def test_the_hub_must_have_the_file_that_the_card_means(hub: FakeHub, tmp_path: Path) -> None:
    with pytest.raises(StudioError, match="not the one that was expected"):
        fetch(tmp_path, card=card("0" * 64))
    fetch(tmp_path, card=card(sha256_of_bytes(WEIGHTS)))


def test_a_server_that_says_no_hash_is_refused(hub: FakeHub, tmp_path: Path) -> None:
    hub.hashes = False
    with pytest.raises(StudioError, match="does not say its hash.*HF_ENDPOINT"):
        fetch(tmp_path)


def test_gated_terms_and_the_token_stays_with_the_hub(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.gated.add("o/m")
    with pytest.raises(MissingModel, match="terms to be accepted first.*Toy Licence") as caught:
        fetch(tmp_path)
    assert "https://huggingface.co/o/m" in caught.value.fix and "hf auth login" in caught.value.fix
    monkeypatch.setenv("HF_TOKEN", "good")
    hub.seen.clear()
    fetch(tmp_path)
    for method, path, headers in hub.seen:
        assert ("authorization" in headers) == (not path.startswith("/storage/")), (method, path)


def test_a_missing_file(hub: FakeHub, tmp_path: Path) -> None:
    del hub.files["o/m/config.json"]
    with pytest.raises(MissingModel, match="no such file, or hides it: o/m, revision main"):
        fetch(tmp_path)


def test_offline(hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    with pytest.raises(MissingModel, match="stay offline.*Unset HF_HUB_OFFLINE"):
        fetch(tmp_path)
    assert not hub.seen


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(MissingModel, match="cannot be reached.*Check the network"):
        fetch(tmp_path)


def test_a_full_disk_is_seen_before_and_during(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda path: usage(0, 0, 66_000_000))
        with pytest.raises(StudioError, match="3 MB are still to come.* 66 MB left.*STUDIO_HOME"):
            fetch(tmp_path)
        assert not hub.transfers()

    def full(*_: object) -> Iterator[int]:
        raise OSError(28, "No space left on device")
        yield

    monkeypatch.setattr(module, "_transfer", full)
    with pytest.raises(StudioError, match="not enough room"):
        fetch(tmp_path)


def test_two_downloads_of_one_model_do_not_mix(hub: FakeHub, tmp_path: Path) -> None:
    first = download(card(), tmp_path, cache=tmp_path / "none")
    next(first)
    with pytest.raises(StudioError, match="being fetched already"):
        fetch(tmp_path)
    assert list(first)[-1].step == len(WEIGHTS) + len(CONFIG)


def test_only_the_hub_is_downloaded_from(tmp_path: Path) -> None:
    own = ModelCard("p", "P", "pocket", (), Pocket(tmp_path), "Apache-2.0", "", True)
    with pytest.raises(MissingModel, match="does not come from the Hub"):
        fetch(tmp_path, card=own)


def test_verify_knows_right_damaged_missing_and_unknown(hub: FakeHub, tmp_path: Path) -> None:
    def states() -> list[str]:
        return [s.state for s in verify(card(), tmp_path, cache=tmp_path / "none")]

    assert states() == ["missing", "missing"]
    fetch(tmp_path)
    assert states() == ["right", "right"]
    weights = tmp_path / "models/toy/sub/net.safetensors"
    weights.write_bytes(b"\0" * len(WEIGHTS))
    assert states() == ["damaged", "right"]
    (tmp_path / "models/toy/receipt.json").unlink()
    assert states() == ["unknown", "unknown"]
    checked = list(verify(card(sha256_of_bytes(WEIGHTS)), tmp_path, cache=tmp_path / "none"))
    assert checked[0] == FileState("sub/net.safetensors", "damaged")
