"""Calls side by side: the same results in the same order, and nothing begun that nobody wants."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
import torch
from tiny_pocket import UNET
from torch import Tensor
from torch.nn import Conv2d

from engine.lanes import MOST, SMALL, channels_last, fitting, lanes
from engine.nets.resnet import FrameConv
from engine.nets.unet import VideoUNet
from engine.sampling.conditioning import Conditioning
from engine.sampling.guidance import Guidance
from engine.sampling.loop import Step, denoise
from engine.sampling.schedule import first_latents, svd_scheduler
from engine.sampling.windows import anchored

CPU = torch.device("cpu")


@pytest.fixture
def cores() -> Iterator[None]:
    """Four threads for torch, whatever the machine has."""
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


def test_results_come_in_order_without_gradients_and_from_several_threads(cores: None) -> None:
    together = threading.Barrier(2, timeout=20)  # passed only by two at once
    weight = torch.ones(1, requires_grad=True)

    def work(number: int) -> tuple[int, bool, int]:
        together.wait()
        return number, (weight * number).requires_grad, torch.get_num_threads()

    with lanes(2) as in_order:
        found = list(in_order(work, range(6)))
    assert found == [(number, False, 2) for number in range(6)]
    assert torch.get_num_threads() == 4
    later: list[int] = []
    thread = threading.Thread(target=lambda: later.append(torch.get_num_threads()))
    thread.start()
    thread.join()
    assert later == [4]


def test_what_nobody_takes_is_not_begun(cores: None) -> None:
    begun: list[int] = []

    def work(number: int) -> int:
        begun.append(number)
        time.sleep(0.01)
        return number

    with lanes(2) as in_order:
        results = in_order(work, range(100))
        assert next(results) == 0
    assert len(begun) <= 5


def test_an_error_arrives_where_its_result_is_taken(cores: None) -> None:
    with lanes(2) as in_order:
        results = in_order(lambda number: 1 // number, [1, 0, 1])
        assert next(results) == 1
        with pytest.raises(ZeroDivisionError):
            next(results)


def test_lanes_are_for_small_calls_on_a_processor(cores: None) -> None:
    assert fitting(3, SMALL, CPU) == 3
    assert fitting(30, SMALL, CPU) == MOST
    assert fitting(1, SMALL, CPU) == 1
    assert fitting(30, SMALL + 1, CPU) == 1
    assert fitting(30, SMALL, torch.device("meta")) == 1
    torch.set_num_threads(1)
    assert fitting(30, SMALL, CPU) == 1


class Net:
    """Depends on everything that it is given; remembers who called."""

    def __init__(self) -> None:
        self.threads: set[str] = set()

    def __call__(self, latents: Tensor, timestep: Tensor, cond: Conditioning) -> Tensor:
        self.threads.add(threading.current_thread().name)
        time.sleep(0.002)
        return torch.sin(latents * 3 + timestep) + cond["pose"] * cond["token"].mean()


@pytest.mark.parametrize("guided", [False, True])
def test_a_video_is_the_same_however_many_lanes(cores: None, guided: bool) -> None:
    generator = torch.Generator().manual_seed(1)
    cond = Conditioning(
        per_frame={"pose": torch.randn(1, 4, 40, 6, 6, generator=generator)},
        shared={"token": torch.randn(1, 1, 8, generator=generator)},
    )
    scheduler = svd_scheduler()
    noise = first_latents(torch.randn(1, 4, 40, 6, 6, generator=generator), scheduler, 3)
    guidance = Guidance(2.0, drop=frozenset({"token"})) if guided else None
    found: list[Tensor] = []
    for threads in (1, 4):
        torch.set_num_threads(threads)
        net = Net()
        steps = denoise(
            net, noise, scheduler, 3, cond, windows=anchored(40, 12, 4), guidance=guidance
        )
        found.append([event for event in steps if isinstance(event, Step)][-1].latents)
        assert (len(net.threads) > 1) == (threads > 1)
    assert torch.equal(found[0], found[1])


def last(x: Tensor) -> bool:
    """Whether the channels are innermost."""
    formats = {4: torch.channels_last, 5: torch.channels_last_3d}
    return x.is_contiguous(memory_format=formats[x.ndim])


def test_the_channels_stay_innermost_and_the_result_is_the_same() -> None:
    torch.manual_seed(0)
    net = VideoUNet(**UNET).eval()
    x = torch.randn(1, UNET["in_channels"], 5, 8, 8)
    given = (torch.tensor(0.5), torch.randn(1, 1, UNET["cross_attention_dim"]))
    ids = {"added_time_ids": torch.tensor([[6.0, 127.0, 0.0]])}
    with torch.no_grad():
        before = net(x, *given, **ids)
        channels_last(net)
        laid_out: list[bool] = []
        for layer in net.modules():
            if isinstance(layer, Conv2d | FrameConv):
                layer.register_forward_hook(
                    lambda _layer, _inputs, made: laid_out.append(last(made))
                )
        after = net(x, *given, **ids)
    assert laid_out and all(laid_out)
    torch.testing.assert_close(after, before, atol=1e-5, rtol=1e-5)
