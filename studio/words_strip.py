"""The fusion strip's words."""

from __future__ import annotations

from collections.abc import Mapping

STRIP_WORDS: Mapping[str, tuple[str, str]] = {
    "strip_one": (
        "{frames} frames fit into one window: there are no seams.",
        "{frames}개 프레임이 한 윈도에 들어가므로 이음새가 없습니다.",
    ),
    "strip_many": (
        "{windows} windows of up to {size} frames, {joins} joins. "
        "A hill is how much its window counts.",
        "최대 {size}프레임짜리 윈도 {windows}개, 이음새 {joins}곳. "
        "언덕 하나가 한 윈도의 비중입니다.",
    ),
    "strip_window": ("Window {number}: {first} to {last} s", "윈도 {number}: {first}~{last}초"),
    "strip_join": ("Join: {first} to {last} s", "이음새: {first}~{last}초"),
    "strip_seconds": ("{seconds} s", "{seconds}초"),
}
