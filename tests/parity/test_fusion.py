"""Windows, fusion, noise and schedule equal MimicMotion's (parity/mimicmotion/README.md 2)."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from engine.sampling import noise, windows
from engine.sampling.conditioning import Conditioning
from engine.sampling.guidance import Guidance
from engine.sampling.loop import Step, denoise
from engine.sampling.schedule import first_latents, svd_scheduler

HERE = Path(__file__).parent / "data" / "mimicmotion"
SHARED = Path(__file__).parents[2].parent / "shared" / "parity" / "mimicmotion"
DROP = frozenset({"image", "pose"})


def load(name: str) -> dict[str, Tensor]:
    path = HERE / f"{name}.npz"
    if not path.exists():
        path = SHARED / f"{name}.npz"
    if not path.exists():
        pytest.skip(f"{name}.npz is too large for the repository and {SHARED} is not here")
    return {key: torch.from_numpy(value) for key, value in np.load(path).items()}


def video(x: Tensor) -> Tensor:
    """The stored `b f c h w` as the engine's `b c f h w`."""
    return x.transpose(1, 2)


class Toy:
    """The reference's toy denoiser, and a record of what it was given and what it answered.

    It knows the number of the window by counting, so it wants both halves of a window in one call.
    """

    def __init__(self, abc: Tensor, num_windows: int) -> None:
        self.a, self.b, self.c = (float(x) for x in abc)
        self.num_windows = num_windows
        self.inputs: list[Tensor] = []
        self.outputs: list[Tensor] = []

    def __call__(self, latents: Tensor, timestep: Tensor, cond: Conditioning) -> Tensor:
        number = len(self.outputs) % self.num_windows
        slots = torch.arange(latents.shape[2]).view(1, 1, -1, 1, 1)
        out = self.a * latents + self.b * cond["image"] + self.c * cond["pose"]
        out = out + 0.1 * number + 0.01 * slots
        self.inputs.append(torch.cat([latents, cond["image"]], dim=1))
        self.outputs.append(out)
        return out


def conditions(data: dict[str, Tensor]) -> Conditioning:
    pose = F.avg_pool2d(data["pose"].mean(1, keepdim=True), 8)[None].transpose(1, 2)
    small = F.avg_pool2d(data["image01"] * 2 - 1, 8)
    image = torch.cat([small, small.mean(1, keepdim=True)], dim=1)[:, :, None]
    frames = len(data["pose"])
    return Conditioning(
        per_frame={
            "pose": pose.expand(-1, 4, -1, -1, -1),
            "image": image.expand(-1, -1, frames, -1, -1),
        }
    )


def test_window_tables() -> None:
    tables = load("window_tables")
    cases = sorted({key.rsplit("_", 1)[0] for key in tables})
    assert len(cases) == 13
    for case in cases:
        match = re.fullmatch(r"F(\d+)_t(\d+)_o(\d+)", case)
        assert match
        frames, size, overlap = (int(x) for x in match.groups())
        plan = windows.anchored(frames, size, overlap)
        torch.testing.assert_close(
            torch.stack([w.frames for w in plan]), tables[f"{case}_windows"], rtol=0, atol=0
        )
        for window in plan:
            torch.testing.assert_close(window.weight.float(), tables[f"{case}_posw"])
        torch.testing.assert_close(
            windows.normalised(plan, frames), tables[f"{case}_norm"], rtol=0, atol=1e-6
        )


def test_scheduler_tables() -> None:
    tables = load("scheduler_tables")
    for steps in (1, 4, 10, 25, 50):
        scheduler = svd_scheduler()
        scheduler.set_timesteps(steps)
        torch.testing.assert_close(scheduler.sigmas, tables[f"sigmas_{steps}"], rtol=1e-6, atol=0)
        torch.testing.assert_close(
            scheduler.timesteps, tables[f"timesteps_{steps}"], rtol=1e-6, atol=1e-7
        )
        assert float(scheduler.init_noise_sigma) == pytest.approx(
            float(tables[f"init_{steps}"]), rel=1e-6
        )


def test_rng_order() -> None:
    data = load("rng_order")
    frames, tile = int(data["num_frames"]), int(data["tile"])
    generator = torch.Generator().manual_seed(int(data["seed"]))
    drawn = noise.draw(frames, tile, (int(data["H"]), int(data["W"])), generator)
    torch.testing.assert_close(drawn.image, data["image_noise"], rtol=0, atol=0)
    torch.testing.assert_close(drawn.video[:, :, :tile], video(data["base_noise"]), rtol=0, atol=0)
    latents = first_latents(drawn.video, svd_scheduler(), 25)
    torch.testing.assert_close(latents, video(data["latents_in"]), rtol=1e-7, atol=0)


