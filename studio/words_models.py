"""The words of the Models tab, in English and Korean: its cards and their progress."""

from __future__ import annotations

from collections.abc import Mapping

MODEL_WORDS: Mapping[str, tuple[str, str]] = {
    "tab_models": ("Models", "모델"),
    "models_title": ("Models", "모델"),
    "models_machine": ("This computer: {machine}", "이 컴퓨터: {machine}"),
    "models_memory": ("{size} of memory", "메모리 {size}"),
    "models_graphics": ("{name} with {size}", "{name} (메모리 {size})"),
    "models_no_graphics": ("no graphics card", "그래픽 카드 없음"),
    "models_free": ("{size} free on the disk", "디스크 여유 {size}"),
    "models_closed": (
        "Models are chosen by whoever runs this studio; here you see which ones there are.",
        "모델은 이 스튜디오의 운영자가 정합니다. 여기에서는 어떤 모델이 있는지 볼 수 있습니다.",
    ),
    # --- groups
    "models_group_built-in": ("Built in", "기본 내장"),
    "models_group_built-in_more": (
        "Ready from the start, nothing to download.",
        "처음부터 준비되어 있어 내려받을 것이 없습니다.",
    ),
    "models_group_people": ("Real people: MimicMotion", "실제 사람: MimicMotion"),
    "models_group_people_more": (
        "For videos of a real person from one photo. Needs all three: a MimicMotion, Stable Video "
        "Diffusion and DWPose.",
        "사진 한 장으로 실제 사람의 영상을 만듭니다. MimicMotion 하나와 Stable Video Diffusion, "
        "DWPose까지 셋 모두 필요합니다.",
    ),
    "models_group_poses": ("Finding poses in videos", "영상에서 자세 찾기"),
    "models_group_poses_more": (
        "For a video of someone dancing. Built-in dances and skeleton videos do not need it.",
        "춤추는 사람의 영상을 쓸 때 필요합니다. 기본 춤과 골격 영상에는 필요 없습니다.",
    ),
    "models_alternatives": (
        "Other packings of the same weights",
        "같은 가중치의 다른 묶음",
    ),
    # --- what each is for
    "model_pocket_title": ("Built-in model", "내장 모델"),
    "model_pocket_for": (
        "Small models that the project trained itself, on dancers that it draws itself. They make "
        "paper people dance, on any computer.",
        "프로젝트가 직접 그린 무용수로 직접 학습한 작은 모델입니다. 어떤 컴퓨터에서도 종이 인형을 "
        "춤추게 합니다.",
    ),
    "model_mimicmotion_for": (
        "The better one: looks at 72 frames at a time, so motion stays smooth.",
        "더 좋은 모델입니다. 한 번에 72프레임을 보아 움직임이 부드럽습니다.",
    ),
    "model_mimicmotion-1.0_for": (
        "The older one: looks at 16 frames at a time and fits smaller graphics cards.",
        "이전 모델입니다. 한 번에 16프레임을 보며 작은 그래픽 카드에 맞습니다.",
    ),
    "model_svd_title": (
        "Stable Video Diffusion 1.1: autoencoder and image encoder",
        "Stable Video Diffusion 1.1: 오토인코더와 이미지 인코더",
    ),
    "model_mimicmotion-pruned_title": (
        "MimicMotion 1.1, U-Net alone",
        "MimicMotion 1.1, U-Net만",
    ),
    "model_mimicmotion-pruned-1.0_title": (
        "MimicMotion 1.0, U-Net alone",
        "MimicMotion 1.0, U-Net만",
    ),
    "model_mimicmotion-posenet_title": (
        "MimicMotion PoseNet alone",
        "MimicMotion PoseNet만",
    ),
    "model_svd_for": (
        "Turns pictures into what MimicMotion works on, and back into frames.",
        "사진을 MimicMotion이 다루는 형태로 바꾸고 다시 프레임으로 되돌립니다.",
    ),
    "model_mimicmotion-pruned_for": (
        "The network of 1.1 without PoseNet, as ComfyUI users have it.",
        "PoseNet이 빠진 1.1 신경망으로, ComfyUI 사용자가 가진 형태입니다.",
    ),
    "model_mimicmotion-pruned-1.0_for": (
        "The network of 1.0 without PoseNet, as ComfyUI users have it.",
        "PoseNet이 빠진 1.0 신경망으로, ComfyUI 사용자가 가진 형태입니다.",
    ),
    "model_mimicmotion-posenet_for": (
        "The small part that the other two lack. The released files hold it already.",
        "다른 두 모델에 빠진 작은 부분입니다. 공개된 원본 파일에는 이미 들어 있습니다.",
    ),
    "model_svd-unet_title": (
        "Stable Video Diffusion 1.1: its own U-Net",
        "Stable Video Diffusion 1.1: 자체 U-Net",
    ),
    "model_svd-unet_for": (
        "Only for training MimicMotion from where its authors began, on the command line.",
        "명령줄에서 MimicMotion을 저자들이 시작한 지점부터 학습할 때만 필요합니다.",
    ),
    "model_dwpose_for": (
        "Finds people and 133 points of body, hands and face in photographs and films.",
        "사진과 영상에서 사람과 몸, 손, 얼굴의 133개 점을 찾습니다.",
    ),
    # --- how one stands
    "model_built_in": ("Built in", "내장"),
    "model_here": ("Here", "있음"),
    "model_missing": ("Not here", "없음"),
    "model_partly": ("{size} are here", "{size} 받음"),
    "model_broken": ("Damaged", "손상됨"),
    "model_busy_get": ("Downloading", "내려받는 중"),
    "model_busy_check": ("Checking", "확인 중"),
    "model_yours": ("Your own file", "직접 넣은 파일"),
    # --- facts
    "model_size": ("Size", "크기"),
    "model_licence": ("Licence", "라이선스"),
    "model_use": ("Commercial use", "상업적 이용"),
    "model_use_yes": ("allowed", "가능"),
    "model_use_no": ("not allowed", "불가"),
    "model_runs": ("On this computer", "이 컴퓨터에서"),
    "model_needs": ("Needs also", "함께 필요"),
    "model_lies": ("Your own files go to", "직접 넣을 곳"),
    "model_licence_mimicmotion": (
        "Research and education only",
        "연구와 교육 전용",
    ),
    "model_fit_graphics": (
        "fits the {name}, wants about {need}",
        "{name}에 들어갑니다 (약 {need} 필요)",
    ),
    "model_fit_graphics_small": (
        "tight: wants about {need} of graphics memory, the {name} has {have}",
        "빠듯합니다. 그래픽 메모리 약 {need}가 필요한데 {name}에는 {have}가 있습니다",
    ),
    "model_fit_main": (
        "slow without a graphics card, wants about {need} of memory",
        "그래픽 카드 없이 느리게 돌아갑니다 (메모리 약 {need} 필요)",
    ),
    "model_fit_main_light": (
        "needs no graphics card, wants about {need} of memory",
        "프로세서만으로 돌아갑니다 (메모리 약 {need} 필요)",
    ),
    "model_fit_main_small": (
        "hardly: without a graphics card it wants about {need} of memory, there are {have}",
        "돌리기 어렵습니다. 그래픽 카드 없이는 메모리 약 {need}가 필요한데 {have}가 있습니다",
    ),
    # --- to do
    "model_get": ("Get {size}", "{size} 받기"),
    "model_resume": ("Resume", "이어받기"),
    "model_again": ("Get again", "다시 받기"),
    "model_cancel": ("Cancel", "취소"),
    "model_check": ("Check", "확인"),
    "model_remove": ("Remove", "삭제"),
    "model_remove_sure": ("Really remove?", "정말 삭제할까요?"),
    "model_by_hand": ("Open its page", "받는 곳 열기"),
    "model_by_hand_more": (
        "Nobody publishes its hash, so it is not fetched from here. Download {file} in your "
        "browser and put it into {folder}.",
        "해시가 공개되지 않아 여기서는 받지 않습니다. 브라우저로 {file} 파일을 받아 {folder} "
        "폴더에 넣으세요.",
    ),
    "model_agree": (
        "I have read the licence and agree to it: no commercial use.",
        "라이선스를 읽었으며 동의합니다. 상업적으로 쓰지 않겠습니다.",
    ),
    "model_gate": (
        "Its owner wants to know you: accept the terms on its page, then show an access token.",
        "소유자의 승인이 필요합니다. 모델 페이지에서 약관에 동의한 뒤 액세스 토큰을 입력하세요.",
    ),
    "model_gate_page": ("Accept the terms", "약관에 동의하기"),
    "model_gate_token_page": ("Make a token", "토큰 만들기"),
    "model_token": (
        "Access token (for this download only, never stored)",
        "액세스 토큰 (이번에만 쓰이며 저장되지 않습니다)",
    ),
    "model_token_set": (
        "A token is set on this computer already.",
        "이 컴퓨터에 토큰이 이미 설정되어 있습니다.",
    ),
    # --- progress
    "model_starting": ("Asking for the files", "파일 정보를 묻는 중"),
    "model_moving": ("{done} of {total}", "{total} 중 {done}"),
    "model_proving": (
        "Comparing every byte: {done} of {total}",
        "바이트 대조 중: {total} 중 {done}",
    ),
    "model_waiting": (
        "Another program is fetching it: {done} of {total}",
        "다른 프로그램이 받는 중: {total} 중 {done}",
    ),
    "model_still": (
        "{done} of {total}, no bytes for {time}; still trying",
        "{total} 중 {done}, {time} 동안 받은 것이 없어 다시 시도하는 중",
    ),
    "model_stopped": (
        "Stopped. What has arrived is kept.",
        "멈췄습니다. 받은 부분은 남아 있습니다.",
    ),
    "model_interrupted": (
        "Interrupted. What has arrived is kept.",
        "중단되었습니다. 받은 부분은 남아 있습니다.",
    ),
    "model_checked": ("Checked: every byte is right.", "확인 완료: 모든 바이트가 맞습니다."),
    "model_checked_unknown": (
        "Checked: no fault found, but nobody has published the hash of {count} of its files.",
        "확인 완료: 이상이 없지만 파일 {count}개는 해시가 공개되지 않았습니다.",
    ),
    "model_damaged": (
        "Damaged: {files}. Get it again; only what is damaged is fetched.",
        "손상됨: {files}. 다시 받으세요. 손상된 것만 받습니다.",
    ),
    "model_removed_what": ("{size} are free again.", "{size}를 비웠습니다."),
    "model_removed_fix": (
        "{title} can be fetched again any time.",
        "{title} 모델은 언제든 다시 받을 수 있습니다.",
    ),
    "model_left_fix": (
        "Files that you put there yourself stay: {folder}",
        "직접 넣은 파일은 그대로 있습니다: {folder}",
    ),
    "model_not_agreed_what": ("Is its licence all right for you?", "라이선스에 동의하시나요?"),
    "model_not_agreed_fix": (
        "Tick that you agree to it, then press Get.",
        "동의란을 체크한 뒤 받기를 누르세요.",
    ),
    "model_forbidden_what": (
        "Models cannot be changed from here.",
        "여기에서는 모델을 바꿀 수 없습니다.",
    ),
    "model_forbidden_fix": (
        "Whoever runs this studio can allow it (STUDIO_ALLOW_MODEL_ADMIN=1).",
        "운영자가 허용할 수 있습니다 (STUDIO_ALLOW_MODEL_ADMIN=1).",
    ),
}
