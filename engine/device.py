"""Which device and which precision the work runs on, decided in one place."""

from __future__ import annotations

import gc
from dataclasses import dataclass
from typing import Literal, TypeVar

import torch
from torch import nn

DeviceName = Literal["auto", "cpu", "cuda", "mps"]
Net = TypeVar("Net", bound=nn.Module)


@dataclass(frozen=True)
class Device:
    """A torch device and the precision that is right for sampling on it."""

    torch: torch.device
    sampling: torch.dtype

    @property
    def name(self) -> str:
        """A name for people and for the statistics of run times."""
        if self.torch.type == "cuda":
            return torch.cuda.get_device_name(self.torch)
        return self.torch.type

    def release(self) -> None:
        """Give memory that nothing uses any more back to the system."""
        gc.collect()  # a network that an old traceback holds goes first
        if self.torch.type == "cuda":
            torch.cuda.empty_cache()
        elif self.torch.type == "mps":
            torch.mps.empty_cache()


def moved(net: Net, device: torch.device | str) -> Net:
    """Put a network on a device, and give it back.

    This is torch's `to`. diffusers' own asks first for ways of splitting a network, none of which
    is used here, and brings all of peft and of transformers' models in for that.
    """
    nn.Module.to(net, device)
    return net


def pick(name: DeviceName = "auto") -> Device:
    """Choose the fastest device that is there, or the named one.

    A CPU samples in bf16 where it has instructions for it; elsewhere it emulates bf16 slowly, so
    fp32 is kept there. GPUs before Ampere have no bf16 and get fp16.
    """
    if name == "auto":
        if torch.cuda.is_available():
            name = "cuda"
        elif torch.backends.mps.is_available():
            name = "mps"
        else:
            name = "cpu"
    if name == "cuda":
        fast = torch.bfloat16 if torch.cuda.is_bf16_supported(False) else torch.float16
        return Device(torch.device("cuda"), fast)
    if name == "mps":
        return Device(torch.device("mps"), torch.float32)
    native = "avx512_bf16" in _cpu_flags() or "amx_bf16" in _cpu_flags()
    return Device(torch.device("cpu"), torch.bfloat16 if native else torch.float32)


def _cpu_flags() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as file:
            return next((line for line in file if line.startswith("flags")), "")
    except OSError:  # not Linux: no list of flags, so assume none
        return ""
