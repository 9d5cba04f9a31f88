"""Hair: what hangs behind the head, and the cap on the skull with the hairline of each style."""

from __future__ import annotations

import numpy as np

from engine.data.synth.brush import Brush, smooth
from engine.data.synth.headview import HeadView, outline, upright
from engine.data.synth.look import Look, mix, shade
from engine.data.synth.parts import PART

HAIR, HAIR_BACK = PART["hair"], PART["hair_back"]

# style -> hairline height over the angle from the face's middle (0, 25, 50, 70, 84, 100, 140, 180)
_ANGLES = (0, 25, 50, 70, 84, 100, 140, 180)
_LINES = {
    "short": (0.58, 0.55, 0.42, 0.10, -0.18, -0.40, -0.62, -0.66),
    "side_part": (0.50, 0.50, 0.36, 0.05, -0.22, -0.40, -0.62, -0.66),
    "bob": (0.36, 0.34, 0.22, -0.30, -0.70, -0.92, -0.95, -0.95),
    "long": (0.62, 0.50, 0.22, -0.16, -0.62, -0.92, -0.95, -0.95),
    "wavy": (0.56, 0.44, 0.18, -0.20, -0.66, -0.92, -0.95, -0.95),
    "ponytail": (0.60, 0.56, 0.40, 0.06, -0.20, -0.42, -0.66, -0.70),
    "bun": (0.58, 0.54, 0.40, 0.06, -0.20, -0.42, -0.66, -0.70),
    "afro": (0.54, 0.50, 0.36, 0.02, -0.30, -0.62, -0.80, -0.80),
    "curly": (0.46, 0.44, 0.30, -0.02, -0.34, -0.60, -0.74, -0.74),
    "spiky": (0.52, 0.52, 0.42, 0.10, -0.14, -0.36, -0.58, -0.62),
    "pigtails": (0.40, 0.38, 0.28, -0.02, -0.26, -0.48, -0.66, -0.70),
    "quiff": (0.62, 0.60, 0.48, 0.14, -0.14, -0.36, -0.58, -0.62),
    "buzz": (0.58, 0.56, 0.46, 0.18, -0.10, -0.34, -0.54, -0.58),
    "bald": (1.4,) * 8,
}
_VOLUME = {"afro": 1.46, "curly": 1.22, "buzz": 1.015, "short": 1.09, "quiff": 1.08, "spiky": 1.08,
           "wavy": 1.17, "long": 1.11, "bob": 1.16}  # fmt: skip


def draw_back_hair(brush: Brush, view: HeadView, look: Look) -> None:
    """Hair that hangs behind the face: long hair, tails, the volume of an afro."""
    style, volume = look.hair_style, _VOLUME.get(look.hair_style, 1.07)
    if style == "bald":
        return
    dark = shade(look.hair, -0.20 if abs(view.yaw) < 100 else -0.07)
    up, side = upright(view)
    a, b = view.a, view.b
    turned = np.sin(np.deg2rad(view.yaw))
    if style in ("afro", "curly"):
        t = np.linspace(0, 2 * np.pi, 15 if style == "afro" else 12)[:-1]
        ring = view.centre + up * b * 0.16 + (
            np.cos(t)[:, None] * side * a * volume * 0.84 + np.sin(t)[:,
                None] * up * b * volume * 0.80
        )  # fmt: skip
        lump = 0.36 if style == "afro" else 0.34
        for p in ring:
            brush.disc(p, a * lump * volume * 0.8, dark, HAIR_BACK)
        brush.fill(outline(view, volume * 0.92), dark, HAIR_BACK)
    elif style in ("long", "wavy", "bob"):
        drop = {"bob": 1.02, "long": 2.25, "wavy": 1.95}[style]
        width = {"bob": 1.10, "long": 1.08, "wavy": 1.26}[style]
        down = np.array([0.0, 1.0]) * 0.75 - up * 0.25
        back = -side * turned * a * 0.25
        rows = (
            (volume * 0.9, -0.2, 0.0), (width * 1.03, 0.45, 0.6), (width * 1.04, drop * 0.75, 1.0),
            (width * 0.82, drop, 1.0), (width * 0.3, drop * 1.04, 1.0),
        )  # fmt: skip
        left, right = (
            [view.centre + side * (s * a * k) + down * b * d + back * g for k, d, g in rows]
            for s in (1, -1)
        )
        brush.fill(smooth(np.array(left + right[::-1]), 4), dark, HAIR_BACK)
        if style == "wavy":
            for s in (-1, 1):
                for d, r in ((0.35, 0.34), (0.85, 0.36), (1.35, 0.36), (1.8, 0.28)):
                    p = view.centre + side * s * a * width * 0.86 + down * b * d + back
                    brush.disc(p, a * r, dark, HAIR_BACK)
        brush.fill(outline(view, volume), dark, HAIR_BACK)
    elif style == "ponytail":
        root = view.at(np.array([[0.0, 0.62, -0.95]]))[0]
        swing = side * a * (0.48 + 0.16 * abs(turned)) * (1 if turned <= 0 else -1)
        tail = np.array([root + up * b * 0.2, root + swing * 1.1 + up * b * 0.25,
                         root + swing * 1.75 - up * b * 0.55,
                         root + swing * 1.5 - up * b * 1.5])  # fmt: skip
        curve = smooth(tail, 5)
        for i, p in enumerate(curve[:-1]):
            r = a * 0.36 * np.sin(np.pi * (0.22 + 0.74 * (i + 1) / len(curve)))
            brush.capsule(p, curve[i + 1], r, r * 0.96, dark, HAIR_BACK)
    elif style == "bun":
        knot = view.at(np.array([[0.0, 0.98, -0.55]]))[0] + up * b * 0.22
        brush.disc(knot, a * 0.50, dark, HAIR_BACK)
    elif style == "pigtails":
        for s in (-1.0, 1.0):
            root = view.at(np.array([[s * 1.0, 0.28, -0.25]]))[0]
            out = np.sign(root[0] - view.centre[0] + 1e-6) * np.array([1.0, 0.0])
            mid, end = root + out * a * 0.42 - up * b * 0.5, root + out * a * 0.30 - up * b * 1.25
            brush.capsule(root, mid, a * 0.24, a * 0.36, dark, HAIR_BACK)
            brush.capsule(mid, end, a * 0.36, a * 0.13, dark, HAIR_BACK)
            brush.disc(root, a * 0.17, look.accent, HAIR_BACK)


