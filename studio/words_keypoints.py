"""What the engine says of a keypoint file that it cannot use, in Korean; see `words_errors`."""

from __future__ import annotations

from collections.abc import Mapping

Texts = tuple[str, str, str]

_KINDS = (
    "OpenPose, COCO-WholeBody, MMPose의 키포인트 파일이나 이 프로그램이 저장한 파일을 올리세요."
)


def _wrong(why: str) -> Texts:
    """What stands at a place of the file is not what it should be."""
    return "키포인트 파일 {name}은(는) 쓸 수 없습니다.", "{where}: " + why, _KINDS


KOREAN_KEYPOINTS: Mapping[str, Texts] = {
    # --- the file as a whole
    "keypoints_empty": ("키포인트 파일 {name}에 내용이 없습니다.", "빈 파일입니다.", _KINDS),
    "keypoints_too_deep": (
        "키포인트 파일 {name}을(를) 읽을 수 없습니다.",
        "너무 깊이 중첩되어 있습니다.",
        _KINDS,
    ),
    "keypoints_no_json": (
        "키포인트 파일 {name}을(를) 읽을 수 없습니다.",
        "올바른 JSON이 아닙니다: {reason}.",
        _KINDS,
    ),
    "keypoints_unreadable": (
        "키포인트 파일 {name}을(를) 열 수 없습니다.",
        "시스템 메시지: {reason}.",
        "이름과 읽기 권한을 확인하세요.",
    ),
    "keypoints_too_large": (
        "키포인트 파일 {name}이(가) 너무 큽니다.",
        "{size}입니다. {most}까지 읽습니다.",
        "더 짧게 나누세요.",
    ),
    "keypoints_mixed": (
        "키포인트 파일 {name}은(는) 쓸 수 없습니다.",
        "사람마다 관절의 종류가 다릅니다: {layouts}.",
        "모든 프레임을 같은 검출기와 같은 신체 부위로 내보내세요.",
    ),
    "keypoints_sizes": (
        "키포인트 파일 {name}은(는) 쓸 수 없습니다.",
        "프레임마다 크기가 다릅니다: {sizes}.",
        "한 영상의 모든 프레임을 같은 크기로 내보내세요.",
    ),
    "keypoints_no_size": (
        "키포인트 파일 {name}은(는) 쓸 수 없습니다.",
        "좌표가 0과 1 사이인데 프레임의 크기가 적혀 있지 않습니다.",
        "각 프레임에 canvas_width와 canvas_height를 넣거나 픽셀 좌표로 내보내세요.",
    ),
    "keypoints_unknown": (
        "키포인트 파일 {name}의 종류를 알 수 없습니다.",
        "JSON이지만 'people', 'annotations', 'image_id', 'instances', 'layout' 중 아무것도 "
        "없습니다.",
        _KINDS,
    ),
    "keypoints_nobody": (
        "키포인트 파일 {name}에 사람이 없습니다.",
        "확실하게 찾은 관절이 있는 사람이 어느 프레임에도 없습니다.",
        "춤추는 사람이 잘 보이는 영상에서 만든 파일을 올리세요.",
    ),
    "archive_broken": (
        "압축 파일 {name}을(를) 읽을 수 없습니다.",
        "손상되었거나 암호가 걸렸거나 특이하게 압축되었습니다: {reason}.",
        "프레임별 키포인트 파일을 보통의 zip으로 압축하세요.",
    ),
    "archive_no_keypoints": (
        "{name} 안에 키포인트 파일이 없습니다.",
        "이름이 .json으로 끝나는 파일이 없습니다.",
        _KINDS,
    ),
    # --- a place in it
    "keypoints_no_numbers": _wrong("숫자의 목록이 있어야 합니다."),
    "keypoints_no_number": _wrong("{given}은(는) 쓸 수 있는 숫자가 아닙니다."),
    "keypoints_count": _wrong("숫자가 {allowed}개 있어야 하는데 {count}개입니다."),
    "keypoints_no_object": _wrong("중괄호로 묶은 객체가 있어야 합니다."),
    "keypoints_no_list": _wrong("대괄호로 묶은 목록이 있어야 합니다."),
    "keypoints_too_many": _wrong("항목이 {count}개입니다. {most}개까지 읽습니다."),
    "keypoints_no_side": _wrong("{given}은(는) 픽셀 수가 아닙니다."),
    "keypoints_no_layout": _wrong("{given}은(는) {known} 가운데 하나가 아닙니다."),
    "keypoints_no_pair": _wrong("[너비, 높이]가 있어야 합니다."),
    "keypoints_no_rate": _wrong("{given}은(는) 1에서 1000까지의 초당 프레임 수가 아닙니다."),
    "keypoints_uneven": _wrong("키포인트는 {points}프레임, 점수는 {scores}프레임입니다."),
    "keypoints_no_points": _wrong("점 (x, y)과 점수가 {joints}개씩 있어야 합니다."),
    "keypoints_no_image": _wrong("{image} 이미지가 없습니다."),
    "keypoints_no_body": _wrong("점과 점수가 17개나 133개씩 있어야 하는데 {count}개입니다."),
    "keypoints_crowd": _wrong("한 프레임에 사람이 {most}명보다 많습니다."),
    "keypoints_no_name": _wrong("숫자나 이름이 있어야 합니다."),
    "keypoints_no_openpose": _wrong("pose_keypoints_2d가 없습니다."),
}
