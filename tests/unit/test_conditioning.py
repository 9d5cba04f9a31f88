"""Conditions by name: frames, what dropping means, batches; and guidance."""

from __future__ import annotations

import pytest
import torch

from engine.sampling.conditioning import Conditioning
from engine.sampling.guidance import Guidance, ramp


def example() -> Conditioning:
    return Conditioning(
        per_frame={
            "pose": torch.arange(24.0).view(1, 2, 3, 2, 2),
            "tokens": torch.arange(12.0).view(1, 3, 4),
        },
        shared={"text": torch.ones(1, 5, 4)},
        null={"text": torch.full((5, 4), 7.0), "tokens": torch.full((4,), -1.0)},
    )


def test_frames_are_dim_2_of_video_tensors_and_dim_1_of_others() -> None:
    picked = example().at(torch.tensor([2, 0]))
    assert torch.equal(picked["pose"], example()["pose"][:, :, [2, 0]])
    assert torch.equal(picked["tokens"], example()["tokens"][:, [2, 0]])
    assert torch.equal(picked["text"], example()["text"])
    assert (picked.num_frames, example().num_frames, Conditioning().num_frames) == (2, 3, None)


def test_dropping_gives_zeros_or_the_null_value_in_the_same_shape() -> None:
    full = example()
    dropped = full.without("pose", "text", "tokens")
    assert torch.equal(dropped["pose"], torch.zeros(1, 2, 3, 2, 2))
    assert torch.equal(dropped["text"], torch.full((1, 5, 4), 7.0))
    assert torch.equal(dropped["tokens"], torch.full((1, 3, 4), -1.0))
    assert torch.equal(full["pose"], example()["pose"])  # the original is as it was


def test_dropping_and_picking_frames_commute() -> None:
    frames = torch.tensor([1, 2])
    a = example().at(frames).without("tokens", "pose")
    b = example().without("tokens", "pose").at(frames)
    for name in ("pose", "tokens", "text"):
        assert torch.equal(a[name], b[name])


def test_halves_share_a_batch() -> None:
    full = example()
    both = Conditioning.cat([full.without("pose"), full])
    assert both["pose"].shape == (2, 2, 3, 2, 2) and both["text"].shape == (2, 5, 4)
    assert not both["pose"][0].any() and torch.equal(both["pose"][1:], full["pose"])


def test_names() -> None:
    assert "pose" in example() and "text" in example() and "face" not in example()
    with pytest.raises(ValueError, match=r"no such condition: \['face'\].*'pose', 'text'"):
        example().without("face")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"per_frame": {"a": torch.zeros(1, 2)}, "shared": {"a": torch.zeros(1)}}, "both"),
        ({"per_frame": {"a": torch.zeros(3)}}, "needs b f"),
        ({"per_frame": {"a": torch.zeros(1, 2), "b": torch.zeros(1, 3)}}, "different lengths"),
        ({"shared": {"a": torch.zeros(1), "b": torch.zeros(2)}}, "batch sizes"),
        ({"null": {"a": torch.zeros(1)}}, "no such condition"),
        ({"shared": {"a": torch.zeros(1, 3)}, "null": {"a": torch.zeros(2)}}, "cannot fill"),
        ({"shared": {"a": torch.zeros(1, 3)}, "null": {"a": torch.zeros(2, 3)}}, "cannot fill"),
        ({"per_frame": {"a": torch.zeros(1, 3)}, "null": {"a": torch.zeros(3)}}, "cannot fill"),
    ],
)
def test_contradictions_are_refused(arguments: dict, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        Conditioning(**arguments)


def test_only_equal_names_share_a_batch() -> None:
    with pytest.raises(ValueError, match="same names"):
        Conditioning.cat([Conditioning(shared={"a": torch.zeros(1)}), Conditioning()])


def test_guidance_formula_and_ramp() -> None:
    torch.manual_seed(0)
    uncond, cond = torch.randn(2, 1, 4, 5, 2, 2)
    plain = Guidance(3.0).combine(uncond, cond)
    torch.testing.assert_close(plain, uncond + 3 * (cond - uncond))
    scales = ramp(1.0, 3.0, 5)
    assert scales.tolist() == [1.0, 1.5, 2.0, 2.5, 3.0]
    ramped = Guidance(scales).combine(uncond, cond)
    for frame, scale in enumerate(scales):
        torch.testing.assert_close(
            ramped[:, :, frame], Guidance(float(scale)).combine(uncond, cond)[:, :, frame]
        )


def test_rescale_restores_the_deviation_of_the_conditional_half() -> None:
    torch.manual_seed(0)
    uncond, cond = torch.randn(2, 3, 4, 5, 8, 8)
    dims = (1, 2, 3, 4)
    full = Guidance(7.5, rescale=1.0).combine(uncond, cond)
    torch.testing.assert_close(full.std(dims), cond.std(dims))
    half = Guidance(7.5, rescale=0.5).combine(uncond, cond)
    torch.testing.assert_close(half, (full + Guidance(7.5).combine(uncond, cond)) / 2)


def test_guidance_is_needed_unless_the_scale_is_one_everywhere() -> None:
    assert not Guidance().needed and not Guidance(torch.ones(4)).needed
    assert Guidance(1.5).needed and Guidance(0.0).needed and Guidance(ramp(1, 2, 4)).needed


@pytest.mark.parametrize("wrong", [{"scale": torch.ones(1, 2)}, {"rescale": 1.5}])
def test_impossible_guidance_is_refused(wrong: dict) -> None:
    with pytest.raises(ValueError):
        Guidance(**wrong)
