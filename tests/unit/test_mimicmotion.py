"""MimicMotion's own mathematics: the loss, the sampler's shape and slots."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn

from engine.nets.autoencoder import PocketAutoencoder
from engine.nets.controls import PoseNet
from engine.nets.encoders import PocketImageEncoder
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.sampling import placing
from engine.sampling.loop import Step, Tick
from engine.sampling.plan import Plan
from engine.sampling.profile import PROFILES, Profile
from engine.train.stage import select

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
        PoseNet(TINY.pose_channels).eval(),
        PocketAutoencoder(wide=16, narrow=8).eval(),
        PocketImageEncoder(width=8, dim=8).eval(),
    )


def sampled(
    nets: mimicmotion.Networks,
    frames: int,
    *,
    guidance: float = 1.0,
    photo: Tensor | None = None,
    profile: Profile = PROFILES["cpu"],
) -> Iterator[Tick | Step]:
    return mimicmotion.animate(
        nets,
        torch.zeros(1, 3, 64, 64) if photo is None else photo,
        torch.zeros(frames, 3, 64, 64),
        Plan(steps=2, guidance=guidance, window=4, overlap=1),
        torch.Generator().manual_seed(0),
        profile=profile,
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


RELEASED = mimicmotion.RELEASED_STAGE


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
    objective = mimicmotion.objective(RELEASED, Perfect(data["latents"]), PoseNet(16))  # pyright: ignore[reportArgumentType]
    losses = objective(data, torch.Generator().manual_seed(0))
    assert losses["loss"] < 1e-6


def test_hand_cells_cost_ten_times_as_much() -> None:
    nets = networks()
    objective = mimicmotion.objective(RELEASED, nets.unet, nets.pose_net)
    plain = objective(batch(), torch.Generator().manual_seed(0))
    data = batch()
    data["weight"] = data["weight"] * 10
    heavy = objective(data, torch.Generator().manual_seed(0))
    assert heavy["loss"].item() == pytest.approx(10 * plain["loss"].item(), rel=1e-5)
    assert heavy["v_mse"].item() == pytest.approx(plain["v_mse"].item(), rel=1e-5)


def test_a_still_video_is_zero_for_the_relative_model() -> None:
    data = batch()
    data["latents"] = data["image"][:, :, None].expand(-1, -1, 3, -1, -1)
    still = torch.zeros_like(data["latents"])
    objective = mimicmotion.objective(RELEASED, Perfect(still), PoseNet(16), relative=True)  # pyright: ignore[reportArgumentType]
    assert objective(data, torch.Generator().manual_seed(0))["loss"] < 1e-6


def test_the_relative_models_steps_are_whole_videos() -> None:
    nets = dataclasses.replace(networks(), unet=Perfect(torch.zeros(1)))  # pyright: ignore[reportArgumentType]
    nets.autoencoder.calibrate(torch.rand(20, 3, 64, 64))  # pyright: ignore[reportAttributeAccessIssue]
    photo = torch.rand(1, 3, 64, 64)
    events = list(sampled(nets, 3, photo=photo))
    wanted = nets.autoencoder.encode(photo)[:, :, None]
    assert isinstance(events[-1], Step)
    assert torch.allclose(events[-1].latents, wanted.expand(-1, -1, 3, -1, -1), atol=1e-2)


def test_every_frame_sees_the_photos_own_pose() -> None:
    nets = networks()
    assert nets.reference_net is not None
    nn.init.normal_(nets.reference_net.final_proj.weight)
    poses = torch.zeros(1, 3, 4, 64, 64)
    before = mimicmotion.pose_stem(nets.pose_net, nets.reference_net, poses).stem
    poses[:, :, 0] = 1
    after = mimicmotion.pose_stem(nets.pose_net, nets.reference_net, poses).stem
    assert before is not None and after is not None
    assert ((before - after).abs().amax(dim=(0, 1, 3, 4)) > 0).all()


def test_dropout_drops_all_conditions_together() -> None:
    nets = networks()
    nn.init.normal_(nets.pose_net.final_proj.weight)

    def objective(**numbers: float) -> mimicmotion.Objective:
        stage = dataclasses.replace(RELEASED, loss={**RELEASED.loss, **numbers})
        return mimicmotion.objective(stage, nets.unet, nets.pose_net)

    always = objective(dropout=1.0)
    one, two = batch(), batch()
    two["pose"], two["token"] = torch.randn_like(two["pose"]), torch.randn_like(two["token"])
    two["image"] = torch.randn_like(two["image"])
    losses = [always(b, torch.Generator().manual_seed(0))["loss"].item() for b in (one, two)]
    assert losses[0] == losses[1]
    never = objective(dropout=0.0)
    losses = [never(b, torch.Generator().manual_seed(0))["loss"].item() for b in (one, two)]
    assert losses[0] != losses[1]


def test_a_stage_trains_parameters_that_there_are() -> None:
    nets = networks()
    objective = mimicmotion.objective(RELEASED, nets.unet, nets.pose_net, nets.reference_net)
    for stage in mimicmotion.STAGES.values():
        assert len(list(select(objective, stage.train))) > 0


def test_the_numbers_of_the_noise_are_the_stages() -> None:
    nets = networks()
    for stage in mimicmotion.STAGES.values():
        made = mimicmotion.objective(stage, nets.unet, nets.pose_net)
        found = made.sigma_mean, made.sigma_deviation, made.dropout
        names = ("sigma_mean", "sigma_deviation", "dropout")
        assert found == tuple(stage.loss[name] for name in names)


def test_the_autoencoder_stays_where_the_steps_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `swap` the others take turns; what is on a card cannot be decoded off it."""
    moves: dict[str, list[str]] = {}

    def to(net: nn.Module, place: torch.device | str) -> nn.Module:
        moves.setdefault(type(net).__name__, []).append(repr(place))
        return net

    nets = networks()
    for module in (mimicmotion, placing):
        monkeypatch.setattr(module, "moved", to)
    list(sampled(nets, 3, profile=PROFILES["6gb"]))
    card, away = repr(torch.device("cpu")), repr("cpu")  # told apart by how they are asked for
    assert moves["PocketAutoencoder"] == [card]
    assert moves["VideoUNet"] == moves["PocketImageEncoder"] == [card, away]


