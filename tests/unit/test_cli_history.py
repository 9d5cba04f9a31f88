"""What the command line says of a video before it is made, and learns from afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import engine.library as library_module
from engine.__main__ import main
from engine.cli.history import History
from engine.exchange.estimate import Estimate
from engine.types import Event, Result

RECORD = {
    "settings": {"quality": "standard", "shape": "auto", "memory": "auto", "seed": 7},
    "frames": 24, "steps": 2, "window": 16, "seconds": 30.0, "peak_bytes": 3 << 29,
    "resumed": False, "inputs": [{"role": "image", "name": "mum.png"}],
}  # fmt: skip
SETTINGS = {"num_frames": 24, "quality": "standard"}


def test_a_video_is_learnt_from_by_its_own_model_and_device_alone(tmp_path: Path) -> None:
    history = History(tmp_path, "mimicmotion", "pocket", "cpu")
    assert history.expected(SETTINGS) == {}
    history.add(RECORD)
    expected = history.expected(SETTINGS)
    assert expected["seconds"] == pytest.approx(30)
    assert expected["peak_bytes"] == pytest.approx(3 << 29, rel=1e-6)
    assert history.expected({**SETTINGS, "num_frames": 96})["seconds"] > 60
    for other in (("pocket", "card"), ("mimicmotion", "cpu")):
        assert History(tmp_path, "mimicmotion", *other).expected(SETTINGS) == {}
    assert "mum" not in (tmp_path / "runs.json").read_text(encoding="utf-8")


def test_a_run_that_went_on_teaches_memory_and_no_time(tmp_path: Path) -> None:
    history = History(tmp_path, "mimicmotion", "mimicmotion", "cpu")
    history.add({**RECORD, "resumed": True})
    assert set(history.expected(SETTINGS)) == {"peak_bytes"}


@pytest.mark.parametrize("text", ["", "{", "[3]", '{"a": 1}'])
def test_a_damaged_list_is_begun_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / "runs.json").write_text(text, encoding="utf-8")
    history = History(tmp_path, "mimicmotion", "pocket", "cpu")
    assert history.expected(SETTINGS) == {}
    history.add(RECORD)
    assert history.expected(SETTINGS)["seconds"] == pytest.approx(30)


def test_where_nothing_can_be_written_nothing_is_learnt(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    history = History(tmp_path / "file", "mimicmotion", "pocket", "cpu")
    history.add(RECORD)
    assert history.expected(SETTINGS) == {}


@pytest.fixture
def given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The arguments of a video, whose user's folder is empty."""
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    words = "generate --system mimicmotion --image a.png --motion disco_night --device cpu --out"
    return [*words.split(), str(tmp_path / "a.mp4")]


def test_an_estimate_learns_from_earlier_videos_as_the_run_itself_does(
    given: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def tried(*_: Any) -> Iterator[Estimate]:
        yield Estimate(8.0, 1 << 30, "cpu", window=16, frames=24)

    monkeypatch.setattr(library_module, "estimate", tried)
    history = History(tmp_path / "home", "mimicmotion", "pocket", "cpu")

    def told(*more: str) -> str:
        assert main([*given, "--estimate", *more]) == 0
        return capsys.readouterr().out.strip()

    assert told() == "about 8 s and 1 GB (memory: cpu); a small piece of it was tried"
    history.add({**RECORD, "resumed": True})
    both = "so earlier videos took here, and a small piece of it was tried"
    assert told() == f"about 8 s and 1.5 GB (memory: cpu); {both}"
    history.add(RECORD)
    learnt = "about 30 s and 1.5 GB (memory: cpu); so earlier videos took here"
    assert told() == learnt
    assert told("--frames", "0") == learnt  # the whole dance: the trial has counted it


def test_the_second_video_is_told_before_and_compared_after(
    given: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def make(system: str, values: Any, inputs: Any, shelf: Any, out: Path, **_: Any) -> Any:
        def run() -> Iterator[Event]:
            yield Result(out, RECORD)

        return run()

    monkeypatch.setattr(library_module, "generate", make)
    out = tmp_path / "a.mp4"
    assert main(given) == 0
    first = capsys.readouterr()
    assert first.err == "" and first.out == f"{out}\n"
    assert main(given) == 0
    told = capsys.readouterr()
    assert "note: This will take about 30 s and 1.5 GB of memory." in told.err
    assert "note: It took 30 s and 1.5 GB of memory. About 30 s and 1.5 GB" in told.err
    assert told.out == f"{out}\n"
    kept = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert kept["expected"]["seconds"] == pytest.approx(30)
