"""The only sampling loop: latents go in, every step comes out."""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.lanes import fitting, lanes
from engine.sampling.conditioning import Conditioning
from engine.sampling.controls import LatentControl, Moment
from engine.sampling.guidance import Guidance
from engine.sampling.schedule import Scheduler, prepared
from engine.sampling.scratch import Scratch
from engine.sampling.windows import Window, normalised, whole


class Denoiser(Protocol):
    """The network as the loop sees it."""

    def __call__(self, latents: Tensor, timestep: Tensor, cond: Conditioning, /) -> Tensor:
        """Predict noise, velocity or whatever the scheduler expects.

        `latents` are `b c f h w`, scaled by the scheduler, `timestep` is a scalar tensor, `cond`
        has the same batch and frames; the prediction is `b c f h w`.
        """
        ...


@dataclass(frozen=True)
class Tick:
    """One call of the network is over, `done` of `total` in the whole run.

    It comes between the steps of a long video, so that progress moves and a cancel is quick.
    `began` is when this run's first call did, by `time.monotonic`: `before` of those that are done
    were done earlier, where the run goes on from a `Scratch`.
    """

    done: int
    total: int
    before: int = 0
    began: float = 0.0


@dataclass(frozen=True, eq=False)
class Step(Moment):
    """A step is over.

    Attributes:
        latents: `b c f h w` float32, what the next step starts from; after the last, the result.
        denoised: `b c f h w`, the scheduler's present guess of the result, for previews.
    """

    latents: Tensor
    denoised: Tensor | None


@dataclass(frozen=True, eq=False)
class _Job:
    """One half of one window: what goes through the network together and cannot be cut."""

    frames: Tensor
    share: Tensor
    conditional: bool


@torch.no_grad()  # as a decorator: a `with` inside a generator would leak into its consumer
def denoise(
    net: Denoiser,
    latents: Tensor,
    scheduler: Scheduler,
    num_inference_steps: int,
    cond: Conditioning,
    *,
    guidance: Guidance | None = None,
    windows: Sequence[Window] | None = None,
    controls: Sequence[LatentControl] = (),
    generator: torch.Generator | None = None,
    batch: int = 1,
    dtype: torch.dtype = torch.float32,
    scratch: Scratch | None = None,
) -> Generator[Tick | Step, None, None]:
    """Turn noise into latents, yielding a `Tick` after every network call and a `Step` after every
    step. To cancel, close the generator: nothing runs between two yields.

    In each step the unconditional and the conditional predictions of all windows are fused to one
    of each for the whole video, weighed by the windows' shares, in fp32; guidance and one
    scheduler step follow (MimicMotion, progressive latent fusion). Guiding each window first would
    give the same, as both are linear.

    Args:
        net: called with `b c f h w` in `dtype`.
        latents: `b c f h w`, at the scheduler's first noise level (see `first_latents`).
        scheduler: a diffusers scheduler; it is copied and not changed.
        num_inference_steps: how many steps.
        cond: conditions of the whole video, with the batch and the frames of `latents`.
        guidance: by default none, the conditional prediction alone.
        windows: from a planner; by default one with all frames.
        controls: applied in this order.
        generator: for schedulers that add noise.
        batch: how many guidance halves of windows go through the network in one call. Small calls
            on a processor run side by side (`engine/lanes.py`), so `net` keeps nothing of a call.
        dtype: precision of the latents that the network is given.
        scratch: keeps every finished step; when it holds some of this run already, the run goes
            on after them. For schedulers without a memory of past predictions, as Euler and DDIM.

    Raises ValueError when latents, conditions, windows and guidance do not fit each other.
    """
    guidance = guidance or Guidance()
    latents = latents.float()
    num_frames = _check(latents, cond, batch)
    calls = _calls(windows or whole(num_frames), num_frames, guidance.needed, batch, latents.device)
    halves = {True: cond, False: cond.without(*guidance.drop)}
    scheduler = prepared(scheduler, num_inference_steps, latents.device)
    options = _step_options(scheduler, generator)
    total = len(scheduler.timesteps)
    kept = None if scratch is None else scratch.load(latents.device)
    done, latents = (0, latents) if kept is None else (kept.done, kept.latents)
    begin = getattr(scheduler, "set_begin_index", None)
    if done and begin is not None:  # schedulers that count their own steps
        begin(min(done, total - 1))
    if done >= total:  # only what follows the last step was cut
        yield Step(total - 1, total, float(scheduler.timesteps[-1]), 0.0, latents, None)

    cells = max(sum(len(job.frames) for job in jobs) for jobs in calls) * latents[0, 0, 0].numel()
    began = time.monotonic()
    with lanes(fitting(len(calls), cells, latents.device)) as in_order:
        for index, timestep in enumerate(scheduler.timesteps[done:], start=done):
            at = Moment(index, total, float(timestep), _sigma(scheduler, index))
            for control in controls:
                latents = control.before_step(latents, at)
            predict = _predictor(
                net, scheduler.scale_model_input(latents, timestep).to(dtype), timestep, halves
            )
            fused = {conditional: torch.zeros_like(latents) for conditional in halves}
            for number, predictions in enumerate(in_order(predict, calls)):
                _fuse(calls[number], predictions, fused)
                if latents.is_cuda:  # else the card has only been told what to do
                    torch.cuda.synchronize(latents.device)
                now = index * len(calls) + number + 1
                yield Tick(now, total * len(calls), done * len(calls), began)
            guided = guidance.combine(fused[False], fused[True]) if guidance.needed else fused[True]
            for control in controls:
                guided = control.after_predict(guided, at)
            stepped = scheduler.step(guided, timestep, latents, **options)
            latents = stepped.prev_sample.float()
            denoised = getattr(stepped, "pred_original_sample", None)
            if scratch is not None:
                scratch.keep(index + 1, latents)
            yield Step(at.index, at.total, at.timestep, at.sigma, latents, denoised)