@pytest.mark.parametrize("frames", [1, 3, 4, 5, 7])
@pytest.mark.parametrize(("guidance", "overlap"), [(1.0, 0), (1.0, 1), (2.0, 0), (2.0, 3)])
def test_every_frame_follows_its_own_pose(frames: int, guidance: float, overlap: int) -> None:
    """Shorter than a window of 4, as long, one frame longer; upstream fails at most of these."""
    nets = networks()
    nn.init.normal_(nets.pose_net.final_proj.weight)

    def made(poses: Tensor) -> Tensor:
        plan = Plan(steps=1, guidance=guidance, window=4, overlap=overlap)
        photo, noise = torch.zeros(1, 3, 64, 64), torch.Generator().manual_seed(0)
        (step,) = (
            e for e in mimicmotion.animate(nets, photo, poses, plan, noise) if isinstance(e, Step)
        )
        assert step.latents.isfinite().all()
        return step.latents

    poses = torch.rand(frames, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    plain = made(poses)
    assert plain.shape == (1, 24, frames, 8, 8)
    changed = poses.clone()
    changed[-1] = 1 - changed[-1]
    difference = (made(changed) - plain).abs().mean(dim=(0, 1, 3, 4))
    assert difference.argmax() == frames - 1 and difference[-1] > 0


def test_guidance_can_change_over_the_video() -> None:
    nets = networks()
    nn.init.normal_(nets.pose_net.final_proj.weight)

    def made(guidance: float, end: float | None = None) -> Tensor:
        plan = Plan(steps=1, guidance=guidance, window=5, overlap=1, guidance_end=end)
        photo, noise = torch.zeros(1, 3, 64, 64), torch.Generator().manual_seed(0)
        poses = torch.ones(5, 3, 64, 64)
        *_, step = mimicmotion.animate(nets, photo, poses, plan, noise)
        assert isinstance(step, Step)
        return step.latents

    changing, one, three = made(1.0, 3.0), made(1.0), made(3.0)
    assert not torch.allclose(one, three)
    torch.testing.assert_close(changing[:, :, 0], one[:, :, 0])
    torch.testing.assert_close(changing[:, :, -1], three[:, :, -1])
    torch.testing.assert_close(changing[:, :, 2], (one + three)[:, :, 2] / 2, rtol=1e-3, atol=1e-2)
    assert torch.equal(made(3.0, 3.0), three)


def test_noise_on_the_photo_is_added_before_the_autoencoder_and_told() -> None:
    nets = networks()
    photo, poses = torch.rand(1, 3, 64, 64), torch.zeros(2, 3, 64, 64)
    noise = torch.randn(1, 3, 64, 64)
    plain = mimicmotion.conditions(nets, photo, poses, noise)
    noisy = mimicmotion.conditions(nets, photo, poses, noise, noise_augmentation=0.25)
    assert torch.equal(plain["image"][:, :, 0], nets.autoencoder.encode(photo))
    assert torch.equal(noisy["image"][:, :, 0], nets.autoencoder.encode(photo + 0.25 * noise))
    assert torch.equal(noisy["token"], plain["token"])  # the image encoder sees it as it is
    assert plain["time_ids"].tolist() == [[6, 127, 0]]
    assert noisy["time_ids"].tolist() == [[6, 127, 0.25]]
