"""The head: skull, ears, face and beard."""

from __future__ import annotations

import numpy as np

from engine.data.synth.brush import Array, Brush, smooth
from engine.data.synth.hair import draw_cap
from engine.data.synth.headview import HeadView, ears, outline, upright
from engine.data.synth.headwear import draw_glasses, draw_hat
from engine.data.synth.look import Look, mix, shade
from engine.data.synth.parts import PART

HEAD = PART["head"]


def draw_head(brush: Brush, view: HeadView, look: Look, local: Array) -> None:
    """Skull, ears, features, hair, hat and glasses; `local` are the 68 landmarks."""
    a = view.a
    skin, line = look.skin, shade(look.skin, -0.26)
    points = view.at(local)
    edge = 0.006 * view.px
    ear_at, ear_near = view.at(ears()), view.nearness(ears())
    for p, near in zip(ear_at, ear_near, strict=True):
        if near < 0.35:
            brush.disc(p, a * 0.22 + edge, line, HEAD)
            brush.disc(p, a * 0.22, shade(skin, -0.06), HEAD)
    skull = outline(view, 0.985)
    if 28 < abs(view.yaw) < 115:
        tip = view.at(np.array([[0.0, -0.32, 1.02]]))[0]  # the nose stands out from the profile
        brush.disc(tip, a * 0.13 * look.nose_size + edge, line, HEAD)
        brush.disc(tip, a * 0.13 * look.nose_size, skin, HEAD)
    brush.fill(outline(view, 0.985 + edge / a), line, HEAD)
    jaw = smooth(points[:17], 2)
    if abs(view.yaw) < 115:
        middle = jaw.mean(0)
        brush.fill(middle + (jaw - middle) * (1 + edge / a * 1.1), line, HEAD)
        brush.fill(jaw, skin, HEAD)
    brush.fill(skull, skin, HEAD)
    if abs(view.yaw) < 100:
        _features(brush, view, look, local, points)
    for p, near in zip(ear_at, ear_near, strict=True):
        if near >= 0.35:
            brush.disc(p, a * 0.21 + edge, line, HEAD)
            brush.disc(p, a * 0.21, skin, HEAD)
    draw_cap(brush, view, look)
    if look.earrings:
        for p, near in zip(ear_at, ear_near, strict=True):
            if near > -0.35:
                drop = p + np.array([0.0, a * 0.30])
                brush.disc(drop, a * 0.105, (248, 206, 96), HEAD)
    if look.glasses != "none" and abs(view.yaw) < 80:
        draw_glasses(brush, view, look)
    if look.hat != "none":
        draw_hat(brush, view, look)


