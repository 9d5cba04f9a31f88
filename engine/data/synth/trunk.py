"""The trunk: hips, skirt, neck and top with its collar and trimmings."""

from __future__ import annotations

import numpy as np

from engine.data.synth import clothes
from engine.data.synth.brush import Array, smooth
from engine.data.synth.look import mix, shade
from engine.data.synth.parts import CLOTH, PART
from engine.data.synth.sketch import EDGE, EDGE_SHADE, Sketch

Row = tuple[Array, Array]
_LOOSE = {"hoodie": 0.012, "jacket": 0.010, "t-shirt": 0.005, "blouse": 0.005}
_HEM = {"crop top": 0.16, "hoodie": 1.16, "t-shirt": 1.10, "jacket": 1.06}
_NECKLINE = {"vest top": 0.042, "crop top": 0.040, "blouse": 0.045, "hoodie": 0.016}


def _row(sketch: Sketch, centre: Array, half: float, axis: Array) -> Row:
    """Left and right end of the trunk's elliptical cross-section as the camera sees it."""
    seen = float(np.hypot(axis[0], axis[1]))
    width = half * np.sqrt(min(seen, 1.0) ** 2 + 0.42 * max(0.0, 1 - seen * seen))
    if axis[0] < 0:
        axis = -axis
    direction = axis + np.array([1.0, 0.0]) * max(0.0, 0.45 - seen) * 2
    direction = direction / max(float(np.hypot(*direction)), 1e-6)
    return centre - direction * width * sketch.px, centre + direction * width * sketch.px


def draw_trunk(sketch: Sketch) -> None:
    """Hips and skirt, then the neck, then the top."""
    look, p, body, px = sketch.look, sketch.p, sketch.body, sketch.px
    chest_axis, hip_axis = sketch.chest_axis, sketch.pelvis_axis
    middle_axis = 0.5 * (chest_axis + hip_axis)
    neck, waist, pelvis = p["neck"], p["waist"], p["pelvis"]
    up, down = neck - waist, pelvis - waist
    hip_width = body.hips + 0.046 * sketch.girth
    loose = _LOOSE.get(look.top, 0.002)
    chest_half = max(body.shoulders * 0.98, body.waist * 1.06) + loose
    chest_row = _row(sketch, waist + up * 0.52, chest_half, chest_axis)
    waist_row = _row(sketch, waist, body.waist + loose * 1.3, middle_axis)
    hip_row = _row(sketch, pelvis + down * 0.10, hip_width, hip_axis)
    crotch_row = _row(sketch, pelvis + down * 0.34, hip_width - 0.014, hip_axis)
    part = PART["trunk"] + CLOTH

    skirt = look.dress or look.bottom in ("skirt", "long skirt")
    if look.top == "crop top" and not look.dress:
        belly_row = _row(sketch, waist + down * 0.6, hip_width * 0.96, hip_axis)
        belly = clothes.rows_to_sheet([chest_row, waist_row, belly_row])
        sketch.sheet(belly, look.skin, PART["trunk"])
        waist_row = _row(sketch, waist + down * 0.34, hip_width * 0.92, hip_axis)
    if skirt:
        _skirt(sketch, waist_row, hip_row, pelvis)
    else:
        hips = clothes.rows_to_sheet([waist_row, hip_row, crotch_row])
        sketch.sheet(hips, look.bottom_colour, part, sides_only=True)
        clothes.paint(sketch.brush, hips, look.bottom_pattern, look.bottom_accent, part, px)

    skull_base = neck + (p["head"] - neck) * 0.50
    r = 0.0285 * (0.8 + 0.2 * body.bulk)
    collar = neck - up * 0.10
    sketch.limb([skull_base, collar], [r, r * 1.12], shade(look.skin, -0.09), [PART["neck"]])

    rows = [_row(sketch, neck + up * 0.02, 0.040, chest_axis), _shoulder_row(sketch)]
    rows += [chest_row, _row(sketch, waist, body.waist + loose * 1.3, middle_axis)]
    hem = 0.25 if look.dress else _HEM.get(look.top, 0.86)
    if hem > 0.5:
        rows.append(_row(sketch, waist + down * hem * 0.7, hip_width * 0.97 + loose, hip_axis))
        rows.append(_row(sketch, waist + down * hem, hip_width + 0.006 + loose, hip_axis))
    else:
        rows.append(_row(sketch, waist + down * hem, body.waist + 0.008 + loose, middle_axis))
    top = clothes.rows_to_sheet(rows)
    sketch.sheet(top, look.top_colour, part)
    clothes.paint(sketch.brush, top, look.top_pattern, look.accent, part, px, 0.02)
    front = 0.5 + 0.5 * float(sketch.chest[0, 2]) if sketch.chest[2, 2] > 0.1 else -1.0
    clothes.paint_front(sketch.brush, top, look.top_pattern, look.accent, part, px, front)
    _neckline(sketch, top, part, front)


def _shoulder_row(sketch: Sketch) -> Row:
    """The tips of the shoulders; from the side they follow the trunk's own width."""
    p, px = sketch.p, sketch.px
    ends = sorted((p["l_shoulder"], p["r_shoulder"]), key=lambda q: float(q[0]))
    tips = _row(sketch, 0.5 * (ends[0] + ends[1]), sketch.body.shoulders + 0.012, sketch.chest_axis)
    seen = abs(float(sketch.chest_axis[0]))
    up = np.array([0.0, -0.024 * px])
    out = np.array([0.016 * px, 0.0])
    left = seen * (ends[0] - out) + (1 - seen) * tips[0] + up
    return left, seen * (ends[1] + out) + (1 - seen) * tips[1] + up


