"""The words of what a video takes, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

COST_WORDS: Mapping[str, tuple[str, str]] = {
    "forecast_memory": (
        "It will take about {size} of memory.",
        "메모리는 약 {size} 필요합니다.",
    ),
    "fact_memory": ("Memory", "메모리"),
    "took": ("{took}, {expected} expected", "{took} (예상 {expected})"),
}
