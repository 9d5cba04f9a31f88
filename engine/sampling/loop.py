"""The only sampling loop: latents go in, every step comes out."""

from __future__ import annotations

import inspect
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Protocol

import torch
from torch import Tensor

from engine.lanes import InOrder, fitting, lanes
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
    num_frames = _check(latents, cond, batch)
    calls = _calls(windows or whole(num_frames), num_frames, guidance.needed, batch, latents.device)
    scheduler = prepared(scheduler, num_inference_steps, latents.device)
    kept = None if scratch is None else scratch.load(latents.device)
    run = _Run(
        net,
        scheduler,
        {True: cond, False: cond.without(*guidance.drop)},
        calls,
        guidance,
        controls,
        _step_options(scheduler, generator),
        dtype,
        scratch,
        latents.float() if kept is None else kept.latents,
        0 if kept is None else kept.done,
    )
    return run.steps()


@dataclass(eq=False)
class _Run:
    """One way from noise to latents.

    `latents` is where it has come to after `done` steps. Only there do they lie: what a generator
    is called with lives as long as it does, and of a long video each copy counts.
    """

    net: Denoiser
    scheduler: Scheduler
    halves: dict[bool, Conditioning]
    calls: list[list[_Job]]
    guidance: Guidance
    controls: Sequence[LatentControl]
    options: dict[str, Any]
    dtype: torch.dtype
    scratch: Scratch | None
    latents: Tensor
    done: int

    def steps(self) -> Generator[Tick | Step, None, None]:
        """All steps that are not done yet."""
        timesteps, done = self.scheduler.timesteps, self.done
        total, each = len(timesteps), len(self.calls)
        begin = getattr(self.scheduler, "set_begin_index", None)
        if done and begin is not None:  # schedulers that count their own steps
            begin(min(done, total - 1))
        if done >= total:  # only what follows the last step was cut
            yield Step(total - 1, total, float(timesteps[-1]), 0.0, self.latents, None)

        device, cells = self.latents.device, self.latents[0, 0, 0].numel()
        largest = max(sum(len(job.frames) for job in jobs) for jobs in self.calls) * cells
        began = time.monotonic()
        with lanes(fitting(each, largest, device)) as in_order:
            for index, timestep in enumerate(timesteps[done:], start=done):
                at = Moment(index, total, float(timestep), _sigma(self.scheduler, index))
                tick = Tick(index * each, total * each, done * each, began)
                guided = yield from self._guided(at, timestep, in_order, tick)
                denoised = self._advance(at, timestep, guided)
                yield Step(at.index, at.total, at.timestep, at.sigma, self.latents, denoised)
                del guided, denoised  # each as large as the latents

    # gradients are not turned off in `steps` itself: a `with` in a generator would leak into its
    # consumer, and torch's decorator keeps what was yielded last until it has the next
    @torch.no_grad()
    def _advance(self, at: Moment, timestep: Tensor, guided: Tensor) -> Tensor | None:
        """One step of the scheduler; returns its guess of the result."""
        for control in self.controls:
            guided = control.after_predict(guided, at)
        stepped = self.scheduler.step(guided, timestep, self.latents, **self.options)
        self.latents, self.done = stepped.prev_sample.float(), at.index + 1
        if self.scratch is not None:
            self.scratch.keep(self.done, self.latents)
        return getattr(stepped, "pred_original_sample", None)

    @torch.no_grad()
    def _guided(
        self, at: Moment, timestep: Tensor, in_order: InOrder, tick: Tick
    ) -> Generator[Tick, None, Tensor]:
        """The guided prediction for the whole video, `b c f h w`; ticks count on from `tick`."""
        for control in self.controls:
            self.latents = control.before_step(self.latents, at)
        needed = (True, False) if self.guidance.needed else (True,)
        fused = {conditional: torch.zeros_like(self.latents) for conditional in needed}
        # made here, one call ahead of the lanes: schedulers and files are not for many threads
        inputs = (self._inputs(jobs, timestep) for jobs in self.calls)
        for jobs, predictions in zip(
            self.calls, in_order(lambda given: self.net(*given), inputs), strict=True
        ):
            _fuse(jobs, predictions, fused)
            if self.latents.is_cuda:  # else the card has only been told what to do
                torch.cuda.synchronize(self.latents.device)
            tick = replace(tick, done=tick.done + 1)
            yield tick
        if not self.guidance.needed:
            return fused[True]
        return self.guidance.combine(fused[False], fused[True])

    def _inputs(self, jobs: list[_Job], timestep: Tensor) -> tuple[Tensor, Tensor, Conditioning]:
        """What the network is given for a call: the jobs, one after the other along the batch."""
        cut = (self.latents.index_select(2, job.frames) for job in jobs)
        scaled = [self.scheduler.scale_model_input(one, timestep).to(self.dtype) for one in cut]
        conds = [self.halves[job.conditional].at(job.frames) for job in jobs]
        return torch.cat(scaled), timestep, Conditioning.cat(conds)


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
