"""How every part becomes a component: its markup, its plain script, and what both are given."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import gradio as gr

_HERE = Path(__file__).parent


def part(
    name: str,
    elem_id: str,
    *,
    value: Any = None,
    markup: str | None = None,
    style: str | None = None,
    block: str | None = None,
    given: Mapping[str, Any] | None = None,
    uses: Sequence[str] = (),
) -> gr.HTML:
    """Build a part of our own.

    Args:
        name: of its script, `<name>.js` beside this file.
        markup: static HTML; `<name>.html` if not given. What a visitor wrote never gets in here: a
            script shows it through textContent.
        style: CSS for this part alone.
        block: class of the block around it, `<name>-block` if not given.
        given: words and addresses of ours, which the script finds as `given`.
        uses: other scripts beside this file that come before its own.
    """
    if markup is None:
        markup = (_HERE / f"{name}.html").read_text(encoding="utf-8")
    script = _script(*uses, name)
    if given is not None:
        script = f"const given = {json.dumps(dict(given))};\n{script}"
    return gr.HTML(
        value,
        html_template=markup,
        css_template=style or "",
        js_on_load=script,
        elem_id=elem_id,
        elem_classes=[block or f"{name}-block"],
        apply_default_css=False,
    )


def _script(*names: str) -> str:
    """The lines that all parts share, then the part's own."""
    return "\n".join(
        (_HERE / file).read_text(encoding="utf-8")
        for file in ("common.js", *(f"{name}.js" for name in names))
    )
