"""What the engine says of weights that it cannot use, in Korean; its English is where it is raised.

As in `studio.words_errors`, every key is one that `engine` gives a `StudioError`.
"""

from __future__ import annotations

from collections.abc import Mapping

Texts = tuple[str, str, str]

_UNREADABLE = "가중치 파일 {name}을(를) 읽을 수 없습니다."
_GET_AGAIN = "파일을 지우고 다시 받으세요. 찾은 위치: {path}."
_OTHER_LAYOUT = "가중치 '{name}'의 구성이 예상과 다릅니다."
_FOREIGN = "가중치 '{name}'은(는) 이 네트워크의 것이 아닙니다."
_COUNTED = (
    "없는 텐서가 {missing}개, 남는 텐서가 {unexpected}개, 모양이 다른 텐서가 {misshapen}개입니다."
)
_CARDS_FILE = "모델 카드에 적힌 파일을 쓰세요."
_OWN_FILE = "모델 카드에 적힌 파일을 쓰거나, 이 가중치에 맞는 네트워크를 고르세요."
_NOT_SVD = "{name} 파일은 Stable Video Diffusion 1.1과 맞지 않습니다."
_AT = " 위치: {path}."
_SVD_TOGETHER = (
    "stable-video-diffusion-img2vid-xt-1-1 폴더의 파일을 그대로 쓰세요. 서로 짝이 맞아야 합니다."
)
_RESTORE = "프로그램 파일을 되돌리세요(git checkout assets/pocket)."
_NOT_DWPOSE = "{name} 파일은 알맞은 네트워크가 아닙니다."
_GET_DWPOSE = "파일을 지우고 `python -m engine models get dwpose`를 실행하세요."


def _unreadable(why: str) -> Texts:
    return _UNREADABLE, why, _GET_AGAIN


