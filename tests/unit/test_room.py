"""What is done about memory: shorter windows, the processor, pieces, and advice when it ran out."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import pytest
import torch
from test_mimicmotion import networks
from torch import nn

from engine import __main__ as command_line
from engine.catalogue import MimicMotionSettings
from engine.device import Device, pick
from engine.errors import BadInput, OutOfMemory, StudioError
from engine.exchange.looks import Looks
from engine.exchange.peak import PeakMemory, process_peak
from engine.exchange.render import watch
from engine.exchange.room import fitted, memory_told
from engine.exchange.scene import settled
from engine.library import Library
from engine.models import sizes
from engine.models.released import precisions
from engine.nets.attention import Attention
from engine.nets.mimicmotion import RELEASED, Networks
from engine.papers import mimicmotion
from engine.sampling.footprint import SHORTEST
from engine.sampling.loop import Tick
from engine.sampling.placing import chunked
from engine.sampling.profile import GIB, choose
from studio.explained import trouble_of, warned
from studio.jobs.trouble import explain

FULL, SMALL = (1024, 576), (320, 192)
CUDA = torch.device("cuda")


# --- windows ---------------------------------------------------------------------------------


class Bare(nn.Module):
    """A network by the number of its weights alone; none takes memory."""

    downscale = sizes.RELEASED.downscale

    def __init__(self, count: int, dtype: torch.dtype) -> None:
        super().__init__()
        self.config = {"block_out_channels": (320, 640, 1280, 1280), "ff_mult": 4}
        self.weight = nn.Parameter(torch.empty(count, dtype=dtype, device="meta"))


def bare_networks(device: Device) -> Networks:
    """The public networks as far as their sizes matter here, as they are held on a device."""
    dtypes = precisions(device)
    bare: dict[str, Any] = {
        part: Bare(count, dtypes[part]) for part, count in sizes.RELEASED.parameters.items()
    }
    encoder = bare["image_encoder"]
    return Networks(RELEASED, bare["unet"], bare["pose_net"], None, bare["vae"], encoder)


@pytest.fixture(scope="module")
def released() -> Networks:
    """As they lie on a graphics card with bf16."""
    return bare_networks(replace(pick("cpu"), torch=CUDA, sampling=torch.bfloat16))


def window_of(
    released: Networks, name: str, gib: float, size: tuple[int, int] = FULL, **asked: Any
) -> tuple[int, list[str]]:
    """The window of a long video on a card of so much memory, and what is warned of."""
    cuda = replace(pick("cpu"), torch=torch.device("cuda"), sampling=torch.bfloat16)
    settings = MimicMotionSettings(**asked)
    chosen, warnings = fitted(
        settled(settings, RELEASED, 0),
        settings,
        released,
        size,
        300,
        choose(name, cuda, int(gib * GIB)),
    )
    assert 1 <= chosen.overlap < chosen.window_size
    return chosen.window_size, [warning.key for warning in warnings]


@pytest.mark.parametrize(
    ("name", "gib", "least", "most"),
    [("auto", 79, 72, 72), ("auto", 24, 72, 72), ("auto", 16, 72, 72), ("auto", 12, 72, 72),
     ("auto", 8, 32, 56), ("auto", 6, 12, 32), ("auto", 4, SHORTEST, SHORTEST),
     ("8gb", 24, 32, 56), ("24gb", 8, SHORTEST, 32)],
)  # fmt: skip
def test_a_window_is_as_long_as_the_memory_holds(
    released: Networks, name: str, gib: float, least: int, most: int
) -> None:
    window, warnings = window_of(released, name, gib)
    assert least <= window <= most
    assert warnings == (["window_shortened"] if window < 72 else [])


def test_a_smaller_picture_makes_room_and_a_chosen_window_stays(released: Networks) -> None:
    assert window_of(released, "auto", 8, SMALL) == (72, [])
    assert window_of(released, "auto", 8, window_size=72) == (72, [])


def test_a_short_video_needs_no_shorter_window_and_korean_has_words(released: Networks) -> None:
    cuda = replace(pick("cpu"), torch=torch.device("cuda"), sampling=torch.bfloat16)
    asked = MimicMotionSettings()
    profile = choose("auto", cuda, 8 * GIB)
    chosen = settled(asked, RELEASED, 0)
    assert fitted(chosen, asked, released, FULL, 25, profile) == (chosen, ())
    shorter, (warning,) = fitted(chosen, asked, released, FULL, 300, profile)
    said = {"warnings": [""], "warning_keys": [{"key": warning.key, "values": warning.values}]}
    for language in ("en", "ko"):
        (line,) = warned(said | {"warnings": [f"{warning.what} {warning.why}"]}, language)
        assert str(shorter.window_size) in line and "72" in line and "8 GB" in line
    assert "GB입니다" in line


# --- places ----------------------------------------------------------------------------------


def test_memory_cpu_goes_to_the_processor_and_the_next_run_comes_back(tmp_path: Path) -> None:
    library = Library(tmp_path, "cpu")
    mimicmotion.load(library, "cpu")
    kept = library.image_encoder()
    mimicmotion.load(library, "6gb")
    assert library.image_encoder() is kept  # nothing moves where there is no card
    card = replace(library.device, torch=torch.device("meta"))
    library.device = library._own = card  # a shelf that was made for a card
    nets = mimicmotion.load(library, "cpu")
    assert library.device.torch.type == "cpu"
    assert {p.device.type for net in nets.encoders() for p in net.parameters()} == {"cpu"}
    nets = mimicmotion.load(library, "auto")
    assert library.device is card
    assert next(nets.unet.parameters()).device.type == "meta"


def test_self_attention_in_pieces_is_the_same() -> None:
    net = Attention(16, 2, 8).eval()
    x = torch.randn(7, 10, 16)
    seen: list[int] = []
    net.to_q.register_forward_hook(lambda _, given, __: seen.append(len(given[0])))
    with torch.no_grad():
        whole = net(x)
        for tokens, rows in ((1, [1] * 7), (25, [2, 2, 2, 1]), (70, [7]), (0, [7])):
            seen.clear()
            with chunked(net, tokens):
                torch.testing.assert_close(net(x), whole, rtol=0, atol=1e-6)
            assert seen == rows
    assert net.tokens == 0


def test_a_network_in_pieces_is_the_same() -> None:
    net = networks().unet
    nn.init.normal_(net.conv_out.weight, std=0.1)
    generator = torch.Generator().manual_seed(0)
    channels, tokens = net.config["in_channels"], net.config["cross_attention_dim"]
    given = (
        torch.randn(2, channels, 5, 8, 8, generator=generator),
        torch.tensor(0.5),
        torch.randn(2, 1, tokens, generator=generator),
    )
    ids = torch.tensor([[6.0, 127.0, 0.0]])
    with torch.no_grad():
        whole = net(*given, added_time_ids=ids)
        with chunked(net, 100):
            pieces = net(*given, added_time_ids=ids)
    torch.testing.assert_close(pieces, whole, rtol=0, atol=1e-5)


# --- what was taken --------------------------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux forgets a high water mark")
def test_the_peak_is_that_of_the_run_and_not_of_the_process() -> None:
    cpu = torch.device("cpu")
    first = PeakMemory(cpu)
    large = torch.ones(300, 1 << 20, dtype=torch.uint8)
    held = first.bytes()
    del large
    assert process_peak() > held - (8 << 20)  # Linux counts in batches
    second = PeakMemory(cpu)
    assert second.bytes() < held - (250 << 20)
    torch.ones(60, 1 << 20, dtype=torch.uint8)
    assert 40 << 20 < second.bytes() - (held - (300 << 20)) < 120 << 20


def left(*ticks: Tick) -> list[float | None]:
    """What is said to be left after each."""
    shown = watch(iter(ticks), cast(Looks, None))
    return [cast(Any, next(shown)).seconds_left for _ in ticks]


def test_time_left_goes_by_the_calls_of_this_run() -> None:
    now = time.monotonic()
    # the first of 75 calls of 5 s, however long the preparation took
    assert left(Tick(1, 75, 0, now - 5)) == [pytest.approx(370, abs=2)]
    # resumed at step 20 of 25, three calls of 60 s a step
    assert left(Tick(61, 75, 60, now - 60)) == [pytest.approx(840, abs=2)]
    assert left(Tick(63, 75, 60, now - 180)) == [pytest.approx(720, abs=2)]


# --- when it ran out -------------------------------------------------------------------------

SAID = {
    "card": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 3.40 GiB."),
    "processor": RuntimeError(
        "[enforce fail at alloc_cpu.cpp:118] err == 0. DefaultCPUAllocator: can't allocate memory: "
        "you tried to allocate 3397386240 bytes. Error code 12 (Cannot allocate memory)"
    ),
    "windows": RuntimeError("DefaultCPUAllocator: not enough memory: you tried to allocate 9"),
    "python": MemoryError(),
}


@pytest.mark.parametrize("error", SAID.values(), ids=SAID)
def test_every_way_of_running_out_of_memory_is_told_with_advice(
    error: Exception, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> Iterator[int]:
        yield 1
        raise error

    with pytest.raises(OutOfMemory, match="resolution") as told:
        list(memory_told(work)())
    assert told.value.__cause__ is error
    trouble = explain(told.value)
    assert trouble == trouble_of(told.value) and trouble.key == "out_of_memory"
    monkeypatch.setattr(command_line, "COMMANDS", {"models list": lambda _: work()})
    assert command_line.main(["models", "list"]) == 2
    shown = capsys.readouterr().err
    assert "what: There was not enough memory." in shown and "fix: Choose" in shown


@pytest.mark.parametrize("error", [BadInput("a", "b", "c"), RuntimeError("shapes do not match")])
def test_other_errors_stay_what_they_are(error: Exception) -> None:
    def work() -> Iterator[int]:
        raise error
        yield 1

    with pytest.raises(type(error)) as told:
        list(memory_told(work)())
    assert told.value is error and not isinstance(told.value, OutOfMemory)
    assert issubclass(OutOfMemory, StudioError)
