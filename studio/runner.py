"""Who runs the jobs here: a worker process, or on ZeroGPU the events of the page."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from studio.hosting import Hosting
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor

if TYPE_CHECKING:  # each brings what the other has no use for
    import gradio as gr

    from studio.zerogpu import ZeroGpu

    Page = TypeVar("Page", bound=gr.Blocks)
    Runner: TypeAlias = Supervisor | ZeroGpu


@contextmanager
def running(store: Store, where: Hosting) -> Iterator[Runner]:
    """The runner and the housekeeper, from here to the end.

    Raises MissingModel when the host wants a safety filter whose weights are not here.
    """
    worker = _runner(store, where)
    from studio.belongings import housekeeper  # brings Gradio, which reads the environment

    both = (worker, housekeeper(store, where))
    for one in both:
        one.start()
    try:
        yield worker
    finally:
        for one in both:
            one.close()


def _runner(store: Store, where: Hosting) -> Runner:
    if where.safety_filter:
        from engine.exchange.safety import require_filter

        require_filter(store.home)
    if where.zero_gpu:
        from studio.zerogpu import ZeroGpu

        return ZeroGpu(store)
    return Supervisor(store)


def attach(running: Runner, page: Page) -> Page:
    """Let the page do what the runner needs of it; returns the page."""
    if not isinstance(running, Supervisor):
        running.attach(page)
    return page
