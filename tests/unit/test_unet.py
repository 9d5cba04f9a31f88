"""Behaviour of `VideoUNet` that parity alone does not show."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.errors import BadInput
from engine.nets import specs
from engine.nets.attention import Attention
from engine.nets.residuals import NONE, Residuals
from engine.nets.temporal import Temporal
from engine.nets.unet import VideoUNet

TINY: dict[str, Any] = {
    "block_out_channels": (16, 24),
    "layers_per_block": 1,
    "attention_levels": (True, False),
    "num_attention_heads": 2,
    "motion_num_attention_heads": 2,
    "temporal_in_head_dim": 4,
    "cross_attention_dim": 8,
    "norm_num_groups": 4,
}
FILLINGS: tuple[Temporal, ...] = ("none", "motion", "modelscope", "svd")


def tiny(temporal: Temporal, **changes: Any) -> VideoUNet:
    torch.manual_seed(0)
    return VideoUNet(temporal, **(TINY | changes)).eval()


def clip(frames: int = 3, tokens: int = 2, size: tuple[int, int] = (4, 4)) -> tuple[Tensor, Tensor]:
    generator = torch.Generator().manual_seed(1)
    sample = torch.randn(2, 4, frames, *size, generator=generator)
    return sample, torch.randn(2, tokens, 8, generator=generator)


@pytest.mark.parametrize("temporal", FILLINGS)
@torch.no_grad()
def test_any_size_any_length_any_number_of_levels(temporal: Temporal) -> None:
    net = tiny(
        temporal,
        block_out_channels=(8, 8, 16),
        layers_per_block=(1, 2, 1),
        attention_levels=(False, True, True),
    )
    for frames, size in ((1, (5, 7)), (4, (6, 4))):
        sample, context = clip(frames, 3, size)
        assert net(sample, 0.5, context).shape == sample.shape


@pytest.mark.parametrize("temporal", FILLINGS)
@torch.no_grad()
def test_clips_of_a_batch_do_not_mix(temporal: Temporal) -> None:
    net, (sample, context) = tiny(temporal), clip()
    steps = torch.tensor([3.0, 700.0])
    apart = [net(sample[i : i + 1], steps[i], context[i : i + 1]) for i in range(2)]
    torch.testing.assert_close(net(sample, steps, context), torch.cat(apart))


@torch.no_grad()
def test_frames_mix_only_with_a_temporal_filling() -> None:
    sample, context = clip()
    changed = sample.clone()
    changed[:, :, 2] += 1
    for temporal in FILLINGS:
        net = tiny(temporal)
        for parameter in net.parameters():  # fresh temporal layers are silent
            parameter += 0.02
        same = torch.equal(net(sample, 1, context)[:, :, 0], net(changed, 1, context)[:, :, 0])
        assert same == (temporal == "none")


@torch.no_grad()
def test_pooled_norm_couples_the_frames() -> None:
    sample, context = clip()
    changed = sample.clone()
    changed[:, :, 2] *= 3
    net = tiny("none", pooled_norm=True)
    assert not torch.allclose(net(sample, 1, context)[:, :, 0], net(changed, 1, context)[:, :, 0])
    one = sample[:, :, :1]
    assert torch.allclose(net(one, 1, context), tiny("none")(one, 1, context), atol=1e-6)


@pytest.mark.parametrize("temporal", FILLINGS)
@torch.no_grad()
def test_single_pictures_pass_the_temporal_layers_by(temporal: Temporal) -> None:
    net, (sample, context) = tiny(temporal), clip()
    fresh = net(sample, 1, context)
    for name, parameter in net.named_parameters():
        if any(part in name for part in ("temporal", "temp_", "motion", "transformer_in", "time_")):
            continue
        parameter += 0.02
    pictures = net(sample, 1, context, image_only=True)
    alone = [net(sample[:, :, i : i + 1], 1, context, image_only=True) for i in range(3)]
    torch.testing.assert_close(pictures, torch.cat(alone, dim=2))
    # fresh temporal layers change nothing, trained ones do
    torch.testing.assert_close(net(sample, 1, context), pictures)
    for parameter in net.parameters():
        parameter += 0.02
    video, pictures = (net(sample, 1, context, image_only=still) for still in (False, True))
    assert torch.allclose(video, pictures) == (temporal == "none")
    assert not torch.allclose(fresh, pictures)


@pytest.mark.parametrize("temporal", ["motion", "modelscope"])
@torch.no_grad()
def test_a_fresh_temporal_filling_leaves_the_image_network_as_it_is(temporal: Temporal) -> None:
    image, video, (sample, context) = tiny("none"), tiny(temporal), clip()
    if temporal == "modelscope":  # it has linear projections around its transformers
        image = tiny("none", use_linear_projection=True)
        video = tiny(temporal, use_linear_projection=True)
    weights = video.state_dict() | image.state_dict()
    video.load_state_dict(weights, strict=True)
    assert torch.equal(video(sample, 1, context), image(sample, 1, context))


class FullPath:
    """An attention control that runs the ordinary computation, so no shortcut is taken."""

    def __call__(self, layer: Attention, x: Tensor, context: Tensor | None) -> Tensor:
        layer.control = None
        try:
            return layer(x, context)
        finally:
            layer.control = self


@pytest.mark.parametrize("temporal", ["none", "svd"])
def test_single_token_shortcut_equals_the_full_path(temporal: Temporal) -> None:
    """MimicMotion spec f.3: the softmax over one key is 1, so queries cannot matter."""
    sample, context = clip(tokens=1)
    results = []
    for full in (False, True):
        net = tiny(temporal)
        for layer in net.modules():
            if full and isinstance(layer, Attention):
                layer.control = FullPath()
        predicted = net(sample, 1, context)
        predicted.pow(2).mean().backward()
        gradients = {
            name: torch.zeros_like(p) if p.grad is None else p.grad
            for name, p in net.named_parameters()
        }
        results.append((predicted.detach(), gradients))
    (short, gradients), (whole, reference) = results
    torch.testing.assert_close(short, whole, rtol=0, atol=1e-6)
    assert any("attn2.to_v" in name and g.abs().max() > 0 for name, g in gradients.items())
    for name, gradient in gradients.items():
        torch.testing.assert_close(gradient, reference[name], rtol=1e-4, atol=1e-6, msg=name)


def test_a_control_sees_every_attention_even_with_one_token() -> None:
    net, (sample, context), seen = tiny("svd"), clip(tokens=1), []

    class Count(FullPath):
        def __call__(self, layer: Attention, x: Tensor, context: Tensor | None) -> Tensor:
            seen.append(layer)
            return super().__call__(layer, x, context)

    layers = [layer for layer in net.modules() if isinstance(layer, Attention)]
    for layer in layers:
        layer.control = Count()
    with torch.no_grad():
        net(sample, 1, context)
    assert len(seen) == len(layers) == 4 * 4  # down, mid, two up; spatial and temporal, twice each


@pytest.mark.parametrize("temporal", FILLINGS)
def test_checkpointing_changes_no_gradient(temporal: Temporal) -> None:
    sample, context = clip()
    skip = torch.ones(2, 24, 3, 2, 2)
    residuals = Residuals(stem=torch.ones(2, 16, 3, 4, 4), blocks=(None, skip), mid=skip)
    gradients = []
    for checkpointed in (False, True):
        net = tiny(temporal)
        if checkpointed:
            net.enable_gradient_checkpointing()
        net(sample, 1, context, residuals=residuals).pow(2).mean().backward()
        gradients.append({n: p.grad for n, p in net.named_parameters() if p.grad is not None})
    plain, recomputed = gradients
    assert plain.keys() == recomputed.keys()
    for name, gradient in plain.items():
        assert torch.equal(gradient, recomputed[name]), name


def test_the_svd_filling_learns() -> None:
    net = tiny("svd", in_channels=8, addition_time_embed_dim=4).train()
    sample, context = clip(tokens=1)
    noisy = torch.cat([sample, sample.roll(1, dims=2)], dim=1)
    optimizer = torch.optim.AdamW(net.parameters(), lr=3e-3)
    losses = []
    for _ in range(12):
        predicted = net(noisy, 1, context, added_time_ids=torch.tensor([[6.0, 127.0, 0.0]]))
        loss = (predicted - sample).pow(2).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.6 * losses[0]
    silent = {n for n, p in net.named_parameters() if p.grad is None}
    # one context token: queries, keys and the norm before them cannot have a gradient
    assert silent and all(
        ".norm2." in n or n.endswith(("attn2.to_q.weight", "attn2.to_k.weight")) for n in silent
    )


@torch.no_grad()
def test_saved_and_read_back(tmp_path: Path) -> None:
    net, (sample, context) = tiny("motion"), clip()
    net.save_pretrained(tmp_path)
    back = VideoUNet.from_pretrained(tmp_path)
    assert isinstance(back, nn.Module) and back.config["temporal"] == "motion"
    assert torch.equal(back(sample, 1, context), net(sample, 1, context))


def test_wrong_shapes_are_named() -> None:
    net, (sample, context) = tiny("svd"), clip()
    with pytest.raises(ValueError, match=r"sample must be b 4 f h w, not \(2, 3, 3, 4, 4\)"):
        net(sample[:, :3], 1, context)
    with pytest.raises(ValueError, match=r"context must be 2 m d or 1 m d, not \(3, 2, 8\)"):
        net(sample, 1, torch.cat([context, context[:1]]))
    with pytest.raises(ValueError, match="takes no time ids"):
        net(sample, 1, context, added_time_ids=torch.zeros(2, 3))
    with pytest.raises(ValueError, match="added_time_ids are missing"):
        tiny("svd", addition_time_embed_dim=4)(sample, 1, context)
    with pytest.raises(ValueError, match="1 block residuals for 2 down blocks"):
        net(sample, 1, context, residuals=Residuals(blocks=(None,)))
    with pytest.raises(ValueError, match="3 skip residuals for 4 skips"):
        net(sample, 1, context, residuals=Residuals(skips=(None,) * 3))
    with pytest.raises(ValueError, match="2 levels, but 3 values"):
        tiny("none", num_attention_heads=(2, 2, 2))
    assert net(sample, 1, context[:1], residuals=NONE).shape == sample.shape


def test_foreign_configurations_are_refused() -> None:
    with pytest.raises(BadInput, match="'UNet1DModel' is not one that the studio knows"):
        specs.from_diffusers({"_class_name": "UNet1DModel"})
    with pytest.raises(BadInput, match="act_fn = 'gelu' is not supported"):
        specs.from_diffusers({"_class_name": "UNet2DConditionModel", "act_fn": "gelu"})


@torch.no_grad()
def test_lora_adapters_attach_to_linear_and_temporal_layers() -> None:
    peft = pytest.importorskip("peft", reason="peft is not installed")
    net, (sample, context) = tiny("svd"), clip()
    for parameter in net.parameters():  # fresh temporal layers are silent
        parameter += 0.02
    plain = net(sample, 1, context)
    config = peft.LoraConfig(r=2, target_modules=["to_q", "to_v", "conv1"])
    peft.inject_adapter_in_model(config, net)
    assert torch.equal(net(sample, 1, context), plain)  # a fresh adapter adds nothing
    for name, parameter in net.named_parameters():
        if "temporal_res_block.conv1.lora_B" in name:
            parameter += 0.1
    assert not torch.allclose(net(sample, 1, context), plain, atol=1e-4)
