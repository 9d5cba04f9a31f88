"""A file from a visitor that may hold settings, passed on unread."""

from __future__ import annotations

import gradio as gr
from gradio.data_classes import FileData, ListFiles


class Dropped(gr.File):
    """`gr.File` that judges nothing by its name: `studio.restore` reads the content.

    Gradio has checked before that the path is one of its own uploads.
    """

    is_template = True  # drawn in the browser as the parent is

    def preprocess(self, payload: ListFiles | FileData | None) -> str | None:
        """The path of the uploaded file, or None."""
        return getattr(payload, "path", None)
