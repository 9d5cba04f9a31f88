"""The fusion strip's words."""

from __future__ import annotations

from collections.abc import Mapping

STRIP_WORDS: Mapping[str, tuple[str, str]] = {
    "strip_one": (
        "{frames} frames fit into one window: there are no seams.",
        "{frames}개 프레임이 한 윈도에 들어가므로 이음새가 없습니다.",
    ),
    "strip_many": (
        "{windows} windows of up to {size} frames; joins: {joins}. "
        "A hill is how much its window counts.",
        "최대 {size}프레임짜리 윈도 {windows}개, 이음새 {joins}곳. "
        "언덕 하나가 한 윈도의 비중입니다.",
    ),
    "windows_shortened": (
        "The windows are cut to fit the memory: {window} frames at once instead of {usual}, the "
        "photo's own counted. Those need about {need}, and {have} may be used.",
        "메모리에 맞게 윈도를 줄였습니다. 사진 몫까지 세어 한 번에 {usual}프레임 대신 "
        "{window}프레임입니다. {usual}프레임에는 약 {need}가 필요한데, 쓸 수 있는 것은 "
        "{have}입니다.",
    ),
    "strip_window": ("Window {number}: {first} to {last} s", "윈도 {number}: {first}~{last}초"),
    "strip_join": ("Join: {first} to {last} s", "이음새: {first}~{last}초"),
    "strip_seconds": ("{seconds} s", "{seconds}초"),
}
