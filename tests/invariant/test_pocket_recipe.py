"""The pocket recipe in miniature: from drawing dancers to a falling loss, through `fit`."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine import pocket as recipe
from engine.data.dances import Dances, EncodedPool, Turns
from engine.data.drawn import Pool, PoolSpec, choose_frames
from engine.data.pixels import to_pixels
from engine.errors import BadInput
from engine.nets.autoencoder import PocketAutoencoder
from engine.nets.controls import PoseNet
from engine.nets.encoders import PocketImageEncoder
from engine.nets.pose_detector import PocketPoseDetector
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.train import pocket
from engine.train.fit import Examples, Run, fit
from engine.train.hands import hands
from engine.train.stage import Stage
from engine.types import Metric

SPEC = PoolSpec(clips=6, frames=4, size=64)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Pool:
    pool = Pool(tmp_path_factory.mktemp("pool"), SPEC)
    for index in range(SPEC.clips):
        pool.draw(index)
    return pool


def curve(
    stage: Stage, objective: nn.Module, examples: Examples, folder: Path, steps: int
) -> list[float]:
    """The losses of a short run with batches of four."""
    short = dataclasses.replace(stage, steps=steps, batch_size=4)
    short = dataclasses.replace(short, optim=dataclasses.replace(stage.optim, warmup=0, decay=0))
    events = fit(short, objective, examples, Run(folder, report_every=1, cpu=True))
    return [e.value for e in events if isinstance(e, Metric) and e.name == "loss"]


def falls(losses: list[float], to: float) -> bool:
    return float(np.mean(losses[-5:])) < to * float(np.mean(losses[:5]))


@torch.no_grad()
def loss_of(objective: nn.Module, examples: Examples) -> float:
    """The loss on the first 24 examples with the same noise every time."""
    rows = [examples.example(i) for i in range(24)]
    batch = {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
    return objective(batch, torch.Generator().manual_seed(0))["loss"].item()


def test_a_pool_is_resumable_and_knows_its_settings(tmp_path: Path, pool: Pool) -> None:
    assert len(pool) == SPEC.clips
    fresh = Pool(tmp_path, SPEC)
    fresh.draw(1)
    assert len(fresh) == 0  # counted from the first clip without a gap
    fresh.draw(0)
    again = Pool(tmp_path, SPEC)
    assert len(again) == 2
    assert np.array_equal(again.rgb[1], pool.rgb[1])
    assert np.array_equal(again.pose[0], pool.pose[0])
    with pytest.raises(BadInput, match="other settings"):
        Pool(tmp_path, dataclasses.replace(SPEC, size=32))


def test_frames_are_chosen_as_the_pool_says() -> None:
    rng = np.random.default_rng(0)
    chosen = choose_frames(PoolSpec(1, 8, 64), rng)
    assert len(set(chosen)) == 8 and chosen[1:] == sorted(chosen[1:])
    row = choose_frames(PoolSpec(1, 8, 64, stride=2), rng)
    assert np.diff(row[1:]).tolist() == [2] * 6


def rebuilt_error(net: PocketAutoencoder, pool: Pool) -> float:
    pixels = to_pixels(pool.rgb[:, 1])
    with torch.no_grad():
        return (net.decode(net.encode(pixels)) - pixels).square().mean().item()


def calibrated(pool: Pool) -> PocketAutoencoder:
    torch.manual_seed(0)
    net = PocketAutoencoder(wide=16, narrow=16)
    net.calibrate(to_pixels(pool.rgb[:, 0]))
    return net


def test_the_linear_autoencoder_is_good_at_once(pool: Pool) -> None:
    net = calibrated(pool)
    assert rebuilt_error(net, pool) < 4 / 10**2.4  # 24 dB
    latents = net.encode(to_pixels(pool.rgb[:, 0]))
    assert latents.mean(dim=(0, 2, 3)).abs().max() < 1e-3
    assert latents.square().mean().sqrt().item() == pytest.approx(1, abs=0.02)


def test_what_is_encoded_again_stays(pool: Pool) -> None:
    net = calibrated(pool)
    latents = net.encode(to_pixels(pool.rgb[:, 2]))
    assert torch.allclose(net.encode(net.linear_decode(latents)), latents, atol=1e-3)


def test_the_decoder_learns_and_the_latents_stay(tmp_path: Path, pool: Pool) -> None:
    net = calibrated(pool)
    before, basis = rebuilt_error(net, pool), net.basis.clone()
    stage = pocket.STAGES["decoder"]
    objective = pocket.DecoderObjective(net, **stage.loss)
    curve(stage, objective, pocket.Pictures(pool), tmp_path, 40)
    assert rebuilt_error(net, pool) < before
    assert torch.equal(net.basis, basis)


def test_the_image_encoder_learns(tmp_path: Path, pool: Pool) -> None:
    torch.manual_seed(0)
    stage = pocket.STAGES["image_encoder"]
    net = PocketImageEncoder(size=32, width=8, dim=16)
    objective = pocket.ImageEncoderObjective(net, **stage.loss)
    assert falls(curve(stage, objective, pocket.Couples(pool), tmp_path, 30), 0.8)


def test_the_pose_detector_learns(tmp_path: Path, pool: Pool) -> None:
    torch.manual_seed(0)
    net = PocketPoseDetector(size=64, width=16, blocks=1)
    stage = pocket.STAGES["pose_detector"]
    objective = pocket.PoseDetectorObjective(net, **stage.loss)
    # soft labels have an entropy of their own, about 1.1, below which the loss cannot fall
    assert falls(curve(stage, objective, pocket.Keypoints(pool), tmp_path, 40), 0.9)


def tiny_objective(stage: Stage) -> mimicmotion.Objective:
    unet = VideoUNet(
        temporal="svd",
        in_channels=48,
        out_channels=24,
        block_out_channels=(16, 16),
        layers_per_block=1,
        attention_levels=True,
        num_attention_heads=2,
        cross_attention_dim=8,
        ff_mult=1,
        norm_num_groups=4,
        addition_time_embed_dim=4,
    )
    return recipe.learning(stage, unet, PoseNet(16), PoseNet(16))


@pytest.fixture
def clips(tmp_path: Path, pool: Pool) -> EncodedPool:
    encoder = calibrated(pool)

    def encode(pixels: Tensor) -> tuple[Tensor, Tensor]:
        with torch.no_grad():
            return encoder.encode(pixels), torch.zeros(1, 8)

    clips = EncodedPool(pool, tmp_path / "encoded", (24, 8, 8), (1, 8))
    assert len(clips) == 0
    list(clips.fill(encode))
    assert len(clips) == SPEC.clips

    return clips


def test_mimicmotion_learns_from_pairs_of_pictures(tmp_path: Path, clips: EncodedPool) -> None:
    torch.manual_seed(0)
    examples = Turns(clips, hands(mimicmotion.POCKET_PICTURES))
    example = examples.example(5)
    assert example["latents"].shape == (24, 1, 8, 8) and example["weight"].shape == (1, 8, 8)
    assert example["pose"].shape == (3, 2, 64, 64)  # the photo's own first
    assert not torch.equal(example["latents"][:, 0], example["image"])
    again = examples.example(5)
    assert all(torch.equal(example[name], again[name]) for name in example)
    objective = tiny_objective(mimicmotion.POCKET_PICTURES)
    before = loss_of(objective, examples)
    curve(mimicmotion.POCKET_PICTURES, objective, examples, tmp_path / "fit", 60)
    assert loss_of(objective, examples) < 0.9 * before


def test_mimicmotion_learns_from_windows(tmp_path: Path, clips: EncodedPool) -> None:
    torch.manual_seed(0)
    examples = Dances(clips, 3, hands(mimicmotion.POCKET_WINDOWS))
    example = examples.example(5)
    assert example["latents"].shape == (24, 3, 8, 8)
    assert example["pose"].shape == (3, 3, 64, 64)
    assert torch.equal(example["latents"][:, 0], example["image"])  # slot 0 is the reference
    again = examples.example(5)
    assert all(torch.equal(example[name], again[name]) for name in example)

    objective = tiny_objective(mimicmotion.POCKET_WINDOWS)
    before = loss_of(objective, examples)
    curve(mimicmotion.POCKET_WINDOWS, objective, examples, tmp_path / "fit", 60)
    assert loss_of(objective, examples) < 0.9 * before
