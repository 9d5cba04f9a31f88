"""What a file probably is whose tensors fit no network of ours, told by their names."""

from __future__ import annotations

import re
from collections.abc import Iterable

_KINDS: tuple[tuple[str, str], ...] = (  # the first pattern that any name matches
    (r"lora_|\.lora\.|hada_w|lokr_w", "a LoRA: an addition to a model, not a model"),
    (r"motion_modules\.", "an AnimateDiff motion module"),
    (r"^(control_model\.|controlnet_|input_hint_block\.)", "a ControlNet"),
    (r"^conditioner\.embedders\.", "a whole model in Stability's own format (SVD or SDXL)"),
    (r"^(cond_stage_model|first_stage_model)\.", "a whole Stable Diffusion model in one file"),
    (r"^model\.diffusion_model\.", "a U-Net in Stability's own format"),
    (r"(^|\.)(double_blocks|joint_blocks|single_transformer_blocks)\.", "a diffusion transformer"),
    (r"(^|\.)text_model\.", "a text encoder"),
    (r"^(vision_model|visual_projection)\.", "an image encoder (CLIP)"),
    (r"^(encoder|decoder)\.", "an autoencoder (VAE)"),
    (r"^optimizer|exp_avg", "the state of a training run"),
    (r"\btemporal_transformer_blocks\.", "the U-Net of a video model of SVD's family"),
    (r"^(unet\.)?down_blocks\.", "the U-Net of a picture model such as Stable Diffusion"),
    (r"^conv_layers\.\d", "MimicMotion's PoseNet alone"),
)


def guess(names: Iterable[str]) -> str:
    """A sentence such as `It looks like a ControlNet.`, or nothing."""
    names = list(names)
    for pattern, kind in _KINDS:
        if any(re.search(pattern, name) for name in names):
            return f"It looks like {kind}."
    return ""
