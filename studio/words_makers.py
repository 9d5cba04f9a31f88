"""The words of the choice of who makes a video, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

MAKER_WORDS: Mapping[str, tuple[str, str]] = {
    "maker": ("Made by", "만드는 모델"),
    "maker_help": (
        "Your own picture goes to the model for real people, an example to the built-in model.",
        "직접 올린 사진은 실제 사람 모델로, 예시 인물은 내장 모델로 만듭니다.",
    ),
    "maker_pocket": ("Built-in model (drawn people)", "내장 모델 (그림 인물)"),
    "maker_real": ("{title} (real people)", "{title} (실제 사람)"),
    "maker_built_in": ("Built-in model", "내장 모델"),
    "maker_fit": ("{title} here: {fit}.", "{title}: 이 컴퓨터에서 {fit}."),
    "maker_gone_what": (
        "{title} is not here, so the built-in model is chosen.",
        "{title} 모델이 여기 없어 내장 모델을 골랐습니다.",
    ),
    "maker_gone_fix": (
        "The Models tab says how to get it. Everything else is as it was.",
        "받는 방법은 모델 탭에 있습니다. 나머지는 그대로입니다.",
    ),
    "forecast_untrained": (
        "{title} learnt {trained} frames at once and gets {together} here: the picture may show "
        "patterns. {seconds} seconds or more suit it.",
        "{title}은(는) 한 번에 {trained}프레임을 배웠는데 여기서는 {together}프레임만 받아, 그림에 "
        "무늬가 생길 수 있습니다. {seconds}초 이상이 알맞습니다.",
    ),
    "forecast_new": (
        "{clip} of dance. How long {title} takes here is known after its first video; "
        "you can leave and come back.",
        "춤 {clip}. {title}에 걸리는 시간은 첫 영상을 만든 뒤에 알 수 있습니다. 나갔다 와도 "
        "됩니다.",
    ),
}
