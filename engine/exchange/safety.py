"""A host's safety filter: finished frames go through Stable Diffusion's safety checker.

The checker's weights (CLIP ViT-L/14 with 20 concepts, 1.2 GB) are not ours and not fetched by
themselves: a host puts them into `<home>/models/safety-checker`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data import video
from engine.data.limits import Limits
from engine.errors import BadInput, CheckpointMismatch, MissingModel
from engine.types import Event, Part, Preview, Progress, Result

FOLDER = "safety-checker"
FILES = ("config.json", "model.safetensors", "preprocessor_config.json")
SOURCE = "https://huggingface.co/CompVis/stable-diffusion-safety-checker"
_BATCH = 8


def require_filter(home: Path) -> Path:
    """The folder of the checker's files; raises MissingModel when one is not there."""
    folder = home / "models" / FOLDER
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise MissingModel(
            "The safety filter is switched on, and its weights are not on this machine.",
            "Not found in {folder}: {names}.",
            "Put the files of {source} there (model.safetensors, not a pickle), or switch the "
            "filter off with STUDIO_SAFETY_FILTER=0.",
            key="no_safety_filter",
            folder=folder,
            names=", ".join(missing),
            source=SOURCE,
        )
    return folder


class SafetyFilter:
    """The checker, loaded strictly from a folder.

    Raises CheckpointMismatch when the weights are not all there or do not fit.
    """

    def __init__(self, folder: Path, device: str = "cpu") -> None:
        import torch
        from diffusers.pipelines.stable_diffusion.safety_checker import (
            StableDiffusionSafetyChecker,
        )
        from transformers import CLIPImageProcessor

        self._torch, self._device = torch, device
        self._processor = CLIPImageProcessor.from_pretrained(folder, local_files_only=True)
        loaded: Any = StableDiffusionSafetyChecker.from_pretrained(
            folder, local_files_only=True, use_safetensors=True, output_loading_info=True
        )
        model, report = loaded
        wrong = sorted({*map(str, report["missing_keys"]), *map(str, report["mismatched_keys"])})
        if wrong:
            raise CheckpointMismatch(
                "The weights of the safety filter do not fit.",
                "Missing or of another shape: {names}.",
                "Get the files of {source} again.",
                key="safety_filter_wrong",
                names=", ".join(wrong[:5]),
                source=SOURCE,
            )
        self._model = model.eval().to(device)

    def flags(self, frames: list[NDArray[np.uint8]]) -> bool:
        """Whether the checker objects to one of the frames (`h w 3` RGB)."""
        pixels = self._processor(images=frames, return_tensors="pt").pixel_values
        with self._torch.inference_mode():
            _, found = self._model(
                clip_input=pixels.to(self._device), images=np.zeros((len(frames), 1, 1, 3))
            )
        return any(found)


def screened(events: Iterator[Event], safety: SafetyFilter, limits: Limits) -> Iterator[Event]:
    """Pass a run's events on, and its result only when no frame of it is flagged.

    Previews and finished pieces are held back, for nobody has looked at them. Raises BadInput for
    a flagged result; its file is removed.
    """
    for event in events:
        if isinstance(event, Preview | Part):
            continue
        if isinstance(event, Result):
            yield Progress(0, 1, "decode")
            _screen(event.path, safety, limits)
        yield event


def _screen(path: Path, safety: SafetyFilter, limits: Limits) -> None:
    with video.read(path, limits=limits) as frames:
        while batch := list(islice(frames, _BATCH)):
            if safety.flags(batch):
                break
        else:
            return
    path.unlink()
    raise BadInput(
        "This video is not shown.",
        "The host's safety filter found something in it that is not for everyone.",
        "Use another picture or another dance. The filter can be wrong; the host can tell.",
        key="unsafe_result",
    )
