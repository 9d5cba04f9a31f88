"""From a look and a motion to frames: RGB, 133 keypoints with visibility, masks and depth."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.data.synth.background import Backdrop
from engine.data.synth.body import Array, Skeleton, solve
from engine.data.synth.brush import Brush
from engine.data.synth.figure import draw_figure
from engine.data.synth.headview import ears, landmarks
from engine.data.synth.look import Look
from engine.data.synth.parts import CLOTH, MASKS, PART
from engine.data.synth.sketch import Sketch, View

_BODY = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
OCCLUDED = 0.4


@dataclass(frozen=True)
class Framing:
    """How the camera sees the stage.

    Attributes:
        scale: body height as a share of the frame's height.
        x: where the stage's centre is, share of the frame's width.
        floor: where the dancer's floor is, share of the frame's height.
    """

    scale: float = 0.72
    x: float = 0.5
    floor: float = 0.93


@dataclass(frozen=True)
class Frame:
    """One drawn frame.

    Attributes:
        rgb: uint8 `h w 3`.
        keypoints: `133 2` in [0, 1] of the frame, may leave it.
        score: `133`; 1 visible, OCCLUDED when something covers it, 0 outside the picture.
        parts: the part number of every pixel of the supersampled canvas, uint8.
        nearness: part number -> nearness in body heights, 0 in the dancer's own plane.
        horizon: share of the frame's height at which the floor begins.
    """

    rgb: NDArray[np.uint8]
    keypoints: Array
    score: Array
    parts: NDArray[np.uint8]
    nearness: Mapping[int, float]
    horizon: float

    @cached_property
    def masks(self) -> dict[str, NDArray[np.float32]]:
        """person, face, hands, outfit: float32 `h w` in [0, 1]."""
        h, w = self.rgb.shape[:2]
        return {
            name: cv2.resize(cv2.LUT(self.parts, table), (w, h), interpolation=cv2.INTER_AREA)
            .astype(np.float32) / 255.0
            for name, table in MASKS.items()
        }  # fmt: skip

    @cached_property
    def depth(self) -> NDArray[np.float32]:
        """Nearness float32 `h w` in [0, 1]: far background 0.05, the dancer around 0.65."""
        h, w = self.rgb.shape[:2]
        rows = (np.arange(h) + 0.5) / h
        ground = np.clip((rows - self.horizon) / max(1.0 - self.horizon, 1e-3), 0.0, 1.0)
        behind = np.repeat((0.05 + 0.55 * ground)[:, None], w, 1)
        table = np.zeros(256, np.float32)
        for number, near in self.nearness.items():
            table[number] = table[number + CLOTH] = np.clip(0.65 + 0.6 * near, 0.0, 1.0)
        person = cv2.resize(table[self.parts], (w, h), interpolation=cv2.INTER_AREA)
        return (person + behind * (1.0 - self.masks["person"])).astype(np.float32)


class Stage:
    """Draws the frames of one clip: the backdrop is painted once, the skeleton solved once.

    Args:
        look: who dances, and where.
        motion: pose channels `f channels`.
        size: (width, height) of the frames in pixels.
        framing: where the dancer is.
        pan: `f 2`, how far the picture is shifted, shares of the frame's width and height; the
            backdrop and the dancer move together. None keeps the camera still.
    """

    def __init__(
        self,
        look: Look,
        motion: Array,
        size: tuple[int, int] = (256, 256),
        framing: Framing | None = None,
        pan: Array | None = None,
    ) -> None:
        self.look, self.size = look, size
        self.framing = framing or Framing()
        self.factor = 3 if max(size) <= 192 else 2
        self.pan = np.zeros((len(motion), 2)) if pan is None else np.asarray(pan, float)
        self.skeleton: Skeleton = solve(motion, look.body)
        w, h = size
        reach = np.abs(self.pan).max(0) if len(self.pan) else np.zeros(2)
        margin = (np.ceil(reach * (w, h)).astype(int) + 1) * self.factor
        self.backdrop = Backdrop.paint(
            look.background, look.background_seed, (w * self.factor, h * self.factor),
            (int(margin[0]), int(margin[1])), self.framing.floor, look.background_colour,
        )  # fmt: skip

    def __len__(self) -> int:
        return len(self.skeleton)

    def shift(self, index: int) -> tuple[int, int]:
        """The pan of a frame in whole canvas pixels."""
        w, h = self.size
        x, y = np.round(self.pan[index] * (w * self.factor, h * self.factor)).astype(int)
        return int(x), int(y)

    def view(self, index: int) -> View:
        """The camera of a frame, in canvas pixels."""
        w, h = self.size
        dx, dy = self.shift(index)
        return View(
            x=self.framing.x * w * self.factor + dx,
            y=self.framing.floor * h * self.factor + dy,
            px=self.framing.scale * h * self.factor,
        )

    def frame(self, index: int) -> Frame:
        """Draw the frame `index`."""
        w, h = self.size
        canvas = self.backdrop.crop(self.shift(index))
        brush = Brush(canvas)
        view = self.view(index)
        self._shadow(canvas, view, index)
        face = landmarks(self.look, self.skeleton.expression[index])
        sketch = Sketch.of(brush, view, self.look, self.skeleton, index)
        nearness = draw_figure(sketch, face)
        small = cv2.resize(canvas, (w, h), interpolation=cv2.INTER_AREA)
        parts = np.asarray(cv2.extractChannel(canvas, 3), np.uint8)
        points, score = _keypoints(sketch, face, parts)
        points = points / (w * self.factor, h * self.factor)
        return Frame(
            np.asarray(cv2.cvtColor(small, cv2.COLOR_RGBA2RGB), np.uint8), points, score, parts,
            nearness,
            self.backdrop.horizon + self.shift(index)[1] / (h * self.factor),
        )  # fmt: skip

    def _shadow(self, canvas: NDArray[np.uint8], view: View, index: int) -> None:
        feet = np.stack(
            [self.skeleton.joints[f"{s}_{n}"][index] for s in "lr" for n in ("toe", "heel")]
        )
        flat = feet.copy()
        height = float(np.clip(feet[:, 1].min(), 0.0, 0.2))
        flat[:, 1] = 0.0
        spots = view.project(flat)[:, :2]
        left, right = spots[:, 0].min(), spots[:, 0].max()
        centre = np.array([0.5 * (left + right), spots[:, 1].mean() + 0.004 * view.px])
        rx, ry = 0.5 * (right - left) + 0.085 * view.px, 0.040 * view.px
        x0, x1 = int(max(0, centre[0] - rx)), int(min(canvas.shape[1], centre[0] + rx))
        y0, y1 = int(max(0, centre[1] - ry)), int(min(canvas.shape[0], centre[1] + ry))
        if x1 - x0 < 2 or y1 - y0 < 2:
            return
        xs = ((np.arange(x0, x1) - centre[0]) / rx) ** 2
        ys = ((np.arange(y0, y1) - centre[1]) / ry) ** 2
        strength = 0.34 * (1 - 2.2 * height)
        soft = np.clip(1.25 * (1.0 - xs[None] - ys[:, None]), 0.0, 1.0) * strength
        region = canvas[y0:y1, x0:x1, :3]
        tone = np.array([40, 26, 60], np.float32)
        region[...] = (region + (tone - region) * soft[..., None].astype(np.float32)).astype(
            np.uint8
        )


def _numbers(*names: str) -> frozenset[int]:
    return frozenset(n for name in names for n in (PART[name], PART[name] + CLOTH))


_HEADS = _numbers("head")
_SEEN_ON: Mapping[str, frozenset[int]] = {
    "face": _HEADS,
    "ear": _HEADS,
    **{f"{s}_shoulder": _numbers("trunk", f"{s}_upper") for s in "lr"},
    **{f"{s}_elbow": _numbers(f"{s}_upper", f"{s}_fore") for s in "lr"},
    **{f"{s}_wrist": _numbers(f"{s}_fore", f"{s}_hand") for s in "lr"},
    **{f"{s}_hip": _numbers("trunk", "skirt", f"{s}_thigh") for s in "lr"},
    **{f"{s}_knee": _numbers(f"{s}_thigh", f"{s}_shin") for s in "lr"},
    **{f"{s}_ankle": _numbers(f"{s}_shin", f"{s}_foot") for s in "lr"},
    **{f"{s}_foot": _numbers(f"{s}_foot", f"{s}_shin") for s in "lr"},
    **{f"{s}_hand": _numbers(f"{s}_hand", f"{s}_fore") for s in "lr"},
}


def _keypoints(sketch: Sketch, face: Array, parts: NDArray[np.uint8]) -> tuple[Array, Array]:
    """The 133 COCO-WholeBody points in canvas pixels, and their score."""
    head, p = sketch.head, sketch.p
    drawn = head.at(face)
    centre = drawn[:17].mean(0)
    drawn[:17] = centre + (drawn[:17] - centre) * 0.97  # on the cheek, not on its border
    near = head.nearness(face)
    pupils = [face[42:48].mean(0), face[36:42].mean(0)]
    top = np.stack([face[30], *pupils, *ears()])
    points: list[Array] = list(head.at(top))
    owners: list[str] = ["face"] * 3 + ["ear"] * 2
    facing = list(head.nearness(top) > np.array([0.05, 0.05, 0.05, -0.5, -0.5]))
    for name in _BODY:
        for s in "lr":
            points.append(p[f"{s}_{name}"])
            owners.append(f"{s}_{name}")
    for s in "lr":
        for name in ("toe", "small_toe", "heel"):
            points.append(p[f"{s}_{name}"])
            owners.append(f"{s}_foot")
    points += list(drawn)
    owners += ["face"] * 68
    for s in "lr":
        points += list(sketch.hands[s][:, :2])
        owners += [f"{s}_hand"] * 21
    facing += [True] * 18 + list(near > np.where(np.arange(68) < 17, -0.25, 0.05)) + [True] * 42
    place = np.stack(points)
    h, w = parts.shape
    x, y = np.floor(place[:, 0]).astype(int), np.floor(place[:, 1]).astype(int)
    inside = (x >= 0) & (x < w) & (y >= 0) & (y < h)
    under = parts[np.clip(y, 0, h - 1), np.clip(x, 0, w - 1)]
    visible = np.array([int(u) in _SEEN_ON[o] for u, o in zip(under, owners, strict=True)])
    score = np.where(visible & np.array(facing), 1.0, OCCLUDED)
    return place, np.where(inside, score, 0.0)