def _neckline(sketch: Sketch, top: clothes.Sheet, part: int, front: float) -> None:
    """Collar, cords, buttons, jacket; `front` is where the chest's middle is, -1 from behind."""
    look, px, brush = sketch.look, sketch.px, sketch.brush
    neck, waist = sketch.p["neck"], sketch.p["waist"]
    down = (waist - neck) / max(float(np.hypot(*(waist - neck))), 1e-6)
    side = np.array([down[1], -down[0]])
    seen = max(0.35, abs(float(sketch.chest_axis[0])))
    dark, skin = shade(look.top_colour, -0.22), shade(look.skin, -0.04)
    deep = (0.012 if front < 0 else _NECKLINE.get(look.top, 0.022)) * (0.4 + 0.6 * seen)
    rim = neck + side * (0.0 if front < 0 else (front - 0.5) * 0.05) * px
    wide = 0.036 * seen + 0.004
    brush.oval(rim, side * (wide + 0.007) * px, down * (deep + 0.008) * px, dark, part)
    brush.oval(rim, side * wide * px, down * deep * px, skin, PART["neck"])
    if look.top == "hoodie" and front < 0:
        brush.oval(rim + down * 0.03 * px, side * 0.062 * px, down * 0.042 * px, dark, part)
    elif look.top == "hoodie":
        pocket = smooth(top.cell(front - 0.24, front + 0.24, 0.70, 0.90), 1)
        brush.fill(pocket, shade(look.top_colour, -0.12), part)
        for s in (-1, 1):
            a = rim + side * s * 0.016 * px + down * 0.014 * px
            brush.line(np.stack([a, a + down * 0.055 * px]), 0.006 * px, look.accent, part)
    elif look.top == "jacket" and front >= 0:
        left, right = max(front - 0.15, 0.0), min(front + 0.15, 1.0)
        shirt = look.accent if sum(look.accent) > 560 else (250, 246, 238)
        brush.fill(top.cell(left, right, 0.13, 1.0), shirt, part)
        brush.oval(rim, side * wide * px, down * 0.026 * px, skin, PART["neck"])
        for u in (left, right):
            brush.line(top.at(np.full(6, u), np.linspace(0.10, 1, 6)), 0.008 * px, dark, part)
    elif look.top == "blouse" and front >= 0 and not look.dress:
        brush.discs(top.at(front, np.array([0.40, 0.54, 0.68])), 0.0065 * px, look.accent, part)


def _skirt(sketch: Sketch, waist_row: Row, hip_row: Row, pelvis: Array) -> None:
    look, px, p, brush = sketch.look, sketch.px, sketch.p, sketch.brush
    long = look.bottom == "long skirt"
    colour, part = look.bottom_colour, PART["skirt"] + CLOTH
    along, flare = (1.48, 0.085) if long else (0.62, 0.070)
    ends = []
    for s in sorted("lr", key=lambda s: float(p[f"{s}_hip"][0])):
        hip, knee, ankle = p[f"{s}_hip"], p[f"{s}_knee"], p[f"{s}_ankle"]
        ends.append(
            hip + (knee - hip) * along if along <= 1 else knee + (ankle - knee) * (along - 1)
        )
    level = max(0.5 * (ends[0][1] + ends[1][1]), pelvis[1] + 0.06 * px)
    left = min(ends[0][0] - 0.040 * px, hip_row[0][0] - flare * px)
    right = max(ends[1][0] + 0.040 * px, hip_row[1][0] + flare * px)
    tilt = float(np.clip(hip_row[1][1] - hip_row[0][1], -0.05 * px, 0.05 * px))
    hem_left = np.array([left, 0.6 * level + 0.4 * ends[0][1] - tilt * 0.5])
    hem_right = np.array([right, 0.6 * level + 0.4 * ends[1][1] + tilt * 0.5])
    over = np.array([0.012 * px, 0.0])  # the cloth passes outside the hips
    rows = [waist_row, (hip_row[0] - over, hip_row[1] + over), (hem_left, hem_right)]
    if long:
        knees = np.stack([p["l_knee"], p["r_knee"]])
        level = float(knees[:, 1].mean())
        if rows[1][0][1] < level < min(hem_left[1], hem_right[1]):
            t = (level - rows[1][0][1]) / (hem_left[1] - rows[1][0][1])
            straight = [rows[1][n][0] * (1 - t) + rows[2][n][0] * t for n in (0, 1)]
            rows.insert(
                2,
                (
                    np.array([min(straight[0], knees[:, 0].min() - 0.045 * px), level]),
                    np.array([max(straight[1], knees[:, 0].max() + 0.045 * px), level]),
                ),
            )
    sheet = clothes.rows_to_sheet(rows)
    t = np.linspace(0, 1, 15)[1:-1]
    droop = (0.020 * np.sin(np.pi * t) + 0.007 * np.sin(5 * np.pi * t) ** 2) * px
    hem = hem_left + (hem_right - hem_left) * t[:, None] + np.stack([0 * t, droop], -1)
    outline = np.concatenate([sheet.left, hem, sheet.right[::-1]])
    dark = shade(colour, EDGE_SHADE)
    brush.line(np.concatenate([outline, outline[:1]]), 2 * EDGE * px, dark, part)
    brush.fill(outline, colour, part)
    if look.bottom_pattern == "plain":
        clothes.folds(brush, sheet, colour, part, (0.17, 0.38, 0.60, 0.81))
    else:
        clothes.paint(brush, sheet, look.bottom_pattern, look.bottom_accent, part, px)
    band = mix(colour, look.bottom_accent, 0.65) if look.dress else shade(colour, -0.18)
    brush.line(np.stack(waist_row), 0.018 * px, band, part)
