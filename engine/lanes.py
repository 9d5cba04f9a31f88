"""Calls of a small network side by side, each on processor cores of its own.

torch spreads every single operation over all cores. That pays for large tensors; with small ones
the cores wait for each other at each of a network's hundreds of operations. Cores that work on a
call of their own do not wait (`make bench`).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Protocol, TypeVar

import torch

T = TypeVar("T")
R = TypeVar("R")

SMALL = 16 * 32 * 32
"""Frames times latent cells of a call up to which lanes are used: 256x256 pixels, 16 frames.

Larger calls keep the cores busy by themselves, and each lane needs the memory of a call.
"""

MOST = 4


class InOrder(Protocol):
    """`map` with results in order; what has not begun when it is closed is never begun."""

    def __call__(self, work: Callable[[T], R], items: Iterable[T], /) -> Iterator[R]: ...


def fitting(calls: int, cells: int, device: torch.device) -> int:
    """How many lanes pay for `calls` calls of `cells` (frames x height x width) each."""
    if device.type != "cpu" or cells > SMALL:
        return 1
    return max(1, min(calls, torch.get_num_threads(), MOST))


@contextmanager
def lanes(count: int) -> Iterator[InOrder]:
    """A way to do work in `count` threads that share the cores; 1 works where it is called.

    The work runs without gradients. An exception in it is raised where its result is taken.
    """
    if count == 1:
        yield map
        return
    cores = torch.get_num_threads()
    # each thread has its own number of cores, so the caller's stays as it is
    pool = ThreadPoolExecutor(count, "lane", torch.set_num_threads, (max(1, cores // count),))

    def in_order(work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        begun: deque[Future[R]] = deque()
        for item in items:
            begun.append(pool.submit(torch.no_grad()(work), item))
            if len(begun) > count:  # one waits, so that no lane does
                yield begun.popleft().result()
        while begun:
            yield begun.popleft().result()

    try:
        yield in_order
    finally:
        pool.shutdown(cancel_futures=True)
        torch.set_num_threads(cores)  # for threads that begin later


def channels_last(net: torch.nn.Module) -> None:
    """Lay the weights of the network's convolutions out as the processor reads them fastest.

    Their results come out with the channels innermost, and so does all that follows; values change
    by rounding alone.
    """
    for layer in net.modules():
        if isinstance(layer, torch.nn.Conv2d):
            layer.to(memory_format=torch.channels_last)
        elif isinstance(layer, torch.nn.Conv3d):
            layer.to(memory_format=torch.channels_last_3d)
