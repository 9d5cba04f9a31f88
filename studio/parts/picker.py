"""One choice of several pictures, moving or still, by mouse, touch or arrow keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import gradio as gr

from studio.parts.source import part


@dataclass(frozen=True)
class Item:
    """A picture to pick.

    Attributes:
        key: the value that it stands for.
        name, note: texts by language; the note stands under the name.
        picture, still: addresses relative to the page; the same for a picture that does not move.
        shelves: keys of the filters under which it is shown.
    """

    key: str
    name: dict[str, str]
    picture: str
    still: str
    note: Mapping[str, str] | None = None
    shelves: tuple[str, ...] = ()


def picker(
    items: Sequence[Item],
    title: dict[str, str],
    elem_id: str,
    value: str | None = None,
    filters: Mapping[str, Mapping[str, str]] | None = None,
    large: str = "",
) -> gr.HTML:
    """Build the picker; its value is the chosen key or None, its event `.input`.

    Args:
        filters: names by language of what `Item.shelves` name; the first is shown at the start.
        large: selector of the image that shows a choice of the visitor's large, if there is one.

    Only the chosen picture moves, and the one under the pointer. A handler must look the key up in
    its own items: it comes from the client.
    """
    # in the script, not as props: Gradio forgets props when a hidden part is shown again
    given = {
        "items": [asdict(item) for item in items],
        "title": title,
        "filters": filters or {},
        "large": large,
    }
    return part(
        "picker",
        elem_id,
        value=value,
        markup='<div class="filters" role="group" hidden></div>'
        '<div class="picker" role="radiogroup"></div>',
        given=given,
    )
