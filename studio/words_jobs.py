"""The words of the queue: what it refuses, why it waits, and why a job has no result."""

from __future__ import annotations

from collections.abc import Mapping

JOB_WORDS: Mapping[str, tuple[str, str]] = {
    # --- while a long video is being made
    "part_ready": (
        "The first {count} s are ready: they play while the rest is made.",
        "앞부분 {count}초가 완성되어, 나머지를 만드는 동안 재생됩니다.",
    ),
    "look_ready": (
        "A first look at the beginning: it gets sharper.",
        "앞부분을 미리 봅니다. 점점 선명해집니다.",
    ),
    # --- why a job was not queued (the keys of studio.jobs.limits.Refused)
    "too_many_what": ("Your queue is full.", "대기열이 가득 찼습니다."),
    "too_many_fix": (
        "Wait until one of your videos is ready, or stop one.",
        "영상 하나가 완성될 때까지 기다리거나 하나를 중지하세요.",
    ),
    "queue_full_what": (
        "Many people are waiting just now, and the queue is full.",
        "지금 기다리는 사람이 많아 대기열이 가득 찼습니다.",
    ),
    "queue_full_fix": (
        "Your choices stay here: press the button again in a few minutes.",
        "선택한 내용은 그대로 있습니다. 몇 분 뒤에 버튼을 다시 누르세요.",
    ),
    "disk_full_what": (
        "There is no room left on the disk for another video.",
        "새 영상을 저장할 디스크 공간이 없습니다.",
    ),
    "disk_full_fix": (
        "Delete videos that you no longer need, or free some space on the machine.",
        "필요 없는 영상을 지우거나 컴퓨터의 공간을 비우세요.",
    ),
    "too_costly_what": (
        "This video would take too long here.",
        "이 영상은 여기서 만들기에 너무 오래 걸립니다.",
    ),
    "too_costly_fix": (
        "It needs about {minutes} minutes; one video may take {most}. Choose a shorter length, a "
        "lower quality or fewer steps.",
        "약 {minutes}분이 걸리는데 영상 하나에 {most}분까지 쓸 수 있습니다. 더 짧은 길이나 더 낮은 "
        "품질, 더 적은 단계를 고르세요.",
    ),
    "time_used_what": (
        "This video has had its time.",
        "이 영상에 쓸 수 있는 시간을 다 썼습니다.",
    ),
    "time_used_fix": (
        "It took {minutes} minutes so far; one video may take {most}. Make a new one with a "
        "shorter length, a lower quality or fewer steps.",
        "지금까지 {minutes}분이 걸렸는데 영상 하나에 {most}분까지 쓸 수 있습니다. 더 짧은 길이나 "
        "더 낮은 품질, 더 적은 단계로 새로 만드세요.",
    ),
    "gone_what": ("This video is no longer here.", "이 영상은 더 이상 없습니다."),
    "gone_fix": (
        "It was deleted, or kept as long as this studio keeps videos. Start a new one.",
        "삭제되었거나 보관 기간이 지났습니다. 새로 만드세요.",
    ),
    # --- why waiting jobs are not taken (the reasons of Store.hold)
    "held_disk": (
        "Waiting for room on the disk: free some space, and it goes on by itself.",
        "디스크 공간을 기다리는 중입니다. 공간을 비우면 저절로 계속됩니다.",
    ),
    "held_worker": (
        "The part that makes videos does not start; it is tried again. The studio's window says "
        "why.",
        "영상을 만드는 프로세스가 시작되지 않아 다시 시도하고 있습니다. 원인은 스튜디오 창에 "
        "나옵니다.",
    ),
    # --- why a job has no result, where the engine could not say (the keys of Trouble)
    "trouble_memory_what": (
        "The machine ran out of memory.",
        "컴퓨터의 메모리가 부족했습니다.",
    ),
    "trouble_memory_why": (
        "This video most likely needs more memory than is free.",
        "영상에 필요한 메모리가 남은 메모리보다 많은 것으로 보입니다.",
    ),
    "trouble_memory_fix": (
        "Make it shorter, close other programs, and try again. Other jobs go on.",
        "길이를 줄이고 다른 프로그램을 닫은 뒤 다시 시도하세요. 다른 작업은 계속됩니다.",
    ),
    "trouble_disk_what": (
        "The disk was full before the video was done.",
        "영상이 완성되기 전에 디스크가 가득 찼습니다.",
    ),
    "trouble_disk_why": (
        "There was no room to write the next part of it.",
        "다음 부분을 저장할 공간이 없었습니다.",
    ),
    "trouble_disk_fix": (
        "Delete videos that you no longer need, or free some space, and try again.",
        "필요 없는 영상을 지우거나 공간을 비운 뒤 다시 시도하세요.",
    ),
    "trouble_worker_died_what": (
        "The worker stopped in the middle of this video.",
        "이 영상을 만들던 중 작업 프로세스가 멈췄습니다.",
    ),
    "trouble_worker_died_why": (
        "It ended without a word, which a driver or a lack of memory can cause.",
        "드라이버나 메모리 부족이 원인일 수 있습니다.",
    ),
    "trouble_worker_died_fix": (
        "It has been started again: try once more, with a shorter video if it repeats.",
        "다시 시작되었습니다. 다시 시도하고, 반복되면 더 짧게 만드세요.",
    ),
    "trouble_unexpected_what": (
        "The studio hit an error that it did not expect.",
        "예상하지 못한 오류가 발생했습니다.",
    ),
    "trouble_unexpected_why": (
        "This is a fault of the program, not yours. Its log is in the job's folder.",
        "사용자의 잘못이 아니라 프로그램의 오류입니다. 작업 폴더에 기록이 남았습니다.",
    ),
    "trouble_unexpected_fix": (
        "Try other files or settings; nothing that you gave was lost.",
        "다른 파일이나 설정으로 시도해 보세요. 올린 것은 그대로 있습니다.",
    ),
    "trouble_too_slow_what": (
        "Making this video took too long.",
        "영상을 만드는 데 시간이 너무 오래 걸렸습니다.",
    ),
    "trouble_too_slow_why": (
        "One video may take {minutes} minutes here.",
        "여기서는 영상 하나에 {minutes}분까지 쓸 수 있습니다.",
    ),
    "trouble_too_slow_fix": (
        "Make it shorter, in a lower quality or with fewer steps.",
        "더 짧게, 더 낮은 품질이나 더 적은 단계로 만드세요.",
    ),
    "trouble_interrupted_what": (
        "The studio was closed while this video was being made.",
        "이 영상을 만드는 동안 스튜디오가 종료되었습니다.",
    ),
    "trouble_interrupted_why": (
        "It was restarted since.",
        "그 뒤 다시 시작되었습니다.",
    ),
    "trouble_interrupted_fix": (
        "Take it up again on the Dance tab, with the first button below it.",
        "춤 탭에서 이 영상 아래의 첫 번째 버튼을 누르면 다시 이어서 만듭니다.",
    ),
}