def draw_cap(brush: Brush, view: HeadView, look: Look) -> None:
    """The hair that lies on the skull, down to the hairline of its style, for any turn."""
    style = look.hair_style
    if style == "bald":
        return
    volume = _VOLUME.get(style, 1.07)
    if style in ("afro", "curly"):
        volume = 1.10
    hair = mix(look.hair, look.skin, 0.30) if style == "buzz" else look.hair
    azimuth = np.linspace(-90, 90, 41)
    angle = np.mod(azimuth - view.yaw + 180, 360) - 180
    shift = np.zeros_like(angle)
    if style == "side_part":
        shift = 24 * np.exp(-((angle - 10) ** 2) / 900)
    line = np.interp(np.abs(angle - shift), _ANGLES, _LINES[style])
    if style in ("bob", "pigtails"):
        line = line + 0.03 * np.abs(np.sin(np.deg2rad(angle * 7)))
    elif style in ("curly", "afro"):
        line = line - 0.06 * np.abs(np.sin(np.deg2rad(angle * 5)))
    elif style == "short":
        tuft = 0.13 * np.exp(-((angle + 18) ** 2) / 500) - 0.10 * np.exp(-((angle - 14) ** 2) / 700)
        line = line + tuft - 0.03 * np.abs(np.sin(np.deg2rad(angle * 6))) * (np.abs(angle) < 70)
    elif style == "spiky":
        line = line - 0.13 * np.abs(np.mod(angle / 22.0, 2) - 1) * (np.abs(angle) < 75)
    elif style == "side_part":
        line = (
            line
            + 0.20 * np.exp(-((angle + 26) ** 2) / 120)
            - 0.12 * np.exp(-((angle - 20) ** 2) / 700)
        )
    radius = np.sqrt(np.maximum(1 - np.clip(line, -0.99, 0.99) ** 2 * 0.72, 0.05)) * 1.02
    turn = np.deg2rad(angle)
    local = np.stack([np.sin(turn) * radius, line, np.cos(turn) * radius], -1)
    lower = view.at(local)
    # The silhouette ends follow the outline so that hair never shows a gap at the temples.
    arc = outline(view, volume, -8, 188, lift=0.09)
    ends = np.array([volume, volume])
    up, side = upright(view)
    for end, s in ((0, -1.0), (-1, 1.0)):
        level = line[end]
        reach = np.sqrt(max(1 - 0.8 * min(abs(level), 1.0) ** 2, 0.12)) * ends[0]
        lower[end] = view.centre + up * view.b * level + side * s * view.a * reach
    brush.fill(np.concatenate([arc, lower[:1], lower[1:-1], lower[-1:]]), hair, HAIR)
    # A soft band of light.
    if style not in ("afro", "curly", "buzz"):
        glow = outline(view, volume * 0.80, 52, 108, lift=0.12, count=9)
        brush.line(glow, 0.016 * view.px, shade(hair, 0.17), HAIR)
    if style in ("afro", "curly"):
        for t in np.deg2rad(np.linspace(8, 172, 9)):
            p = (
                view.centre
                + side * view.a * 0.93 * np.cos(t)
                + up * view.b * (0.12 + 0.88 * np.sin(t))
            )
            brush.disc(p, view.a * 0.22, hair, HAIR)
    elif style in ("spiky", "quiff"):
        for k, t in enumerate(np.deg2rad(np.linspace(28, 152, 7))):
            root = (
                view.centre
                + side * view.a * 0.9 * np.cos(t)
                + up * view.b * (0.1 + 0.9 * np.sin(t))
            )
            lean = side * view.a * (0.10 if style == "spiky" else 0.34)
            tall = 0.36 if style == "spiky" else 0.10 + 0.26 * np.sin(np.pi * k / 6)
            tip = root + (side * np.cos(t) * view.a + up * np.sin(t) * view.b) * tall + lean
            if style == "spiky":
                w = side * np.sin(t) - up * np.cos(t)
                brush.fill(
                    np.stack([root + w * view.a * 0.2, tip, root - w * view.a * 0.2]), hair, HAIR
                )
            else:
                brush.capsule(root, tip, view.a * 0.26, view.a * 0.18, hair, HAIR)
