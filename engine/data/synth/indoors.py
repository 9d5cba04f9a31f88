"""Places under a roof, and painted walls."""

from __future__ import annotations

import numpy as np

from engine.data.synth.look import mix, shade
from engine.data.synth.outdoors import cloud
from engine.data.synth.scene import Scene


def studio(s: Scene) -> None:
    """A plain wall with soft light."""
    base = s.colour or s.pick([(250, 214, 196), (206, 226, 240), (246, 226, 170), (214, 232, 210),
                               (228, 214, 240), (250, 205, 205), (198, 224, 222), (236, 232,
                                   226)])  # fmt: skip
    base = s.tint(base, 6)
    s.gradient(shade(base, -0.06), shade(base, 0.30), stretch=(0, s.horizon))
    s.gradient(shade(base, -0.10), shade(base, 0.02), s.horizon, 3, (s.horizon, 1.1))
    s.glow(0, 0.42, 0.75, (255, 252, 244), 0.55)
    s.glow(0, s.floor, 0.6, (255, 252, 244), 0.35, 0.25)


def stage(s: Scene) -> None:
    """A curtain, three spotlights, a pool of light."""
    base = s.tint(s.pick([(58, 38, 92), (36, 48, 98), (88, 34, 66), (28, 66, 84)]), 6)
    s.gradient(shade(base, -0.45), shade(base, 0.10), stretch=(0, s.horizon))
    curtain = shade(base, -0.18)
    for x in s.spread(0.13, 0.0):
        s.poly([(x, -1), (x + 0.05, -1), (x + 0.045, s.horizon), (x + 0.005, s.horizon)], curtain)
    s.gradient(shade(base, 0.22), shade(base, -0.15), s.horizon, 3, (s.horizon, 1.1))
    warm = s.pick([(255, 222, 150), (255, 170, 200), (160, 220, 255)])
    for x in (-0.36, 0.0, 0.36):
        top = x * 1.25
        s.veil([(top - 0.02, -0.05), (top + 0.02, -0.05), (x * 0.35 + 0.24, s.floor),
                (x * 0.35 - 0.24, s.floor)],
               warm, 0.16)  # fmt: skip
    s.glow(0, s.floor, 0.44, warm, 0.75, 0.17)
    for x in s.spread(0.16, 0.0):
        s.disc(x, 0.015, 0.020, (255, 236, 190))
        s.glow(x, 0.015, 0.06, (255, 226, 160), 0.5)


def room(s: Scene) -> None:
    """A living room with window, pictures, plant and rug."""
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
    cloud(s, x - 0.04, 0.24, 0.8)
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
    s.poly([(px - 0.05, s.horizon - 0.075), (px + 0.05, s.horizon - 0.075), (px + 0.038,
        s.horizon + 0.03),
            (px - 0.038, s.horizon + 0.03)], (222, 140, 104))  # fmt: skip


def disco(s: Scene) -> None:
    """A mirror ball over a floor of coloured tiles."""
    base = s.tint(s.pick([(66, 36, 98), (30, 50, 100), (96, 34, 84)]), 5)
    s.gradient(shade(base, -0.35), shade(base, 0.15), stretch=(0, s.horizon))
    colours = [(244, 110, 150), (250, 200, 90), (100, 200, 220), (150, 120, 230), (120, 210, 150)]
    for _ in range(22):
        s.glow(s.rng.uniform(-s.half, s.half), s.rng.uniform(0, s.horizon - 0.05),
               s.rng.uniform(0.03, 0.07),
               s.pick(colours), 0.55)  # fmt: skip
    x = s.rng.uniform(-0.3, 0.3)
    s.box(x - 0.002, -1, x + 0.002, 0.05, (220, 220, 230))
    s.disc(x, 0.12, 0.085, (176, 180, 206))
    for i in range(-3, 4):
        for j in range(-3, 4):
            if i * i + j * j < 10:
                s.box(x + i * 0.023 - 0.009, 0.12 + j * 0.023 - 0.009, x + i * 0.023 + 0.009,
                      0.12 + j * 0.023 + 0.009,
                      mix((230, 234, 246), s.pick(colours), s.rng.uniform(0, 0.7)))  # fmt: skip
    rows = s.horizon + np.array([0, 0.03, 0.07, 0.125, 0.2, 0.3])
    for r in range(5):
        k0, k1 = 1 + 1.6 * (rows[r] - s.horizon), 1 + 1.6 * (rows[r + 1] - s.horizon)
        n = int(s.half / 0.15) + 2
        for c in range(-n, n):
            tone = mix(colours[(c * 2 + r * 3) % 5], base, 0.30 if (r + c) % 2 else 0.55)
            s.poly([(c * 0.15 * k0, rows[r]), ((c + 1) * 0.15 * k0, rows[r]),
                    ((c + 1) * 0.15 * k1, rows[r + 1]), (c * 0.15 * k1, rows[r + 1])],
                    tone)  # fmt: skip
    s.gradient(shade(base, -0.2), shade(base, -0.2), rows[-1], 3)


def shapes(s: Scene) -> None:
    """A wall painted with circles, rings and arches."""
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


def gym(s: Scene) -> None:
    """A dance hall with mirrors and a bar."""
    wall = s.tint(s.colour or s.pick([(240, 230, 216), (214, 226, 232), (236, 220, 226)]), 5)
    s.gradient(wall, shade(wall, 0.2), stretch=(0, s.horizon))
    mirror = mix((190, 214, 224), wall, 0.35)
    for x in s.spread(0.42, 0.0):
        s.box(x - 0.19, 0.10, x + 0.19, s.horizon - 0.06, mirror)
        s.poly([(x - 0.12, 0.10), (x - 0.02, 0.10), (x - 0.14, s.horizon - 0.06), (x - 0.19,
            s.horizon - 0.06), (x - 0.19, 0.34)],
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