def _features(brush: Brush, view: HeadView, look: Look, local: Array, points: Array) -> None:
    a, b, skin = view.a, view.b, look.skin
    near = view.nearness(local)
    up, side = upright(view)

    def squeeze(u: float, v: float) -> tuple[Array, float]:
        """Where a spot of the face is and how wide it looks when the head is turned."""
        w = np.sqrt(max(1 - u * u - 0.8 * v * v, 0.02))
        spot = np.array([[u, v, w]])
        return view.at(spot)[0], float(np.clip(view.nearness(spot)[0] * 1.35, 0.0, 1.0))

    for u in (-0.60, 0.60):
        p, wide = squeeze(u, -0.36)
        if wide > 0.1:
            brush.oval(
                p, side * a * 0.19 * wide, up * b * 0.12, mix(skin, (240, 110, 110), 0.30), HEAD
            )
    if look.freckles:
        for u, v in ((-0.66, -0.30), (-0.52, -0.38), (-0.4, -0.28), (0.66, -0.30), (0.52,
            -0.38), (0.4, -0.28)):  # fmt: skip
            p, wide = squeeze(u, v)
            if wide > 0.3:
                brush.disc(p, a * 0.035, shade(skin, -0.25), HEAD)
    if look.beard in ("full", "stubble", "goatee", "moustache"):
        _beard(brush, view, look, local, points)
    dark = shade(look.eyes, -0.35)
    for start, s in ((36, -1), (42, 1)):
        eye, middle = points[start : start + 6], local[start : start + 6].mean(0)
        wide = float(np.clip(near[start : start + 6].mean() * 1.3, 0, 1))
        if wide < 0.12:
            continue
        lid = smooth(eye, 3, closed=True)
        height = float(np.ptp(local[start : start + 6, 1]))
        if height > 0.16:
            brush.fill(lid, (255, 253, 250), HEAD)
            centre = view.at((middle + [0, -0.01, 0])[None])[0]
            across, tall = side * a * 0.135 * look.eye_size * wide, up * b * height * 0.44
            brush.oval(centre, across, tall, look.eyes, HEAD)
            brush.oval(centre, across * 0.66, tall * 0.72, dark, HEAD)
            brush.disc(centre + up * b * 0.075 + side * a * 0.05, a * 0.055, (255, 255, 255), HEAD)
        rim = smooth(eye[:4], 3)
        if look.lashes and height > 0.1:
            outer = eye[0] if s < 0 else eye[3]
            flick = outer + (outer - eye.mean(0)) * 0.34 + up * b * 0.05
            rim = np.concatenate([[flick], rim]) if s < 0 else np.concatenate([rim, [flick]])
        if height <= 0.16:
            rim = smooth(np.stack([eye[0], eye[4:].mean(0), eye[3]]), 4)
        brush.line(rim, max(0.009 * view.px, 1.6), shade(look.eyes, -0.55), HEAD)
    brow = shade(look.hair if look.hair_style != "bald" else (84, 60, 46), -0.30)
    for start in (17, 22):
        if near[start : start + 5].mean() > 0.15:
            width = max(0.0115 * view.px * look.brow_weight, 1.6)
            brush.line(smooth(points[start : start + 5], 2), width, brow, HEAD)
    nose = shade(skin, -0.22)
    tip = points[31:36]
    brush.line(smooth(np.stack([tip[0] * 0.5 + tip[1] * 0.5, tip[2],
                                tip[4] * 0.5 + tip[3] * 0.5]), 3),
               0.009 * view.px, nose, HEAD)  # fmt: skip
    if near[48:60].mean() > 0.1:
        mouth = points[48:60]
        brush.fill(smooth(mouth, 2, closed=True), look.lips, HEAD)
        gape = float(np.ptp(local[60:68, 1]))
        if gape > 0.07:
            inside = smooth(points[60:68], 2, closed=True)
            brush.fill(inside, (112, 34, 48), HEAD)
            brush.fill(np.concatenate([points[60:65],
                                       0.62 * points[63:60:-1] + 0.38 * points[65:68]]),
                       (255, 252, 248), HEAD)  # fmt: skip
        else:
            brush.line(smooth(points[60:65], 3), 0.0065 * view.px, shade(look.lips, -0.42), HEAD)


def _beard(brush: Brush, view: HeadView, look: Look, local: Array, points: Array) -> None:
    hair = look.hair if look.beard != "stubble" else mix(look.skin, look.hair, 0.34)
    mouth = local[48:60]
    if look.beard in ("full", "stubble"):
        upper = np.array([[u, v, 0.0] for u, v in (
            (0.84, -0.32), (0.62, -0.46), (0.34, -0.43), (0.0, -0.46), (-0.34, -0.43), (-0.62,
                -0.46), (-0.84, -0.32))])  # fmt: skip
        upper[:, 2] = 0.97 * np.sqrt(
            np.maximum(1 - upper[:, 0] ** 2 - 0.8 * upper[:, 1] ** 2, 0.02)
        )
        lower = points[1:16] + (points[1:16] - view.centre) * (
            0.035 if look.beard == "full" else -0.01
        )
        brush.fill(np.concatenate([lower, smooth(view.at(upper), 3)]), hair, HEAD)
    elif look.beard == "goatee":
        chin = points[6:11] + (points[6:11] - view.centre) * 0.04
        top = view.at(np.array([[0.20, -0.74, 0.72], [0.0, -0.72, 0.76], [-0.20, -0.74, 0.72]]))
        brush.fill(np.concatenate([chin, top]), hair, HEAD)
    if look.beard in ("moustache", "goatee", "full"):
        top = float(mouth[:, 1].max())
        shape = np.array([(-0.36, -0.05, 0.78), (-0.2, 0.05, 0.9), (0, 0.03, 0.93), (0.2, 0.05,
            0.9),
                          (0.36, -0.05, 0.78), (0.18, -0.035, 0.9), (0, -0.02, 0.93), (-0.18,
                              -0.035, 0.9)])  # fmt: skip
        shape[:, 1] = shape[:, 1] * 1.5 + top + 0.02
        brush.fill(smooth(view.at(shape), 2, closed=True), shade(hair, -0.08), HEAD)