def _check(latents: Tensor, cond: Conditioning, batch: int) -> int:
    if latents.ndim != 5:
        raise ValueError(f"latents are b c f h w, got {tuple(latents.shape)}")
    if batch < 1:
        raise ValueError(f"batch is at least 1, got {batch}")
    frames = latents.shape[2]
    if cond.num_frames not in (None, frames):
        raise ValueError(f"{frames} frames of latents, {cond.num_frames} frames of conditions")
    return frames


def _calls(
    windows: Sequence[Window], num_frames: int, guided: bool, batch: int, device: torch.device
) -> list[list[_Job]]:
    """Cut all halves of all windows into calls of at most `batch`, equally long within a call."""
    shares = normalised(windows, num_frames)
    jobs = [
        _Job(
            window.frames.to(device),
            share[window.frames].to(device, torch.float32).view(-1, 1, 1),
            conditional,
        )
        for window, share in zip(windows, shares, strict=True)
        for conditional in ((False, True) if guided else (True,))
    ]
    calls: list[list[_Job]] = []
    for _, equal in groupby(jobs, key=lambda job: len(job.frames)):
        calls += _batches(list(equal), batch)
    return calls


def _batches(jobs: list[_Job], size: int) -> Iterator[list[_Job]]:
    for start in range(0, len(jobs), size):
        yield jobs[start : start + size]


def _predictor(
    net: Denoiser, scaled: Tensor, timestep: Tensor, halves: dict[bool, Conditioning]
) -> Callable[[list[_Job]], Tensor]:
    """A call of the network: the jobs' predictions, one after the other along the batch."""
    return lambda jobs: net(
        torch.cat([scaled.index_select(2, job.frames) for job in jobs]),
        timestep,
        Conditioning.cat([halves[job.conditional].at(job.frames) for job in jobs]),
    )


def _fuse(jobs: list[_Job], predictions: Tensor, fused: dict[bool, Tensor]) -> None:
    """Add the predictions of a call to `fused`, each with its share."""
    for job, prediction in zip(jobs, predictions.chunk(len(jobs)), strict=True):
        share = job.share.unsqueeze(0)  # f 1 1 -> c f h w, the same for all channels
        fused[job.conditional].index_add_(2, job.frames, prediction.float() * share)


def _sigma(scheduler: Any, index: int) -> float:
    if hasattr(scheduler, "sigmas"):
        return float(scheduler.sigmas[index])
    kept = float(scheduler.alphas_cumprod[int(scheduler.timesteps[index])])
    return ((1 - kept) / kept) ** 0.5 if kept else float("inf")


def _step_options(scheduler: Scheduler, generator: torch.Generator | None) -> dict[str, Any]:
    """Deterministic schedulers of diffusers have no `generator` parameter."""
    takes = "generator" in inspect.signature(scheduler.step).parameters
    return {"generator": generator} if takes else {}
