"""Places to dance: simple, flat, pretty backdrops that are a little wider than the frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.synth.look import Colour, mix, shade

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Backdrop:
    """A painted place with a margin on every side for camera pans.

    Attributes:
        canvas: uint8 `h w 4`, the fourth channel 0.
        margin: (x, y) canvas pixels of margin on each side.
        horizon: share of the frame's height where the floor begins.
    """

    canvas: NDArray[np.uint8]
    margin: tuple[int, int]
    horizon: float

    @staticmethod
    def paint(
        place: str, seed: int, size: tuple[int, int], margin: tuple[int, int], floor: float,
        colour: Colour | None = None,
    ) -> Backdrop:  # fmt: skip
        """Paint a place of BACKGROUNDS for frames of `size` (w, h) canvas pixels."""
        scene = _Scene(size, margin, floor, np.random.default_rng(seed), colour)
        _PLACES[place](scene)
        return Backdrop(scene.canvas, margin, scene.horizon)

    def crop(self, shift: tuple[int, int]) -> NDArray[np.uint8]:
        """What the camera sees when the picture is moved by `shift` canvas pixels; a fresh copy."""
        mx, my = self.margin
        h, w = self.canvas.shape[0] - 2 * my, self.canvas.shape[1] - 2 * mx
        x, y = mx - shift[0], my - shift[1]
        return self.canvas[y : y + h, x : x + w].copy()


class _Scene:
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
        cv2.fillPoly(self.canvas, [self._fixed(points)], (*colour, 0), cv2.LINE_8, 4)

    def box(self, x0: float, y0: float, x1: float, y1: float, colour: Colour) -> None:
        self.poly([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour)

    def disc(self, x: float, y: float, rx: float, colour: Colour, ry: float | None = None) -> None:
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

    def pick(self, options: list) -> Colour:
        return options[int(self.rng.integers(len(options)))]

    def spread(self, step: float, jitter: float = 0.3) -> Array:
        """Positions over the whole width, about `step` apart."""
        n = int(np.ceil(2 * (self.half + step) / step)) + 1
        x = (np.arange(n) - n / 2 + 0.5) * step
        return x + self.rng.uniform(-jitter, jitter, n) * step


def _studio(s: _Scene) -> None:
    base = s.colour or s.pick([(250, 214, 196), (206, 226, 240), (246, 226, 170), (214, 232, 210),
                               (228, 214, 240), (250, 205, 205), (198, 224, 222), (236, 232, 226)])  # fmt: skip
    base = s.tint(base, 6)
    s.gradient(shade(base, -0.06), shade(base, 0.30), stretch=(0, s.horizon))
    s.gradient(shade(base, -0.10), shade(base, 0.02), s.horizon, 3, (s.horizon, 1.1))
    s.glow(0, 0.42, 0.75, (255, 252, 244), 0.55)
    s.glow(0, s.floor, 0.6, (255, 252, 244), 0.35, 0.25)


def _stage(s: _Scene) -> None:
    base = s.tint(s.pick([(58, 38, 92), (36, 48, 98), (88, 34, 66), (28, 66, 84)]), 6)
    s.gradient(shade(base, -0.45), shade(base, 0.10), stretch=(0, s.horizon))
    curtain = shade(base, -0.18)
    for x in s.spread(0.13, 0.0):
        s.poly([(x, -1), (x + 0.05, -1), (x + 0.045, s.horizon), (x + 0.005, s.horizon)], curtain)
    s.gradient(shade(base, 0.22), shade(base, -0.15), s.horizon, 3, (s.horizon, 1.1))
    warm = s.pick([(255, 222, 150), (255, 170, 200), (160, 220, 255)])
    for x in (-0.36, 0.0, 0.36):
        top = x * 1.25
        s.veil([(top - 0.02, -0.05), (top + 0.02, -0.05), (x * 0.35 + 0.24, s.floor), (x * 0.35 - 0.24, s.floor)],
               warm, 0.16)  # fmt: skip
    s.glow(0, s.floor, 0.44, warm, 0.75, 0.17)
    for x in s.spread(0.16, 0.0):
        s.disc(x, 0.015, 0.020, (255, 236, 190))
        s.glow(x, 0.015, 0.06, (255, 226, 160), 0.5)


def _tree(s: _Scene, x: float, y: float, size: float, leaf: Colour) -> None:
    s.box(x - 0.018 * size, y - 0.26 * size, x + 0.018 * size, y, (126, 92, 68))
    for dx, dy, r in (
        (-0.09, -0.30, 0.105),
        (0.09, -0.31, 0.10),
        (0, -0.40, 0.13),
        (0, -0.28, 0.12),
    ):
        s.disc(x + dx * size, y + dy * size, r * size, leaf)
    s.disc(x - 0.045 * size, y - 0.43 * size, 0.06 * size, shade(leaf, 0.16))


def _cloud(s: _Scene, x: float, y: float, size: float, colour: Colour = (255, 253, 250)) -> None:
    for dx, dy, r in ((-0.07, 0.01, 0.038), (0, -0.012, 0.055), (0.07, 0.012, 0.036)):
        s.disc(x + dx * size, y + dy * size, r * size, colour)
    s.box(x - 0.07 * size, y, x + 0.07 * size, y + 0.047 * size, colour)


def _hills(s: _Scene, y: float, height: float, step: float, colour: Colour) -> None:
    x = np.linspace(-s.half - 0.1, s.half + 0.1, 60)
    phase = s.rng.uniform(0, 6.28, 2)
    top = y - height * (
        0.55 + 0.3 * np.sin(x / step + phase[0]) + 0.15 * np.sin(2.3 * x / step + phase[1])
    )
    points = np.concatenate(
        [np.stack([x, top], -1), [[s.half + 0.1, y + 0.6], [-s.half - 0.1, y + 0.6]]]
    )
    s.poly(points, colour)


def _park(s: _Scene) -> None:
    sky = s.tint(s.pick([(170, 216, 240), (186, 224, 244), (250, 220, 190)]), 6)
    s.gradient(sky, shade(sky, 0.55), stretch=(0, s.horizon))
    s.disc(s.rng.uniform(-0.42, 0.42), 0.14, 0.06, (255, 244, 206))
    for x in s.spread(0.5, 0.35):
        _cloud(s, x, s.rng.uniform(0.08, 0.26), s.rng.uniform(0.8, 1.3))
    green = s.tint((150, 196, 128), 8)
    _hills(s, s.horizon, 0.22, 0.22, mix(green, sky, 0.45))
    _hills(s, s.horizon, 0.12, 0.16, mix(green, sky, 0.18))
    for x in s.spread(0.40, 0.22):
        _tree(s, x, s.horizon + 0.01, s.rng.uniform(0.85, 1.25), s.tint(shade(green, -0.14), 8))
    s.gradient(shade(green, 0.12), shade(green, -0.04), s.horizon, 3, (s.horizon, 1.0))
    s.disc(0, s.floor + 0.03, 0.62, (240, 222, 180), 0.085)
    for _ in range(26):
        x, y = s.rng.uniform(-s.half, s.half), s.rng.uniform(s.horizon + 0.02, 1.05)
        s.disc(x, y, 0.007, s.pick([(255, 255, 250), (255, 220, 120), (244, 160, 170)]))


def _street(s: _Scene) -> None:
    sky = s.tint(s.pick([(196, 226, 240), (252, 218, 190), (214, 214, 240)]), 6)
    s.gradient(sky, shade(sky, 0.5), stretch=(0, s.horizon))
    walls = [
        (238, 196, 160),
        (226, 150, 130),
        (244, 220, 176),
        (176, 200, 200),
        (208, 180, 206),
        (190, 204, 176),
    ]
    x = -s.half - 0.2
    while x < s.half + 0.1:
        width = s.rng.uniform(0.24, 0.36)
        top = s.rng.uniform(0.02, 0.24)
        wall = s.tint(s.pick(walls), 6)
        s.box(x, top, x + width, s.horizon, wall)
        s.box(x, top, x + width, top + 0.022, shade(wall, -0.22))
        pane, frame = mix((150, 190, 214), wall, 0.15), shade(wall, 0.5)
        columns = 3 if width > 0.3 else 2
        for row in np.arange(top + 0.06, s.horizon - 0.19, 0.135):
            for c in range(columns):
                cx = x + width * (c + 0.5) / columns
                s.box(cx - 0.032, row, cx + 0.032, row + 0.082, frame)
                s.box(cx - 0.025, row + 0.007, cx + 0.025, row + 0.075, pane)
        awning = s.pick([(214, 92, 84), (70, 130, 140), (240, 176, 80)])
        y = s.horizon - 0.13
        s.box(x + 0.03, y, x + width - 0.03, s.horizon, shade(wall, -0.35))
        stripes = np.linspace(x + 0.02, x + width - 0.02, 9)
        for k in range(8):
            s.box(
                stripes[k],
                y - 0.03,
                stripes[k + 1],
                y + 0.025,
                awning if k % 2 else (252, 246, 236),
            )
        x += width
    s.gradient((206, 200, 198), (188, 182, 186), s.horizon, 3, (s.horizon, 1.0))
    s.box(-s.half - 1, s.horizon, s.half + 1, s.horizon + 0.014, (168, 160, 166))
    for x in s.spread(0.3, 0.0):
        s.poly([(x, s.horizon + 0.014), (x + 0.006, s.horizon + 0.014), (x * 1.5 + 0.009, 1.3), (x * 1.5, 1.3)],
               (180, 173, 178))  # fmt: skip


def _room(s: _Scene) -> None:
    wall = s.tint(
        s.colour
        or s.pick(
            [(244, 222, 196), (200, 220, 214), (226, 208, 226), (246, 206, 190), (206, 218, 236)]
        ),
        6,
    )
    s.gradient(wall, shade(wall, 0.2), stretch=(0, s.horizon))
    wood = s.tint((206, 160, 116), 6)
    side = 1 if s.rng.random() < 0.5 else -1
    x = 0.34 * side
    s.box(x - 0.17, 0.10, x + 0.17, 0.46, (255, 252, 244))
    s.box(x - 0.15, 0.12, x + 0.15, 0.44, (178, 218, 240))
    _cloud(s, x - 0.04, 0.24, 0.8)
    s.disc(x + 0.08, 0.44, 0.0, (150, 196, 128))
    s.box(x - 0.006, 0.12, x + 0.006, 0.44, (255, 252, 244))
    s.box(x - 0.15, 0.275, x + 0.15, 0.287, (255, 252, 244))
    curtain = shade(s.pick([(232, 130, 110), (110, 150, 170), (240, 190, 110)]), 0.15)
    for e in (-1, 1):
        s.poly(
            [
                (x + e * 0.12, 0.07),
                (x + e * 0.22, 0.07),
                (x + e * 0.235, 0.56),
                (x + e * 0.16, 0.56),
            ],
            curtain,
        )
    s.box(x - 0.24, 0.058, x + 0.24, 0.074, shade(wood, -0.3))
    for k, tone in enumerate(((238, 170, 110), (120, 160, 160))):
        px, py = -0.28 * side - 0.17 * k * side, 0.20 + 0.09 * k
        s.box(px - 0.07, py - 0.085, px + 0.07, py + 0.085, (255, 250, 240))
        s.box(px - 0.055, py - 0.07, px + 0.055, py + 0.07, tone)
        s.disc(px, py + 0.01, 0.032, shade(tone, 0.5))
    s.gradient(wood, shade(wood, -0.12), s.horizon, 3, (s.horizon, 1.1))
    for x in s.spread(0.17, 0.0):
        s.poly(
            [(x, s.horizon), (x + 0.005, s.horizon), (x * 1.5 + 0.008, 1.3), (x * 1.5, 1.3)],
            shade(wood, -0.16),
        )
    s.box(-s.half - 1, s.horizon - 0.026, s.half + 1, s.horizon, shade(wall, 0.55))
    s.disc(0, s.floor + 0.005, 0.46, s.tint((236, 212, 190), 10), 0.062)
    s.disc(
        0, s.floor + 0.005, 0.40, s.pick([(210, 120, 104), (104, 146, 156), (226, 178, 100)]), 0.050
    )
    px = -0.43 * side
    for a in np.linspace(-1.1, 1.1, 7):
        tip = (px + 0.16 * np.sin(a), s.horizon - 0.07 - 0.20 * np.cos(a))
        mid = np.array([px + 0.06 * np.sin(a), s.horizon - 0.07 - 0.13 * np.cos(a)])
        n = np.array([np.cos(a), np.sin(a)]) * 0.024
        s.poly(
            [(px, s.horizon - 0.06), tuple(mid + n), tip, tuple(mid - n)],
            s.tint((96, 158, 112), 10),
        )
    s.poly([(px - 0.05, s.horizon - 0.075), (px + 0.05, s.horizon - 0.075), (px + 0.038, s.horizon + 0.03),
            (px - 0.038, s.horizon + 0.03)], (222, 140, 104))  # fmt: skip


def _beach(s: _Scene) -> None:
    sky = s.tint(s.pick([(160, 216, 242), (255, 206, 170), (186, 214, 246)]), 5)
    sea_top = s.horizon - 0.15
    s.gradient(sky, shade(sky, 0.6), stretch=(0, sea_top))
    sun = s.rng.uniform(-0.4, 0.4)
    s.glow(sun, sea_top - 0.22, 0.2, (255, 246, 214), 0.7)
    s.disc(sun, sea_top - 0.22, 0.068, (255, 240, 190))
    for x in s.spread(0.55, 0.35):
        _cloud(s, x, s.rng.uniform(0.08, 0.22), s.rng.uniform(0.8, 1.2))
    sea = s.tint((86, 180, 200), 7)
    s.gradient(shade(sea, -0.12), shade(sea, 0.25), sea_top, s.horizon + 0.02)
    for _ in range(16):
        x, y = s.rng.uniform(-s.half, s.half), s.rng.uniform(sea_top + 0.02, s.horizon - 0.02)
        s.box(x, y, x + s.rng.uniform(0.04, 0.10), y + 0.005, shade(sea, 0.45))
    sand = s.tint((246, 220, 172), 5)
    s.gradient(shade(sand, 0.12), shade(sand, -0.06), s.horizon, 3, (s.horizon, 1.1))
    _wave = np.linspace(-s.half - 0.1, s.half + 0.1, 60)
    foam = np.stack([_wave, s.horizon + 0.008 + 0.008 * np.sin(_wave * 14)], -1)
    s.poly(np.concatenate([foam - [0, 0.03], foam[::-1]]), (255, 255, 252))
    side = 1 if s.rng.random() < 0.5 else -1
    base = np.array([0.47 * side, s.horizon + 0.05])
    top = base + (-0.05 * side, -0.46)
    s.poly([tuple(base - (0.022, 0)), tuple(base + (0.022, 0)), tuple(top + (0.013, 0)), tuple(top - (0.013, 0))],
           (166, 122, 86))  # fmt: skip
    for a in np.deg2rad([-165, -130, -95, -60, -25, 5, 175]):
        t = np.linspace(0, 1, 7)
        along = np.stack([np.cos(a) * 0.22 * t, np.sin(a) * 0.18 * t + 0.12 * t**2], -1)
        width = (0.030 * np.sin(np.pi * (0.12 + 0.88 * t)))[:, None] * [-np.sin(a), np.cos(a)]
        s.poly(
            np.concatenate([top + along + width, (top + along - width)[::-1]]),
            s.tint((92, 164, 110), 8),
        )


def _night_city(s: _Scene) -> None:
    base = s.tint(s.pick([(44, 44, 98), (62, 40, 96), (30, 58, 96)]), 5)
    s.gradient(shade(base, -0.3), mix(base, (240, 140, 150), 0.45), stretch=(0, s.horizon))
    for _ in range(30):
        s.disc(
            s.rng.uniform(-s.half, s.half),
            s.rng.uniform(-0.1, 0.4),
            s.rng.uniform(0.002, 0.004),
            (255, 246, 220),
        )
    moon = s.rng.uniform(-0.4, 0.4)
    s.glow(moon, 0.13, 0.14, (255, 244, 214), 0.5)
    s.disc(moon, 0.13, 0.05, (255, 246, 222))
    for layer, tone in ((0, 0.35), (1, 0.0)):
        wall = mix(shade(base, -0.15), mix(base, (240, 140, 150), 0.45), tone)
        x = -s.half - 0.2
        while x < s.half + 0.1:
            width, top = s.rng.uniform(0.10, 0.20), s.rng.uniform(0.22, 0.5) + 0.10 * layer
            s.box(x, top, x + width, s.horizon, wall)
            if layer:
                for row in np.arange(top + 0.03, s.horizon - 0.03, 0.046):
                    for cx in np.arange(x + 0.025, x + width - 0.02, 0.036):
                        if s.rng.random() < 0.5:
                            s.box(cx, row, cx + 0.018, row + 0.024, (255, 214, 130))
            x += width
    floor = shade(base, 0.12)
    s.gradient(floor, shade(floor, -0.25), s.horizon, 3, (s.horizon, 1.1))
    s.box(-s.half - 1, s.horizon - 0.008, s.half + 1, s.horizon + 0.006, shade(floor, 0.35))
    s.glow(0, s.floor, 0.5, (255, 200, 160), 0.4, 0.18)


def _disco(s: _Scene) -> None:
    base = s.tint(s.pick([(66, 36, 98), (30, 50, 100), (96, 34, 84)]), 5)
    s.gradient(shade(base, -0.35), shade(base, 0.15), stretch=(0, s.horizon))
    colours = [(244, 110, 150), (250, 200, 90), (100, 200, 220), (150, 120, 230), (120, 210, 150)]
    for _ in range(22):
        s.glow(s.rng.uniform(-s.half, s.half), s.rng.uniform(0, s.horizon - 0.05), s.rng.uniform(0.03, 0.07),
               s.pick(colours), 0.55)  # fmt: skip
    x = s.rng.uniform(-0.3, 0.3)
    s.box(x - 0.002, -1, x + 0.002, 0.05, (220, 220, 230))
    s.disc(x, 0.12, 0.085, (176, 180, 206))
    for i in range(-3, 4):
        for j in range(-3, 4):
            if i * i + j * j < 10:
                s.box(x + i * 0.023 - 0.009, 0.12 + j * 0.023 - 0.009, x + i * 0.023 + 0.009, 0.12 + j * 0.023 + 0.009,
                      mix((230, 234, 246), s.pick(colours), s.rng.uniform(0, 0.7)))  # fmt: skip
    rows = s.horizon + np.array([0, 0.03, 0.07, 0.125, 0.2, 0.3])
    for r in range(5):
        k0, k1 = 1 + 1.6 * (rows[r] - s.horizon), 1 + 1.6 * (rows[r + 1] - s.horizon)
        n = int(s.half / 0.15) + 2
        for c in range(-n, n):
            tone = mix(colours[(c * 2 + r * 3) % 5], base, 0.30 if (r + c) % 2 else 0.55)
            s.poly([(c * 0.15 * k0, rows[r]), ((c + 1) * 0.15 * k0, rows[r]),
                    ((c + 1) * 0.15 * k1, rows[r + 1]), (c * 0.15 * k1, rows[r + 1])], tone)  # fmt: skip
    s.gradient(shade(base, -0.2), shade(base, -0.2), rows[-1], 3)


def _garden(s: _Scene) -> None:
    sky = s.tint(s.pick([(250, 226, 214), (206, 232, 240), (240, 236, 206)]), 5)
    s.gradient(sky, shade(sky, 0.4), stretch=(0, s.horizon))
    hedge = s.tint((134, 180, 128), 8)
    for x in s.spread(0.12, 0.2):
        s.disc(x, s.horizon - s.rng.uniform(0.10, 0.22), 0.12, hedge)
    s.box(-s.half - 1, s.horizon - 0.14, s.half + 1, s.horizon, hedge)
    blooms = [(244, 130, 140), (255, 206, 110), (250, 246, 238), (190, 140, 210), (240, 160, 110)]
    for _ in range(36):
        x, y = s.rng.uniform(-s.half, s.half), s.horizon - s.rng.uniform(0.02, 0.24)
        tone, r = s.pick(blooms), s.rng.uniform(0.012, 0.020)
        for a in np.arange(5) * 1.2566:
            s.disc(x + r * np.cos(a), y + r * np.sin(a), r * 0.72, tone)
        s.disc(x, y, r * 0.6, (255, 232, 150))
    fence = (255, 252, 244)
    for x in s.spread(0.085, 0.0):
        s.poly([(x - 0.02, s.horizon + 0.01), (x - 0.02, s.horizon - 0.11), (x, s.horizon - 0.135),
                (x + 0.02, s.horizon - 0.11), (x + 0.02, s.horizon + 0.01)], fence)  # fmt: skip
    s.box(-s.half - 1, s.horizon - 0.085, s.half + 1, s.horizon - 0.065, shade(fence, -0.08))
    lawn = s.tint((176, 212, 142), 6)
    s.gradient(lawn, shade(lawn, -0.1), s.horizon, 3, (s.horizon, 1.1))


def _shapes(s: _Scene) -> None:
    sets = [
        [(250, 232, 214), (244, 162, 120), (250, 206, 130), (132, 180, 176)],
        [(226, 234, 244), (150, 176, 220), (250, 200, 190), (255, 226, 150)],
        [(240, 226, 240), (190, 150, 206), (250, 180, 170), (170, 210, 200)],
        [(236, 240, 222), (170, 200, 150), (250, 214, 140), (236, 150, 130)],
    ]
    tones = sets[int(s.rng.integers(len(sets)))]
    s.gradient(tones[0], shade(tones[0], 0.2), stretch=(0, s.horizon))
    for k, x in enumerate(s.spread(0.36, 0.3)):
        y, r = s.rng.uniform(0.08, 0.6), s.rng.uniform(0.10, 0.2)
        tone = mix(tones[1 + k % 3], tones[0], 0.25)
        if k % 3 == 0:
            s.disc(x, y, r, tone)
        elif k % 3 == 1:
            s.disc(x, y, r, tone)
            s.disc(x, y, r * 0.62, tones[0])
        else:
            t = np.linspace(np.pi, 2 * np.pi, 20)
            s.poly(np.stack([x + r * np.cos(t), y + r * np.sin(t)], -1), tone)
    floor = mix(tones[1 + int(s.rng.integers(3))], (255, 250, 240), 0.35)
    s.gradient(floor, shade(floor, -0.08), s.horizon, 3, (s.horizon, 1.1))


def _mountains(s: _Scene) -> None:
    sky = s.tint(s.pick([(176, 212, 240), (252, 206, 180), (206, 196, 236)]), 5)
    s.gradient(sky, shade(sky, 0.6), stretch=(0, s.horizon))
    far = mix((110, 120, 168), sky, 0.35)
    for x in s.spread(0.34, 0.25):
        top, w = s.rng.uniform(0.2, 0.36), s.rng.uniform(0.24, 0.34)
        s.poly([(x - w, s.horizon), (x, top), (x + w, s.horizon)], far)
        k = 0.26
        s.poly([(x, top), (x + w * k, top + (s.horizon - top) * k), (x + w * 0.07, top + (s.horizon - top) * 0.2),
                (x - w * 0.08, top + (s.horizon - top) * 0.29), (x - w * k, top + (s.horizon - top) * k)], (252, 252, 255))  # fmt: skip
    green = s.tint((138, 184, 142), 7)
    _hills(s, s.horizon, 0.12, 0.25, mix(green, sky, 0.25))
    for x in s.spread(0.13, 0.35):
        h = s.rng.uniform(0.10, 0.17)
        tone = s.tint(shade(green, -0.3), 6)
        for k in range(3):
            y = s.horizon - h * (0.28 * k)
            s.poly([(x - 0.045 + 0.010 * k, y), (x, y - h * 0.5), (x + 0.045 - 0.010 * k, y)], tone)
    s.gradient(shade(green, 0.10), shade(green, -0.06), s.horizon, 3, (s.horizon, 1.1))


def _gym(s: _Scene) -> None:
    wall = s.tint(s.colour or s.pick([(240, 230, 216), (214, 226, 232), (236, 220, 226)]), 5)
    s.gradient(wall, shade(wall, 0.2), stretch=(0, s.horizon))
    mirror = mix((190, 214, 224), wall, 0.35)
    for x in s.spread(0.42, 0.0):
        s.box(x - 0.19, 0.10, x + 0.19, s.horizon - 0.06, mirror)
        s.poly([(x - 0.12, 0.10), (x - 0.02, 0.10), (x - 0.14, s.horizon - 0.06), (x - 0.19, s.horizon - 0.06), (x - 0.19, 0.34)],
               shade(mirror, 0.35))  # fmt: skip
    s.box(-s.half - 1, 0.50, s.half + 1, 0.518, (196, 146, 104))
    wood = s.tint((224, 182, 132), 5)
    s.gradient(wood, shade(wood, -0.10), s.horizon, 3, (s.horizon, 1.1))
    s.box(-s.half - 1, s.horizon - 0.02, s.half + 1, s.horizon, shade(wall, -0.18))
    for x in s.spread(0.14, 0.0):
        s.poly(
            [(x, s.horizon), (x + 0.004, s.horizon), (x * 1.5 + 0.006, 1.3), (x * 1.5, 1.3)],
            shade(wood, -0.13),
        )


_PLACES: Mapping[str, Callable[[_Scene], None]] = {
    "studio": _studio, "stage": _stage, "park": _park, "street": _street, "room": _room,
    "beach": _beach, "night city": _night_city, "disco": _disco, "garden": _garden,
    "shapes": _shapes, "mountains": _mountains, "gym": _gym,
}  # fmt: skip
