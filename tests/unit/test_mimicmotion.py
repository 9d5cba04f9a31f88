"""MimicMotion's own mathematics: hand weights, the loss, the sampler's shape and slots."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from engine.nets.autoencoder import PocketAutoencoder
from engine.nets.controls import PoseNet
from engine.nets.encoders import PocketImageEncoder
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.sampling.loop import Step
from engine.train.stage import NUMBERS, select

TINY = dataclasses.replace(
    mimicmotion.POCKET,
    unet={
        **mimicmotion.POCKET.unet,
        "block_out_channels": (16, 16),
        "norm_num_groups": 4,
        "cross_attention_dim": 8,
        "addition_time_embed_dim": 4,
    },
    pose_channels=16,
)


def networks() -> mimicmotion.Networks:
    torch.manual_seed(0)
    return mimicmotion.Networks(
        TINY,
        VideoUNet(**TINY.unet).eval(),
        PoseNet(TINY.pose_channels).eval(),
        PocketAutoencoder(wide=16, narrow=8).eval(),
        PocketImageEncoder(width=8, dim=8).eval(),
    )


def batch(frames: int = 3) -> dict[str, Tensor]:
    torch.manual_seed(1)
    return {
        "latents": torch.randn(2, 24, frames, 8, 8),
        "image": torch.randn(2, 24, 8, 8),
        "pose": torch.randn(2, 3, frames, 64, 64),
        "token": torch.randn(2, 1, 8),
        "weight": torch.ones(2, frames, 8, 8),
    }


def test_only_reliable_hands_weigh_more() -> None:
    keypoints = np.full((2, 133, 2), 0.5)
    keypoints[:, mimicmotion.LEFT_HAND] = [0.25, 0.75]
    score = np.zeros((2, 133))
    score[:, mimicmotion.LEFT_HAND] = 0.9
    score[1, 95] = 0.4  # one doubtful finger makes the hand unreliable
    weights = mimicmotion.hand_weights(keypoints, score, (16, 16))
    assert weights[0, 12, 4] == 10
    assert weights[0].sum() < 256 + 9 * 9  # at most three by three cells
    assert (weights[1] == 1).all()


def test_a_hand_outside_the_picture_weighs_nothing() -> None:
    keypoints = np.full((1, 133, 2), 1.4)
    weights = mimicmotion.hand_weights(keypoints, np.ones((1, 133)), (16, 16))
    assert (weights == 1).all()


class Perfect(nn.Module):
    """Knows x0, so it can predict v exactly from its input."""

    def __init__(self, latents: Tensor) -> None:
        super().__init__()
        self.latents = latents

    def forward(self, sample: Tensor, timestep: Tensor, context: Tensor, **_: object) -> Tensor:
        sigma = (4 * timestep).exp().view(-1, 1, 1, 1, 1)
        scale = (sigma**2 + 1).sqrt()
        noisy = sample[:, :24] * scale
        return ((noisy - self.latents) / sigma - sigma * self.latents) / scale


def test_a_perfect_prediction_costs_nothing() -> None:
    data = batch()
    objective = mimicmotion.Objective(Perfect(data["latents"]), PoseNet(16))  # pyright: ignore[reportArgumentType]
    losses = objective(data, torch.Generator().manual_seed(0))
    assert losses["loss"] < 1e-6


def test_hand_cells_cost_ten_times_as_much() -> None:
    nets = networks()
    objective = mimicmotion.Objective(nets.unet, nets.pose_net)
    plain = objective(batch(), torch.Generator().manual_seed(0))
    data = batch()
    data["weight"] = data["weight"] * 10
    heavy = objective(data, torch.Generator().manual_seed(0))
    assert heavy["loss"].item() == pytest.approx(10 * plain["loss"].item(), rel=1e-5)
    assert heavy["v_mse"].item() == pytest.approx(plain["v_mse"].item(), rel=1e-5)


def test_dropout_drops_all_conditions_together() -> None:
    nets = networks()
    nn.init.normal_(nets.pose_net.final_proj.weight)
    always = mimicmotion.Objective(nets.unet, nets.pose_net, dropout=1.0)
    one, two = batch(), batch()
    two["pose"], two["token"] = torch.randn_like(two["pose"]), torch.randn_like(two["token"])
    two["image"] = torch.randn_like(two["image"])
    losses = [always(b, torch.Generator().manual_seed(0))["loss"].item() for b in (one, two)]
    assert losses[0] == losses[1]
    never = mimicmotion.Objective(nets.unet, nets.pose_net, dropout=0.0)
    losses = [never(b, torch.Generator().manual_seed(0))["loss"].item() for b in (one, two)]
    assert losses[0] != losses[1]


def test_every_number_of_every_stage_names_its_source() -> None:
    nets = networks()
    objective = mimicmotion.Objective(nets.unet, nets.pose_net)
    for stage in mimicmotion.STAGES.values():
        assert set(stage.sources) == set(NUMBERS), stage.name
        assert len(list(select(objective, stage.train))) > 0


@pytest.mark.parametrize(("frames", "guidance"), [(5, 1.0), (5, 2.0), (1, 1.0)])
def test_the_sampler_makes_as_many_frames_as_poses(frames: int, guidance: float) -> None:
    events = mimicmotion.animate(
        networks(),
        torch.zeros(1, 3, 64, 64),
        torch.zeros(frames, 3, 64, 64),
        steps=2,
        guidance=guidance,
        window=4,
        overlap=1,
        generator=torch.Generator().manual_seed(0),
    )
    steps = [event for event in events if isinstance(event, Step)]
    assert len(steps) == 2
    assert steps[-1].latents.shape == (1, 24, frames, 8, 8)
    assert steps[-1].latents.isfinite().all()
