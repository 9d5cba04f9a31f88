"""The gallery's player says what a video's record warns of, in the language of the page."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.exchange.record import warned
from engine.types import Warning
from studio.jobs.store import Store
from studio.parts.gallery_player import detail

BARS = Warning(
    "There is too little around the person.",
    "Black bars.",
    "Choose another shape.",
    key="shape_bars",
)


def test_a_videos_warnings_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    store = Store(tmp_path / "home")
    told = {}
    for name, record in (("with", warned((BARS,))), ("without", {})):
        job = store.add("ann", "mimicmotion", {}, {}, {"dance": "sway"})
        store.take("w")
        store.finish(job.id, record)
        ended = store.get(job.id, "ann")
        assert ended is not None
        told[name] = {page: detail(ended, page)["warnings"] for page in ("en", "ko")}
    assert told["without"] == {"en": [], "ko": []}
    assert told["with"]["en"] == ["There is too little around the person. Black bars."]
    assert told["with"]["ko"][0].startswith("이 화면 모양에")
