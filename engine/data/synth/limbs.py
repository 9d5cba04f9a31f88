"""Arms with sleeves and hands, legs with trousers, socks and shoes."""

from __future__ import annotations

import numpy as np

from engine.data.synth import clothes
from engine.data.synth.brush import Array
from engine.data.synth.look import Colour, Look, shade
from engine.data.synth.parts import CLOTH, PART
from engine.data.synth.sketch import EDGE, EDGE_SHADE, Sketch

LONG_SLEEVES = ("long-sleeved shirt", "hoodie", "jacket")
_PUFF = {"hoodie": 0.007, "jacket": 0.006, "blouse": 0.012, "vest top": 0.0, "crop top": 0.0}
_SHORT = {"t-shirt": 0.62, "blouse": 0.5, "vest top": 0.0, "crop top": 0.0}


def draw_arm(sketch: Sketch, side: str, upper: bool, lower: bool) -> None:
    """Draw the upper arm, the forearm with the hand, or both as one limb."""
    look, p, px = sketch.look, sketch.p, sketch.px
    shoulder, elbow, wrist = (p[f"{side}_{n}"] for n in ("shoulder", "elbow", "wrist"))
    k, puff = sketch.girth, _PUFF.get(look.top, 0.004)
    r = [0.036 * k, 0.0275 * k, 0.0195 * k]
    parts = [PART[f"{side}_upper"], PART[f"{side}_fore"]]
    cut = slice(0 if upper else 1, 3 if lower else 2)
    chosen = slice(cut.start, cut.stop - 1)
    if lower:
        _hand(sketch, side, wrist)
    if look.top not in LONG_SLEEVES:
        sketch.limb([shoulder, elbow, wrist][cut], r[cut], look.skin, parts[chosen])
        if not upper:
            _join(sketch, elbow, shoulder, r[1], look.skin, parts[0])
        reach = _SHORT[look.top]
        if upper and reach:
            end = shoulder + (elbow - shoulder) * reach
            part = parts[0] + CLOTH
            radii = [r[0] + puff * 0.6, r[0] * 0.98 + puff]
            sketch.limb([shoulder, end], radii, look.top_colour, [part])
            sheet = clothes.tube(shoulder, end, radii[0] * px, radii[1] * px)
            clothes.paint(sketch.brush, sheet, sleeve_pattern(look), look.accent, part, px)
            _blend_shoulder(sketch, side, radii[0])
        return
    end = elbow + (wrist - elbow) * 0.94
    points, cloth = [shoulder, elbow, end], [part + CLOTH for part in parts]
    radii = [r[0] + puff * 0.6, r[1] + puff, r[2] + puff]
    sketch.limb(points[cut], radii[cut], look.top_colour, cloth[chosen])
    if not upper:
        _join(sketch, elbow, shoulder, radii[1], look.top_colour, cloth[0])
    for n in range(2)[chosen]:
        sheet = clothes.tube(points[n], points[n + 1], radii[n] * px, radii[n + 1] * px)
        pattern = sleeve_pattern(look)
        clothes.paint(sketch.brush, sheet, pattern, look.accent, cloth[n], px, 0.16 * n)
    if lower and look.top in ("hoodie", "jacket"):
        cuff, width = elbow + (wrist - elbow) * 0.86, radii[2] * px
        sketch.brush.capsule(cuff, end, width, width, shade(look.top_colour, -0.18), cloth[1])
    if upper:
        _blend_shoulder(sketch, side, radii[0])


def sleeve_pattern(look: Look) -> str:
    """Which pattern of the top also covers its sleeves."""
    return look.top_pattern if look.top_pattern in ("stripes", "dots", "checks") else "plain"


def _join(
    sketch: Sketch, elbow: Array, shoulder: Array, radius: float, colour: Colour, part: int
) -> None:
    """Hide the edge that a forearm drawn alone leaves across the elbow."""
    end = elbow + (shoulder - elbow) * 0.22
    sketch.brush.capsule(elbow, end, radius * sketch.px, radius * sketch.px, colour, part)


def _blend_shoulder(sketch: Sketch, side: str, radius: float) -> None:
    """Let a plain sleeve grow out of the top instead of sitting on it like a doll's joint."""
    turned = abs(float(sketch.chest_axis[0])) < 0.75
    if turned or sketch.look.top_pattern not in ("plain", "band", "heart"):
        return
    shoulder, neck = sketch.p[f"{side}_shoulder"], sketch.p["neck"]
    inner = shoulder + (neck - shoulder) * 0.34
    size = radius * sketch.px
    colour = sketch.look.top_colour
    sketch.brush.capsule(shoulder, inner, size * 0.96, size * 0.70, colour, PART["trunk"] + CLOTH)


