"""What the engine says when something goes wrong, in Korean; its English is where it is raised.

Every key is one that `engine` gives a `StudioError`; the {places} are filled with the error's
values. A test finds keys without words here and words without a key there.
"""

from __future__ import annotations

from collections.abc import Mapping

_AGAIN = "다시 복사하거나 내려받으세요."
_SAME_PART = "영상과 같은 신체 부위가 나온 사진을 쓰세요. 머리부터 발끝까지가 가장 좋습니다."
_SEEN_WELL = "춤추는 사람이 잘 보이는 영상을 쓰세요. 머리부터 발끝까지 나오면 더 좋습니다."

KOREAN_ERRORS: Mapping[str, tuple[str, str, str]] = {
    "out_of_memory": (
        "메모리가 부족했습니다.",
        "영상이나 모델이 지금 비어 있는 메모리에 비해 너무 큽니다.",
        "해상도나 윈도를 줄이거나, 메모리 설정에서 더 작은 값을 고르거나, 더 짧은 영상을 만드세요. "
        "다른 프로그램을 닫는 것도 도움이 됩니다.",
    ),
    # --- any file
    "file_is_folder": (
        "'{name}' 항목은 쓸 수 없습니다.",
        "파일이 아니라 폴더입니다.",
        "파일 자체를 고르세요.",
    ),
    "file_missing": (
        "'{name}' 파일을 찾을 수 없습니다.",
        "그런 이름의 파일이 없습니다.",
        "파일을 다시 올리세요.",
    ),
    "file_unreadable": (
        "'{name}' 파일을 열 수 없습니다.",
        "시스템 메시지: {reason}.",
        "읽을 수 있는 파일인지 확인하거나 다른 곳에 복사하세요.",
    ),
    "file_empty": (
        "'{name}' 파일이 비어 있습니다.",
        "크기가 0바이트입니다. 복사나 내려받기가 중간에 끊긴 것 같습니다.",
        _AGAIN,
    ),
    "file_too_big": (
        "'{name}' 파일이 너무 큽니다.",
        "{size}입니다. {most}까지 받습니다.",
        "더 짧거나 작은 파일을 쓰세요.",
    ),
    # --- pictures
    "picture_too_big": (
        "'{name}' 사진이 너무 큽니다.",
        "{width} x {height}입니다. {most}백만 화소까지 받습니다.",
        "사진을 줄여서 다시 시도하세요.",
    ),
    "picture_far_too_big": (
        "'{name}' 사진이 너무 큽니다.",
        "수억 화소입니다.",
        "사진을 줄여서 다시 시도하세요.",
    ),
    "not_a_picture": (
        "'{name}' 파일은 사진이 아닙니다.",
        "이름과 달리 내용이 {readable} 형식이 아닙니다.",
        "사진 파일을 고르거나 JPEG 또는 PNG로 저장하세요.",
    ),
    "picture_broken": (
        "'{name}' 사진을 읽을 수 없습니다.",
        "파일이 손상되었거나 중간에 잘렸습니다.",
        "다시 복사하거나 내려받거나, 사진 프로그램에서 새로 저장하세요.",
    ),
    "no_photo": (
        "사진이 없습니다.",
        "춤출 사람의 사진이 필요합니다.",
        "사진을 올리거나 예시 인물을 고르세요.",
    ),
    # --- clips
    "not_a_video": (
        "'{name}' 파일은 영상이 아닙니다.",
        "이름과 달리 내용이 {readable} 형식이 아닙니다.",
        "영상 파일을 고르거나 mp4로 변환하세요.",
    ),
    "video_broken": (
        "'{name}' 영상을 읽을 수 없습니다.",
        "파일이 손상되었거나 끝까지 저장되지 않았습니다. 내려받기나 녹화가 끊긴 것 같습니다.",
        "다시 내려받거나 녹화하세요. 재생은 된다면 플레이어에서 mp4로 다시 저장하세요.",
    ),
    "no_moving_picture": (
        "'{name}' 파일에 움직이는 화면이 없습니다.",
        "소리만 있거나 영상 트랙이 없습니다.",
        "움직이는 화면이 있는 파일을 고르세요.",
    ),
    "frames_too_big": (
        "'{name}' 영상의 화면이 너무 큽니다.",
        "{width} x {height}입니다. {most}백만 화소까지 받습니다.",
        "1080p 정도로 줄이세요.",
    ),
    "video_too_long": (
        "'{name}' 영상이 너무 깁니다.",
        "{seconds}초입니다. {most}초까지 받습니다.",
        "필요한 부분만 잘라 내세요.",
    ),
    "too_many_frames": (
        "'{name}' 영상의 프레임이 너무 많습니다.",
        "{count}번째 프레임까지 읽었습니다. {most}프레임, {seconds}초까지 받습니다.",
        "필요한 부분만 잘라 내세요.",
    ),
    "video_ends_before": (
        "'{name}' 영상은 {start}초 뒤에 아무것도 없습니다.",
        "길이가 {seconds}초입니다.",
        "더 앞에서 시작하세요.",
    ),
    "one_frame": (
        "'{name}' 춤에는 프레임이 하나뿐입니다.",
        "움직임이 없습니다.",
        "프레임이 둘 이상인 영상이나 키포인트 파일을 올리세요. 사진은 1단계에 올립니다.",
    ),
    "result_too_long": (
        "이 영상은 너무 깁니다.",
        "{frames}프레임이 됩니다. 여기서는 {most}프레임까지 만듭니다.",
        "더 짧은 길이를 고르거나 영상을 잘라 내세요.",
    ),
    # --- the dance and the person
    "no_dance": (
        "춤이 없습니다.",
        "파일도 기본 춤도 고르지 않았습니다.",
        "영상, 골격 영상, 키포인트 파일을 올리거나 기본 춤을 고르세요.",
    ),
    "unknown_dance": (
        "'{name}'이라는 기본 춤은 없습니다.",
        "이름이 잘못된 것 같습니다.",
        "다음 중에서 고르세요: {known}.",
    ),
    "no_dancer": (
        "따라 할 사람이 없습니다.",
        "춤 영상에서 확실하게 찾은 관절이 없습니다.",
        "한 사람이 잘 보이는 영상을 쓰거나 기본 춤을 고르세요.",
    ),
    "nobody_in_real_photo": (
        "사진에서 사람을 찾지 못했습니다.",
        "알아볼 수 있는 사람이 없습니다.",
        "한 사람이 되도록 머리부터 발끝까지 잘 보이는 사진을 쓰세요.",
    ),
    "nobody_in_clip": (
        "영상에서 사람을 찾지 못했습니다.",
        "{frames}개 프레임 가운데 알아볼 수 있는 사람이 없습니다.",
        _SEEN_WELL,
    ),
    "no_such_person": (
        "{person}번 사람을 따라 할 수 없습니다.",
        "영상에 한 번에 보이는 사람은 많아야 {most}명입니다.",
        "{most}까지의 번호를 고르거나, 가장 크게 나온 사람을 따르려면 0을 쓰세요.",
    ),
    "no_seams": (
        "살펴볼 이음새가 없습니다.",
        "{frames}개 프레임이 모두 한 윈도에 들어갑니다.",
        "더 긴 춤을 만들거나 더 작은 윈도를 고르세요.",
    ),
    "no_skeleton": (
        "골격 영상에서 춤추는 사람을 읽지 못했습니다.",
        "색은 {palette} 방식이지만 {frames}개 프레임 어디에서도 선이 몸을 이루지 않습니다.",
        "골격 하나가 온전히 나온 영상이나, 그 영상을 만든 키포인트 파일을 쓰세요.",
    ),
    "poses_too_different": (
        "춤을 사진 속 사람에게 맞출 수 없습니다.",
        "몸을 {times}배로 바꿔야 합니다. 자세가 너무 다릅니다.",
        _SAME_PART,
    ),
    "poses_share_nothing": (
        "춤을 사진 속 사람에게 맞출 수 없습니다.",
        "사진과 영상에 함께 나온 신체 부위가 없습니다.",
        _SAME_PART,
    ),
    # --- settings
    "unknown_setting": (
        "'{name}'이라는 설정은 없습니다.",
        "이름이 잘못되었거나 다른 시스템의 설정입니다.",
        "있는 설정: {known}.",
    ),
    "setting_kind": (
        "설정 '{name}'에 {value} 값을 쓸 수 없습니다.",
        "{kind} 형식이어야 합니다.",
        "값을 고쳐서 다시 시도하세요.",
    ),
    "setting_choice": (
        "설정 '{name}'에 {value} 값을 쓸 수 없습니다.",
        "고를 수 있는 값이 아닙니다.",
        "다음 중에서 고르세요: {choices}.",
    ),
    "setting_range": (
        "설정 '{name}'에 {value} 값을 쓸 수 없습니다.",
        "{low}에서 {high} 사이여야 합니다.",
        "값을 고쳐서 다시 시도하세요.",
    ),
    "setting_least": (
        "설정 '{name}'에 {value} 값을 쓸 수 없습니다.",
        "0이거나 {least} 이상이어야 합니다.",
        "값을 고쳐서 다시 시도하세요.",
    ),
    "setting_step": (
        "설정 '{name}'에 {value} 값을 쓸 수 없습니다.",
        "{step} 단위로만 고를 수 있습니다.",
        "값을 고쳐서 다시 시도하세요.",
    ),
    # --- models and the machine
    "no_onnxruntime": (
        "이 컴퓨터에서는 사진 속 자세를 찾을 수 없습니다.",
        "onnxruntime 패키지가 설치되어 있지 않습니다.",
        "`pip install onnxruntime`을 실행하거나 골격 영상 또는 키포인트 파일을 쓰세요.",
    ),
    "no_dwpose": (
        "자세 검출기 DWPose가 이 컴퓨터에 없습니다.",
        "{name} 파일이 없습니다.",
        "`python -m engine models get dwpose`를 실행하거나, 골격 영상, 키포인트 파일, 기본 춤을 "
        "쓰세요.",
    ),
    "model_missing": (
        "'{title}' 모델이 이 컴퓨터에 없습니다({size}, 라이선스: {licence}).",
        "이 작업에는 그 모델의 파일이 필요합니다.",
        "이 컴퓨터에서 `python -m engine models get {card}`를 실행하거나, 골격 영상, 키포인트 "
        "파일, 기본 춤을 쓰세요.",
    ),
    "maker_missing": (
        "'{title}' 모델이 이 컴퓨터에 다 갖춰지지 않아 이 영상을 만들 수 없습니다.",
        "없는 것: {parts}.",
        "모델 탭에서 받거나 `python -m engine models get {card}`를 실행하세요. 또는 내장 모델을 "
        "고르세요.",
    ),
    "maker_unknown": (
        "'{name}'이라는 모델은 없습니다.",
        "이 버전에서 영상을 만드는 모델이 아닙니다.",
        "다음 중에서 고르세요: {names}.",
    ),
    "windows_overlap": (
        "{size}프레임짜리 윈도는 {overlap}프레임씩 겹칠 수 없습니다.",
        "겹침은 {least} 이상이고 윈도보다 작아야 합니다.",
        "겹침을 {least}부터 {most} 사이로 하세요.",
    ),
    "windows_short": (
        "{size}프레임짜리 윈도는 너무 짧습니다.",
        "이웃한 윈도는 {least}프레임 이상 겹치고 새 프레임도 있어야 합니다.",
        "윈도를 {window}프레임 이상으로 하세요.",
    ),
    "no_frames": (
        "만들 것이 없습니다.",
        "영상에 프레임이 없습니다.",
        "프레임이 하나 이상 있는 춤을 고르세요.",
    ),
    "no_safety_filter": (
        "안전 필터가 켜져 있지만 그 가중치가 이 컴퓨터에 없습니다.",
        "{folder}에 없습니다: {names}.",
        "{source}의 파일을 넣거나(피클이 아닌 model.safetensors) STUDIO_SAFETY_FILTER=0으로 "
        "끄세요.",
    ),
    "unsafe_result": (
        "이 영상은 보여 주지 않습니다.",
        "호스트의 안전 필터가 모두에게 알맞지 않은 내용을 찾았습니다.",
        "다른 사진이나 다른 춤을 쓰세요. 필터가 틀릴 수도 있으니 호스트에게 문의하세요.",
    ),
    "no_frame_to_write": (
        "'{name}' 영상을 저장하지 못했습니다.",
        "담을 프레임이 없습니다.",
        "프레임을 하나 이상 만드세요.",
    ),
    "disk_full": (
        "'{name}' 영상을 저장하지 못했습니다.",
        "디스크가 가득 찼습니다.",
        "공간을 비우고 다시 시작하세요.",
    ),
    "cannot_write": (
        "'{name}' 영상을 저장할 수 없습니다.",
        "시스템 메시지: {reason}.",
        "다른 위치나 이름을 고르세요.",
    ),
}
