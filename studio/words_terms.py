"""Words that the engine puts into its messages' places, in Korean: parts of a body, kinds of files.

The first key is the name of the place. A value that holds several words has them divided by ", ".
"""

from __future__ import annotations

from collections.abc import Mapping

_SIDES = {"left": "왼쪽", "right": "오른쪽"}
_LIMBS = {
    "shoulder": "어깨", "elbow": "팔꿈치", "wrist": "손목", "hip": "엉덩이", "knee": "무릎",
    "ankle": "발목", "hand": "손",
}  # fmt: skip

_GUESSES = {
    "a LoRA: an addition to a model, not a model": "모델이 아니라 모델에 덧붙이는 LoRA",
    "an AnimateDiff motion module": "AnimateDiff의 모션 모듈",
    "a ControlNet": "ControlNet",
    "a whole model in Stability's own format (SVD or SDXL)": "Stability 형식의 모델 전체(SVD 또는 "
    "SDXL)",
    "a whole Stable Diffusion model in one file": "한 파일에 담긴 Stable Diffusion 모델 전체",
    "a U-Net in Stability's own format": "Stability 형식의 U-Net",
    "a diffusion transformer": "디퓨전 트랜스포머",
    "a text encoder": "텍스트 인코더",
    "an image encoder (CLIP)": "이미지 인코더(CLIP)",
    "an autoencoder (VAE)": "오토인코더(VAE)",
    "the state of a training run": "학습 도중에 저장한 상태",
    "the U-Net of a video model of SVD's family": "SVD 계열 영상 모델의 U-Net",
    "the U-Net of a picture model such as Stable Diffusion": "Stable Diffusion 같은 그림 모델의 "
    "U-Net",
    "MimicMotion's PoseNet alone": "MimicMotion의 PoseNet",
}

KOREAN_TERMS: Mapping[str, Mapping[str, str]] = {
    "parts": {
        "head": "머리",
        "neck": "목",
        **{
            f"{side} {limb}": f"{_SIDES[side]} {_LIMBS[limb]}" for side in _SIDES for limb in _LIMBS
        },
    },
    "guess": {
        f"It looks like {kind}.": f"{korean}인 것 같습니다." for kind, korean in _GUESSES.items()
    },
    "kind": {"int": "정수", "float": "숫자", "bool": "켜고 끄는 값", "str": "글자"},
}
