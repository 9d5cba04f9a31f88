"""Every word that the studio shows, in English and Korean.

Text that is fixed when the page is built goes through `label`: the browser picks the language.
Text that a handler sends goes through `say` with the language that the page says it is in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias, get_args

import gradio as gr
from gradio.i18n import I18nData

from engine.catalogue import SETTINGS
from engine.settings import specs
from studio.words_costs import COST_WORDS
from studio.words_dance import DANCE_WORDS
from studio.words_fetches import FETCH_WORDS
from studio.words_gallery import GALLERY_WORDS
from studio.words_hosting import HOSTING_WORDS
from studio.words_jobs import JOB_WORDS
from studio.words_makers import MAKER_WORDS
from studio.words_models import MODEL_WORDS
from studio.words_page import PAGE_WORDS
from studio.words_seams import SEAM_WORDS
from studio.words_settings import CHOICES, KOREAN
from studio.words_strip import STRIP_WORDS

Language: TypeAlias = Literal["en", "ko"]

_WORDS: Mapping[str, tuple[str, str]] = {
    **HOSTING_WORDS,
    **JOB_WORDS,
    **GALLERY_WORDS,
    **PAGE_WORDS,
    **MODEL_WORDS,
    **MAKER_WORDS,
    **COST_WORDS,
    **FETCH_WORDS,
    **STRIP_WORDS,
    **SEAM_WORDS,
    **DANCE_WORDS,
    "language_code": ("en", "ko"),
    # --- step 1
    "step_who": ("Who dances?", "누가 춤추나요?"),
    "photo": ("A picture of a person", "사람 사진"),
    "people": ("Or pick someone", "또는 골라 보세요"),
    "pocket_note": (
        "The built-in model draws paper people: a photo becomes one in its colours.",
        "내장 모델은 종이 인형을 그립니다. 사진은 같은 색의 종이 인형이 됩니다.",
    ),
    "consent": (
        "The person in this picture agrees to this video, or it is me.",
        "사진 속 인물이 이 영상에 동의했거나 본인입니다.",
    ),
    # --- step 2
    "step_dance": ("Which dance?", "어떤 춤인가요?"),
    "source": ("Where the dance comes from", "춤의 출처"),
    "source_library": ("Library", "춤 목록"),
    "source_video": ("My video", "내 영상"),
    "source_keypoints": ("Keypoints", "키포인트"),
    "dances": ("Built-in dances", "기본 춤"),
    "motion": ("A video of someone dancing, or a skeleton video", "춤 영상 또는 골격 영상"),
    "keypoints": (
        "Keypoints as JSON (OpenPose or COCO-WholeBody)",
        "키포인트 JSON (OpenPose 또는 COCO-WholeBody)",
    ),
    # --- step 3
    "step_how": ("How long, how fine?", "길이와 품질은?"),
    "whole_dance": ("The whole dance", "춤 전체"),
    "forecast": (
        "{clip} of dance, ready in about {time}.",
        "춤 {clip}, 완성까지 약 {time}.",
    ),
    "forecast_whole": (
        "As long as your dance. Long ones take a while; you can leave and come back.",
        "춤 길이 그대로 만듭니다. 오래 걸릴 수 있으니 나갔다 와도 됩니다.",
    ),
    "make": ("Make video", "영상 만들기"),
    "add_to_queue": ("Add to queue", "대기열에 추가"),
    "advanced": ("Advanced", "고급 설정"),
    # --- the stage
    "stage": ("Result", "결과"),
    "empty": ("The stage is yours", "무대는 당신의 것"),
    "empty_more": (
        "Pick a person and a dance, then press Make video.",
        "사람과 춤을 고르고 영상 만들기를 누르세요.",
    ),
    "queued": ("Waiting in the wings", "무대 뒤에서 대기 중"),
    "queued_next": ("Next in line", "다음 차례입니다"),
    "queued_one": ("1 video before yours", "앞에 영상 1개가 있습니다"),
    "queued_place": ("{count} videos before yours", "앞에 영상 {count}개가 있습니다"),
    "cast": ("{person}: {dance}", "{person}: {dance}"),
    "starting": ("Getting ready", "준비 중"),
    "step_of": ("Step {step} of {total}", "{total}단계 중 {step}단계"),
    "time_left": ("about {time} left", "약 {time} 남음"),
    "safe_to_leave": (
        "You can close this page; the video will be here when you come back.",
        "이 페이지를 닫아도 됩니다. 돌아오면 영상이 여기 있습니다.",
    ),
    "stop": ("Stop", "중지"),
    "stopping": ("Stopping", "중지하는 중"),
    "done": ("Your video is ready", "영상이 완성되었습니다"),
    "done_in": ("Made in {time}", "{time} 만에 완성"),
    "by_pocket": (
        "Made by the small built-in model",
        "작은 내장 모델이 만들었습니다",
    ),
    "by_model": ("Made by {model}", "{model} 모델이 만들었습니다"),
    "failed": ("This one did not work out", "만들지 못했습니다"),
    "cancelled": ("Stopped", "중지되었습니다"),
    "cancelled_more": (
        "Nothing that you gave is lost. The first button below takes it up again.",
        "올린 것은 그대로 있습니다. 아래 첫 번째 버튼을 누르면 다시 이어서 만듭니다.",
    ),
    "interrupted": ("Interrupted", "중단되었습니다"),
    "why": ("Why", "이유"),
    "fix": ("What to do", "해결 방법"),
    # --- the shelf
    "shelf": ("Your videos", "내 영상"),
    "state_queued": ("waiting", "대기 중"),
    "state_running": ("in the making", "만드는 중"),
    "state_done": ("ready", "완성"),
    "state_failed": ("failed", "실패"),
    "state_cancelled": ("stopped", "중지됨"),
    "state_interrupted": ("interrupted", "중단됨"),
    "my_video": ("My video", "내 영상"),
    "keypoint_dance": ("Keypoints", "키포인트"),
    # --- stages of the engine
    "stage_find": ("Following the dance", "춤을 따라가는 중"),
    "stage_denoise": ("Dancing", "춤추는 중"),
    "stage_decode": ("Developing the frames", "프레임을 현상하는 중"),
    "stage_other": ("Working", "작업 중"),
    # --- lengths of time
    "seconds": ("{count} seconds", "{count}초"),
    "one_second": ("1 second", "1초"),
    "minutes": ("{count} minutes", "{count}분"),
    "one_minute": ("1 minute", "1분"),
    "hours": ("{count} hours", "{count}시간"),
    "tenths": ("{count} s", "{count}초"),
    # --- what is missing before a job can start
    "need_person_what": ("Who should dance?", "누가 춤출까요?"),
    "need_person_fix": (
        "Upload a picture, or pick someone in step 1.",
        "1단계에서 사진을 올리거나 한 사람을 고르세요.",
    ),
    "need_consent_what": ("May this picture be used?", "이 사진을 써도 되나요?"),
    "need_consent_fix": (
        "Tick the box under the picture in step 1.",
        "1단계 사진 아래의 동의란을 체크하세요.",
    ),
    "need_dance_what": ("Which dance should it be?", "어떤 춤으로 할까요?"),
    "need_dance_fix": (
        "Pick a dance, or upload one, in step 2.",
        "2단계에서 춤을 고르거나 올리세요.",
    ),
    "no_visitor_what": (
        "Your browser does not let this page remember you.",
        "브라우저가 이 페이지의 저장을 막고 있습니다.",
    ),
    "no_visitor_fix": (
        "Allow this site to store data, reload the page and try again.",
        "이 사이트의 데이터 저장을 허용하고 새로고침한 뒤 다시 시도하세요.",
    ),
    # --- people and dances of the library
    "person_mina": ("Mina", "미나"),
    "person_theo": ("Theo", "테오"),
    "person_ada": ("Ada", "아다"),
    "person_jun": ("Jun", "준"),
    "person_noor": ("Noor", "누르"),
    "person_rosa": ("Rosa", "로사"),
    "dance_two_step": ("Two-step", "투스텝"),
    "dance_body_wave": ("Body wave", "바디 웨이브"),
    "dance_arm_wave": ("Arm wave", "팔 웨이브"),
    "dance_spin": ("Spin", "스핀"),
    "dance_star_jump": ("Star jump", "스타 점프"),
    "dance_floss": ("Floss", "플로스"),
    "dance_disco_point": ("Disco point", "디스코"),
    "dance_running_man": ("Running man", "러닝맨"),
    "dance_twist": ("Twist", "트위스트"),
    "dance_moonwalk": ("Moonwalk", "문워크"),
    "dance_clap_step": ("Clap step", "박수 스텝"),
    "dance_sway": ("Sway", "스웨이"),
    "dance_robot": ("Robot", "로봇"),
    "dance_salsa": ("Salsa", "살사"),
    "dance_hip_swing": ("Hip swing", "힙 스윙"),
    "dance_kick": ("Side kick", "사이드 킥"),
    "dance_raise_the_roof": ("Raise the roof", "레이즈 더 루프"),
    "dance_heart": ("Heart", "하트"),
    "dance_swing_arms": ("Arm swing", "팔 스윙"),
}


def language_of(value: object) -> Language:
    """The language of a page that says `value` ("ko-KR", ...); English when it is neither."""
    return "ko" if isinstance(value, str) and value.strip().lower().startswith("ko") else "en"


def say(key: str, language: Language, **values: object) -> str:
    """The words for `key`; `values` fill its {places}."""
    return _ALL[key][get_args(Language).index(language)].format(**values)


def known(key: str) -> bool:
    """Whether there are words for `key`."""
    return key in _ALL


def both(key: str, **values: object) -> dict[str, str]:
    """The words for `key` in every language, for a part that picks in the browser.

    Without `values` the {places} stay, for the browser to fill.
    """
    words = dict(zip(get_args(Language), _ALL[key], strict=True))
    return {name: text.format(**values) for name, text in words.items()} if values else words


def label(key: str) -> I18nData:
    """A marker that Gradio replaces in the browser by the words for `key`."""
    if key not in _ALL:
        raise KeyError(key)
    return I18N(key)


def duration(seconds: float, language: Language) -> str:
    """A length of time as a person says it: "20 seconds", "2 minutes"."""
    if seconds < 1.5:
        return say("one_second", language)
    if seconds < 55:
        coarse = round(seconds) if seconds < 10 else 5 * round(seconds / 5)
        return say("seconds", language, count=coarse)
    if seconds < 90:
        return say("one_minute", language)
    if seconds < 5400:
        return say("minutes", language, count=round(seconds / 60))
    return say("hours", language, count=f"{seconds / 3600:.1f}")


def _of_settings() -> Iterator[tuple[str, tuple[str, str]]]:
    """The names and help of the settings: English from their declaration, Korean from ours."""
    for settings in SETTINGS.values():
        for name, spec in specs(settings).items():
            korean = KOREAN[name]
            yield f"setting_{name}", (spec.label, korean[0])
            yield f"setting_{name}_help", (spec.help, korean[1])
            for choice in spec.choices:
                yield f"choice_{choice}", CHOICES[choice]


_ALL: Mapping[str, tuple[str, str]] = {**_WORDS, **dict(_of_settings())}

I18N = gr.I18n(
    en={key: words[0] for key, words in _ALL.items()},
    ko={key: words[1] for key, words in _ALL.items()},
)
"""What `launch(i18n=...)` needs."""
