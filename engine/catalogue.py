"""What each system can be told; free of torch, so that the screen needs no engine to be built."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.settings import setting

QUALITIES = ("draft", "standard", "best")
QUALITY_STEPS: Mapping[str, Mapping[str, int]] = {
    "pocket": {"draft": 1, "standard": 2, "best": 4},
    "released": {"draft": 10, "standard": 25, "best": 40},
}
"""Denoising steps of each quality, for MimicMotion's built-in model and the public weights."""


@dataclass(frozen=True)
class MimicMotionSettings:
    """The settings of MimicMotion; numbers that the paper fixes are in its spine."""

    num_frames: int = setting(
        24,
        "Length",
        "How many frames to make, at most as many as the dance has. 0 makes the whole dance.",
        level="basic",
        minimum=0,
        maximum=9000,
        step=1,
        unit="frames",
    )
    quality: str = setting(
        "standard",
        "Quality",
        "Draft is quickest; best takes the most steps.",
        level="basic",
        choices=QUALITIES,
    )
    seed: int = setting(
        -1,
        "Seed",
        "The same seed and settings give the same video. -1 draws a new one.",
        minimum=-1,
        maximum=2**31 - 1,
        step=1,
        level="basic",
        empty=-1,
    )
    num_inference_steps: int = setting(
        0,
        "Steps",
        "Denoising steps. 0 takes as many as the quality says.",
        minimum=0,
        maximum=100,
        step=1,
        group="making",
    )
    guidance_scale: float = setting(
        0.0,
        "Guidance",
        "How strictly photo and pose are followed. 0 takes what suits the model, 1 is none.",
        minimum=0.0,
        maximum=10.0,
        step=0.1,
        group="making",
    )
    fps: float = setting(
        0.0,
        "Frames per second",
        "Of the result. 0 takes about 15, as the model was trained, in the dance's own tempo.",
        minimum=0.0,
        maximum=60.0,
        step=1.0,
        group="motion",
    )
    window_size: int = setting(
        0,
        "Window",
        "Frames that the model sees at once. 0 takes what the model was trained with.",
        minimum=0,
        maximum=128,
        step=1,
        group="long",
    )
    overlap: int = setting(
        6,
        "Overlap",
        "Frames that neighbouring windows share; more makes smoother joins and takes longer.",
        minimum=1,
        maximum=64,
        step=1,
        group="long",
    )
    fit: str = setting(
        "crop",
        "Fit the photo by",
        "Crop fills the picture; letterbox keeps all of the photo and adds bars.",
        choices=("crop", "letterbox"),
        group="picture",
    )
    retarget: bool = setting(
        True,
        "Match body size",
        "Scale and move the dance to the body in the photo.",
        group="motion",
    )
    keep_audio: bool = setting(
        True,
        "Keep the sound",
        "Put the driving clip's sound into the result.",
        level="basic",
        group="motion",
        when="video",
    )
    paper_person: str = setting(
        "auto",
        "Paper person",
        "The built-in pocket model only knows drawn people. Auto draws a paper person in the "
        "colours of a real photo and takes drawn pictures as they are.",
        choices=("auto", "always", "never"),
        group="picture",
    )


SETTINGS: Mapping[str, type] = {"mimicmotion": MimicMotionSettings}
