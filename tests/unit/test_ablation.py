"""Ablations: the same people and seeds with and without an idea, and a table that says so."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from engine.catalogue import MimicMotionSettings
from engine.data import synth
from engine.errors import BadInput
from engine.evaluate import heldout
from engine.evaluate.ablation import ABLATIONS, corrupt, ideas, markdown, table
from engine.evaluate.metrics import masked_error, ssim
from engine.library import Library, ablate, evaluate
from engine.types import Result


def test_spoilt_poses_are_wrong_where_they_say_so() -> None:
    poses = synth.dance_poses("sway", 60, 15.0)
    poses.score[:] = 0.9
    spoilt = corrupt(poses, 0.15, seed=1)
    moved = np.abs(spoilt.keypoints - poses.keypoints).max(axis=-1) > 0
    assert np.array_equal(moved, spoilt.score < 0.9)
    assert 0.1 < moved.mean() < 0.2
    assert (spoilt.score > 0.3).all()
    assert np.array_equal(corrupt(poses, 0.15, seed=1).keypoints, spoilt.keypoints)
    assert not np.array_equal(corrupt(poses, 0.15, seed=2).keypoints, spoilt.keypoints)


def test_the_table_compares_in_pairs() -> None:
    rows = [
        {"variant": name, "person": person, "seed": 0, "psnr": 20.0 + person + bonus}
        for person in range(4)
        for name, bonus in (("plain", 0.0), ("better", 0.5))
    ]
    found = table(rows)
    assert found["plain"]["psnr"]["mean"] == 21.5 and found["plain"]["psnr"]["gain"] == 0
    assert found["better"]["psnr"]["gain"] == 0.5  # far smaller than the spread, and yet certain
    assert found["better"]["psnr"]["gain_error"] == 0
    text = markdown(found, "a title")
    assert "| better | 22 ± 1.1 (+0.5 ± 0) |" in text


def test_ssim_and_the_error_inside_a_mask() -> None:
    frames = np.random.default_rng(0).integers(0, 256, (2, 32, 32, 3)).astype(np.uint8)
    assert ssim(frames, frames) == pytest.approx(1.0)
    assert ssim(frames, frames[:, ::-1]) < 0.5
    other, mask = frames.copy(), np.zeros((2, 32, 32))
    other[:, :4] ^= 8
    mask[:, :8] = 1
    assert masked_error(other, frames, mask) == 4
    assert np.isnan(masked_error(other, frames, np.zeros((2, 32, 32))))


def test_an_ablation_writes_rows_and_table(tmp_path: Path) -> None:
    out = tmp_path / "report.json"
    library = Library(tmp_path, "cpu")
    values = {"quality": "draft"}
    *_, done = ablate("mimicmotion", values, "confidence", library, out, people=1, seeds=1)
    assert isinstance(done, Result)
    report = json.loads(out.read_text())
    assert report["model"] == "pocket"
    names = [variant.name for variant in ABLATIONS["confidence"].variants]
    assert [row["variant"] for row in report["rows"]] == names
    assert set(report["table"]) == set(names)
    psnr = [row["psnr"] for row in report["rows"]]
    assert psnr[0] != psnr[1]
    assert out.with_suffix(".md").read_text().startswith("## confidence: 1 people, 1 seeds")
    with pytest.raises(BadInput, match="cannot be run"):
        list(ablate("mimicmotion", {}, "training", library, out))


def test_the_ideas_are_added_one_after_the_other() -> None:
    usual = {"confidence": True, "fusion": MimicMotionSettings().fusion, "weights": "hands"}
    seen = [
        {**usual, **variant.settings, "weights": variant.weights or "hands"}
        for variant in ideas("without").variants
    ]
    changed = [
        {key for key in usual if before[key] != after[key]} for before, after in pairwise(seen)
    ]
    assert changed == [{"weights"}, {"confidence"}, {"fusion"}]
    assert seen[-1] == usual


def test_a_report_says_which_model_was_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = np.zeros((3, 8, 8, 3), np.uint8)
    trial = heldout.Trial(1, frames[0], frames, frames, {"psnr": 20.0})
    monkeypatch.setattr(heldout, "trials", lambda *_, **__: iter([trial]))
    library = Library(tmp_path, "cpu")
    *_, done = evaluate("mimicmotion", {}, library, tmp_path / "report.json", people=1)
    assert isinstance(done, Result)
    report = json.loads((tmp_path / "report.json").read_text())
    assert (report["model"], report["summary"]["psnr"]["mean"]) == (library.model_name, 20.0)
