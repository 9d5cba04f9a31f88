"""The head as the camera sees it: its own axes, its outline, and the 68 face landmarks.

Local coordinates (u, v, w) are in half head widths to the person's left, half heights up, and half
widths forward, from the head's centre.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.data.synth.brush import Array
from engine.data.synth.look import Look


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


def outline(
    view: HeadView,
    grow: float,
    start: float = 0.0,
    stop: float = 360.0,
    lift: float = 0.06,
    count: int = 33,
) -> Array:
    """The skull's outline: it rolls with the head but does not turn; angles from the right."""
    t = np.deg2rad(np.linspace(start, stop, count))
    up, side = upright(view)
    return (
        view.centre
        + up * view.b * lift
        + np.cos(t)[:, None] * side * view.a * grow
        + np.sin(t)[:, None] * up * view.b * (0.94 + (grow - 1) * 0.8)
    )


def upright(view: HeadView) -> tuple[Array, Array]:
    """Unit vectors on the canvas: the head's up, and the direction to the picture's right of it."""
    up = view.axes[1, :2] / max(np.linalg.norm(view.axes[1, :2]), 1e-6)
    return up, np.array([-up[1], up[0]])


def ears() -> Array:
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
    brow_v = 0.315 + 0.07 * lift + 0.045 * (1 - t**2) + 0.02 * t
    right_brow = np.stack([-gap + 0.25 * t, brow_v, np.zeros(5)], -1)
    left_brow = right_brow[::-1] * [-1, 1, 1]

    n = look.nose_size
    bridge = np.stack([np.zeros(4), np.linspace(0.02, -0.30, 4), np.linspace(0.0, 0.13, 4)], -1)
    base = np.stack(
        [np.linspace(-0.13, 0.13, 5) * n, [-0.355, -0.38, -0.39, -0.38, -0.355], [0.02, 0.05,
            0.08, 0.05, 0.02]],
        -1,
    )  # fmt: skip

    half_u, half_v = 0.200 * size, 0.212 * size * (1 - 0.88 * blink) * (1 - 0.12 * smile)
    angles = np.deg2rad([180, 120, 60, 0, -60, -120])
    eye = np.stack([half_u * np.cos(angles), half_v * np.sin(angles), np.zeros(6)], -1)
    right_eye = eye + [-gap, -0.08 - 0.05 * blink, 0]
    left_eye = eye + [gap, -0.08 - 0.05 * blink, 0]

    half = 0.295 * look.mouth_width * (1 + 0.12 * smile - 0.22 * opened)
    u = np.array([-1, -0.62, -0.28, 0, 0.28, 0.62, 1, 0.62, 0.28, 0, -0.28, -0.62])
    curve = (0.15 * smile - 0.015) * u**2
    top, low = 0.035, 0.05 + 0.22 * opened
    v = np.array([0, 0.7, 1.0, 0.85, 1.0, 0.7, 0]) * top
    v = np.concatenate([v, -np.array([0.7, 0.95, 1.0, 0.95, 0.7]) * low])
    outer = np.stack([half * u, -0.585 + v + curve - 0.05 * smile, np.zeros(12)], -1)
    u8 = np.array([-0.86, -0.4, 0, 0.4, 0.86, 0.4, 0, -0.4])
    v8 = np.array([0, 0, 0, 0, 0, -0.9, -1, -0.9]) * 0.20 * opened
    inner = np.stack(
        [half * u8, -0.59 + v8 + (0.15 * smile - 0.015) * u8**2 - 0.05 * smile, np.zeros(8)], -1
    )
    flat = np.concatenate([right_brow, left_brow, bridge, base, right_eye, left_eye, outer, inner])
    flat[:, 2] += 0.97 * np.sqrt(np.maximum(1 - flat[:, 0] ** 2 - 0.8 * flat[:, 1] ** 2, 0.02))
    return np.concatenate([jaw, flat])