KOREAN_WEIGHTS: Mapping[str, Texts] = {
    # --- one weight file
    "weights_gone": _unreadable("그런 파일이 없습니다."),
    "weights_unknown_kind": _unreadable("'{suffix}'은(는) 여기서 쓰는 가중치 파일이 아닙니다."),
    "weights_damaged": _unreadable("손상되었거나 중간에 잘렸습니다."),
    "weights_unsafe": _unreadable(
        "숫자가 아닌 것도 들어 있습니다. 아무 프로그램이나 실행할 수 있는 파일이라 쓰지 않습니다."
    ),
    "weights_no_table": _unreadable("이름이 붙은 텐서의 표가 아닙니다."),
    "weights_cut_off": _unreadable("{there} 뒤에서 잘렸습니다. 끝에 있어야 할 목차가 없습니다."),
    "weights_packed": _unreadable("다른 파일들의 압축 파일입니다({inside}). 먼저 푸세요."),
    "weights_empty": _unreadable("비어 있습니다."),
    "weights_web_page": _unreadable(
        "웹 페이지입니다. 내려받을 때 오류 페이지가 저장된 것 같습니다."
    ),
    "weights_pointer": _unreadable("git-lfs의 표시 파일입니다. 가중치 자체는 받지 않았습니다."),
    "weights_gguf": _unreadable("다른 종류의 프로그램을 위한 GGUF 파일입니다."),
    "weights_text": _unreadable("텍스트 파일(JSON)입니다. 내려받은 서버의 메시지일 수 있습니다."),
    # --- what is in it
    "weights_foreign": (_FOREIGN, _COUNTED, _OWN_FILE),
    "weights_stranger": (_FOREIGN, "{guess} " + _COUNTED, _OWN_FILE),
    "weights_twice": (_OTHER_LAYOUT, "같은 텐서가 두 번 들어 있습니다.", _CARDS_FILE),
    "weights_other_parts": (
        _OTHER_LAYOUT,
        "어디에 속하는지 알 수 없는 텐서가 {count}개 있습니다: {names}.",
        _CARDS_FILE,
    ),
    "weights_other_stranger": (
        _OTHER_LAYOUT,
        "{guess} 어디에 속하는지 알 수 없는 텐서가 {count}개 있습니다: {names}.",
        _CARDS_FILE,
    ),
    "weights_lack_part": (
        "가중치 '{name}'에 {part}이(가) 없습니다.",
        "들어 있는 것: {other}.",
        "U-Net만 있다면 {pose_net} 파일을 옆에 두거나, 둘 다 들어 있는 {both} 파일을 쓰세요.",
    ),
    # --- the built-in models
    "built_in_missing": (
        "내장 모델 '{name}'이(가) 없습니다.",
        "{path} 파일이 없습니다.",
        "프로그램 파일을 되돌리거나(git checkout assets/pocket) 다시 학습하세요(make pocket).",
    ),
    "built_in_incomplete": (
        "내장 모델 '{name}'이(가) 완전하지 않습니다.",
        "{path} 파일이 없습니다.",
        _RESTORE,
    ),
    "built_in_damaged": (
        "내장 모델 '{name}'이(가) 손상되었습니다.",
        "{path} 파일이 모델 카드에 적힌 것과 다릅니다.",
        _RESTORE,
    ),
    "built_in_card_damaged": (
        "내장 모델의 카드 {name}을(를) 읽을 수 없습니다.",
        "손상되었습니다({reason}).",
        "프로그램 파일을 되돌리세요: `git checkout -- assets/pocket`.",
    ),
    # --- the published ones
    "no_mimicmotion": (
        "{place} 위치에 MimicMotion이 없습니다.",
        "모델의 이름도, 공개된 가중치가 든 폴더나 파일도 아닙니다.",
        "pocket이나 {cards} 가운데 하나, 또는 {both} 파일이나 {unet} 파일과 {pose_net} 파일이 든 "
        "폴더를 고르세요.",
    ),
    "svd_incomplete": (
        "{name} 폴더는 Stable Video Diffusion의 폴더가 아닙니다.",
        "없는 파일: {missing}.",
        "stable-video-diffusion-img2vid-xt-1-1 폴더를 통째로 복사하세요. U-Net의 가중치만 빠져도 "
        "됩니다.",
    ),
    "svd_unreadable": (_NOT_SVD, "읽을 수 없습니다({reason})." + _AT, _SVD_TOGETHER),
    "svd_no_table": (_NOT_SVD, "설정의 표가 아닙니다." + _AT, _SVD_TOGETHER),
    "svd_other_class": (_NOT_SVD, "{wanted}이(가) 아니라 {kind}입니다." + _AT, _SVD_TOGETHER),
    "svd_other_model": (
        _NOT_SVD,
        "다른 모델의 파일입니다. 다른 값: {names}." + _AT,
        _SVD_TOGETHER,
    ),
    "unknown_network": (
        "'{name}' 네트워크는 쓸 수 없습니다.",
        "config.json에 다른 클래스가 적혀 있습니다.",
        "쓸 수 있는 클래스: {known}.",
    ),
    "unknown_network_option": (
        "네트워크의 {option} = {value} 옵션은 쓸 수 없습니다.",
        "스튜디오의 네트워크는 {option} = {plain}입니다.",
        "값이 같은 체크포인트를 쓰세요.",
    ),
    "dwpose_unreadable": (
        _NOT_DWPOSE,
        "손상되었거나 다른 모델입니다. onnxruntime 메시지: {reason}.",
        _GET_DWPOSE,
    ),
    "dwpose_other": (
        _NOT_DWPOSE,
        "손상되었거나 다른 모델입니다. 입력이 {takes}, 출력이 {gives}입니다.",
        _GET_DWPOSE,
    ),
    "safety_filter_wrong": (
        "안전 필터의 가중치가 맞지 않습니다.",
        "없거나 모양이 다릅니다: {names}.",
        "{source}의 파일을 다시 받으세요.",
    ),
    # --- choosing and removing
    "unknown_model": (
        "'{name}'이라는 모델은 없습니다.",
        "이름이 잘못된 것 같습니다.",
        "다음 중에서 고르세요: {known}.",
    ),
    "unknown_system": (
        "이 버전에는 '{name}' 시스템이 없습니다.",
        "계획되어 있지만 아직 만들지 않았습니다.",
        "다음 중에서 고르세요: {known}.",
    ),
    "model_not_removed": (
        "'{title}' 모델을 삭제하지 못했습니다.",
        "시스템이 거부했습니다({reason}). 다른 프로그램이 파일을 쓰고 있을 수 있습니다.",
        "만들고 있는 영상이 끝난 뒤 다시 시도하세요.",
    ),
}
