"""Cards tell the truth, and their files are found or asked for in words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.amounts import memory_in_words, size_in_words
from engine.errors import CheckpointMismatch, MissingModel
from engine.models.cards import (
    CARDS,
    ByHand,
    Hub,
    LocalFile,
    ModelCard,
    Pocket,
    WeightFile,
    pocket_cards,
    with_needs,
)
from engine.models.resolve import Found, Missing, default_home, require, resolve
from engine.models.table import markdown
from engine.models.verify import FileState, verify


def put(path: Path, content: bytes = b"weights") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def states(card: ModelCard, home: Path, cache: Path | None = None) -> list[str]:
    found = verify(card, home, cache=cache)
    return [step.state for step in found if isinstance(step, FileState)]


def in_cache(cache: Path, repo: str, name: str, content: bytes, etag: str) -> Path:
    """A file as huggingface_hub caches it: a link from the snapshot to a blob named by its hash."""
    root = cache / f"models--{repo.replace('/', '--')}"
    commit = "c" * 40
    blob = put(root / "blobs" / etag, content)
    put(root / "refs" / "main", commit.encode())
    link = root / "snapshots" / commit / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(blob)
    return link


def test_every_card_is_complete_and_its_needs_exist() -> None:
    for key, card in CARDS.items():
        assert card.key == key and card.title and card.licence and card.note
        assert card.licence_url.startswith("https://") and card.files
        assert all(file.bytes > 400 and not file.name.startswith("/") for file in card.files)
        assert {need.key for need in with_needs(card)} >= {key, *card.needs}
        assert all(len(file.sha256) == 64 for file in card.files if file.sha256)
    assert not CARDS["mimicmotion"].commercial and CARDS["dwpose"].commercial
    assert [c.key for c in with_needs(CARDS["mimicmotion"])] == ["mimicmotion", "svd", "dwpose"]


def test_no_two_cards_share_a_file() -> None:
    """So that fetching or removing one cannot disturb another."""
    files = [(card.source, file.name) for card in CARDS.values() for file in card.files]
    assert len(files) == len(set(files))


def test_sizes_of_the_published_files() -> None:
    """specs/mimicmotion.md a.8."""
    assert CARDS["mimicmotion"].bytes == 3_049_867_447
    assert CARDS["dwpose"].bytes == 216_746_733 + 134_399_116
    sizes = {file.name: file.bytes for file in CARDS["svd"].files}
    assert sizes["vae/diffusion_pytorch_model.fp16.safetensors"] == 195_531_910
    assert sizes["image_encoder/model.fp16.safetensors"] == 1_264_217_240
    assert sizes["unet/config.json"] == 984 and not any("unet/diff" in name for name in sizes)
    together = sum(card.bytes for card in with_needs(CARDS["mimicmotion"]))
    assert size_in_words(together) == "4.86 GB"


def test_a_missing_model_says_size_licence_and_command(tmp_path: Path) -> None:
    with pytest.raises(MissingModel) as caught:
        require(CARDS["dwpose"], tmp_path, cache=tmp_path / "cache")
    error = caught.value
    assert error.what == "The model 'DWPose' is not on this machine (351 MB, licence: Apache-2.0)."
    assert "yolox_l.onnx, dw-ll_ucoco_384.onnx" in error.why
    assert "python -m engine models get dwpose" in error.fix
    assert str(tmp_path / "models" / "dwpose") in error.fix and "yzd-v/DWPose" in error.fix

    with pytest.raises(MissingModel) as caught:
        require(CARDS["svd"], tmp_path, cache=tmp_path / "cache")
    assert "1.46 GB" in caught.value.what
    assert caught.value.fix.startswith("Accept the terms at https://huggingface.co/stabilityai/")


def test_files_are_found_in_the_home_and_in_the_cache_together(tmp_path: Path) -> None:
    home, cache, card = tmp_path / "home", tmp_path / "cache", CARDS["dwpose"]
    one = put(home / "models/dwpose/yolox_l.onnx")
    found = resolve(card, home, cache=cache)
    assert isinstance(found, Missing)
    assert [file.name for file in found.files] == ["dw-ll_ucoco_384.onnx"]
    with pytest.raises(MissingModel, match=r"\(134 MB, "):  # only what is still to come
        require(card, home, cache=cache)

    two = in_cache(cache, "yzd-v/DWPose", "dw-ll_ucoco_384.onnx", b"abc", "0" * 64)
    found = require(card, home, cache=cache)
    assert found.paths == {"yolox_l.onnx": one, "dw-ll_ucoco_384.onnx": two}
    assert states(card, home, cache) == ["damaged", "damaged"]


def test_an_empty_file_is_missing(tmp_path: Path) -> None:
    put(tmp_path / "models/mimicmotion/MimicMotion_1-1.pth", b"")
    found = resolve(CARDS["mimicmotion"], tmp_path, cache=tmp_path / "cache")
    assert isinstance(found, Missing)


def test_an_unfinished_download_is_said(tmp_path: Path) -> None:
    unfinished = tmp_path / "models/models--tencent--MimicMotion/unfinished"
    put(unfinished / "MimicMotion_1-1.pth.abc.part", b"x" * 5_000_000)
    put(unfinished / "MimicMotion_1.pth.abc.part", b"x" * 9_000_000)
    found = resolve(CARDS["mimicmotion"], tmp_path, cache=tmp_path / "cache")
    assert isinstance(found, Missing) and "not finished; 5 MB are here" in found.why


def test_resolving_never_uses_the_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr("socket.socket.connect", refuse)
    for card in CARDS.values():
        assert isinstance(resolve(card, tmp_path, cache=tmp_path / "cache"), Missing)


def test_what_is_fetched_by_hand_says_where_from_and_where_to(tmp_path: Path) -> None:
    card = CARDS["mimicmotion-posenet"]
    assert isinstance(card.source, ByHand)
    with pytest.raises(MissingModel) as caught:
        require(card, tmp_path)
    assert card.source.url in caught.value.fix
    assert str(tmp_path / "models" / card.key) in caught.value.fix
    path = put(tmp_path / "models" / card.key / "mimic_motion_pose_net.safetensors")
    assert require(card, tmp_path).path == path


def test_the_table_of_the_docs_is_that_of_the_cards() -> None:
    """`python -m engine models list --markdown` prints it."""
    text = (Path(__file__).parents[2] / "docs" / "models.md").read_text(encoding="utf-8")
    assert markdown(CARDS.values()) in text.replace(_pocket_row(text), "")


def _pocket_row(text: str) -> str:
    """The row of the built-in weights; its size changes with every training."""
    (row,) = [line for line in text.splitlines() if line.startswith("| `pocket`")]
    return row + "\n"


def test_local_files(tmp_path: Path) -> None:
    path = tmp_path / "mine.safetensors"
    card = ModelCard(
        "mine", "Mine", "base", (WeightFile("x", 1),), LocalFile(path), "own", "", False
    )
    with pytest.raises(MissingModel, match="Put the file at .*mine.safetensors"):
        require(card, tmp_path)
    put(path)
    found = resolve(card, tmp_path)
    assert isinstance(found, Found) and found.path == path


def test_home_is_the_users_choice(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path))
    assert default_home() == tmp_path
    put(tmp_path / "models/mimicmotion/MimicMotion_1-1.pth")
    assert isinstance(resolve(CARDS["mimicmotion"]), Found)
    monkeypatch.delenv("STUDIO_HOME")
    assert default_home() == Path.home() / ".pirouette"


def test_pocket_cards_are_read_from_their_files(tmp_path: Path) -> None:
    facts = {
        "key": "pocket/net",
        "title": "Pocket net",
        "config": {"width": 4},
        "files": [{"name": "net-1-of-1.safetensors", "bytes": 7, "sha256": "0" * 64}],
    }
    put(tmp_path / "net.json", json.dumps(facts).encode())
    (card,) = pocket_cards(tmp_path).values()
    assert (card.key, card.system, card.bytes) == ("pocket/net", "pocket", 7)
    assert card.group == "built-in" and card.source == Pocket(tmp_path) and card.facts == facts
    with pytest.raises(MissingModel, match="make pocket"):
        require(card, tmp_path)
    put(tmp_path / "net-1-of-1.safetensors")
    assert isinstance(resolve(card, tmp_path), Found)
    assert states(card, tmp_path) == ["damaged"]
    put(tmp_path / "net.json", b'{"key": ')
    with pytest.raises(CheckpointMismatch, match="net.json, cannot be read"):
        pocket_cards(tmp_path)


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "1 kB"), (412_730, "413 kB"), (351_145_849, "351 MB"), (3_049_867_447, "3.05 GB")],
)
def test_sizes_in_words(count: int, words: str) -> None:
    assert size_in_words(count) == words


@pytest.mark.parametrize(
    ("gigabytes", "words"), [(0.04, "41 MB"), (0.94, "0.9 GB"), (7.99, "8 GB"), (23.46, "23.5 GB")]
)
def test_memory_in_words(gigabytes: float, words: str) -> None:
    assert memory_in_words(int(gigabytes * 2**30)) == words


def test_hub_pages() -> None:
    assert Hub("o/m").url == "https://huggingface.co/o/m"
