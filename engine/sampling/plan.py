"""What is chosen for one run of a sampler."""

from __future__ import annotations

from dataclasses import dataclass

from engine.sampling.spans import Fusion


@dataclass(frozen=True)
class Plan:
    """How a video is denoised.

    Attributes:
        steps: denoising steps.
        guidance: the guidance scale; 1 runs the conditional half alone.
        guidance_end: the scale at the last frame, to which it changes evenly; None keeps it.
        noise_augmentation: deviation of the noise on the photo, of which the network is told.
        window, overlap: frames of a window and of what neighbours share; where there is a
            reference slot, it counts in both.
        fusion, spread: see `windows.anchored`.
    """

    steps: int
    guidance: float
    window: int
    overlap: int
    fusion: Fusion = "triangle"
    spread: bool = False
    guidance_end: float | None = None
    noise_augmentation: float = 0.0
