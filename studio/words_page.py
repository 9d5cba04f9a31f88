"""The words around the tabs: the top of the page and what all of it shares."""

from __future__ import annotations

from collections.abc import Mapping

PAGE_WORDS: Mapping[str, tuple[str, str]] = {
    "page_title": ("Pirouette: dance videos", "Pirouette: 춤 영상"),
    "skip": ("Skip to the first step", "첫 단계로 건너뛰기"),
    "tagline": ("One picture, one dance, one video.", "사진 한 장, 춤 하나, 영상 하나."),
    "private": (
        "Everything stays on the computer that runs this studio.",
        "모든 것이 이 스튜디오가 돌아가는 컴퓨터 안에만 머뭅니다.",
    ),
    "language": ("Language", "언어"),
    "bytes": ("{count} bytes", "{count}바이트"),
    "own_photo": ("My photo", "내 사진"),
    "own_settings": ("Settings of your own", "직접 고른 설정"),
    "dark": ("Dark stage", "어두운 화면"),
}
