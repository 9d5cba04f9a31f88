"""A video that is passed on unread, from a visitor or to one."""

from __future__ import annotations

from pathlib import Path

import gradio as gr
from gradio.data_classes import FileData


class Clip(gr.Video):
    """`gr.Video` that opens no file, neither what was uploaded nor what is shown.

    An upload is read in the worker, within limits; Gradio has checked before that the path is one
    of its own uploads. What is shown was written by our own writer, for which Gradio would start
    ffprobe each time (140 ms here).
    """

    is_template = True  # drawn in the browser as the parent is

    def preprocess(self, payload: FileData | None) -> str | None:
        """The path of the uploaded file, or None."""
        return getattr(payload, "path", None)

    def postprocess(self, value: str | Path | None) -> FileData | None:
        """A file of ours that Gradio may serve, as it is."""
        return FileData(path=str(value)) if value else None
