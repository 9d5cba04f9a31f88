"""Long runs: cut and continued, cheap in memory, shown in pieces, with their seams compared."""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import torch
from media import clicks, make_clicks
from PIL import Image
from test_mimicmotion import networks
from torch import nn

from engine.data import synth
from engine.data.limits import Limits
from engine.data.video_write import VideoWriter
from engine.errors import BadInput
from engine.exchange.looks import Looks
from engine.exchange.parts import PART_FRAMES, Parts
from engine.exchange.render import watch
from engine.library import Estimate, Library, estimate, generate, preview_seams
from engine.nets.attention import FeedForward
from engine.nets.mimicmotion import Networks, pose_features, pose_stem
from engine.papers import mimicmotion
from engine.sampling import placing
from engine.sampling.loop import Step, Tick
from engine.sampling.placing import chunked, resident
from engine.sampling.plan import Plan
from engine.sampling.profile import PROFILES, choose
from engine.sampling.scratch import Scratch, remembered_seed
from engine.sampling.stored import gathered
from engine.types import Event, Inputs, Part, Preview, Progress, Result

FRAMES, STEPS = 9, 4


def run(nets: Networks, scratch: Scratch | None = None) -> Iterator[Tick | Step]:
    generator = torch.Generator().manual_seed(5)
    return mimicmotion.animate(
        nets,
        torch.linspace(-1, 1, 3 * 64 * 64).view(1, 3, 64, 64),
        torch.rand(FRAMES, 3, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1,
        Plan(STEPS, guidance=1.5, window=4, overlap=2),
        generator,
        scratch=scratch,
    )


def last(events: Iterator[Tick | Step]) -> torch.Tensor:
    return [event.latents for event in events if isinstance(event, Step)][-1]


@pytest.fixture(scope="module")
def nets() -> Networks:
    made = networks()
    nn.init.normal_(made.pose_net.final_proj.weight, std=0.1)
    nn.init.normal_(made.unet.conv_out.weight, std=0.1)
    return made


@pytest.mark.parametrize("cut_after", [1, 3, 4])
def test_a_cut_run_goes_on_bit_for_bit(nets: Networks, tmp_path: Path, cut_after: int) -> None:
    whole = last(run(nets))
    first = run(nets, Scratch(tmp_path, {"seed": 5}))
    for event in first:
        if isinstance(event, Step) and event.index + 1 == cut_after:
            break
    first.close()  # pyright: ignore[reportAttributeAccessIssue]
    again = list(run(nets, Scratch(tmp_path, {"seed": 5})))
    done = [event.index for event in again if isinstance(event, Step)]
    assert done == (list(range(cut_after, STEPS)) or [STEPS - 1])
    assert torch.equal(last(iter(again)), whole)
    ticks = [event for event in again if isinstance(event, Tick)]
    assert not ticks or ticks[-1].done == ticks[-1].total  # progress goes on where it was
    assert all(tick.before == cut_after * tick.total // STEPS for tick in ticks)


def test_no_copy_of_the_whole_latents_lies_about_while_the_network_works(nets: Networks) -> None:
    """Only where the run has come to, and the sums of both halves of the guidance."""
    side = 64 // nets.autoencoder.downscale
    size = torch.Size((1, nets.autoencoder.latent_channels, FRAMES, side, side))
    found: list[int] = []

    def count(*_: object) -> None:
        whole = [
            one.untyped_storage().data_ptr()
            for one in gc.get_objects()
            if type(one) is torch.Tensor  # not what else claims to be one when it is asked
            and one.shape == size
            and one.untyped_storage().nbytes() >= size.numel() * 4
        ]
        found.append(len(set(whole)))

    hook = nets.unet.register_forward_pre_hook(count)
    try:
        steps = 0
        for event in watch(run(nets), Looks(nets.autoencoder, 1)):
            steps += isinstance(event, Preview)
            if steps and isinstance(event, Progress):  # well into the second step
                break
    finally:
        hook.remove()
    assert steps == 1 and found[0] == max(found) == 3


def test_what_another_run_left_is_not_used(nets: Networks, tmp_path: Path) -> None:
    list(run(nets, Scratch(tmp_path, {"seed": 5})))
    other = Scratch(tmp_path, {"seed": 6})
    assert other.load(torch.device("cpu")) is None
    assert len([e for e in run(nets, other) if isinstance(e, Step)]) == STEPS


def test_damage_and_clearing(tmp_path: Path) -> None:
    scratch, cpu = Scratch(tmp_path / "a", {}), torch.device("cpu")
    assert scratch.load(cpu) is None
    scratch.keep(2, torch.ones(1, 1, 2, 1, 1))
    kept = scratch.load(cpu)
    assert kept is not None and kept.done == 2 and kept.latents.sum() == 2
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["step.safetensors"]
    file = tmp_path / "a" / "step.safetensors"
    file.write_bytes(file.read_bytes()[:-3])
    assert scratch.load(cpu) is None
    scratch.clear()
    scratch.clear()
    assert not file.exists()


def test_a_drawn_seed_is_found_again(tmp_path: Path) -> None:
    seed = remembered_seed(tmp_path, -1)
    assert 0 <= seed < 2**31 and remembered_seed(tmp_path, -1) == seed
    assert remembered_seed(tmp_path, 7) == 7
    assert remembered_seed(None, -1) >= 0


def test_pose_features_once_equal_the_pose_net_on_the_whole_dance(nets: Networks) -> None:
    assert nets.reference_net is not None
    nn.init.normal_(nets.reference_net.final_proj.weight, std=0.1)
    poses = torch.rand(7, 3, 64, 64) * 2 - 1
    whole = pose_stem(nets.pose_net, nets.reference_net, poses.movedim(0, 1)[None]).stem
    assert whole is not None
    for chunk in (1, 3, 7):
        some = gathered(pose_features(nets, poses, chunk=chunk), 7, dtype=torch.float32)
        assert isinstance(some, torch.Tensor)
        torch.testing.assert_close(some, whole, rtol=0, atol=1e-5)


def test_feed_forwards_in_pieces_are_the_same() -> None:
    net = FeedForward(16)
    x = torch.randn(3, 10, 16)
    with torch.no_grad():
        whole = net(x)
        for tokens in (1, 7, 16, 1000):
            with chunked(net, tokens):
                torch.testing.assert_close(net(x), whole, rtol=0, atol=1e-6)
    assert net.tokens == 0


def test_the_profile_follows_the_memory() -> None:
    cuda = replace(Library(device="cpu").device, torch=torch.device("cuda"))
    gib = 1024**3
    sizes = (4, 5.8, 7.9, 11.9, 15.9, 23.7, 79.2, 139)
    names = [choose("auto", cuda, int(size * gib)).name for size in sizes]
    assert names == ["6gb", "6gb", "8gb", "12gb", "12gb", "24gb", "80gb", "80gb"]
    cpu = Library(device="cpu").device
    assert choose("auto", cpu).name == "cpu" and choose("auto", cpu).dtype == cpu.sampling
    assert choose("24gb", cpu).decode == 8
    with pytest.raises(ValueError, match="no profile"):
        choose("3gb", cpu)


def test_networks_move_once_per_phase_and_only_where_memory_is_short(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    moves: list[str] = []
    monkeypatch.setattr(placing, "moved", lambda _, device: moves.append(str(device)))
    for profile, wanted in (("6gb", ["meta", "cpu"]), ("24gb", ["meta"])):
        moves.clear()
        with resident([nn.Linear(1, 1)], torch.device("meta"), PROFILES[profile]):
            pass
        assert moves == wanted


def test_pieces_of_a_long_video_can_be_played(tmp_path: Path) -> None:
    total = 2 * PART_FRAMES + 5
    found: list[Part] = []
    with Parts(tmp_path, total, 15.0, None, Limits()) as parts:
        for level in range(total):
            part = parts.add(np.full((32, 32, 3), level, np.uint8))
            if part is not None:
                with av.open(str(part.path)) as file:
                    assert sum(1 for _ in file.decode(video=0)) == part.num_frames
                found.append(part)
    assert [(p.first, p.num_frames) for p in found] == [(0, 48), (48, 48), (96, 5)]
    assert {(p.total, p.fps) for p in found} == {(total, 15.0)}
    with Parts(tmp_path / "short", 60, 15.0, None, Limits()) as parts:
        assert parts.add(np.zeros((32, 32, 3), np.uint8)) is None
    assert not (tmp_path / "short").exists()


def test_a_cancelled_piece_leaves_nothing(tmp_path: Path) -> None:
    def cancelled() -> None:
        with Parts(tmp_path, 200, 15.0, None, Limits()) as parts:
            parts.add(np.zeros((32, 32, 3), np.uint8))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cancelled()
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("home"), "cpu")


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Inputs:
    path = tmp_path_factory.mktemp("inputs") / "me.png"
    noise = np.random.default_rng(0).integers(0, 256, (80, 60, 3)).astype(np.uint8)
    Image.fromarray(noise).save(path)
    return Inputs(image=path, dance="disco_night")


VALUES = {"num_frames": 24, "quality": "draft", "num_inference_steps": 2, "window_size": 10}


def result(events: Iterator[Event]) -> Result:
    done = list(events)[-1]
    assert isinstance(done, Result)
    return done


def frames_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as file:
        return [frame.to_ndarray(format="rgb24").tobytes() for frame in file.decode(video=0)]


def test_a_cancelled_video_goes_on_from_its_scratch(
    library: Library, inputs: Inputs, tmp_path: Path
) -> None:
    """The seed is drawn anew unless a continued run finds it again, so equal frames show that."""
    scratch = tmp_path / "scratch"
    events = generate("mimicmotion", VALUES, inputs, library, tmp_path / "a.mp4", scratch=scratch)
    calls = 0
    for event in events:
        calls += isinstance(event, Progress) and event.stage == "denoise"
        if (scratch / "step.safetensors").exists():
            break
    events.close()  # pyright: ignore[reportAttributeAccessIssue]
    assert not (tmp_path / "a.mp4").exists()
    again = list(
        generate("mimicmotion", VALUES, inputs, library, tmp_path / "a.mp4", scratch=scratch)
    )
    assert sum(isinstance(e, Progress) and e.stage == "denoise" for e in again) <= calls
    done = again[-1]
    assert isinstance(done, Result) and not (scratch / "step.safetensors").exists()
    assert done.record["resumed"]
    plain = VALUES | {"seed": done.record["seed"]}
    result(generate("mimicmotion", plain, inputs, library, tmp_path / "b.mp4"))
    assert frames_of(tmp_path / "a.mp4") == frames_of(tmp_path / "b.mp4")
    assert len(frames_of(tmp_path / "a.mp4")) == 24


def test_the_seams_are_shown_side_by_side(library: Library, inputs: Inputs, tmp_path: Path) -> None:
    values = VALUES | {"num_frames": 0, "overlap": 4}
    done = result(preview_seams("mimicmotion", values, inputs, library, tmp_path / "seams.mp4"))
    assert done.record["modes"] == ["triangle", "ramp", "average", "none"]
    assert set(done.record["scores"]) == set(done.record["modes"])
    assert min(done.record["scores"].values()) > 0
    assert done.record["frames"] == 9 + 2 * 6 and len(done.record["joins"]) == 2
    with av.open(str(done.path)) as file:
        video = file.streams.video[0]
        assert (video.width, video.height) == (4 * 128, 128)
    with pytest.raises(BadInput, match="no seams"):
        list(preview_seams("mimicmotion", {"num_frames": 5}, inputs, library, tmp_path / "x.mp4"))


def test_twenty_seconds_end_to_end_keep_their_sound_in_time(
    library: Library, tmp_path: Path
) -> None:
    """A drawn dancer's film with a click at every second, made at three frames a second."""
    seconds, fps = 20, 3
    sound = make_clicks(tmp_path / "clicks.mp4", seconds)
    drawn = synth.clip(7, seconds * fps, size=(128, 128), camera=0.0).frames
    film = tmp_path / "film.mp4"
    with VideoWriter(film, 15, audio_from=sound) as writer:
        for frame in np.repeat(drawn, 15 // fps, axis=0):
            writer.add(frame)
    Image.fromarray(drawn[0]).save(tmp_path / "me.png")
    values = {"num_frames": 0, "fps": fps, "quality": "draft", "overlap": 2}
    inputs = Inputs(image=tmp_path / "me.png", motion=film)
    out = tmp_path / "out.mp4"
    done = result(generate("mimicmotion", values, inputs, library, out))
    assert done.record["frames"] == seconds * fps
    heard, end = clicks(out)
    wanted, _ = clicks(film)
    assert len(heard) == len(wanted) >= seconds - 1
    assert abs(heard[0] - wanted[0]) < 1 / 15 and abs(heard[-1] - wanted[-1]) < 1 / 15
    assert end == pytest.approx(seconds, abs=1 / 15)


def test_the_cost_is_told_before_and_is_about_true(
    library: Library, inputs: Inputs, tmp_path: Path
) -> None:
    *_, cost = estimate("mimicmotion", VALUES, inputs, library)
    assert isinstance(cost, Estimate)
    assert cost.memory == "cpu" and cost.window == VALUES["window_size"]
    began = time.monotonic()
    done = result(generate("mimicmotion", VALUES, inputs, library, tmp_path / "a.mp4"))
    wall = time.monotonic() - began
    assert not done.record["resumed"]
    # decoding and writing are in it, other than when the video was sampled only
    assert 0.8 * wall < done.record["seconds"] <= wall + 0.01
    assert 0.2 * wall < cost.seconds < 5 * wall
    assert abs(cost.peak_bytes - done.record["peak_bytes"]) < 0.3 * done.record["peak_bytes"]
