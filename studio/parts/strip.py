"""The fusion strip: where the windows of a long video lie, what each counts, where they join."""

from __future__ import annotations

from typing import Any, cast

import gradio as gr

from engine.sampling.spans import Fusion
from engine.sampling.spans import strip as plan
from studio.parts.source import part
from studio.words import Language, say

_TEMPLATE = (
    '<figure class="strip"><svg class="strip-hills" role="img" preserveAspectRatio="none"></svg>'
    '<div class="strip-scale" aria-hidden="true"><span></span><span></span></div>'
    '<figcaption class="strip-words"></figcaption></figure>'
)
_STYLE = """
.strip { margin: 0; }
.strip-hills { display: block; width: 100%; height: 64px; border-radius: 10px;
  background: var(--background-fill-secondary); overflow: hidden; }
.strip-hill { fill: var(--amber, #f4ab3f); fill-opacity: .62; }
.strip-hill.odd { fill: var(--hill, #3d2548); fill-opacity: .42; }
.strip-join { stroke: #c8452f; stroke-width: 2; vector-effect: non-scaling-stroke; }
.strip-scale { display: flex; justify-content: space-between; font-size: 12px;
  color: var(--quiet, #6d5c70); }
.strip-words { margin-top: 4px; font-size: 13px; line-height: 1.45; color: var(--quiet, #6d5c70); }
"""


def strip(elem_id: str) -> gr.HTML:
    """Build the strip; its value is None or made by `shown`."""
    return part("strip", elem_id, markup=_TEMPLATE, style=_STYLE)


def shown(
    num_frames: int,
    *,
    window: int,
    overlap: int,
    fusion: str,
    spread: bool,
    fps: float,
    language: Language,
    why: str = "",
) -> dict[str, Any]:
    """What the strip shows of a dance of `num_frames`, 1 or more.

    `window` and `overlap` count the reference slot, as the settings do; they must be settled (not
    0). `why` they are not as wished for is added to the words. Raises BadInput when they do not fit
    together.
    """
    made = plan(
        num_frames, window, min(overlap, window - 1), fusion=cast(Fusion, fusion), spread=spread
    )
    hills = []
    for number, ((first, last), share) in enumerate(zip(made.windows, made.shares, strict=True)):
        words = say(
            "strip_window",
            language,
            number=number + 1,
            first=f"{first / fps:.1f}",
            last=f"{(last + 1) / fps:.1f}",
        )
        heights = [round(float(x), 3) for x in share[first : last + 1]]
        hills.append({"first": first, "heights": heights, "words": words})
    joins = [
        {
            "place": (first + last) / 2,
            "words": say(
                "strip_join", language, first=f"{first / fps:.1f}", last=f"{last / fps:.1f}"
            ),
        }
        for first, last in made.joins
    ]
    key = "strip_many" if joins else "strip_one"
    words = say(
        key, language, frames=num_frames, windows=len(hills), size=window - 1, joins=len(joins)
    )
    words = f"{words} {why}" if why else words
    end = say("strip_seconds", language, seconds=f"{num_frames / fps:.1f}")
    return {"frames": num_frames, "hills": hills, "joins": joins, "words": words, "end": end}
