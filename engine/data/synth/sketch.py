"""One dancer in one frame on the canvas, and the two strokes every body part is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.data.synth import clothes
from engine.data.synth.body import Proportions, Skeleton
from engine.data.synth.brush import Array, Brush
from engine.data.synth.headview import HeadView
from engine.data.synth.look import Colour, Look, shade

_TILT = np.deg2rad(13.0)  # the camera looks a little down, so that feet and floor have depth
EDGE = 0.0062  # width of the darker edge around every shape, in body heights
EDGE_SHADE = -0.26


@dataclass(frozen=True)
class View:
    """Where the floor point under the stage's centre is, and how large a body height is.

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


@dataclass(frozen=True)
class Sketch:
    """What the drawing of one frame needs to know.

    Attributes:
        brush: where to draw.
        look: who.
        body: proportions.
        px: canvas pixels per body height.
        p: joint name -> canvas position `2`.
        z: joint name -> nearness in body heights.
        hands: side -> `21 3`, canvas position and nearness.
        chest, pelvis: rotation matrices `3 3`.
        chest_axis, pelvis_axis: their left direction as the camera sees it, `2`, length up to 1.
        head: the head's view.
    """

    brush: Brush
    look: Look
    body: Proportions
    px: float
    p: Mapping[str, Array]
    z: Mapping[str, float]
    hands: Mapping[str, Array]
    chest: Array
    pelvis: Array
    chest_axis: Array
    pelvis_axis: Array
    head: HeadView

    @staticmethod
    def of(brush: Brush, view: View, look: Look, skeleton: Skeleton, frame: int) -> Sketch:
        """Project the frame `frame` of a skeleton."""
        body = skeleton.body
        at = view.project(np.stack([j[frame] for j in skeleton.joints.values()]))
        p = dict(zip(skeleton.joints, at[:, :2], strict=True))
        chest, pelvis, head = skeleton.chest[frame], skeleton.pelvis[frame], skeleton.head[frame]
        b = 0.5 * body.head
        a = b * body.head_width
        axes = view.turn(head.T * np.array([[a], [b], [a]]))
        axes[:, 2] *= view.px
        return Sketch(
            brush=brush,
            look=look,
            body=body,
            px=view.px,
            p=p,
            z=dict(zip(skeleton.joints, at[:, 2].tolist(), strict=True)),
            hands={s: view.project(h[frame]) for s, h in skeleton.hands.items()},
            chest=chest,
            pelvis=pelvis,
            chest_axis=view.turn(chest[:, 0])[:2] / view.px,
            pelvis_axis=view.turn(pelvis[:, 0])[:2] / view.px,
            head=HeadView(
                centre=p["head"],
                axes=axes,
                yaw=float(np.rad2deg(np.arctan2(head[0, 2], head[2, 2]))),
                px=view.px,
                a=a * view.px,
                b=b * view.px,
            ),
        )

    @property
    def girth(self) -> float:
        """How thick limbs are, around 1."""
        return 0.72 + 0.28 * self.body.bulk

    def limb(
        self, points: list[Array], radii: list[float], colour: Colour, parts: list[int]
    ) -> None:
        """A chain of tapered pieces with one common edge; radii in body heights."""
        px = self.px
        pieces = list(zip(points[:-1], points[1:], radii[:-1], radii[1:], parts, strict=True))
        for a, b, ra, rb, part in pieces:
            dark = shade(colour, EDGE_SHADE)
            self.brush.capsule(a, b, (ra + EDGE) * px, (rb + EDGE) * px, dark, part)
        for a, b, ra, rb, part in pieces:
            self.brush.capsule(a, b, ra * px, rb * px, colour, part)
        for a, b, ra, rb, part in pieces:
            clothes.shadow_side(self.brush, clothes.tube(a, b, ra * px, rb * px), colour, part)

    def sheet(
        self, sheet: clothes.Sheet, colour: Colour, part: int, sides_only: bool = False
    ) -> None:
        """A filled piece of cloth or skin with its edge, all around or only at its two sides."""
        width, dark = 2 * EDGE * self.px, shade(colour, EDGE_SHADE)
        outline = sheet.outline
        if sides_only:
            self.brush.line(sheet.left, width, dark, part)
            self.brush.line(sheet.right, width, dark, part)
        else:
            self.brush.line(np.concatenate([outline, outline[:1]]), width, dark, part)
        self.brush.fill(outline, colour, part)
        clothes.shadow_side(self.brush, sheet, colour, part, 0.20)
