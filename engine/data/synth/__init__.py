"""Dancers we draw ourselves: people, moves, places, and the exact truth about every frame."""

from engine.data.synth.body import CHANNELS, Proportions, Skeleton, neutral, solve
from engine.data.synth.colours import Colours, look_like, measure_colours
from engine.data.synth.dancer import DrawnClip, Plan, clip, clips, draw, fitted, plan, sheet
from engine.data.synth.dances import DANCES, Dance, dance_motion, dance_poses, find_dance
from engine.data.synth.draw import OCCLUDED, Frame, Framing, Stage
from engine.data.synth.look import BACKGROUNDS, Look, describe, random_look
from engine.data.synth.motion import mirrored, phrase, random_motion
from engine.data.synth.moves import MOVES, Move

__all__ = [
    "BACKGROUNDS",
    "CHANNELS",
    "DANCES",
    "MOVES",
    "OCCLUDED",
    "Colours",
    "Dance",
    "DrawnClip",
    "Frame",
    "Framing",
    "Look",
    "Move",
    "Plan",
    "Proportions",
    "Skeleton",
    "Stage",
    "clip",
    "clips",
    "dance_motion",
    "dance_poses",
    "describe",
    "find_dance",
    "fitted",
    "draw",
    "look_like",
    "measure_colours",
    "mirrored",
    "neutral",
    "phrase",
    "plan",
    "random_look",
    "random_motion",
    "sheet",
    "solve",
]
