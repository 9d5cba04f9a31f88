"""Places under the sky."""

from __future__ import annotations

import numpy as np

from engine.data.synth.look import Colour, mix, shade
from engine.data.synth.scene import Scene


def cloud(s: Scene, x: float, y: float, size: float, colour: Colour = (255, 253, 250)) -> None:
    """A flat-bottomed cloud."""
    for dx, dy, r in ((-0.07, 0.01, 0.038), (0, -0.012, 0.055), (0.07, 0.012, 0.036)):
        s.disc(x + dx * size, y + dy * size, r * size, colour)
    s.box(x - 0.07 * size, y, x + 0.07 * size, y + 0.047 * size, colour)


def tree(s: Scene, x: float, y: float, size: float, leaf: Colour) -> None:
    """A tree whose trunk stands at (x, y)."""
    s.box(x - 0.018 * size, y - 0.26 * size, x + 0.018 * size, y, (126, 92, 68))
    for dx, dy, r in (
        (-0.09, -0.30, 0.105),
        (0.09, -0.31, 0.10),
        (0, -0.40, 0.13),
        (0, -0.28, 0.12),
    ):
        s.disc(x + dx * size, y + dy * size, r * size, leaf)
    s.disc(x - 0.045 * size, y - 0.43 * size, 0.06 * size, shade(leaf, 0.16))


def hills(s: Scene, y: float, height: float, step: float, colour: Colour) -> None:
    """A soft line of hills that stands on height y."""
    x = np.linspace(-s.half - 0.1, s.half + 0.1, 60)
    phase = s.rng.uniform(0, 6.28, 2)
    top = y - height * (
        0.55 + 0.3 * np.sin(x / step + phase[0]) + 0.15 * np.sin(2.3 * x / step + phase[1])
    )
    points = np.concatenate(
        [np.stack([x, top], -1), [[s.half + 0.1, y + 0.6], [-s.half - 0.1, y + 0.6]]]
    )
    s.poly(points, colour)


def park(s: Scene) -> None:
    """Hills, trees, clouds, a path."""
    sky = s.tint(s.pick([(170, 216, 240), (186, 224, 244), (250, 220, 190)]), 6)
    s.gradient(sky, shade(sky, 0.55), stretch=(0, s.horizon))
    s.disc(s.rng.uniform(-0.42, 0.42), 0.14, 0.06, (255, 244, 206))
    for x in s.spread(0.5, 0.35):
        cloud(s, x, s.rng.uniform(0.08, 0.26), s.rng.uniform(0.8, 1.3))
    green = s.tint((150, 196, 128), 8)
    hills(s, s.horizon, 0.22, 0.22, mix(green, sky, 0.45))
    hills(s, s.horizon, 0.12, 0.16, mix(green, sky, 0.18))
    for x in s.spread(0.40, 0.22):
        tree(s, x, s.horizon + 0.01, s.rng.uniform(0.85, 1.25), s.tint(shade(green, -0.14), 8))
    s.gradient(shade(green, 0.12), shade(green, -0.04), s.horizon, 3, (s.horizon, 1.0))
    s.disc(0, s.floor + 0.03, 0.62, (240, 222, 180), 0.085)
    for _ in range(26):
        x, y = s.rng.uniform(-s.half, s.half), s.rng.uniform(s.horizon + 0.02, 1.05)
        s.disc(x, y, 0.007, s.pick([(255, 255, 250), (255, 220, 120), (244, 160, 170)]))


def street(s: Scene) -> None:
    """A row of houses with shops."""
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
        s.poly([(x, s.horizon + 0.014), (x + 0.006, s.horizon + 0.014), (x * 1.5 + 0.009, 1.3),
                (x * 1.5, 1.3)],
               (180, 173, 178))  # fmt: skip


def beach(s: Scene) -> None:
    """Sea, sun, a palm tree."""
    sky = s.tint(s.pick([(160, 216, 242), (255, 206, 170), (186, 214, 246)]), 5)
    sea_top = s.horizon - 0.15
    s.gradient(sky, shade(sky, 0.6), stretch=(0, sea_top))
    sun = s.rng.uniform(-0.4, 0.4)
    s.glow(sun, sea_top - 0.22, 0.2, (255, 246, 214), 0.7)
    s.disc(sun, sea_top - 0.22, 0.068, (255, 240, 190))
    for x in s.spread(0.55, 0.35):
        cloud(s, x, s.rng.uniform(0.08, 0.22), s.rng.uniform(0.8, 1.2))
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
    s.poly([tuple(base - (0.022, 0)), tuple(base + (0.022, 0)), tuple(top + (0.013, 0)),
            tuple(top - (0.013, 0))],
           (166, 122, 86))  # fmt: skip
    for a in np.deg2rad([-165, -130, -95, -60, -25, 5, 175]):
        t = np.linspace(0, 1, 7)
        along = np.stack([np.cos(a) * 0.22 * t, np.sin(a) * 0.18 * t + 0.12 * t**2], -1)
        width = (0.030 * np.sin(np.pi * (0.12 + 0.88 * t)))[:, None] * [-np.sin(a), np.cos(a)]
        s.poly(
            np.concatenate([top + along + width, (top + along - width)[::-1]]),
            s.tint((92, 164, 110), 8),
        )


def garden(s: Scene) -> None:
    """A hedge in bloom behind a white fence."""
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


def mountains(s: Scene) -> None:
    """Snowy peaks and firs."""
    sky = s.tint(s.pick([(176, 212, 240), (252, 206, 180), (206, 196, 236)]), 5)
    s.gradient(sky, shade(sky, 0.6), stretch=(0, s.horizon))
    far = mix((110, 120, 168), sky, 0.35)
    for x in s.spread(0.34, 0.25):
        top, w = s.rng.uniform(0.2, 0.36), s.rng.uniform(0.24, 0.34)
        s.poly([(x - w, s.horizon), (x, top), (x + w, s.horizon)], far)
        k = 0.26
        s.poly([(x, top), (x + w * k, top + (s.horizon - top) * k), (x + w * 0.07,
            top + (s.horizon - top) * 0.2),
                (x - w * 0.08, top + (s.horizon - top) * 0.29), (x - w * k,
                    top + (s.horizon - top) * k)], (252, 252, 255))  # fmt: skip
    green = s.tint((138, 184, 142), 7)
    hills(s, s.horizon, 0.12, 0.25, mix(green, sky, 0.25))
    for x in s.spread(0.13, 0.35):
        h = s.rng.uniform(0.10, 0.17)
        tone = s.tint(shade(green, -0.3), 6)
        for k in range(3):
            y = s.horizon - h * (0.28 * k)
            s.poly([(x - 0.045 + 0.010 * k, y), (x, y - h * 0.5), (x + 0.045 - 0.010 * k, y)], tone)
    s.gradient(shade(green, 0.10), shade(green, -0.06), s.horizon, 3, (s.horizon, 1.1))


def night_city(s: Scene) -> None:
    """A skyline with lit windows under the moon."""
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
