"""The head: 68 face landmarks, skull, features, hair, hat, glasses and beard, for any turn.

Local coordinates (u, v, w) are in half head widths to the person's left, half heights up, and half
widths forward, from the head's centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.synth.brush import Array, Brush, smooth
from engine.data.synth.look import Look, mix, shade
from engine.data.synth.parts import CLOTH, PART

HEAD, HAIR, HAIR_BACK, HAT = PART["head"], PART["hair"], PART["hair_back"], PART["hat"] + CLOTH


@dataclass(frozen=True)
class HeadView:
    """One head in one frame, ready to be drawn.

    Attributes:
        centre: canvas position `2`.
        axes: `3 3`; rows are the canvas vectors (x, y, depth) of one unit of u, v and w.
        yaw: how far the face is turned from the viewer, degrees in (-180, 180].
        px: canvas pixels per body height.
        a, b: half width and half height in canvas pixels.
    """

    centre: Array
    axes: Array
    yaw: float
    px: float
    a: float
    b: float

    def at(self, local: Array) -> Array:
        """Canvas positions `n 2` of local points `n 3`."""
        return self.centre + (local @ self.axes)[..., :2]

    def nearness(self, local: Array) -> Array:
        """How far the local points lie towards the viewer, in half head widths."""
        return (local @ self.axes)[..., 2] / self.a


def ears(look: Look) -> Array:
    """Local positions of the left and the right ear, `2 3`."""
    return np.array([[0.99, -0.10, -0.05], [-0.99, -0.10, -0.05]])


def landmarks(look: Look, expression: Array) -> Array:
    """68 iBUG face landmarks as local points `68 3`; `expression` is mouth, smile, blink, brow."""
    opened, smile, blink, lift = (float(x) for x in expression)
    theta = np.pi * np.arange(17) / 16
    jaw_u = -np.sign(np.cos(theta)) * np.abs(np.cos(theta)) ** 0.78 * 0.95
    jaw_u = jaw_u * (1 + (look.jaw - 1) * np.sin(theta))
    jaw_v = 0.02 - 0.95 * np.sin(theta) ** 0.9 - 0.07 * opened * np.sin(theta) ** 3
    jaw = np.stack([jaw_u, jaw_v, 0.10 + 0.48 * np.sin(theta)], -1)

    gap, size = 0.41 * look.eye_gap, look.eye_size
    t = np.linspace(-1, 1, 5)
    brow_v = 0.285 + 0.07 * lift + 0.045 * (1 - t**2) + 0.02 * t
    right_brow = np.stack([-gap + 0.25 * t, brow_v, np.zeros(5)], -1)
    left_brow = right_brow[::-1] * [-1, 1, 1]

    n = look.nose_size
    bridge = np.stack([np.zeros(4), np.linspace(0.02, -0.30, 4), np.linspace(0.0, 0.13, 4)], -1)
    base = np.stack(
        [np.linspace(-0.13, 0.13, 5) * n, [-0.355, -0.38, -0.39, -0.38, -0.355], [0.02, 0.05, 0.08, 0.05, 0.02]],
        -1,
    )  # fmt: skip

    half_u, half_v = 0.185 * size, 0.195 * size * (1 - 0.88 * blink) * (1 - 0.12 * smile)
    angles = np.deg2rad([180, 120, 60, 0, -60, -120])
    eye = np.stack([half_u * np.cos(angles), half_v * np.sin(angles), np.zeros(6)], -1)
    right_eye = eye + [-gap, -0.08 - 0.05 * blink, 0]
    left_eye = eye + [gap, -0.08 - 0.05 * blink, 0]

    half = 0.27 * look.mouth_width * (1 + 0.12 * smile - 0.22 * opened)
    u = np.array([-1, -0.62, -0.28, 0, 0.28, 0.62, 1, 0.62, 0.28, 0, -0.28, -0.62])
    curve = (0.12 * smile - 0.015) * u**2
    top, low = 0.035, 0.05 + 0.22 * opened
    v = np.array([0, 0.7, 1.0, 0.85, 1.0, 0.7, 0]) * top
    v = np.concatenate([v, -np.array([0.7, 0.95, 1.0, 0.95, 0.7]) * low])
    outer = np.stack([half * u, -0.585 + v + curve - 0.05 * smile, np.zeros(12)], -1)
    u8 = np.array([-0.86, -0.4, 0, 0.4, 0.86, 0.4, 0, -0.4])
    v8 = np.array([0, 0, 0, 0, 0, -0.9, -1, -0.9]) * 0.20 * opened
    inner = np.stack(
        [half * u8, -0.59 + v8 + (0.12 * smile - 0.015) * u8**2 - 0.05 * smile, np.zeros(8)], -1
    )
    flat = np.concatenate([right_brow, left_brow, bridge, base, right_eye, left_eye, outer, inner])
    flat[:, 2] += 0.97 * np.sqrt(np.maximum(1 - flat[:, 0] ** 2 - 0.8 * flat[:, 1] ** 2, 0.02))
    return np.concatenate([jaw, flat])


# style -> hairline height over the angle from the face's middle (0, 25, 50, 70, 84, 100, 140, 180)
_ANGLES = (0, 25, 50, 70, 84, 100, 140, 180)
_LINES = {
    "short": (0.56, 0.55, 0.44, 0.10, -0.18, -0.40, -0.62, -0.66),
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


def _outline(view: HeadView, grow: float, start: float = 0.0, stop: float = 360.0, lift: float = 0.06,
             count: int = 33) -> Array:  # fmt: skip
    """The skull's outline, turned with the head's roll but not with its yaw; angles from the right."""
    t = np.deg2rad(np.linspace(start, stop, count))
    up = view.axes[1, :2] / max(np.linalg.norm(view.axes[1, :2]), 1e-6)
    side = np.array([-up[1], up[0]])
    return (
        view.centre
        + up * view.b * lift
        + np.cos(t)[:, None] * side * view.a * grow
        + np.sin(t)[:, None] * up * view.b * (0.94 + (grow - 1) * 0.8)
    )


def _up(view: HeadView) -> tuple[Array, Array]:
    up = view.axes[1, :2] / max(np.linalg.norm(view.axes[1, :2]), 1e-6)
    return up, np.array([-up[1], up[0]])


def draw_back_hair(brush: Brush, view: HeadView, look: Look, chest: Array) -> None:
    """Hair that hangs behind the face: long hair, tails, the volume of an afro."""
    style, volume = look.hair_style, _VOLUME.get(look.hair_style, 1.07)
    if style == "bald":
        return
    dark = shade(look.hair, -0.20)
    up, side = _up(view)
    a, b = view.a, view.b
    turned = np.sin(np.deg2rad(view.yaw))
    if style in ("afro", "curly"):
        t = np.linspace(0, 2 * np.pi, 15 if style == "afro" else 12)[:-1]
        ring = view.centre + up * b * 0.16 + (
            np.cos(t)[:, None] * side * a * volume * 0.84 + np.sin(t)[:, None] * up * b * volume * 0.80
        )  # fmt: skip
        lump = 0.36 if style == "afro" else 0.34
        for p in ring:
            brush.disc(p, a * lump * volume * 0.8, dark, HAIR_BACK)
        brush.fill(_outline(view, volume * 0.92), dark, HAIR_BACK)
    elif style in ("long", "wavy", "bob"):
        drop = {"bob": 1.02, "long": 2.25, "wavy": 1.95}[style]
        width = {"bob": 1.10, "long": 1.08, "wavy": 1.26}[style]
        down = np.array([0.0, 1.0]) * 0.75 - up * 0.25
        back = -side * turned * a * 0.25
        left = [view.centre + side * a * s * k + down * b * d + back for s, k, d in (
            (1, volume, -0.2), (1, width * 1.03, 0.45), (1, width * 1.04, drop * 0.75), (1, width * 0.82, drop),
            (1, width * 0.3, drop * 1.04))]  # fmt: skip
        right = [view.centre - side * a * k + down * b * d + back for k, d in (
            (width * 0.3, drop * 1.04), (width * 0.82, drop), (width * 1.04, drop * 0.75),
            (width * 1.03, 0.45), (volume, -0.2))]  # fmt: skip
        brush.fill(smooth(np.array(left + right), 4), dark, HAIR_BACK)
        if style == "wavy":
            for s in (-1, 1):
                for d, r in ((0.35, 0.34), (0.85, 0.36), (1.35, 0.36), (1.8, 0.28)):
                    p = view.centre + side * s * a * width * 0.86 + down * b * d + back
                    brush.disc(p, a * r, dark, HAIR_BACK)
        brush.fill(_outline(view, volume), dark, HAIR_BACK)
    elif style == "ponytail":
        root = view.at(np.array([[0.0, 0.62, -0.95]]))[0]
        swing = side * a * (0.55 + 0.5 * abs(turned)) * (1 if turned <= 0 else -1)
        tail = np.array([root + up * b * 0.2, root + swing * 1.1 + up * b * 0.25,
                         root + swing * 1.75 - up * b * 0.55, root + swing * 1.5 - up * b * 1.5])  # fmt: skip
        curve = smooth(tail, 5)
        for i, p in enumerate(curve[:-1]):
            r = a * 0.36 * np.sin(np.pi * (0.22 + 0.74 * (i + 1) / len(curve)))
            brush.capsule(p, curve[i + 1], r, r * 0.96, dark, HAIR_BACK)
    elif style == "bun":
        brush.disc(
            view.at(np.array([[0.0, 0.98, -0.55]]))[0] + up * b * 0.22, a * 0.50, dark, HAIR_BACK
        )
    elif style == "pigtails":
        for s in (-1.0, 1.0):
            root = view.at(np.array([[s * 1.0, 0.28, -0.25]]))[0]
            out = np.sign(root[0] - view.centre[0] + 1e-6) * np.array([1.0, 0.0])
            mid, end = root + out * a * 0.42 - up * b * 0.5, root + out * a * 0.30 - up * b * 1.25
            brush.capsule(root, mid, a * 0.24, a * 0.36, dark, HAIR_BACK)
            brush.capsule(mid, end, a * 0.36, a * 0.13, dark, HAIR_BACK)
            brush.disc(root, a * 0.17, look.accent, HAIR_BACK)


def draw_head(brush: Brush, view: HeadView, look: Look, local: Array) -> None:
    """Skull, ears, features, hair, hat and glasses; `local` are the 68 landmarks."""
    a = view.a
    skin, line = look.skin, shade(look.skin, -0.26)
    points = view.at(local)
    edge = 0.006 * view.px
    ear_at, ear_near = view.at(ears(look)), view.nearness(ears(look))
    for p, near in zip(ear_at, ear_near, strict=True):
        if near < 0.35:
            brush.disc(p, a * 0.22 + edge, line, HEAD)
            brush.disc(p, a * 0.22, shade(skin, -0.06), HEAD)
    skull = _outline(view, 0.985)
    brush.fill(_outline(view, 0.985 + edge / a), line, HEAD)
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
    _cap_of_hair(brush, view, look)
    if look.earrings:
        for p, near in zip(ear_at, ear_near, strict=True):
            if near > -0.35:
                drop = p + np.array([0.0, a * 0.30])
                brush.disc(drop, a * 0.105, (248, 206, 96), HEAD)
    if look.glasses != "none" and abs(view.yaw) < 80:
        _glasses(brush, view, look)
    if look.hat != "none":
        _hat(brush, view, look)


def _features(brush: Brush, view: HeadView, look: Look, local: Array, points: Array) -> None:
    a, b, skin = view.a, view.b, look.skin
    near = view.nearness(local)
    up, side = _up(view)

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
        for u, v in ((-0.66, -0.30), (-0.52, -0.38), (-0.4, -0.28), (0.66, -0.30), (0.52, -0.38), (0.4, -0.28)):  # fmt: skip
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
    brush.line(smooth(np.stack([tip[0] * 0.5 + tip[1] * 0.5, tip[2], tip[4] * 0.5 + tip[3] * 0.5]), 3),
               0.009 * view.px, nose, HEAD)  # fmt: skip
    if near[48:60].mean() > 0.1:
        mouth = points[48:60]
        brush.fill(smooth(mouth, 2, closed=True), look.lips, HEAD)
        gape = float(np.ptp(local[60:68, 1]))
        if gape > 0.07:
            inside = smooth(points[60:68], 2, closed=True)
            brush.fill(inside, (112, 34, 48), HEAD)
            brush.fill(np.concatenate([points[60:65], 0.62 * points[63:60:-1] + 0.38 * points[65:68]]),
                       (255, 252, 248), HEAD)  # fmt: skip
        else:
            brush.line(smooth(points[60:65], 3), 0.0065 * view.px, shade(look.lips, -0.42), HEAD)


def _beard(brush: Brush, view: HeadView, look: Look, local: Array, points: Array) -> None:
    hair = look.hair if look.beard != "stubble" else mix(look.skin, look.hair, 0.34)
    mouth = local[48:60]
    if look.beard in ("full", "stubble"):
        upper = np.array([[u, v, 0.0] for u, v in (
            (0.84, -0.32), (0.62, -0.46), (0.34, -0.43), (0.0, -0.46), (-0.34, -0.43), (-0.62, -0.46), (-0.84, -0.32))])  # fmt: skip
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
        shape = np.array([(-0.36, -0.05, 0.78), (-0.2, 0.05, 0.9), (0, 0.03, 0.93), (0.2, 0.05, 0.9),
                          (0.36, -0.05, 0.78), (0.18, -0.035, 0.9), (0, -0.02, 0.93), (-0.18, -0.035, 0.9)])  # fmt: skip
        shape[:, 1] = shape[:, 1] * 1.5 + top + 0.02
        brush.fill(smooth(view.at(shape), 2, closed=True), shade(hair, -0.08), HEAD)


def _cap_of_hair(brush: Brush, view: HeadView, look: Look) -> None:
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
    arc = _outline(view, volume, -8, 188, lift=0.09)
    ends = np.array([volume, volume])
    up, side = _up(view)
    for end, s in ((0, -1.0), (-1, 1.0)):
        level = line[end]
        reach = np.sqrt(max(1 - 0.8 * min(abs(level), 1.0) ** 2, 0.12)) * ends[0]
        lower[end] = view.centre + up * view.b * level + side * s * view.a * reach
    brush.fill(np.concatenate([arc, lower[:1], lower[1:-1], lower[-1:]]), hair, HAIR)
    # A soft band of light.
    if style not in ("afro", "curly", "buzz"):
        glow = _outline(view, volume * 0.80, 52, 108, lift=0.12, count=9)
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


def _glasses(brush: Brush, view: HeadView, look: Look) -> None:
    a, b = view.a, view.b
    up, side = _up(view)
    centres, width = [], max(0.0085 * view.px, 1.8)
    for s in (-1, 1):
        local = np.array([[s * 0.42 * look.eye_gap, -0.08, 0.93]])
        wide = float(np.clip(view.nearness(local)[0] * 1.3, 0.1, 1))
        p = view.at(local)[0]
        centres.append(p)
        t = np.linspace(0, 2 * np.pi, 25)
        power = 1.0 if look.glasses != "square" else 0.62
        ring = p + (
            (np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power)[:, None] * side * a * 0.30 * wide
            + (np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power)[:, None] * up * b * 0.245
        )
        if look.glasses == "sun":
            brush.fill(ring, (52, 46, 62), HEAD)
            brush.line(np.stack([p + up * b * 0.12 - side * a * 0.14 * wide, p + up * b * 0.02 - side * a * 0.2 * wide]),
                       width, (120, 112, 136), HEAD)  # fmt: skip
        brush.line(ring, width, look.glasses_colour, HEAD)
    bridge = view.at(np.array([[-0.12, -0.04, 1.0], [0.12, -0.04, 1.0]]))
    brush.line(bridge, width, look.glasses_colour, HEAD)


def _hat(brush: Brush, view: HeadView, look: Look) -> None:
    a, b = view.a, view.b
    up, side = _up(view)
    colour, dark = look.hat_colour, shade(look.hat_colour, -0.25)
    azimuth = np.linspace(-90, 90, 15)
    turn = np.deg2rad(azimuth)

    def ring(level: float, grow: float) -> Array:
        """The visible half of a band around the head at a height."""
        return (
            view.centre
            + up * b * (level - 0.10 * np.cos(turn))[:, None]
            + (np.sin(turn) * grow)[:, None] * side * a
        )

    if look.hat == "headband":
        band = np.concatenate([ring(0.62, 0.99), ring(0.44, 1.05)[::-1]])
        brush.fill(band, colour, HAT)
        return
    dome = _outline(view, 1.13, 0, 180, lift=0.22)
    brim = ring(0.52, 1.12)
    brush.fill(np.concatenate([dome, brim]), colour, HAT)
    if look.hat == "beanie":
        brush.fill(np.concatenate([ring(0.74, 1.10), ring(0.46, 1.14)[::-1]]), dark, HAT)
        brush.disc(view.centre + up * b * 1.26, a * 0.26, shade(colour, 0.45), HAT)
    else:
        front = view.at(np.array([[0.0, 0.50, 1.0]]))[0]
        facing = np.cos(np.deg2rad(view.yaw))
        if facing > -0.2:
            reach = view.at(np.array([[0.0, 0.40, 1.75]]))[0]
            tip = reach * 0.5 + front * 0.5
            brush.oval(
                tip - up * b * 0.02, side * a * (0.5 + 0.42 * abs(facing)), up * b * 0.15, dark, HAT
            )
        brush.disc(view.centre + up * b * 1.12, a * 0.09, dark, HAT)
