"""A slider whose number may be on its way to another."""

from __future__ import annotations

import gradio as gr


class Dial(gr.Slider):
    """`gr.Slider` that takes the nearest number on it for one beyond its ends.

    While somebody types, the number is told as it stands: "0" before "0.8", nothing at all before
    the first digit. Gradio's own would fail then; the page puts the number right when it is left.
    """

    is_template = True  # drawn in the browser as the parent is

    def preprocess(self, payload: float | None) -> float:
        """A number from `minimum` to `maximum`; nothing is `minimum`."""
        given = self.minimum if payload is None else payload
        return min(max(given, self.minimum), self.maximum)
