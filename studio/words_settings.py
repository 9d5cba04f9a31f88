"""The settings in Korean (their English is where they are declared), and the choices in both."""

from __future__ import annotations

from collections.abc import Mapping

KOREAN: Mapping[str, tuple[str, str]] = {
    "num_frames": ("길이", "만들 프레임 수. 춤보다 길 수는 없습니다. 0이면 춤 전체를 만듭니다."),
    "quality": ("품질", "초안이 가장 빠르고, 최고는 단계를 가장 많이 거칩니다."),
    "shape": (
        "화면 모양",
        "자동은 사진의 모양을 따르고, 내장 모델은 정사각형으로 만듭니다. 세로는 휴대폰에 맞습니다.",
    ),
    "seed": ("시드", "같은 시드와 설정은 같은 영상을 만듭니다. -1이면 새로 뽑습니다."),
    "num_inference_steps": ("단계 수", "노이즈 제거 단계. 0이면 품질에 맞춥니다."),
    "guidance_scale": (
        "가이던스",
        "사진과 자세를 얼마나 엄격히 따를지. 0이면 모델에 맞추고, 1이면 쓰지 않습니다.",
    ),
    "fps": ("초당 프레임", "결과 영상의 속도. 0이면 춤의 빠르기를 지키며 약 15로 맞춥니다."),
    "window_size": ("윈도", "모델이 한 번에 보는 프레임 수. 0이면 학습한 값을 씁니다."),
    "overlap": ("겹침", "이웃한 윈도가 함께 쓰는 프레임 수. 클수록 이음새가 부드럽고 느려집니다."),
    "fusion": (
        "윈도 섞기",
        "삼각형은 MimicMotion 공개 코드, 경사는 논문의 방법. 평균은 모두 똑같이 세고, "
        "없음은 섞지 않고 바로 넘어갑니다.",
    ),
    "spread_windows": ("윈도 고르게", "끝에서만 길게 겹치지 않고 어디서나 같은 만큼 겹칩니다."),
    "fit": ("사진 맞추기", "자르기는 화면을 채우고, 여백은 사진 전체를 보여 줍니다."),
    "resolution": (
        "해상도",
        "실제 사람용 모델이 만드는 그림의 짧은 변, 64의 배수. 0이면 학습한 576을 쓰고, 작을수록 "
        "빠릅니다. 내장 모델은 한 가지 크기만 만듭니다.",
    ),
    "retarget": ("체형 맞추기", "춤의 크기와 위치를 사진 속 몸에 맞춥니다."),
    "person": (
        "따라 할 사람",
        "여러 사람이 나오는 영상에서 왼쪽부터 센 번호. 0이면 가장 크게 나온 사람을 따릅니다.",
    ),
    "mend": ("흐린 자세 고치기", "자세가 잘 보이지 않는 짧은 순간을 앞뒤 프레임으로 메웁니다."),
    "smoothing": (
        "부드럽게",
        "떨리는 자세를 가라앉힙니다(프레임 단위). 1이면 약하고, 클수록 춤이 둔해집니다.",
    ),
    "confidence": (
        "불확실하면 어둡게",
        "관절을 확실한 만큼 밝게 그려, 잘못 찾은 관절의 영향을 줄입니다.",
    ),
    "face": (
        "얼굴 따라 하기",
        "춤추는 사람의 얼굴 점에는 그 사람의 생김새도 담겨 있습니다. 약하게 하거나 끄면 사진의 "
        "얼굴이 더 남습니다.",
    ),
    "memory": ("메모리", "모델이 쓸 수 있는 양. 자동은 장치를 보고 정하며, 적을수록 느립니다."),
    "keep_audio": ("소리 유지", "원본 영상의 소리를 결과에 넣습니다."),
    "badge": (
        "표시 넣기",
        "영상 구석에 'AI-generated'를 써 넣습니다. 메타데이터에는 언제나 남습니다.",
    ),
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
    "square": ("Square", "정사각형"),
    "portrait": ("Portrait", "세로"),
    "landscape": ("Landscape", "가로"),
    "always": ("Always", "항상"),
    "never": ("Never", "안 함"),
    "triangle": ("Triangle", "삼각형"),
    "ramp": ("Ramp", "경사"),
    "average": ("Average", "평균"),
    "none": ("None", "없음"),
    "full": ("Full", "그대로"),
    "weak": ("Weak", "약하게"),
    "cpu": ("Processor", "프로세서"),
    "6gb": ("6 GB", "6 GB"),
    "8gb": ("8 GB", "8 GB"),
    "12gb": ("12 GB", "12 GB"),
    "24gb": ("24 GB", "24 GB"),
    "80gb": ("80 GB", "80 GB"),
}
