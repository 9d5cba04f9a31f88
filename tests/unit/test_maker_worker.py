"""Whichever model a job asks for: the worker's engine, with the public files in small."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import PIL.Image
import pytest

from engine.data.video import probe
from engine.errors import MissingModel
from engine.models.shelves import Shelves
from studio import stage_hand
from studio.examples import find
from studio.jobs import worker
from studio.jobs.job import Job
from studio.jobs.store import Store
from tests.unit.real_person import write_files, write_models

SMALL: Mapping[str, Any] = {
    "num_frames": 3,
    "num_inference_steps": 1,
    "resolution": 64,
    "retarget": False,
    "guidance_scale": 2.0,
    "seed": 1,
}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with a whole MimicMotion, and a photo and a film beside it."""
    folder = tmp_path_factory.mktemp("home")
    write_models(folder)
    write_files(folder)
    return folder


@pytest.fixture(autouse=True)
def user(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(home))
    monkeypatch.setenv("HF_HUB_CACHE", str(home / "no-cache"))
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")


def test_one_model_is_in_memory_at_a_time(home: Path) -> None:
    shelves = Shelves(home, "cpu")
    large = shelves.of("mimicmotion")
    unet = weakref.ref(large.released().unet)
    assert shelves.of("mimicmotion") is large and unet() is not None
    pocket = shelves.of("pocket")
    assert (pocket.model, unet()) == ("pocket", None)
    detector = weakref.ref(pocket.pose_detector())
    assert shelves.of("mimicmotion") is not large
    gc.collect()
    assert detector() is None


def test_a_rehearsal_is_of_the_person_that_the_model_will_show(home: Path, tmp_path: Path) -> None:
    rehearse = stage_hand.engine(home)
    request = {
        "system": "mimicmotion",
        "image": str(home / "photo.png"),
        "motion": None,
        "dance": "sway",
        "settings": {"resolution": 128, "retarget": False},
    }
    shapes = {}
    for model in ("mimicmotion", "pocket"):
        found = rehearse({**request, "model": model}, tmp_path / f"{model}.webp")
        assert ("paper" in found["findings"]) == (model == "pocket")
        width, height = PIL.Image.open(tmp_path / f"{model}.webp").size
        shapes[model] = height / width
    assert shapes["pocket"] == 1 < shapes["mimicmotion"]


def test_jobs_of_two_models_run_one_after_the_other_and_a_removed_one_fails_alone(
    home: Path,
) -> None:
    store = Store(home)
    make = worker.engine()

    def run(model: str) -> Job:
        if model == "pocket":
            files, words = {"image": find().people["ada"]}, {"dance": "sway"}
        else:
            files, words = {"image": home / "photo.png", "motion": home / "dance.mp4"}, {}
        job = store.add("ann", "mimicmotion", SMALL, files, words, model=model)
        taken = store.take("w")
        assert taken is not None and taken.id == job.id
        assert worker.run(store, taken, make)
        ended = store.get(job.id, "ann")
        assert ended is not None
        return ended

    for model in ("pocket", "mimicmotion", "mimicmotion", "pocket"):
        job = run(model)
        assert (job.state, job.record.get("model")) == ("done", model), job.trouble
        assert probe(job.result).frames == 3
    assert run("mimicmotion").state == "done"
    shutil.rmtree(home / "models/svd")  # while its networks are in memory
    job = run("mimicmotion")
    assert job.state == "failed" and job.trouble.key == "maker_missing"
    assert "Stable Video Diffusion" in job.trouble.why and "Models tab" in job.trouble.fix
    assert run("pocket").state == "done"
    with pytest.raises(MissingModel):
        Shelves(home, "cpu").of("mimicmotion")
