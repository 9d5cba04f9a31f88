"""The sampling loop: steps, batches, cancelling, grad mode, schedulers, controls."""

from __future__ import annotations

import threading

import pytest
import torch
import torch.nn.functional as F
from diffusers.schedulers.scheduling_ddim import DDIMScheduler
from diffusers.schedulers.scheduling_ddpm import DDPMScheduler
from torch import Tensor

from engine.sampling import windows
from engine.sampling.conditioning import Conditioning
from engine.sampling.controls import Moment
from engine.sampling.guidance import Guidance, ramp
from engine.sampling.loop import Step, Tick, denoise
from engine.sampling.schedule import first_latents, prepared, svd_scheduler

FRAMES = 11


class Net(torch.nn.Module):
    """A network that mixes channels and frames, and counts its calls and its rows."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(0)
        self.conv = torch.nn.Conv3d(4, 4, 3)
        self.rows: list[int] = []
        self.dtypes: set[torch.dtype] = set()

    def forward(self, latents: Tensor, timestep: Tensor, cond: Conditioning) -> Tensor:
        self.rows.append(len(latents))
        self.dtypes.add(latents.dtype)
        text = cond["text"].mean(1)[:, :, None, None, None]
        x = latents + text.to(latents)
        weight, bias = self.conv.weight.to(x), self.get_parameter("conv.bias").to(x)
        return F.conv3d(x, weight, bias, padding=1) + cond["pose"].to(x)


def cond(batch: int = 1) -> Conditioning:
    generator = torch.Generator().manual_seed(1)
    return Conditioning(
        per_frame={"pose": torch.randn(batch, 4, FRAMES, 6, 5, generator=generator)},
        shared={"text": torch.randn(batch, 7, 4, generator=generator)},
    )


def start(batch: int = 1) -> Tensor:
    noise = torch.randn(batch, 4, FRAMES, 6, 5, generator=torch.Generator().manual_seed(2))
    return first_latents(noise, svd_scheduler(), 3)


def final(net: Net, **options: object) -> Tensor:
    settings: dict = {
        "guidance": Guidance(2.0, frozenset({"pose"})),
        "windows": windows.anchored(FRAMES, 5, 2),
        **options,
    }
    latents = settings.pop("latents", start())
    scheduler = settings.pop("scheduler", svd_scheduler())
    conditions = settings.pop("cond", cond())
    events = list(denoise(net, latents, scheduler, 3, conditions, **settings))
    assert isinstance(events[-1], Step)
    return events[-1].latents


def test_ticks_count_network_calls_and_steps_carry_the_latents() -> None:
    plan = windows.anchored(FRAMES, 5, 2)  # three windows, so six halves: 4 + 2
    events = list(
        denoise(
            Net(),
            start(),
            svd_scheduler(),
            3,
            cond(),
            guidance=Guidance(2.0, frozenset({"pose"})),
            windows=plan,
            batch=4,
        )
    )
    kinds = [type(e).__name__ for e in events]
    assert kinds == ["Tick", "Tick", "Step"] * 3
    ticks = [e for e in events if isinstance(e, Tick)]
    assert [t.done for t in ticks] == [1, 2, 3, 4, 5, 6] and {t.total for t in ticks} == {6}
    steps = [e for e in events if isinstance(e, Step)]
    assert [s.index for s in steps] == [0, 1, 2] and {s.total for s in steps} == {3}
    assert steps[0].sigma == pytest.approx(700)
    for step in steps:
        assert step.latents.dtype == torch.float32 and step.latents.shape == start().shape
        assert step.denoised is not None and step.denoised.shape == start().shape


@pytest.mark.parametrize("batch", [2, 3, 6, 100])
def test_batched_equals_sequential(batch: int) -> None:
    net = Net()
    one_by_one = final(net)
    assert set(net.rows) == {1}
    net.rows.clear()
    together = final(net, batch=batch)
    assert max(net.rows) == min(batch, 6)
    torch.testing.assert_close(together, one_by_one, rtol=1e-5, atol=1e-5)


def test_a_batch_of_videos_equals_each_alone() -> None:
    conditions, latents = cond(2), start(2)
    both = final(Net(), cond=conditions, latents=latents, batch=6)
    for row in range(2):
        alone = Conditioning(
            {"pose": conditions["pose"][row : row + 1]},
            {"text": conditions["text"][row : row + 1]},
        )
        one = final(Net(), cond=alone, latents=latents[row : row + 1])
        torch.testing.assert_close(both[row : row + 1], one, rtol=1e-5, atol=1e-5)


def test_a_scale_of_one_computes_the_conditional_half_only() -> None:
    net = Net()
    alone = final(net, guidance=Guidance(1.0, frozenset({"pose"})))
    assert len(net.rows) == 3 * 3
    full = Net()
    ramped = final(full, guidance=Guidance(ramp(1.0, 1.0 + 1e-6, FRAMES), frozenset({"pose"})))
    assert len(full.rows) == 2 * 3 * 3
    torch.testing.assert_close(alone, ramped, rtol=1e-4, atol=1e-4)


def test_the_net_may_run_in_bf16_while_the_latents_stay_fp32() -> None:
    net = Net()
    rough = final(net, dtype=torch.bfloat16)
    assert net.dtypes == {torch.bfloat16} and rough.dtype == torch.float32
    exact = final(Net())
    error = (rough - exact).norm() / exact.norm()
    assert 0 < error < 0.02


def test_closing_cancels_at_once_and_leaves_nothing_running() -> None:
    net, threads = Net(), threading.active_count()
    run = denoise(net, start(), svd_scheduler(), 50, cond(), windows=windows.whole(FRAMES))
    for event in run:
        if isinstance(event, Step) and event.index == 1:
            break
    run.close()
    assert len(net.rows) == 2
    assert next(run, None) is None
    assert len(net.rows) == 2 and threading.active_count() == threads
    assert torch.is_grad_enabled()


def test_grad_mode_stays_with_the_loop() -> None:
    """The consumer keeps its own grad mode, even if another thread takes the next step."""
    run = denoise(Net(), start(), svd_scheduler(), 3, cond())
    modes, latents = [], []

    def advance() -> None:
        for event in run:
            modes.append(torch.is_grad_enabled())
            if isinstance(event, Step):
                latents.append(event.latents)
                break

    advance()
    thread = threading.Thread(target=advance)
    thread.start()
    thread.join()
    advance()
    assert modes and all(modes) and torch.is_grad_enabled()
    assert len(latents) == 3 and not any(x.requires_grad for x in latents)


def test_the_scheduler_is_not_changed() -> None:
    scheduler = svd_scheduler()
    before = scheduler.timesteps.clone()
    first = final(Net(), scheduler=scheduler)
    assert torch.equal(scheduler.timesteps, before) and scheduler.step_index is None
    assert torch.equal(first, final(Net(), scheduler=scheduler))


def test_ddim_equals_the_plain_loop() -> None:
    scheduler = DDIMScheduler(
        beta_schedule="scaled_linear", clip_sample=False, set_alpha_to_one=False, steps_offset=1
    )
    net, conditions = Net(), cond()
    latents = torch.randn(1, 4, FRAMES, 6, 5, generator=torch.Generator().manual_seed(3))
    mine = final(
        net, latents=latents, scheduler=scheduler, windows=None, guidance=Guidance(7.5, NOTHING)
    )

    own = prepared(scheduler, 3)
    with torch.no_grad():
        for t in own.timesteps:
            u, c = net(latents, t, conditions.without("text")), net(latents, t, conditions)
            latents = own.step(u + 7.5 * (c - u), t, latents).prev_sample
    torch.testing.assert_close(mine, latents, rtol=1e-5, atol=1e-5)


NOTHING = frozenset({"text"})


def test_a_stochastic_scheduler_draws_from_the_generator_alone() -> None:
    def run(seed: int) -> Tensor:
        return final(
            Net(),
            scheduler=DDPMScheduler(clip_sample=False),
            latents=start() / 700,
            generator=torch.Generator().manual_seed(seed),
        )

    state = torch.get_rng_state()
    net_state = run(5)
    torch.manual_seed(99)
    assert torch.equal(net_state, run(5)) and not torch.equal(net_state, run(6))
    torch.set_rng_state(state)


def test_sigma_is_the_ratio_of_noise_to_signal_for_ddim_too() -> None:
    scheduler = DDIMScheduler(clip_sample=False, steps_offset=1)
    steps = [s for s in denoise(Net(), start() / 700, scheduler, 4, cond()) if isinstance(s, Step)]
    kept = scheduler.alphas_cumprod[int(steps[1].timestep)]
    assert steps[1].sigma == pytest.approx(float(((1 - kept) / kept) ** 0.5))
    assert [s.sigma for s in steps] == sorted((s.sigma for s in steps), reverse=True)


class Shift:
    """A latent control that rolls the latents and doubles the prediction, and notes when."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, int]] = []

    def before_step(self, latents: Tensor, at: Moment) -> Tensor:
        self.seen.append(("before", at.index))
        return latents.roll(1, dims=-1)

    def after_predict(self, prediction: Tensor, at: Moment) -> Tensor:
        self.seen.append(("after", at.index))
        return prediction * 2


def test_latent_controls_change_what_net_and_scheduler_see() -> None:
    control, net = Shift(), Net()
    got = final(net, controls=[control], windows=None, guidance=None)
    assert control.seen == [(w, i) for i in range(3) for w in ("before", "after")]

    own = prepared(svd_scheduler(), 3)
    latents = start()
    with torch.no_grad():
        for t in own.timesteps:
            latents = latents.roll(1, dims=-1)
            predicted = net(own.scale_model_input(latents, t), t, cond()) * 2
            latents = own.step(predicted, t, latents).prev_sample
    torch.testing.assert_close(got, latents, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"latents": torch.zeros(1, 4, 6, 5)}, "b c f h w"),
        ({"latents": torch.zeros(1, 4, 3, 6, 5), "windows": None}, "frames of conditions"),
        ({"windows": windows.anchored(5, 5, 2)}, "in no window"),
        ({"windows": windows.anchored(20, 5, 2)}, "past the 11 frames"),
        ({"guidance": Guidance(2.0, frozenset({"face"}))}, "no such condition"),
        ({"guidance": Guidance(ramp(1, 2, 4), frozenset({"pose"}))}, "4 guidance scales"),
        ({"batch": 0}, "batch"),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        final(Net(), **change)
