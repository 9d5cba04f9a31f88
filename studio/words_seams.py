"""What the look at the seams says, and what heads a video's warnings in the gallery."""

from __future__ import annotations

from collections.abc import Mapping

SEAM_WORDS: Mapping[str, tuple[str, str]] = {
    "seams_ask": ("Preview the seams", "이음새 미리 보기"),
    "seams_again": ("Preview the seams again", "이음새 다시 미리 보기"),
    "seams_help": (
        "Makes the first windows in every way of blending, small and in few steps, and compares "
        "them. Your settings stay as they are.",
        "첫 윈도 몇 개를 섞는 방법마다 작게, 적은 단계로 만들어 견주어 봅니다. "
        "설정은 바뀌지 않습니다.",
    ),
    "seams_wait": ("The seams wait for their turn", "이음새가 차례를 기다리는 중"),
    "seams_best": ("Smoothest here: {mode}.", "가장 매끄러운 방법: {mode}."),
    "seams_best_some": (
        "Smoothest here, and alike: {modes}.",
        "가장 매끄러운 방법(비슷함): {modes}.",
    ),
    "seams_best_all": (
        "All ways are about equally smooth here.",
        "여기서는 모든 방법이 비슷하게 매끄럽습니다.",
    ),
    "seams_unseen": ("Joins cannot be told", "이음새가 보이지 않음"),
    "seams_hardly": ("Joins hardly show", "이음새가 거의 안 보임"),
    "seams_seen": ("Joins show", "이음새가 보임"),
    "seams_score": ("{score} × the usual", "평소 변화의 {score}배"),
    "seams_of": (
        "The first {seconds} s of {dance}. Pictures light up where windows join.",
        "{dance}의 처음 {seconds}초. 윈도가 이어지는 순간 그림이 밝아집니다.",
    ),
    "seams_note": (
        "The score is the change at the joins over the usual change; 1 is even. A quick movement "
        "just there counts, too, so compare the ways with each other.",
        "점수는 이음새에서의 변화를 평소 변화로 나눈 값이며 1이면 고릅니다. 마침 그때 빠르게 "
        "움직여도 커지므로 방법끼리 견주어 보세요.",
    ),
    "seams_moving": ("{mode}: {words}, {score}", "{mode}: {words}, {score}"),
    "seams_use": ("Use {mode}", "{mode} 쓰기"),
    "seams_pause": ("Pause", "멈춤"),
    "seams_play": ("Play", "재생"),
    "seams_drop": ("Remove this preview", "이 미리 보기 지우기"),
    "player_warned": ("Good to know about this video", "이 영상에 대해 알아 둘 점"),
    "stage_preview": ("Making it in four ways", "네 가지 방법으로 만드는 중"),
}
