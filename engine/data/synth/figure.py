"""Draw one dancer in one frame, back to front."""

from __future__ import annotations

from engine.data.synth.brush import Array
from engine.data.synth.hair import draw_back_hair
from engine.data.synth.head import draw_head
from engine.data.synth.limbs import draw_arm, draw_leg
from engine.data.synth.parts import PART
from engine.data.synth.sketch import Sketch
from engine.data.synth.trunk import draw_trunk


def draw_figure(sketch: Sketch, face: Array) -> dict[int, float]:
    """Paint all parts, the farthest first; `face` are the 68 landmarks local to the head.

    Returns how near every part is: part number -> body heights towards the viewer.
    """
    look, z, brush, head = sketch.look, sketch.z, sketch.brush, sketch.head
    from_behind = abs(head.yaw) > 100
    behind = {s: z[f"{s}_elbow"] < z["neck"] - 0.045 for s in "lr"}
    fully = {s: behind[s] and z[f"{s}_wrist"] < z["neck"] - 0.02 for s in "lr"}
    if not from_behind:
        draw_back_hair(brush, head, look)
    for s in sorted("lr", key=lambda s: z[f"{s}_elbow"]):
        if behind[s]:
            draw_arm(sketch, s, upper=True, lower=fully[s])
    for s in sorted("lr", key=lambda s: z[f"{s}_knee"] + z[f"{s}_ankle"]):
        draw_leg(sketch, s)
    draw_trunk(sketch)
    draw_head(brush, head, look, face)
    for s in sorted("lr", key=lambda s: z[f"{s}_wrist"]):
        if not fully[s]:
            draw_arm(sketch, s, upper=not behind[s], lower=True)
    if from_behind:
        draw_back_hair(brush, head, look)
    return _nearness(sketch, from_behind)


_CHAIN = (
    ("upper", "shoulder", "elbow"), ("fore", "elbow", "wrist"), ("hand", "wrist", "wrist"),
    ("thigh", "hip", "knee"), ("shin", "knee", "ankle"), ("foot", "ankle", "toe"),
)  # fmt: skip


def _nearness(sketch: Sketch, from_behind: bool) -> dict[int, float]:
    z = sketch.z
    near = {
        PART[f"{s}_{part}"]: 0.5 * (z[f"{s}_{first}"] + z[f"{s}_{second}"])
        for s in "lr"
        for part, first, second in _CHAIN
    }
    middle, head = 0.5 * (z["neck"] + z["pelvis"]), z["head"]
    near |= {
        PART["trunk"]: middle + 0.03,
        PART["neck"]: middle + 0.02,
        PART["skirt"]: middle + 0.04,
    }
    back = 0.06 if from_behind else -0.04
    near |= {PART["head"]: head + 0.06, PART["hair"]: head + 0.05, PART["hat"]: head + 0.07}
    near[PART["hair_back"]] = head + back
    return near
