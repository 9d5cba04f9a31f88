"""The settings in Korean (their English is where they are declared), and the choices in both."""

from __future__ import annotations

from collections.abc import Mapping

KOREAN: Mapping[str, tuple[str, str]] = {
    "num_frames": ("길이", "만들 프레임 수. 춤보다 길 수는 없습니다. 0이면 춤 전체를 만듭니다."),
    "quality": ("품질", "초안이 가장 빠르고, 최고는 단계를 가장 많이 거칩니다."),
    "seed": ("시드", "같은 시드와 설정은 같은 영상을 만듭니다. -1이면 새로 뽑습니다."),
    "num_inference_steps": ("단계 수", "노이즈 제거 단계. 0이면 품질에 맞춥니다."),
    "guidance_scale": (
        "가이던스",
        "사진과 자세를 얼마나 엄격히 따를지. 0이면 모델에 맞추고, 1이면 쓰지 않습니다.",
    ),
    "fps": ("초당 프레임", "결과 영상의 속도. 0이면 춤의 빠르기를 지키며 약 15로 맞춥니다."),
    "window_size": ("윈도", "모델이 한 번에 보는 프레임 수. 0이면 학습한 값을 씁니다."),
    "overlap": ("겹침", "이웃한 윈도가 함께 쓰는 프레임 수. 클수록 이음새가 부드럽고 느려집니다."),
    "fit": ("사진 맞추기", "자르기는 화면을 채우고, 여백은 사진 전체를 보여 줍니다."),
    "retarget": ("체형 맞추기", "춤의 크기와 위치를 사진 속 몸에 맞춥니다."),
    "keep_audio": ("소리 유지", "원본 영상의 소리를 결과에 넣습니다."),
    "paper_person": (
        "종이 인형",
        "내장 모델 pocket은 그린 사람만 압니다. 자동은 실제 사진을 같은 색의 종이 인형으로 "
        "그리고, 그림은 그대로 씁니다.",
    ),
}

CHOICES: Mapping[str, tuple[str, str]] = {
    "draft": ("Draft", "초안"),
    "standard": ("Standard", "표준"),
    "best": ("Best", "최고"),
    "crop": ("Crop", "자르기"),
    "letterbox": ("Letterbox", "여백"),
    "auto": ("Auto", "자동"),
    "always": ("Always", "항상"),
    "never": ("Never", "안 함"),
}
