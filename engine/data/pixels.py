"""Between the levels that files hold and the numbers that networks see."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor


def to_pixels(rgb: NDArray[np.uint8], device: torch.device | str = "cpu") -> Tensor:
    """RGB uint8 `... h w 3` to pixels `... 3 h w` in [-1, 1], float32.

    The array is copied, so it may be read-only or mapped from a file.
    """
    levels = torch.tensor(np.ascontiguousarray(rgb), device=device)
    return levels.movedim(-1, -3).float() / 127.5 - 1


def to_rgb(pixels: Tensor) -> NDArray[np.uint8]:
    """Pixels `... 3 h w`, clamped to [-1, 1], to RGB uint8 `... h w 3`, rounded."""
    levels = (pixels.float().clamp(-1, 1) + 1) * 127.5
    return levels.round().byte().movedim(-3, -1).cpu().numpy()
