"""The safety filter of hosts: refused start without weights, failed jobs for flagged frames."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers.pipelines.stable_diffusion.safety_checker import StableDiffusionSafetyChecker
from transformers import CLIPConfig, CLIPImageProcessor

from engine.data.limits import Limits
from engine.data.video_write import write
from engine.errors import BadInput, CheckpointMismatch, MissingModel
from engine.exchange.safety import FILES, FOLDER, SafetyFilter, require_filter, screened
from engine.types import Event, Part, Preview, Progress, Result

ROOT = Path(__file__).resolve().parents[2]
FRAME = np.full((32, 32, 3), 90, np.uint8)


def _checker(folder: Path, threshold: float) -> Path:
    """A tiny random checker in the public one's layout; it objects to everything below 1."""
    torch.manual_seed(0)
    vision = {
        "hidden_size": 16, "intermediate_size": 16, "num_hidden_layers": 1,
        "num_attention_heads": 2, "image_size": 32, "patch_size": 16,
    }  # fmt: skip
    text = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 9}
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=8)
    model = StableDiffusionSafetyChecker(config)
    model.concept_embeds.data.normal_()
    model.special_care_embeds.data.normal_()
    model.concept_embeds_weights.data.fill_(threshold)
    model.special_care_embeds_weights.data.fill_(2.0)
    model.save_pretrained(folder)
    size = {"height": 32, "width": 32}
    CLIPImageProcessor(size={"shortest_edge": 32}, crop_size=size).save_pretrained(folder)
    return folder


def _run(out: Path) -> Iterator[Event]:
    yield Progress(1, 1, "denoise")
    yield Preview(FRAME)
    yield Part(out, 0, 2, 3, 12.0)
    write([FRAME] * 3, out, 15)
    yield Result(out, {"seed": 1})


def test_a_good_result_passes_and_nothing_unseen_before_it(tmp_path: Path) -> None:
    safety = SafetyFilter(_checker(tmp_path / "c", threshold=2.0))
    kinds = [type(one) for one in screened(_run(tmp_path / "a.mp4"), safety, Limits())]
    assert kinds == [Progress, Progress, Result] and (tmp_path / "a.mp4").is_file()


def test_a_flagged_result_fails_in_words_and_is_gone(tmp_path: Path) -> None:
    safety = SafetyFilter(_checker(tmp_path / "c", threshold=-2.0))
    with pytest.raises(BadInput) as caught:
        list(screened(_run(tmp_path / "a.mp4"), safety, Limits()))
    assert caught.value.key == "unsafe_result"
    assert not (tmp_path / "a.mp4").exists()


def test_weights_that_do_not_fit_are_refused(tmp_path: Path) -> None:
    from safetensors.torch import load_file, save_file

    folder = _checker(tmp_path / "c", threshold=0.5)
    state = load_file(folder / "model.safetensors")
    del state["visual_projection.weight"]
    save_file(state, folder / "model.safetensors", {"format": "pt"})
    with pytest.raises(CheckpointMismatch, match="visual_projection"):
        SafetyFilter(folder)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "models" / FOLDER
    folder.mkdir(parents=True)
    (folder / FILES[0]).write_text("{}")
    with pytest.raises(MissingModel, match="model.safetensors, preprocessor_config.json"):
        require_filter(tmp_path)
    for name in FILES:
        (folder / name).write_text("{}")
    assert require_filter(tmp_path) == folder


def test_the_studio_does_not_start_with_a_filter_that_cannot_work(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, capture_output=True, text=True, timeout=200,
        env=os.environ | {"STUDIO_HOME": str(tmp_path), "STUDIO_SAFETY_FILTER": "1"},
    )  # fmt: skip
    assert done.returncode == 2 and "safety filter" in done.stderr
    assert "STUDIO_SAFETY_FILTER=0" in done.stderr and "Traceback" not in done.stderr
