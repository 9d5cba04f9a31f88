"""Noise schedules: diffusers' schedulers with the numbers of the published models."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from torch import Tensor

if TYPE_CHECKING:  # it brings scipy.stats, which takes longer to import than all of ours
    from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler


class Scheduler(Protocol):
    """What the sampling loop uses of a diffusers scheduler.

    The methods' further parameters differ from class to class, hence properties.
    """

    timesteps: Tensor

    @property
    def init_noise_sigma(self) -> Any:
        """The deviation of the latents that a run begins with."""
        ...

    @property
    def set_timesteps(self) -> Callable[..., None]:
        """`(num_inference_steps, device)`: choose the timesteps of a run."""
        ...

    @property
    def scale_model_input(self) -> Callable[..., Tensor]:
        """`(sample, timestep)`: bring latents to the range the network was trained on."""
        ...

    @property
    def step(self) -> Callable[..., Any]:
        """`(model_output, timestep, sample)`: go one step towards the clean latents."""
        ...


def svd_scheduler(sigma_min: float = 0.002) -> EulerDiscreteScheduler:
    """The scheduler of Stable Video Diffusion img2vid-xt-1-1, from its scheduler_config.json.

    Euler steps, v-prediction, Karras sigmas (rho 7) from 700 to 0.002 and then 0, and continuous
    timesteps `t = ln(sigma) / 4`.

    Args:
        sigma_min: the last noise level before 0, if not SVD's.
    """
    from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteScheduler

    return EulerDiscreteScheduler(
        num_train_timesteps=1000,
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type="v_prediction",
        interpolation_type="linear",
        use_karras_sigmas=True,
        sigma_min=sigma_min,
        sigma_max=700.0,
        timestep_spacing="leading",
        timestep_type="continuous",
        steps_offset=1,
    )


def prepared(scheduler: Scheduler, num_inference_steps: int, device: Any = None) -> Scheduler:
    """A copy of the scheduler, set to a number of steps; the given one stays as it is.

    diffusers' schedulers count their steps inside themselves, so each run needs its own.
    """
    own = copy.deepcopy(scheduler)
    own.set_timesteps(num_inference_steps, device=device)
    return own


def first_latents(noise: Tensor, scheduler: Scheduler, num_inference_steps: int) -> Tensor:
    """Unit-variance noise scaled to the deviation with which the scheduler's run begins."""
    return noise * prepared(scheduler, num_inference_steps).init_noise_sigma
