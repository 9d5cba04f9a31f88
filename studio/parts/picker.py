"""One choice of several pictures, moving or still, by mouse, touch or arrow keys."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass

import gradio as gr

from studio.parts.source import script


@dataclass(frozen=True)
class Item:
    """A picture to pick: its key, its name by language, and addresses relative to the page."""

    key: str
    name: dict[str, str]
    picture: str
    still: str


def picker(
    items: Sequence[Item], title: dict[str, str], elem_id: str, value: str | None = None
) -> gr.HTML:
    """Build the picker; its value is the chosen key or None, its event `.input`.

    A handler must look the key up in its own items: it comes from the client.
    """
    # in the script, not as props: Gradio forgets props when a hidden part is shown again
    given = json.dumps({"items": [asdict(item) for item in items], "title": title})
    return gr.HTML(
        value,
        html_template='<div class="picker" role="radiogroup"></div>',
        js_on_load=f"const given = {given};\n{script('picker')}",
        elem_id=elem_id,
        elem_classes=["picker-block"],
        apply_default_css=False,
    )
