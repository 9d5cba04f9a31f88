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
SHAPES = ("auto", "square", "portrait", "landscape")
MEMORIES = ("auto", "cpu", "6gb", "8gb", "12gb", "24gb", "80gb")


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
    shape: str = setting(
        "auto",
        "Shape",
        "Auto takes the photo's shape, or a square with the built-in model. Portrait suits phones.",
        level="basic",
        choices=SHAPES,
        group="picture",
    )
    seed: int = setting(
        -1,
        "Variation",
        "The same number (seed) and settings give the same video. -1 draws a new one.",
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
    guidance_end: float = setting(
        0.0,
        "Guidance at the end",
        "Lets the guidance grow or fall evenly to this over the video. 0 keeps it the same.",
        minimum=0.0,
        maximum=10.0,
        step=0.1,
        group="making",
    )
    noise_augmentation: float = setting(
        0.0,
        "Noise on the photo",
        "Added before the photo is encoded, so that the video may leave it further. The released "
        "program adds none.",
        minimum=0.0,
        maximum=1.0,
        step=0.01,
        group="making",
    )
    fps: float = setting(
        0.0,
        "Frames per second",
        "Of the result. 0 takes about 15, as the model was trained, in the dance's own tempo.",
        minimum=0.0,
        least=1.0,
        maximum=60.0,
        step=1.0,
        group="motion",
    )
    window_size: int = setting(
        0,
        "Window",
        "Frames that the model sees at once. 0 takes what the model was trained with.",
        minimum=0,
        least=2,
        maximum=128,
        step=1,
        group="long",
    )
    overlap: int = setting(
        6,
        "Overlap",
        "Frames that neighbouring windows share, the photo's own counted; more makes smoother "
        "joins and takes longer. 0 and 1 share none of the dance.",
        minimum=0,
        maximum=64,
        step=1,
        group="long",
    )
    fusion: str = setting(
        "triangle",
        "Blend windows by",
        "Triangle is MimicMotion's released way, ramp the paper's; average counts windows alike, "
        "none cuts from one to the next.",
        choices=("triangle", "ramp", "average", "none"),
        group="long",
    )
    spread_windows: bool = setting(
        False,
        "Spread windows evenly",
        "The same overlap everywhere, instead of a longer one at the end.",
        group="long",
    )
    fit: str = setting(
        "crop",
        "Fit the photo by",
        "Crop fills the picture; letterbox keeps all of the photo and adds bars.",
        choices=("crop", "letterbox"),
        group="picture",
    )
    resolution: int = setting(
        0,
        "Resolution",
        "Shorter side of the pictures of a model for real people, in steps of 64. 0 takes 576, as "
        "it was trained; less is quicker. The built-in model has one size.",
        minimum=0,
        maximum=1024,
        step=64,
        group="picture",
    )
    retarget: bool = setting(
        True,
        "Match body size",
        "Scale and move the dance to the body in the photo.",
        group="motion",
    )
    as_published: bool = setting(
        False,
        "Fit as published",
        "Fits photo and dance exactly as MimicMotion's released program does, to compare: the "
        "photo shrinks unsmoothed, and every joint of every frame decides the dance's size.",
        group="motion",
    )
    person: int = setting(
        0,
        "Follow person",
        "Whom to follow in a clip of several people, counted from the left. 0 follows the largest.",
        minimum=0,
        maximum=8,
        step=1,
        group="motion",
        when="own",
    )
    mend: bool = setting(
        True,
        "Mend doubtful poses",
        "Bridge short moments in which the pose was hardly seen, from the frames around them.",
        group="motion",
    )
    smoothing: float = setting(
        0.0,
        "Smoothing",
        "Calms a trembling pose, in frames. 1 is gentle, more makes the dance sluggish.",
        minimum=0.0,
        maximum=4.0,
        step=0.5,
        group="motion",
    )
    confidence: bool = setting(
        True,
        "Dim what is unsure",
        "Draws joints as bright as they are sure, so that wrong ones count less.",
        group="motion",
    )
    face: str = setting(
        "full",
        "Follow the face",
        "The dancer's face points carry some of the dancer's looks; weak or none keeps more of "
        "the photo's face.",
        choices=("full", "weak", "none"),
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
    badge: bool = setting(
        False,
        "Visible mark",
        'Write "AI-generated" in a corner of the video. Its metadata say so in any case.',
        level="basic",
        group="picture",
    )
    paper_person: str = setting(
        "auto",
        "Paper person",
        "The built-in model only knows drawn people. Auto draws a paper person in the "
        "colours of a real photo and takes drawn pictures as they are.",
        choices=("auto", "always", "never"),
        group="picture",
    )
    memory: str = setting(
        "auto",
        "Memory",
        "How much the model may use. Auto looks at the device; less memory is slower.",
        choices=MEMORIES,
        group="making",
    )


SETTINGS: Mapping[str, type] = {"mimicmotion": MimicMotionSettings}
