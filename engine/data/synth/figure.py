"""Draw one dancer in one frame, back to front."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.data.synth import clothes
from engine.data.synth.body import Skeleton
from engine.data.synth.brush import Array, Brush, smooth
from engine.data.synth.head import HeadView, draw_back_hair, draw_head
from engine.data.synth.look import Colour, Look, mix, shade
from engine.data.synth.parts import CLOTH, PART

_TILT = np.deg2rad(13.0)  # the camera looks a little down, so that feet and floor have depth
_EDGE = 0.0062  # width of the darker edge around every shape, in body heights


@dataclass(frozen=True)
class View:
    """Where the floor point under the dancer's stage centre is, and how large a body height is.

    Attributes:
        x, y: canvas pixels of the floor point.
        px: canvas pixels per body height.
    """

    x: float
    y: float
    px: float

    def project(self, points: Array) -> Array:
        """Canvas x, y and nearness (body heights) `... 3` of body points `... 3`."""
        cos, sin = np.cos(_TILT), np.sin(_TILT)
        return np.stack(
            [
                self.x + points[..., 0] * self.px,
                self.y - (points[..., 1] * cos - points[..., 2] * sin) * self.px,
                points[..., 2],
            ],
            -1,
        )

    def turn(self, vectors: Array) -> Array:
        """The same for directions."""
        return self.project(vectors) - np.array([self.x, self.y, 0.0])


class Figure:
    """One dancer in one frame: `draw()` paints her; `nearness` says how near each part is.

    Args:
        brush: where to draw.
        view: the camera.
        look: who.
        skeleton: all frames.
        frame: which of them.
        face: 68 landmarks, local to the head.
    """

    def __init__(
        self, brush: Brush, view: View, look: Look, skeleton: Skeleton, frame: int, face: Array
    ) -> None:
        self.brush, self.look, self.face, self.px = brush, look, face, view.px
        self.body = skeleton.body
        projected = view.project(np.stack([j[frame] for j in skeleton.joints.values()]))
        self.p: Mapping[str, Array] = dict(zip(skeleton.joints, projected[:, :2], strict=True))
        self.z: Mapping[str, float] = dict(
            zip(skeleton.joints, projected[:, 2].tolist(), strict=True)
        )
        self.hands = {s: view.project(h[frame]) for s, h in skeleton.hands.items()}
        self.chest, self.pelvis = skeleton.chest[frame], skeleton.pelvis[frame]
        self.chest_axis = view.turn(self.chest[:, 0])[:2] / view.px
        self.pelvis_axis = view.turn(self.pelvis[:, 0])[:2] / view.px
        head = skeleton.head[frame]
        b = 0.5 * self.body.head
        a = b * self.body.head_width
        axes = view.turn(head.T * np.array([[a], [b], [a]]))
        axes[:, 2] *= view.px
        self.head = HeadView(
            centre=self.p["head"],
            axes=axes,
            yaw=float(np.rad2deg(np.arctan2(head[0, 2], head[2, 2]))),
            px=view.px,
            a=a * view.px,
            b=b * view.px,
        )
        self.back = abs(self.head.yaw) > 100
        self.nearness: dict[int, float] = {}

    # --- order -------------------------------------------------------------------------------

    def draw(self) -> None:
        """Paint all parts, the farthest first."""
        look, z = self.look, self.z
        depth = z["neck"]
        behind = {s: z[f"{s}_elbow"] < depth - 0.045 for s in "lr"}
        over = {s: z[f"{s}_wrist"] < depth - 0.02 for s in "lr"}
        if not self.back:
            draw_back_hair(self.brush, self.head, look, self.chest_axis)
        for s in sorted("lr", key=lambda s: z[f"{s}_elbow"]):
            if behind[s]:
                self._upper_arm(s)
                if over[s]:
                    self._forearm(s)
        for s in sorted("lr", key=lambda s: z[f"{s}_knee"] + z[f"{s}_ankle"]):
            self._leg(s)
        self._trunk()
        draw_head(self.brush, self.head, look, self.face)
        if self.back:
            draw_back_hair(self.brush, self.head, look, self.chest_axis)
        for s in sorted("lr", key=lambda s: z[f"{s}_wrist"]):
            if not behind[s]:
                self._upper_arm(s)
            if not (behind[s] and over[s]):
                self._forearm(s)
        self._measure_depth()

    def _measure_depth(self) -> None:
        z = self.z
        for s in "lr":
            chain = (("upper", "shoulder", "elbow"), ("fore", "elbow", "wrist"), ("hand", "wrist", "wrist"),
                     ("thigh", "hip", "knee"), ("shin", "knee", "ankle"), ("foot", "ankle", "toe"))  # fmt: skip
            for part, first, second in chain:
                near = 0.5 * (z[f"{s}_{first}"] + z[f"{s}_{second}"])
                self.nearness[PART[f"{s}_{part}"]] = near
        middle = 0.5 * (z["neck"] + z["pelvis"])
        sign = 1.0 if not self.back else -1.0
        offsets = {"trunk": 0.03, "neck": 0.02, "head": 0.06, "hair": 0.05, "hair_back": -0.04 * sign,
                   "hat": 0.07, "skirt": 0.04}  # fmt: skip
        for name, offset in offsets.items():
            base = z["head"] if name in ("head", "hair", "hair_back", "hat") else middle
            self.nearness[PART[name]] = base + offset

    # --- limbs -------------------------------------------------------------------------------

    def _limb(
        self, points: list[Array], radii: list[float], colour: Colour, part: list[int]
    ) -> None:
        px, edge = self.px, _EDGE
        dark = shade(colour, -0.26)
        pieces = list(zip(points[:-1], points[1:], radii[:-1], radii[1:], part, strict=True))
        for a, b, ra, rb, number in pieces:
            self.brush.capsule(a, b, (ra + edge) * px, (rb + edge) * px, dark, number)
        for a, b, ra, rb, number in pieces:
            self.brush.capsule(a, b, ra * px, rb * px, colour, number)

    def _upper_arm(self, s: str) -> None:
        look, p, k = self.look, self.p, 0.72 + 0.28 * self.body.bulk
        shoulder, elbow = p[f"{s}_shoulder"], p[f"{s}_elbow"]
        part = PART[f"{s}_upper"]
        long = look.top in ("long-sleeved shirt", "hoodie", "jacket")
        r0, r1 = 0.036 * k, 0.027 * k
        if look.top not in ("long-sleeved shirt", "hoodie", "jacket"):
            self._limb([shoulder, elbow], [r0, r1], look.skin, [part])
        if look.top in ("vest top", "crop top"):
            return
        puff = {"hoodie": 0.007, "jacket": 0.006, "blouse": 0.012}.get(look.top, 0.004)
        end = (
            elbow
            if long
            else shoulder + (elbow - shoulder) * (0.62 if look.top == "t-shirt" else 0.5)
        )
        r_end = (r1 if long else r0 * 0.98) + puff
        self._limb([shoulder, end], [r0 + puff * 0.6, r_end], look.top_colour, [part + CLOTH])
        sheet = clothes.tube(shoulder, end, (r0 + puff * 0.6) * self.px, r_end * self.px)
        clothes.paint(self.brush, sheet, self._sleeve_pattern(), look.accent, part + CLOTH, self.px)

    def _sleeve_pattern(self) -> str:
        return (
            self.look.top_pattern
            if self.look.top_pattern in ("stripes", "dots", "checks")
            else "plain"
        )

    def _forearm(self, s: str) -> None:
        look, p, k = self.look, self.p, 0.72 + 0.28 * self.body.bulk
        elbow, wrist = p[f"{s}_elbow"], p[f"{s}_wrist"]
        part = PART[f"{s}_fore"]
        long = look.top in ("long-sleeved shirt", "hoodie", "jacket")
        r0, r1 = 0.0275 * k, 0.0195 * k
        self._hand(s, wrist)
        if not long:
            self._limb([elbow, wrist], [r0, r1], look.skin, [part])
            if look.top in ("vest top", "crop top"):
                return
            # The elbow's edge would cut a short sleeve that reaches it, so nothing more to draw.
            return
        puff = {"hoodie": 0.007, "jacket": 0.006}.get(look.top, 0.004)
        end = elbow + (wrist - elbow) * 0.94
        self._limb([elbow, end], [r0 + puff, r1 + puff], look.top_colour, [part + CLOTH])
        sheet = clothes.tube(elbow, end, (r0 + puff) * self.px, (r1 + puff) * self.px)
        clothes.paint(
            self.brush, sheet, self._sleeve_pattern(), look.accent, part + CLOTH, self.px, 0.16
        )
        if look.top in ("hoodie", "jacket"):
            cuff = elbow + (wrist - elbow) * 0.86
            self.brush.capsule(cuff, end, (r1 + puff) * self.px, (r1 + puff) * self.px,
                               shade(look.top_colour, -0.18), part + CLOTH)  # fmt: skip

    def _hand(self, s: str, wrist: Array) -> None:
        look, px, part = self.look, self.px, PART[f"{s}_hand"]
        hand = self.hands[s][:, :2]
        dark = shade(look.skin, -0.26)
        palm = np.concatenate([hand[[0]], hand[[5, 9, 13, 17]]])
        middle = palm.mean(0)
        chains = [np.concatenate([middle[None], hand[1:5]])]
        chains += [np.concatenate([middle[None], hand[k : k + 4]]) for k in (5, 9, 13, 17)]
        width = 0.0150 * px
        knuckles = hand[[5, 9, 13, 17]].mean(0)
        for colour, grow in ((dark, _EDGE * px), (look.skin, 0.0)):
            self.brush.capsule(wrist, knuckles, 0.019 * px + grow, 0.024 * px + grow, colour, part)
            for chain in chains:
                self.brush.line(chain, width + 2 * grow, colour, part)
        for k in (9, 13, 17):
            gap = 0.5 * (hand[k] + hand[k - 4])
            tip = 0.5 * (hand[k + 1] + hand[k - 3])
            self.brush.line(np.stack([gap, tip]), max(1.0, 0.0035 * px), dark, part)

    def _leg(self, s: str) -> None:
        look, p, k = self.look, self.p, 0.72 + 0.28 * self.body.bulk
        hip, knee, ankle = p[f"{s}_hip"], p[f"{s}_knee"], p[f"{s}_ankle"]
        thigh, shin = PART[f"{s}_thigh"], PART[f"{s}_shin"]
        r = [0.056 * k, 0.037 * k, 0.0235 * k]
        self._foot(s)
        bare = look.dress or look.bottom in ("shorts", "skirt", "long skirt")
        if bare:
            self._limb([knee, ankle], [r[1], r[2]], look.skin, [shin])
            if look.socks is not None and look.shoes != "flats":
                sock = ankle + (knee - ankle) * 0.30
                self._limb([sock, ankle], [r[2] * 1.16, r[2]], look.socks, [shin + CLOTH])
            self._limb([hip, knee], r[:2], look.skin, [thigh])
            self.brush.capsule(knee, knee + (ankle - knee) * 0.35, r[1] * self.px, r[1] * 0.86 * self.px,
                               look.skin, shin)  # fmt: skip
            if look.bottom == "shorts" and not look.dress:
                end = hip + (knee - hip) * 0.70
                self._limb([hip, end], [r[0], r[1] * 1.38], look.bottom_colour, [thigh + CLOTH])
                sheet = clothes.tube(hip, end, r[0] * self.px, r[1] * 1.38 * self.px)
                clothes.paint(
                    self.brush,
                    sheet,
                    look.bottom_pattern,
                    look.bottom_accent,
                    thigh + CLOTH,
                    self.px,
                )
            return
        wide = {"wide trousers": 0.024, "trousers": 0.006, "leggings": -0.001}[look.bottom]
        radii = [r[0], r[1] + 0.5 * wide, r[2] + wide]
        end = ankle + (ankle - knee) * (0.06 if look.bottom == "wide trousers" else -0.06)
        self._limb([hip, knee, end], radii, look.bottom_colour, [thigh + CLOTH, shin + CLOTH])
        for a, b, ra, rb, number in (
            (hip, knee, radii[0], radii[1], thigh),
            (knee, end, radii[1], radii[2], shin),
        ):
            sheet = clothes.tube(a, b, ra * self.px, rb * self.px)
            clothes.paint(
                self.brush, sheet, look.bottom_pattern, look.bottom_accent, number + CLOTH, self.px
            )

    def _foot(self, s: str) -> None:
        look, p, px = self.look, self.p, self.px
        part = PART[f"{s}_foot"] + CLOTH
        ankle, heel = p[f"{s}_ankle"], p[f"{s}_heel"]
        toe = 0.5 * (p[f"{s}_toe"] + p[f"{s}_small_toe"])
        toe = toe + (toe - heel) * 0.06
        top, bottom = 0.024, 0.029
        down = np.array([0.0, 0.010]) * px
        dark = shade(look.shoe_colour, -0.30)
        high = ankle + (p[f"{s}_knee"] - ankle) * (0.36 if look.shoes == "boots" else 0.02)
        bare = look.shoes == "flats"
        ankle_colour = look.skin if bare else look.shoe_colour
        ankle_part = part - CLOTH if bare else part
        edge = _EDGE * px
        self.brush.capsule(heel + down, toe + down, top * px + edge, bottom * px + edge,
                           shade(look.sole_colour, -0.30), part)  # fmt: skip
        self.brush.capsule(
            ankle, heel, 0.024 * px + edge, top * px + edge, shade(ankle_colour, -0.28), ankle_part
        )
        self.brush.capsule(heel + down, toe + down, top * px, bottom * px, look.sole_colour, part)
        self.brush.capsule(high, heel, 0.026 * px, top * px, ankle_colour, ankle_part)
        self.brush.capsule(heel, toe, top * px, bottom * 0.94 * px, look.shoe_colour, part)
        self.brush.capsule(
            ankle * 0.4 + toe * 0.6,
            toe,
            0.021 * px,
            0.020 * px,
            shade(look.shoe_colour, 0.25),
            part,
        )
        if look.shoes == "sneakers":
            for t in (0.35, 0.55):
                at = ankle * (1 - t) + toe * t
                side = np.array([0.014, 0.0]) * px
                self.brush.line(np.stack([at - side, at + side]), 0.006 * px, dark, part)
        elif look.shoes == "boots":
            self.brush.capsule(high, ankle, 0.030 * px, 0.026 * px, look.shoe_colour, part)

    # --- trunk -------------------------------------------------------------------------------

    def _row(self, centre: Array, half: float, axis: Array) -> tuple[Array, Array]:
        """Left and right end of the trunk's elliptical cross-section as the camera sees it."""
        seen = float(np.hypot(axis[0], axis[1]))
        width = half * np.sqrt(min(seen, 1.0) ** 2 + 0.42 * max(0.0, 1 - seen * seen))
        if axis[0] < 0:
            axis = -axis
        direction = axis + np.array([1.0, 0.0]) * max(0.0, 0.45 - seen) * 2
        direction = direction / max(float(np.hypot(*direction)), 1e-6)
        return centre - direction * width * self.px, centre + direction * width * self.px

    def _trunk(self) -> None:
        look, p, body = self.look, self.p, self.body
        trunk, neck_part = PART["trunk"], PART["neck"]
        chest_axis, hip_axis = self.chest_axis, self.pelvis_axis
        middle_axis = 0.5 * (chest_axis + hip_axis)
        neck, waist, pelvis = p["neck"], p["waist"], p["pelvis"]
        shoulders = 0.5 * (p["l_shoulder"] + p["r_shoulder"])
        up = neck - waist
        down = pelvis - waist
        k = body.bulk
        hip_width = body.hips + 0.046 * (0.72 + 0.28 * k)
        loose = {"hoodie": 0.012, "jacket": 0.010, "t-shirt": 0.005, "blouse": 0.005}.get(
            look.top, 0.002
        )
        neck_row = self._row(neck + up * 0.02, 0.040, chest_axis)
        left_shoulder, right_shoulder = sorted(
            (p["l_shoulder"], p["r_shoulder"]), key=lambda q: q[0]
        )
        tips = self._row(shoulders, body.shoulders + 0.012, chest_axis)
        shrug = np.array([0.0, -0.024 * self.px])
        spread = abs(float(chest_axis[0]))
        tip_row = (
            spread * (left_shoulder + np.array([-0.016 * self.px, 0.0]))
            + (1 - spread) * tips[0]
            + shrug,
            spread * (right_shoulder + np.array([0.016 * self.px, 0.0]))
            + (1 - spread) * tips[1]
            + shrug,
        )
        chest_row = self._row(
            waist + up * 0.52, max(body.shoulders * 0.98, body.waist * 1.06) + loose, chest_axis
        )
        waist_row = self._row(waist, body.waist + loose * 1.3, middle_axis)
        hip_row = self._row(pelvis + down * 0.10, hip_width, hip_axis)
        crotch_row = self._row(pelvis + down * 0.34, hip_width - 0.014, hip_axis)

        # the lower garment's upper part, then a skirt
        bare = look.dress or look.bottom in ("skirt", "long skirt")
        colour = look.bottom_colour
        hips = clothes.rows_to_sheet([waist_row, hip_row, crotch_row])
        part = trunk + CLOTH
        self._sheet(hips, colour, part)
        if not bare:
            clothes.paint(self.brush, hips, look.bottom_pattern, look.bottom_accent, part, self.px)
        else:
            self._skirt(waist_row, hip_row, waist, pelvis)

        # neck
        skull_base = neck + (p["head"] - neck) * 0.50
        r = 0.0285 * (0.8 + 0.2 * k)
        self._limb(
            [skull_base, neck + (waist - neck) * 0.10],
            [r, r * 1.12],
            shade(look.skin, -0.09),
            [neck_part],
        )

        # top
        hem = {"crop top": 0.16, "hoodie": 1.16, "t-shirt": 1.10, "jacket": 1.06}.get(
            look.top, 0.86
        )
        if look.dress:
            hem = 0.25
        hem_row = self._row(
            waist + down * hem, (hip_width + 0.006 + loose) if hem > 0.8 else body.waist + 0.008 + loose,
            hip_axis if hem > 0.5 else middle_axis,
        )  # fmt: skip
        if look.top == "crop top":
            belly = clothes.rows_to_sheet(
                [chest_row, waist_row, self._row(waist + down * 0.4, hip_width * 0.93, hip_axis)]
            )
            self._sheet(belly, look.skin, trunk)
            self._sheet(hips_band(hips), colour, part)
        rows = [neck_row, tip_row, chest_row, waist_row]
        if hem > 0.5:
            rows.append(self._row(waist + down * (hem * 0.7), hip_width * 0.97 + loose, hip_axis))
        rows.append(hem_row)
        top = clothes.rows_to_sheet(rows)
        self._sheet(top, look.top_colour, part)
        clothes.paint(self.brush, top, look.top_pattern, look.accent, part, self.px, 0.02)
        facing = float(self.chest[2, 2])
        turned = 0.5 + 0.5 * float(self.chest[0, 2])
        front = turned if facing > 0.1 else -1.0
        clothes.paint_front(self.brush, top, look.top_pattern, look.accent, part, self.px, front)
        self._details(top, part, front, neck, waist, neck_part)

    def _sheet(self, sheet: clothes.Sheet, colour: Colour, part: int) -> None:
        outline = sheet.outline
        closed = np.concatenate([outline, outline[:1]])
        self.brush.line(closed, 2 * _EDGE * self.px, shade(colour, -0.26), part)
        self.brush.fill(outline, colour, part)

    def _details(self, top: clothes.Sheet, part: int, front: float, neck: Array, waist: Array,
                 neck_part: int) -> None:  # fmt: skip
        look, px, brush = self.look, self.px, self.brush
        down = (waist - neck) / max(float(np.hypot(*(waist - neck))), 1e-6)
        side = np.array([-down[1], down[0]]) * -1
        seen = max(0.35, abs(float(self.chest_axis[0])))
        dark = shade(look.top_colour, -0.22)
        if front < 0:
            deep = 0.012
        else:
            deep = {"vest top": 0.042, "crop top": 0.040, "blouse": 0.045, "hoodie": 0.016}.get(
                look.top, 0.022
            )
        shift = side * (0 if front < 0 else (front - 0.5) * 0.05) * px
        wide = 0.036 * seen + 0.004
        rim = neck + shift
        brush.oval(rim, side * (wide + 0.007) * px, down * (deep + 0.008) * px, dark, part)
        brush.oval(rim, side * wide * px, down * deep * px, shade(look.skin, -0.04), neck_part)
        if front < 0:
            if look.top == "hoodie":
                brush.oval(rim + down * 0.03 * px, side * 0.062 * px, down * 0.042 * px, dark, part)
            return
        if look.top == "hoodie":
            for s in (-1, 1):
                a = rim + side * s * 0.016 * px + down * 0.014 * px
                brush.line(np.stack([a, a + down * 0.055 * px]), 0.006 * px, look.accent, part)
            brush.fill(
                smooth(top.cell(front - 0.24, front + 0.24, 0.70, 0.90), 1),
                shade(look.top_colour, -0.12),
                part,
            )
        elif look.top == "jacket":
            left, right = max(front - 0.15, 0.0), min(front + 0.15, 1.0)
            inner = look.accent if sum(look.accent) > 560 else (250, 246, 238)
            brush.fill(top.cell(left, right, 0.13, 1.0), inner, part)
            brush.oval(rim, side * wide * px, down * 0.026 * px, shade(look.skin, -0.04), neck_part)
            for u in (left, right):
                brush.line(top.at(np.full(6, u), np.linspace(0.10, 1, 6)), 0.008 * px, dark, part)
        elif look.top == "blouse" and not look.dress:
            for v in (0.40, 0.54, 0.68):
                brush.disc(top.at(front, v), 0.0065 * px, look.accent, part)
        if look.dress or look.bottom == "skirt":
            return

    def _skirt(self, waist_row: tuple[Array, Array], hip_row: tuple[Array, Array], waist: Array,
               pelvis: Array) -> None:  # fmt: skip
        look, px, p = self.look, self.px, self.p
        long = look.bottom == "long skirt"
        colour, part = look.bottom_colour, PART["skirt"] + CLOTH
        along = 0.62 if not long else 1.48
        flare = 0.070 if not long else 0.085
        ends = []
        for s in sorted("lr", key=lambda s: p[f"{s}_hip"][0]):
            hip, knee, ankle = p[f"{s}_hip"], p[f"{s}_knee"], p[f"{s}_ankle"]
            ends.append(
                hip + (knee - hip) * along if along <= 1 else knee + (ankle - knee) * (along - 1)
            )
        level = 0.5 * (ends[0][1] + ends[1][1])
        level = max(level, pelvis[1] + 0.06 * px)
        left = min(ends[0][0] - 0.040 * px, hip_row[0][0] - flare * px)
        right = max(ends[1][0] + 0.040 * px, hip_row[1][0] + flare * px)
        tilt = float(np.clip(hip_row[1][1] - hip_row[0][1], -0.05 * px, 0.05 * px))
        hem_left = np.array([left, 0.6 * level + 0.4 * ends[0][1] - tilt * 0.5])
        hem_right = np.array([right, 0.6 * level + 0.4 * ends[1][1] + tilt * 0.5])
        sheet = clothes.skirt_sheet(waist_row[0], waist_row[1], [hem_left, hem_right])
        t = np.linspace(0, 1, 15)[1:-1]
        droop = (0.020 * np.sin(np.pi * t) + 0.007 * np.sin(5 * np.pi * t) ** 2) * px
        hem = hem_left + (hem_right - hem_left) * t[:, None] + np.stack([0 * t, droop], -1)
        outline = np.concatenate([sheet.left, hem, sheet.right[::-1]])
        brush = self.brush
        brush.line(
            np.concatenate([outline, outline[:1]]), 2 * _EDGE * px, shade(colour, -0.26), part
        )
        brush.fill(outline, colour, part)
        if look.bottom_pattern == "plain":
            clothes.folds(brush, sheet, colour, part, (0.17, 0.38, 0.60, 0.81))
        else:
            clothes.paint(brush, sheet, look.bottom_pattern, look.bottom_accent, part, px)
        band = mix(colour, look.bottom_accent, 0.65) if look.dress else shade(colour, -0.18)
        row = np.stack([waist_row[0], waist_row[1]])
        brush.line(row, 0.018 * px, band, part)


def hips_band(hips: clothes.Sheet) -> clothes.Sheet:
    """The lower part of the hip piece: what a crop top leaves of the trousers."""
    n = len(hips.left)
    keep = slice(n // 4, n)
    return clothes.Sheet(hips.left[keep], hips.right[keep])
