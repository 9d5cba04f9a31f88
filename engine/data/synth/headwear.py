"""Glasses and hats."""

from __future__ import annotations

import numpy as np

from engine.data.synth.brush import Array, Brush
from engine.data.synth.headview import HeadView, outline, upright
from engine.data.synth.look import Look, shade
from engine.data.synth.parts import CLOTH, PART

HEAD, HAT = PART["head"], PART["hat"] + CLOTH


def draw_glasses(brush: Brush, view: HeadView, look: Look) -> None:
    """Round, square or dark glasses."""
    a, b = view.a, view.b
    up, side = upright(view)
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
            brush.line(np.stack([p + up * b * 0.12 - side * a * 0.14 * wide,
                                 p + up * b * 0.02 - side * a * 0.2 * wide]),
                       width, (120, 112, 136), HEAD)  # fmt: skip
        brush.line(ring, width, look.glasses_colour, HEAD)
    bridge = view.at(np.array([[-0.12, -0.04, 1.0], [0.12, -0.04, 1.0]]))
    brush.line(bridge, width, look.glasses_colour, HEAD)


def draw_hat(brush: Brush, view: HeadView, look: Look) -> None:
    """A cap, a beanie or a headband."""
    a, b = view.a, view.b
    up, side = upright(view)
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
    dome = outline(view, 1.13, 0, 180, lift=0.22)
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
