"""What importing the engine costs: torch and the base classes of diffusers, nothing heavier."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = (  # seconds each, and needed by single functions alone
    "controlnet_aux",
    "diffusers.hooks",
    "diffusers.pipelines",
    "diffusers.training_utils",
    "gradio",
    "insightface",
    "onnxruntime",
    "peft",
    "scipy",
    "segment_anything",
    "torchmetrics",
    "torchvision",
    "transformers.modeling_utils",
    "transformers.models",
)
ALSO_TORCH = ("torch", "diffusers", "transformers", "numpy", "cv2", "av")


LOADED = """engine.library
from engine.papers.mimicmotion import load
load(engine.library.Library(device="cpu"))
"""
"""With the built-in networks in memory."""


@pytest.mark.parametrize(
    ("module", "absent"),
    [("engine", HEAVY + ALSO_TORCH), (LOADED, HEAVY)],
    ids=["engine", "loaded"],
)
def test_importing_leaves_heavy_packages_alone(module: str, absent: tuple[str, ...]) -> None:
    script = f"import sys, {module}\nprint(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    loaded = set(run.stdout.split())
    assert [name for name in absent if name in loaded] == []
