"""A picture from a visitor, passed on unread."""

from __future__ import annotations

import gradio as gr
from gradio.data_classes import ImageData


class Photo(gr.Image):
    """`gr.Image` that never decodes what was uploaded: that is done in the worker, within limits.

    Gradio has checked before that the path is one of its own uploads.
    """

    is_template = True  # drawn in the browser as the parent is

    def preprocess(self, payload: ImageData | None) -> str | None:
        """The path of the uploaded file, or None."""
        return getattr(payload, "path", None)
