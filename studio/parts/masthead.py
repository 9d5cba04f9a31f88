"""The top of the page: the name, a way past it, the language and the light."""

from __future__ import annotations

import gradio as gr

from studio.parts.source import part
from studio.words import both

_TABS = ("dance", "gallery", "models")
_WORDS = (
    "page_title", "skip", "tagline", "private", "language", "dark", "bytes", "own_photo",
    "own_settings", "toast_error", "toast_warning", "toast_close", "toast_lost_what",
    "toast_lost_fix", "toast_picture_what", "toast_picture_fix", "toast_video_what",
    "toast_video_fix", "toast_large_what", "toast_large_fix",
)  # fmt: skip
_GRADIOS = {
    "Upload file": "upload_file",
    "File upload": "upload_file",
    "Remove Image": "remove_picture",
    "Empty value": "empty_value",
    "Capture from camera": "from_camera",
    "Record video from camera": "from_camera",
    "Paste from clipboard": "from_clipboard",
}
"""Names of Gradio's own buttons, which it says in English alone -> our words for them."""


def masthead(private: bool) -> gr.HTML:
    """Build it; `private` says that nothing leaves this machine.

    What is chosen here is kept in the browser (assets/brand/head.html); no server keeps it.
    """
    words = {key: both(key) for key in _WORDS}
    tabs = {name: both(f"tab_{name}") for name in _TABS}
    buttons = {name: both(key) for name, key in _GRADIOS.items()}
    given = {**words, "tabs": tabs, "buttons": buttons, "is_private": private}
    return part("masthead", "masthead", given=given, uses=("own_photo", "toasts"))
