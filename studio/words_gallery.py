"""The words of the gallery, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

GALLERY_WORDS: Mapping[str, tuple[str, str]] = {
    "tab_dance": ("Dance", "춤"),
    "tab_gallery": ("Gallery", "갤러리"),
    "gallery_title": ("Your videos", "내 영상"),
    "gallery_all": ("Download all", "모두 내려받기"),
    "gallery_packing": ("Packing", "압축하는 중"),
    "gallery_older": ("Show older", "이전 영상 보기"),
    "gallery_making": ("In the making", "만드는 중"),
    "gallery_empty": ("No videos yet", "아직 영상이 없어요"),
    "gallery_empty_more": (
        "Pick a person and a dance; your first video will hang here.",
        "사람과 춤을 고르면 첫 영상이 여기에 걸립니다.",
    ),
    "gallery_first": ("Make my first video", "첫 영상 만들기"),
    # --- one video
    "gallery_name": ("Name of this video", "이 영상의 이름"),
    "gallery_close": ("Close", "닫기"),
    "gallery_newer_one": ("Newer video", "더 새로운 영상"),
    "gallery_older_one": ("Older video", "더 오래된 영상"),
    "gallery_use": ("Use these settings", "이 설정 쓰기"),
    "gallery_download": ("Download", "내려받기"),
    "gallery_record": ("Settings as a file", "설정 파일"),
    "gallery_delete": ("Delete", "삭제"),
    "gallery_sure": (
        "Delete it for good? The video, its pictures and its settings cannot be brought back.",
        "완전히 삭제할까요? 영상과 사진, 설정을 되돌릴 수 없습니다.",
    ),
    "gallery_delete_now": ("Delete for good", "완전히 삭제"),
    "gallery_keep": ("Keep it", "그대로 두기"),
    "gallery_more": ("Every setting", "모든 설정"),
    "gallery_frames": ("{count} frames", "{count}프레임"),
    # --- what it was made from, in words
    "fact_person": ("Person", "사람"),
    "fact_dance": ("Dance", "춤"),
    "fact_length": ("Length", "길이"),
    "fact_model": ("Model", "모델"),
    "fact_time": ("Made in", "만든 시간"),
    "fact_photo": ("Your picture", "내 사진"),
    "fact_whole": ("The whole dance", "춤 전체"),
    "fact_auto": ("Automatic", "자동"),
    "fact_new": ("A new one each time", "매번 새로"),
    "fact_yes": ("Yes", "예"),
    "fact_no": ("No", "아니요"),
    # --- a file is dropped
    "restore_title": ("Have a video that was made here?", "여기서 만든 영상이 있나요?"),
    "restore_more": (
        "Drop the mp4 or its json on this page to get its settings back.",
        "mp4나 json 파일을 이 페이지에 놓으면 설정을 되찾습니다.",
    ),
    "restore_choose": ("Choose a file", "파일 고르기"),
    "restore_reading": ("Reading the file", "파일을 읽는 중"),
    "restore_drop": ("Let go to get its settings back", "놓으면 설정을 되찾습니다"),
    "restore_file": ("A video or a record", "영상 또는 설정 파일"),
    "restore_found": ("Settings found", "설정을 찾았습니다"),
    "restore_dismiss": ("Not now", "나중에"),
    "restore_missing_image": (
        "The picture is not in the file: choose it again in step 1.",
        "사진은 파일에 들어 있지 않습니다. 1단계에서 다시 고르세요.",
    ),
    "restore_missing_motion": (
        "The dance is not in the file: choose it again in step 2.",
        "춤은 파일에 들어 있지 않습니다. 2단계에서 다시 고르세요.",
    ),
    "restore_missing_dance": (
        "This studio does not have that dance: pick another in step 2.",
        "이 스튜디오에는 그 춤이 없습니다. 2단계에서 다른 춤을 고르세요.",
    ),
    "restore_ignored": (
        "Not known here and left out: {names}",
        "여기서 알 수 없어 뺀 설정: {names}",
    ),
    "restore_ignored_more": (
        "Not known here and left out: {names} and {count} more",
        "여기서 알 수 없어 뺀 설정: {names} 외 {count}개",
    ),
    # --- why a file gives nothing back
    "restore_unreadable_what": ("This file cannot be read.", "이 파일을 읽을 수 없습니다."),
    "restore_unreadable_fix": (
        "It may be empty or cut off: copy or download it again.",
        "비어 있거나 잘렸을 수 있습니다. 다시 복사하거나 내려받으세요.",
    ),
    "restore_not_ours_what": (
        "This is neither a video nor a record of this studio.",
        "이 스튜디오의 영상이나 설정 파일이 아닙니다.",
    ),
    "restore_not_ours_fix": (
        "Drop an mp4 that was made here, or the json beside it.",
        "여기서 만든 mp4나 그 옆의 json 파일을 놓으세요.",
    ),
    "restore_no_record_what": (
        "This video carries no settings.",
        "이 영상에는 설정이 들어 있지 않습니다.",
    ),
    "restore_no_record_fix": (
        "It was made elsewhere, or a website took them out: try the file you first downloaded.",
        "다른 곳에서 만들었거나 웹사이트가 지웠습니다. 처음 내려받은 파일에는 들어 있습니다.",
    ),
    "restore_other_app_what": (
        "These settings were written by another program.",
        "다른 프로그램이 쓴 설정입니다.",
    ),
    "restore_other_app_fix": (
        "Only records of Pirouette can be used here.",
        "여기서는 Pirouette의 설정만 쓸 수 있습니다.",
    ),
    "restore_newer_what": (
        "This was made by a newer Pirouette.",
        "더 새로운 Pirouette로 만든 파일입니다.",
    ),
    "restore_newer_fix": ("Update this one, then try again.", "업데이트한 뒤 다시 시도하세요."),
    "restore_other_system_what": (
        "This was made with a model that this studio does not have.",
        "이 스튜디오에 없는 모델로 만들었습니다.",
    ),
    "restore_other_system_fix": (
        "A newer Pirouette may have it.",
        "더 새로운 Pirouette에는 있을 수 있습니다.",
    ),
    "restore_again_what": (
        "The studio was restarted meanwhile.",
        "스튜디오가 다시 시작되었습니다.",
    ),
    "restore_again_fix": ("Drop the file once more.", "파일을 다시 놓으세요."),
    # --- what happened
    "gallery_deleted_what": ("Deleted.", "삭제했습니다."),
    "gallery_deleted_fix": (
        "The video and everything that belonged to it are gone.",
        "영상과 그에 딸린 모든 것이 지워졌습니다.",
    ),
    "gallery_deleted_part_what": ("Deleted.", "삭제했습니다."),
    "gallery_deleted_part_fix": (
        "The video is gone. A picture or dance that you gave for it stays, because another video "
        "or the Dance tab still uses it.",
        "영상이 지워졌습니다. 올린 사진이나 춤은 다른 영상이나 춤 탭에서 아직 쓰고 있어 "
        "남아 있습니다.",
    ),
    "pack_nothing_what": ("There is nothing to download yet.", "아직 내려받을 것이 없습니다."),
    "pack_nothing_fix": ("Finish a video first.", "먼저 영상을 완성하세요."),
    "pack_part_what": (
        "The newest {count} videos are in the file.",
        "최근 영상 {count}개를 담았습니다.",
    ),
    "pack_part_fix": (
        "More would make it too big; download older ones one by one.",
        "더 담으면 너무 커집니다. 나머지는 하나씩 내려받으세요.",
    ),
    "pack_done_what": ("Your videos are on their way.", "영상을 내려받고 있습니다."),
    "pack_done_fix": (
        "{count} videos, each with its settings, in one zip file.",
        "영상 {count}개와 각각의 설정이 zip 파일 하나에 담겼습니다.",
    ),
}