@pytest.mark.parametrize("frames", [16, 17, 40])
def test_one_step_of_progressive_fusion(frames: int) -> None:
    data = load(f"fusion_F{frames}_tile16_ov6")
    plan = windows.anchored(frames, 16, 6)
    net = Toy(data["toy_ABC"], len(plan))
    guidance = Guidance(data["guidance"], DROP)
    run = denoise(
        net,
        video(data["latents_in"]),
        svd_scheduler(),
        25,
        conditions(data),
        guidance=guidance,
        windows=plan,
        batch=2,
    )
    step = next(event for event in run if isinstance(event, Step))
    run.close()

    torch.testing.assert_close(
        torch.stack([w.frames for w in plan]), data["windows"], rtol=0, atol=0
    )
    for window in plan:
        torch.testing.assert_close(window.weight.float(), data["position_weight"])
    share = windows.normalised(plan, frames)
    torch.testing.assert_close(share, data["normalised_weight"], rtol=0, atol=1e-6)
    assert step.sigma == pytest.approx(float(data["sigma"]))
    assert step.timestep == pytest.approx(float(data["timestep"]))
    for half, name in enumerate(("uncond", "cond")):
        seen = torch.stack([x[half] for x in net.inputs]).transpose(1, 2)
        torch.testing.assert_close(seen, data[f"model_input_{name}"], rtol=0, atol=1e-6)
        said = torch.stack([x[half] for x in net.outputs]).transpose(1, 2)
        torch.testing.assert_close(said, data[f"pred_{name}"], rtol=0, atol=2e-6)
    torch.testing.assert_close(step.latents, video(data["latents_out"]), rtol=0, atol=2e-4)


@pytest.mark.parametrize("frames", [16, 17, 40])
def test_stored_predictions_fuse_and_guide_as_upstream(frames: int) -> None:
    """The loop on the reference's own predictions; at scale 1 it fuses one half alone."""
    data = load(f"fusion_F{frames}_tile16_ov6")
    plan = windows.anchored(frames, 16, 6)
    uncond = [x.transpose(0, 1)[None] for x in data["pred_uncond"]]
    cond = [x.transpose(0, 1)[None] for x in data["pred_cond"]]

    def fused(answers: list[Tensor], scale: Tensor | float) -> Tensor:
        spy, remaining = Spy(), iter(answers)
        run = denoise(
            lambda *_: next(remaining),
            video(data["latents_in"]),
            svd_scheduler(),
            25,
            conditions(data),
            guidance=Guidance(scale, DROP),
            windows=plan,
            controls=[spy],
        )
        next(event for event in run if isinstance(event, Step))
        assert spy.prediction is not None
        return spy.prediction[0].transpose(0, 1)

    both = [half for pair in zip(uncond, cond, strict=True) for half in pair]
    torch.testing.assert_close(fused(uncond, 1.0), data["fused_uncond"], rtol=0, atol=1e-6)
    torch.testing.assert_close(fused(cond, 1.0), data["fused_cond"], rtol=0, atol=1e-6)
    guided = fused(both, data["guidance"])
    torch.testing.assert_close(guided, data["guided"][0], rtol=0, atol=2e-6)


class Spy:
    """A latent control that changes nothing and keeps the last prediction."""

    prediction: Tensor | None = None

    def before_step(self, latents: Tensor, at: object) -> Tensor:
        return latents

    def after_predict(self, prediction: Tensor, at: object) -> Tensor:
        self.prediction = prediction
        return prediction


def test_six_steps_of_progressive_fusion() -> None:
    data = load("fusion_loop6_F40_tile16_ov6")
    plan = windows.anchored(40, 16, 6)
    repeated = video(data["base_noise"])[:, :, torch.arange(40) % 16]
    steps = [
        event
        for event in denoise(
            Toy(data["toy_ABC"], len(plan)),
            first_latents(repeated, svd_scheduler(), 6),
            svd_scheduler(),
            6,
            conditions(data),
            guidance=Guidance(float(data["guidance"]), DROP),
            windows=plan,
            batch=2,
        )
        if isinstance(event, Step)
    ]
    assert [s.sigma for s in steps] == pytest.approx(data["sigmas"][:6].tolist())
    assert [s.timestep for s in steps] == pytest.approx(data["timesteps"].tolist())
    for index, step in enumerate(steps):
        # the README gives the first and the fourth; values fall from 700 to 1 in between
        tolerance = 5e-4 if index < 3 else 5e-6
        torch.testing.assert_close(
            step.latents, video(data["latents_after_step"][index]), rtol=0, atol=tolerance
        )
