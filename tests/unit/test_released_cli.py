"""A film of a real person through the command line, with the public files in small."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.data.video import probe
from tests.unit import tiny_released as tiny
from tests.unit.real_person import write_dwpose, write_files


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A photo, a film of a person, and a user's folder without any weights."""
    folder = tmp_path_factory.mktemp("real")
    write_files(folder)
    return folder


def ordered(files: Path, model: str) -> list[str]:
    options = ["generate", "--system", "mimicmotion", "--model", model, "--device", "cpu"]
    options += ["--image", str(files / "photo.png"), "--motion", str(files / "dance.mp4")]
    for setting in ("num_inference_steps=1", "resolution=64", "retarget=no", "guidance_scale=2"):
        options += ["--set", setting]
    return [*options, "--frames", "3", "--seed", "1", "--out", str(files / "out.mp4")]


def test_what_is_missing_is_named_step_by_step_and_then_it_dances(
    files: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    home = files / "home"
    monkeypatch.setenv("STUDIO_HOME", str(home))
    monkeypatch.setenv("HF_HUB_CACHE", str(files / "no-cache"))

    missing = (
        ("MimicMotion 1.1", "3.05 GB", "academic, research and education", "get mimicmotion`"),
        ("Stable Video Diffusion", "1.46 GB", "Stability AI Community License", "get svd`"),
        ("DWPose", "351 MB", "Apache-2.0", "get dwpose`"),
    )
    for number, words in enumerate(missing):
        assert main(ordered(files, "mimicmotion")) == 2
        told = capsys.readouterr()
        assert all(word in told.err for word in words), told.err
        assert told.out == "" and not (files / "out.mp4").exists()
        if number == 0:
            tiny.write_pth(home / "models/mimicmotion")
        elif number == 1:
            tiny.write_svd(home / "models/svd")

    write_dwpose(home / "models/dwpose")
    assert main(ordered(files, "mimicmotion")) == 0
    told = capsys.readouterr()
    assert told.out.strip() == str(files / "out.mp4")
    assert "learnt 72 frames at once and gets 4 here" in told.err
    made = probe(files / "out.mp4")
    assert (made.width, made.height) == (512, 512)  # 64, and small pictures are shown larger
    record = json.loads((files / "out.json").read_text())
    assert record["model"] == "mimicmotion" and record["frames"] == 3
    assert record["window"] == 72 and record["seed"] == 1
    assert "window_untrained" in [one["key"] for one in record["warning_keys"]]


def test_a_damaged_file_is_explained(
    files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny.write_svd(tmp_path / "svd")
    whole = tiny.write_pth(tmp_path)
    whole.write_bytes(whole.read_bytes()[:5000])
    assert main(ordered(files, str(tmp_path))) == 2
    told = capsys.readouterr().err
    assert "MimicMotion_1-1.pth cannot be read" in told and "cut off after 5 kB" in told