def _hand(sketch: Sketch, side: str, wrist: Array) -> None:
    px, part, brush = sketch.px, PART[f"{side}_hand"], sketch.brush
    hand = sketch.hands[side][:, :2]
    skin, dark = sketch.look.skin, shade(sketch.look.skin, EDGE_SHADE)
    middle = hand[[0, 5, 9, 13, 17]].mean(0)
    chains = [np.concatenate([middle[None], hand[k : k + 4]]) for k in (1, 5, 9, 13, 17)]
    knuckles = hand[[5, 9, 13, 17]].mean(0)
    for colour, grow in ((dark, EDGE * px), (skin, 0.0)):
        brush.capsule(wrist, knuckles, 0.019 * px + grow, 0.024 * px + grow, colour, part)
        for chain in chains:
            brush.line(chain, 0.0150 * px + 2 * grow, colour, part)
    for k in (9, 13, 17):
        gap, tip = 0.5 * (hand[k] + hand[k - 4]), 0.5 * (hand[k + 1] + hand[k - 3])
        brush.line(np.stack([gap, tip]), max(1.0, 0.0035 * px), dark, part)


def draw_leg(sketch: Sketch, side: str) -> None:
    """One leg with its shoe, from the foot up."""
    look, p, px, k = sketch.look, sketch.p, sketch.px, sketch.girth
    hip, knee, ankle = (p[f"{side}_{n}"] for n in ("hip", "knee", "ankle"))
    thigh, shin = PART[f"{side}_thigh"], PART[f"{side}_shin"]
    r = [0.056 * k, 0.037 * k, 0.0235 * k]
    _foot(sketch, side)
    if look.dress or look.bottom in ("shorts", "skirt", "long skirt"):
        sketch.limb([hip, knee, ankle], r, look.skin, [thigh, shin])
        if look.socks is not None and look.shoes == "sneakers":
            sock = ankle + (knee - ankle) * 0.30
            sketch.limb([sock, ankle], [r[2] * 1.16, r[2]], look.socks, [shin + CLOTH])
        if look.bottom != "shorts" or look.dress:
            return
        points, radii = [hip, hip + (knee - hip) * 0.70], [r[0], r[1] * 1.38]
    else:
        wide = {"wide trousers": 0.024, "trousers": 0.006, "leggings": -0.001}[look.bottom]
        radii = [r[0], r[1] + 0.5 * wide, r[2] + wide]
        over = 0.06 if look.bottom == "wide trousers" else -0.06
        points = [hip, knee, ankle + (ankle - knee) * over]
    parts = [thigh + CLOTH, shin + CLOTH][: len(points) - 1]
    sketch.limb(points, radii, look.bottom_colour, parts)
    for n, part in enumerate(parts):
        sheet = clothes.tube(points[n], points[n + 1], radii[n] * px, radii[n + 1] * px)
        clothes.paint(sketch.brush, sheet, look.bottom_pattern, look.bottom_accent, part, px)


def _foot(sketch: Sketch, side: str) -> None:
    look, p, px, brush = sketch.look, sketch.p, sketch.px, sketch.brush
    part = PART[f"{side}_foot"] + CLOTH
    ankle, heel, knee = p[f"{side}_ankle"], p[f"{side}_heel"], p[f"{side}_knee"]
    toe = 0.5 * (p[f"{side}_toe"] + p[f"{side}_small_toe"])
    toe = toe + (toe - heel) * 0.06
    top, tip, edge = 0.024 * px, 0.029 * px, EDGE * px
    down = np.array([0.0, 0.010]) * px
    bare = look.shoes == "flats"
    colour = look.skin if bare else look.shoe_colour
    ankle_part = part - CLOTH if bare else part
    high = ankle + (knee - ankle) * (0.36 if look.shoes == "boots" else 0.02)
    brush.capsule(
        heel + down, toe + down, top + edge, tip + edge, shade(look.sole_colour, -0.30), part
    )
    brush.capsule(high, heel, 0.026 * px + edge, top + edge, shade(colour, EDGE_SHADE), ankle_part)
    brush.capsule(heel + down, toe + down, top, tip, look.sole_colour, part)
    brush.capsule(high, heel, 0.026 * px, top, colour, ankle_part)
    brush.capsule(heel, toe, top, tip * 0.94, look.shoe_colour, part)
    gloss = shade(look.shoe_colour, 0.25)
    brush.capsule(ankle * 0.4 + toe * 0.6, toe, 0.021 * px, 0.020 * px, gloss, part)
    if look.shoes == "sneakers":
        side_way = np.array([0.014, 0.0]) * px
        for t in (0.35, 0.55):
            at = ankle * (1 - t) + toe * t
            lace = np.stack([at - side_way, at + side_way])
            brush.line(lace, 0.006 * px, shade(look.shoe_colour, -0.30), part)
    elif look.shoes == "boots":
        brush.capsule(high, ankle, 0.030 * px, 0.026 * px, look.shoe_colour, part)
