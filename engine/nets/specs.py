"""Configurations of the public networks, and a translator for any other.

A spec is the keyword arguments of `VideoUNet`: `VideoUNet(**SVD_XT)`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from engine.errors import BadInput

Spec: TypeAlias = Mapping[str, Any]

SD15: Spec = {
    "temporal": "none",
    "num_attention_heads": 8,
    "cross_attention_dim": 768,
}
"""Stable Diffusion 1.4 and 1.5: 859.5 M parameters."""

ANIMATEDIFF: Spec = {**SD15, "temporal": "motion"}
"""SD 1.5 with AnimateDiff v2's motion modules, as DreaMoving uses it: 1,312.7 M parameters."""

ZEROSCOPE: Spec = {
    "temporal": "modelscope",
    "num_attention_heads": (5, 10, 20, 20),
    "cross_attention_dim": 1024,
    "use_linear_projection": True,
}
"""ModelScope's and Zeroscope's text-to-video network: 1,411.2 M parameters."""

SVD_XT: Spec = {
    "temporal": "svd",
    "in_channels": 8,
    "num_attention_heads": (5, 10, 20, 20),
    "cross_attention_dim": 1024,
    "down_norm_eps": (1e-6, 1e-6, 1e-6, 1e-5),
    "up_norm_eps": 1e-6,
    "addition_time_embed_dim": 256,
}
"""Stable Video Diffusion XT (1.0, 1.1) and MimicMotion: 1,524.6 M parameters."""


def from_diffusers(config: Mapping[str, Any]) -> dict[str, Any]:
    """Translate the `config.json` of one of diffusers' four U-Nets into a spec.

    Raises BadInput for a class, or an option of it, that `VideoUNet` does not have.
    """
    name = config.get("_class_name", "")
    if name not in _TRANSLATE:
        raise BadInput(
            "The network '{name}' is not one that the studio knows.",
            "Its config.json names another class.",
            "Known classes: {known}.",
            key="unknown_network",
            name=name,
            known=", ".join(_TRANSLATE),
        )
    for option, plain in _PLAIN.items():
        value = config.get(option, plain)
        if value is not None and value != plain:
            raise BadInput(
                "The network's option {option} = {value} is not supported.",
                "The studio's networks have {option} = {plain}.",
                "Use a checkpoint with that value.",
                key="unknown_network_option",
                option=option,
                value=repr(value),
                plain=repr(plain),
            )
    shared = {
        "in_channels": config["in_channels"],
        "out_channels": config["out_channels"],
        "block_out_channels": tuple(config["block_out_channels"]),
        "layers_per_block": config["layers_per_block"],
        "attention_levels": tuple("CrossAttn" in kind for kind in config["down_block_types"]),
        "cross_attention_dim": config["cross_attention_dim"],
    }
    return shared | _TRANSLATE[name](config)


# Options that would change the network's mathematics, with the value that ours has.
_PLAIN: Mapping[str, Any] = {
    "act_fn": "silu",
    "addition_embed_type": None,
    "center_input_sample": False,
    "class_embed_type": None,
    "downsample_padding": 1,
    "dual_cross_attention": False,
    "encoder_hid_dim_type": None,
    "flip_sin_to_cos": True,
    "freq_shift": 0,
    "mid_block_scale_factor": 1,
    "only_cross_attention": False,
    "resnet_time_scale_shift": "default",
    "time_cond_proj_dim": None,
    "upcast_attention": False,
}


def _image(config: Mapping[str, Any]) -> dict[str, Any]:
    # diffusers calls the number of heads of SD 1.x attention_head_dim
    heads = config.get("num_attention_heads") or config["attention_head_dim"]
    return {
        "temporal": "none",
        "num_attention_heads": heads,
        "transformer_layers_per_block": config.get("transformer_layers_per_block", 1),
        "use_linear_projection": config.get("use_linear_projection", False),
        "norm_num_groups": config["norm_num_groups"],
        "norm_eps": config["norm_eps"],
    }


def _motion(config: Mapping[str, Any]) -> dict[str, Any]:
    return _image(config) | {
        "temporal": "motion",
        "motion_num_attention_heads": config["motion_num_attention_heads"],
        "use_motion_mid_block": config["use_motion_mid_block"],
    }


def _modelscope(config: Mapping[str, Any]) -> dict[str, Any]:
    size = config["attention_head_dim"]  # here it is the width per head
    return {
        "temporal": "modelscope",
        "num_attention_heads": tuple(width // size for width in config["block_out_channels"]),
        "use_linear_projection": True,
        "norm_num_groups": config["norm_num_groups"],
        "norm_eps": config["norm_eps"],
        "temporal_in_head_dim": size,
    }


def _svd(config: Mapping[str, Any]) -> dict[str, Any]:
    ids = config["projection_class_embeddings_input_dim"] // config["addition_time_embed_dim"]
    kinds: Sequence[str] = config["down_block_types"]
    return {
        "temporal": "svd",
        "num_attention_heads": config["num_attention_heads"],
        "transformer_layers_per_block": config["transformer_layers_per_block"],
        "down_norm_eps": tuple(1e-6 if "CrossAttn" in kind else 1e-5 for kind in kinds),
        "up_norm_eps": 1e-6,
        "addition_time_embed_dim": config["addition_time_embed_dim"],
        "num_added_time_ids": ids,
    }


_TRANSLATE = {
    "UNet2DConditionModel": _image,
    "UNetMotionModel": _motion,
    "UNet3DConditionModel": _modelscope,
    "UNetSpatioTemporalConditionModel": _svd,
}
