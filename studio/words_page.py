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
    # --- buttons that Gradio names in English alone
    "upload_file": ("Upload a file", "파일 올리기"),
    "remove_picture": ("Remove Image", "사진 제거"),
    "empty_value": ("Nothing here yet", "아직 비어 있습니다"),
    "from_camera": ("From the camera", "카메라로 찍기"),
    "from_clipboard": ("Paste from the clipboard", "클립보드에서 붙여넣기"),
    # --- what Gradio says in a corner of the page
    "toast_error": ("This did not work", "문제가 생겼습니다"),
    "toast_warning": ("Please note", "확인하세요"),
    "toast_close": ("Close", "닫기"),
    "toast_lost_what": ("The studio does not answer.", "스튜디오가 응답하지 않습니다."),
    "toast_lost_fix": (
        "As soon as it does, this page comes back by itself. If the studio was closed, start it "
        "again: your videos are kept.",
        "다시 응답하면 이 페이지가 저절로 돌아옵니다. 스튜디오를 닫았다면 다시 시작하세요. 영상은 "
        "그대로 있습니다.",
    ),
    "toast_picture_what": ("'{names}' is not a picture.", "'{names}' 파일은 사진이 아닙니다."),
    "toast_picture_fix": (
        "Choose a picture, such as a JPEG or PNG.",
        "JPEG나 PNG 같은 사진을 고르세요.",
    ),
    "toast_video_what": ("'{names}' is not a video.", "'{names}' 파일은 영상이 아닙니다."),
    "toast_video_fix": ("Choose a video, such as an mp4.", "mp4 같은 영상을 고르세요."),
    "toast_large_what": ("'{names}' is too large.", "'{names}' 파일이 너무 큽니다."),
    "toast_large_fix": (
        "This studio takes files of up to {most}. Choose a shorter or smaller one.",
        "이 스튜디오는 {most}까지 받습니다. 더 짧거나 작은 파일을 고르세요.",
    ),
}
