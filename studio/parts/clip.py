"""A video from a visitor, passed on unread."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData


class Clip(gr.Video):
    """`gr.Video` that never opens what was uploaded: that is done in the worker, within limits.

    Gradio has checked before that the path is one of its own uploads.
    """

    is_template = True  # drawn in the browser as the parent is

    def preprocess(self, payload: FileData | None) -> str | None:
        """The path of the uploaded file, or None."""
        return getattr(payload, "path", None)

    def postprocess(self, value: str | Path | None) -> FileData | None:
        """A file of ours that Gradio may serve, as it is."""
        return FileData(path=str(value)) if value else None
