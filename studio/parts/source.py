"""The browser code of the parts: one plain script per part, with the shared lines before it."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).parent


def script(name: str) -> str:
    """What a part's `js_on_load` runs. It is never made from values, so nothing can be injected."""
    return "\n".join(
        (_HERE / file).read_text(encoding="utf-8") for file in ("common.js", f"{name}.js")
    )
