"""Words about uploads that are checked, and about what a host allows, in English and Korean."""

from __future__ import annotations

from collections.abc import Mapping

HOSTING_WORDS: Mapping[str, tuple[str, str]] = {
    # --- what the check of an upload says where the engine could not (keys of Trouble)
    "trouble_check_gone_what": (
        "The file is not there any more.",
        "파일이 더 이상 없습니다.",
    ),
    "trouble_check_gone_why": (
        "Uploads are removed after a day.",
        "올린 파일은 하루가 지나면 지워집니다.",
    ),
    "trouble_check_gone_fix": ("Upload it again.", "다시 올리세요."),
    "trouble_check_ending_what": (
        "This is no keypoint file.",
        "키포인트 파일이 아닙니다.",
    ),
    "trouble_check_ending_why": (
        "Its name ends neither in .json nor in .zip.",
        "이름이 .json이나 .zip으로 끝나지 않습니다.",
    ),
    "trouble_check_ending_fix": (
        "Choose a file with keypoints. A video belongs under My video.",
        "키포인트 파일을 고르세요. 영상은 '내 영상'에서 올리세요.",
    ),
    "trouble_check_busy_what": (
        "The file could not be checked yet.",
        "아직 파일을 확인하지 못했습니다.",
    ),
    "trouble_check_busy_why": (
        "Many visitors are uploading at this moment.",
        "지금 여러 사람이 파일을 올리고 있습니다.",
    ),
    "trouble_check_busy_fix": (
        "Wait a little and try again; the file is still here.",
        "잠시 뒤에 다시 시도하세요. 파일은 그대로 있습니다.",
    ),
    "trouble_check_slow_what": (
        "The file takes too long to read.",
        "파일을 읽는 데 너무 오래 걸립니다.",
    ),
    "trouble_check_slow_why": (
        "It is very large, or made in an unusual way.",
        "너무 크거나 특이한 방식으로 만들어진 파일입니다.",
    ),
    "trouble_check_slow_fix": (
        "Save it anew as a smaller mp4 or JPEG, and try again.",
        "더 작은 mp4나 JPEG로 다시 저장해서 시도하세요.",
    ),
    "trouble_check_memory_what": (
        "The file needs too much memory to read.",
        "파일을 읽는 데 메모리가 너무 많이 필요합니다.",
    ),
    "trouble_check_memory_why": (
        "It unpacks to far more than its size says.",
        "풀었을 때 파일 크기보다 훨씬 커집니다.",
    ),
    "trouble_check_memory_fix": (
        "Save it anew in an ordinary size, and try again.",
        "보통 크기로 다시 저장해서 시도하세요.",
    ),
    "trouble_check_crashed_what": (
        "The file cannot be read.",
        "파일을 읽을 수 없습니다.",
    ),
    "trouble_check_crashed_why": (
        "It is damaged in a way that stops the program that reads it.",
        "파일을 읽는 프로그램이 멈출 정도로 손상되었습니다.",
    ),
    "trouble_check_crashed_fix": (
        "Choose another file, or save this one anew from the program that made it.",
        "다른 파일을 고르거나, 만든 프로그램에서 다시 저장하세요.",
    ),
    # --- what the API refuses (without the page's steps and buttons)
    "api_owner_what": (
        "The owner is not of the right form.",
        "owner의 형식이 맞지 않습니다.",
    ),
    "api_owner_fix": (
        "Send 32 hexadecimal digits of your own, such as Python's secrets.token_hex(16).",
        "직접 정한 16진수 32자리를 보내세요. 예: Python의 secrets.token_hex(16).",
    ),
    "api_no_job_what": ("You have no video with this id.", "이 id의 영상이 없습니다."),
    "api_no_job_fix": (
        "Ask /list for yours; a video that was deleted is gone.",
        "/list로 내 영상을 확인하세요. 지운 영상은 남지 않습니다.",
    ),
    "api_unfinished_what": (
        "This video is not ready.",
        "이 영상은 아직 완성되지 않았습니다.",
    ),
    "api_unfinished_fix": (
        "Ask /status until its state is done, or see there why it failed.",
        "/status가 done이 될 때까지 기다리거나, 실패한 이유를 확인하세요.",
    ),
    "api_no_upload_what": (
        "This file was not uploaded here.",
        "이 서버에 올린 파일이 아닙니다.",
    ),
    "api_no_upload_fix": (
        "Send files with gradio_client's handle_file.",
        "gradio_client의 handle_file로 파일을 보내세요.",
    ),
}
