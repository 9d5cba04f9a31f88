"""Dancers we draw ourselves: people, moves, places, and the exact truth about every frame."""

from engine.data.synth.body import CHANNELS, Proportions
from engine.data.synth.dancer import DrawnClip, Plan, clip, clips, draw, plan, sheet
from engine.data.synth.draw import Frame, Framing, Stage
from engine.data.synth.look import BACKGROUNDS, Look, describe, random_look
from engine.data.synth.motion import phrase, random_motion
from engine.data.synth.moves import MOVES, Move

__all__ = [
    "BACKGROUNDS",
    "CHANNELS",
    "MOVES",
    "DrawnClip",
    "Frame",
    "Framing",
    "Look",
    "Move",
    "Plan",
    "Proportions",
    "Stage",
    "clip",
    "clips",
    "describe",
    "draw",
    "phrase",
    "plan",
    "random_look",
    "random_motion",
    "sheet",
]
