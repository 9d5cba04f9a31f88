"""What the engine warns of while the work goes on, in Korean; its English is where it is made.

As in `studio.words_errors`, every key is one that `engine` gives, here to a `Warning`.
"""

from __future__ import annotations

from collections.abc import Mapping

_DAMAGED = "영상이 손상되어 앞부분만 씁니다."
_GET_WHOLE = "빠진 부분이 너무 많으면 다시 내려받거나 녹화하세요."
_DOUBTFUL = "자세가 불확실한 곳이 있습니다."
_HARDLY_SEEN = "{count}군데에서 잘 보이지 않습니다({seconds}초, {parts})."
_SEE_PREVIEW = "자세를 미리 보고, 중요하다면 춤추는 사람이 가려지지 않는 영상을 쓰세요."

KOREAN_WARNINGS: Mapping[str, tuple[str, str, str]] = {
    "paper_person": (
        "사진 대신 종이 인형이 춤춥니다.",
        "내장 모델은 Pirouette이 그린 사람만 압니다. 그래서 사진에서 피부, 머리, 옷의 색을 "
        "가져와 인형을 그렸습니다.",
        "실제 사람의 영상을 만들려면 공개된 MimicMotion 가중치가 필요합니다. 받는 방법은 모델 "
        "탭에 있습니다.",
    ),
    "nobody_in_photo": (
        "사진에서 사람을 찾지 못했습니다.",
        "내장 모델은 그린 사람만 알아보는데, 그런 사람이 보이지 않습니다.",
        "한 사람이 머리부터 발끝까지 보이는 사진을 쓰세요.",
    ),
    "shape_bars": (
        "이 화면 모양에 맞추기에는 사진에 여백이 모자랍니다.",
        "사람이 잘리게 되므로 사진에 없는 부분을 검은 띠로 채웁니다.",
        "사진과 같은 모양을 고르거나, 사람 둘레에 여백이 더 있는 사진을 쓰세요.",
    ),
    "window_shortened": (
        "모델이 학습한 것보다 적은 프레임을 한 번에 만듭니다.",
        "{usual}프레임 대신 {window}프레임입니다. {usual}프레임에는 메모리가 약 {needed} 필요한데, "
        "쓸 수 있는 것은 {there}입니다.",
        "해상도를 낮추면 더 많이 들어갑니다. 여유를 잘 안다면 고급 설정에서 윈도를 직접 고르세요.",
    ),
    "photo_drawn": (
        "사진을 그림으로 보았습니다.",
        "Pirouette이 그리는 인물처럼 보여서, 그림용 검출기로 자세를 찾았습니다.",
        "실제 사진이라면 조명이나 배경이 다른 사진을 써 보세요.",
    ),
    "film_drawn": (
        "영상을 그림으로 보았습니다.",
        "춤추는 사람이 Pirouette이 그리는 인물처럼 보여서, 그림용 검출기로 자세를 찾았습니다.",
        "실제 사람의 영상이라면 조명이나 배경이 다른 부분을 써 보세요.",
    ),
    "several_people": (
        "영상에 여러 사람이 있습니다.",
        "가장 크게 나온 사람을 따라갑니다.",
        "다른 사람을 따르려면 고급 설정에서 왼쪽부터 센 번호를 고르세요.",
    ),
    "several_people_counted": (
        "영상에 여러 사람이 있습니다.",
        "동시에 보이는 {most}명 가운데 가장 크게 나온, 왼쪽에서 {person}번째 사람을 따라갑니다.",
        "다른 사람을 따르려면 고급 설정에서 왼쪽부터 센 번호를 고르세요.",
    ),
    "window_untrained": (
        "이 모델은 더 긴 영상으로 학습했습니다.",
        "한 번에 {trained}프레임을 배웠는데 여기서는 {together}프레임만 받습니다. 이렇게 적으면 "
        "그림에 무늬가 생긴다는 사용자들의 보고가 있습니다.",
        "{usual}프레임 이상 만들고 윈도는 0으로 두거나, 더 짧게 학습한 모델을 쓰세요.",
    ),
    "fitted_by_bones": (
        "팔다리 길이로 춤의 크기를 정했습니다.",
        "사진 속 사람의 자세가 춤추는 사람과 너무 달라 관절의 위치로는 알 수 없었습니다.",
        "만들기 전에 자세를 미리 보고, 맞지 않으면 서 있는 사람의 사진을 쓰세요.",
    ),
    "fitted_to_frame": (
        "춤을 그림 가운데에 놓았습니다.",
        "사진에서 춤을 맞출 자세를 찾지 못했습니다.",
        "한 사람이 머리부터 발끝까지 보이는 사진을 쓰세요.",
    ),
    "tempo_assumed": (
        "키포인트의 빠르기를 짐작했습니다.",
        "파일에 초당 프레임 수가 적혀 있지 않아 30으로 보았습니다.",
        "춤이 너무 빠르거나 느리면 고급 설정에서 초당 프레임 수를 고르세요.",
    ),
    "pose_doubtful": (_DOUBTFUL, _HARDLY_SEEN, _SEE_PREVIEW),
    "pose_doubtful_mended": (
        _DOUBTFUL,
        _HARDLY_SEEN + " 그중 {mended}군데는 앞뒤 프레임을 이어 메웠습니다.",
        _SEE_PREVIEW,
    ),
    "clip_cut_off": (_DAMAGED, "파일의 끝부분이 없어 읽기를 일찍 마쳤습니다.", _GET_WHOLE),
    "clip_broken_inside": (
        _DAMAGED,
        "파일 안쪽이 손상되어 읽기를 일찍 마쳤습니다: {reason}.",
        _GET_WHOLE,
    ),
    "sound_damaged": (
        "소리의 일부가 빠졌습니다.",
        "춤 영상의 소리가 손상되었습니다({reason}).",
        "손상되지 않은 영상을 쓰세요.",
    ),
    "record_not_inside": (
        "설정이 영상 파일 안에 들어 있지 않습니다.",
        "영상에 담을 수 있는 1MB보다 깁니다.",
        "함께 저장된 .json 파일을 보관하세요.",
    ),
}
