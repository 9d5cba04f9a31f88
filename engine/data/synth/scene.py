"""The canvas on which places are painted, in units of the frame's height."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.synth.look import Colour

Array = NDArray[np.float64]


class Scene:
    """Drawing in units of the frame's height, x = 0 in the middle, y = 0 at the top."""

    def __init__(
        self, size: tuple[int, int], margin: tuple[int, int], floor: float,
        rng: np.random.Generator, colour: Colour | None,
    ) -> None:  # fmt: skip
        w, h = size
        self.canvas = np.zeros((h + 2 * margin[1], w + 2 * margin[0], 4), np.uint8)
        self.px = float(h)
        self.ox, self.oy = margin[0] + w / 2, float(margin[1])
        self.half = self.canvas.shape[1] / 2 / h
        self.rng, self.colour = rng, colour
        self.horizon = floor - 0.17
        self.floor = floor

    def tint(self, colour: Colour, spread: float = 10.0) -> Colour:
        """The colour, a little different for every seed."""
        r, g, b = (int(np.clip(c + self.rng.normal(0, spread), 0, 255)) for c in colour)
        return (r, g, b)

    def _fixed(self, points: Array | list[tuple[float, float]]) -> NDArray[np.int32]:
        p = np.asarray(points, float) * self.px + (self.ox, self.oy)
        return np.round(p * 16).astype(np.int32)

    def poly(self, points: Array | list[tuple[float, float]], colour: Colour) -> None:
        """A filled polygon."""
        cv2.fillPoly(self.canvas, [self._fixed(points)], (*colour, 0), cv2.LINE_8, 4)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        """A filled rectangle."""
        self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def disc(self, x: float, y: float, rx: float, colour: Colour, ry: float | None = None) -> None:
        """A filled circle, or an ellipse when `ry` is given."""
        t = np.linspace(0, 2 * np.pi, 37)[:-1]
        ry = rx if ry is None else ry
        self.poly(np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], -1), colour)

    def gradient(self, top: Colour, bottom: Colour, y0: float = -1.0, y1: float = 2.0,
                 stretch: tuple[float, float] | None = None) -> None:  # fmt: skip
        """Fill the rows from y0 to y1 with a vertical blend that runs over `stretch`."""
        first, last = stretch or (y0, y1)
        rows = (np.arange(self.canvas.shape[0]) - self.oy) / self.px
        chosen = (rows >= y0) & (rows < y1)
        share = np.clip((rows[chosen] - first) / max(last - first, 1e-6), 0, 1)[:, None]
        blend = np.asarray(top) * (1 - share) + np.asarray(bottom) * share
        self.canvas[chosen, :, :3] = np.round(blend)[:, None].astype(np.uint8)

    def glow(self, x: float, y: float, radius: float, colour: Colour, strength: float,
             squash: float = 1.0) -> None:  # fmt: skip
        """Blend a soft round light into the picture."""
        cx, cy, r = x * self.px + self.ox, y * self.px + self.oy, radius * self.px
        h, w = self.canvas.shape[:2]
        x0, x1 = int(np.clip(cx - r, 0, w)), int(np.clip(cx + r, 0, w))
        y0, y1 = int(np.clip(cy - r * squash, 0, h)), int(np.clip(cy + r * squash, 0, h))
        if x1 <= x0 or y1 <= y0:
            return
        xs = ((np.arange(x0, x1) - cx) / r) ** 2
        ys = ((np.arange(y0, y1) - cy) / (r * squash)) ** 2
        soft = np.clip(1 - xs[None] - ys[:, None], 0, 1).astype(np.float32) ** 2 * strength
        region = self.canvas[y0:y1, x0:x1, :3]
        tone = np.asarray(colour, np.float32)
        region[...] = (region + (tone - region) * soft[..., None]).astype(np.uint8)

    def veil(
        self, points: Array | list[tuple[float, float]], colour: Colour, strength: float
    ) -> None:
        """Blend a see-through polygon into the picture."""
        fixed = self._fixed(points)
        x, y, w, h = cv2.boundingRect(np.round(fixed / 16).astype(np.int32))
        x0, y0 = max(x, 0), max(y, 0)
        x1, y1 = min(x + w, self.canvas.shape[1]), min(y + h, self.canvas.shape[0])
        if x1 <= x0 or y1 <= y0:
            return
        layer = self.canvas[y0:y1, x0:x1].copy()
        cv2.fillPoly(
            layer, [fixed - np.array([x0 * 16, y0 * 16], np.int32)], (*colour, 0), cv2.LINE_8, 4
        )
        cv2.addWeighted(layer, strength, self.canvas[y0:y1, x0:x1], 1 - strength, 0,
                        self.canvas[y0:y1, x0:x1])  # fmt: skip

    def pick(self, options: list[Colour]) -> Colour:
        """One of the colours."""
        return options[int(self.rng.integers(len(options)))]

    def spread(self, step: float, jitter: float = 0.3) -> Array:
        """Positions over the whole width, about `step` apart."""
        n = int(np.ceil(2 * (self.half + step) / step)) + 1
        x = (np.arange(n) - n / 2 + 0.5) * step
        return x + self.rng.uniform(-jitter, jitter, n) * step
