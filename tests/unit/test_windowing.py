"""The windows that a screen shows beforehand are those that the run makes, whatever the memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from test_room import bare_networks

from engine.catalogue import MimicMotionSettings
from engine.data import synth
from engine.data.video_write import write
from engine.device import Device, pick
from engine.exchange import camera as filming
from engine.exchange.motion import count_frames, read_motion
from engine.exchange.room import fitted, held_bytes
from engine.exchange.scene import Scene, settled
from engine.exchange.shapes import drawn_size
from engine.exchange.windowing import Places, foreseen
from engine.library import Library, preview_seams
from engine.models import sizes
from engine.models.checkpoint import build
from engine.models.makers import BUILT_IN
from engine.nets.controls import PoseNet
from engine.nets.mimicmotion import POCKET, RELEASED
from engine.nets.specs import SVD_XT
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.sampling import profile as profiles
from engine.sampling.profile import GIB, PROFILES, Place, choose, place_of
from engine.types import Inputs, Result
from studio.explained import warned
from studio.jobs import places
from studio.jobs.estimate import expected_bytes
from studio.tabs.dance import show

MODEL = "mimicmotion"
LONG: Mapping[str, Any] = {
    "num_frames": 300, "window_size": 0, "overlap": 6, "fusion": "triangle",
    "spread_windows": False, "fps": 0.0, "resolution": 0, "shape": "auto", "memory": "auto",
}  # fmt: skip
CARD = Places(Place("cuda", 8 * GIB, "bfloat16"), Place("cpu", 16 * GIB, "float32"))


# --- one decision ----------------------------------------------------------------------------


def run_window(
    device: Device, gib: float, nets: Any, size: tuple[int, int], **asked: Any
) -> tuple[int, int]:
    """What `fitted` decides in a run, from the networks themselves."""
    settings = MimicMotionSettings(**{key: asked[key] for key in ("memory", "overlap")})
    chosen, _ = fitted(
        settled(settings, nets.spec, 0),
        settings,
        nets,
        size,
        1 + asked["num_frames"],
        choose(asked["memory"], device, round(gib * GIB)),
    )
    return chosen.window_size, chosen.overlap


PUBLIC_SIZES = {(0, "auto"): (576, 1024), (0, "square"): (576, 576), (320, "landscape"): (512, 320)}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("home"), "cpu")


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])
def test_a_public_model_is_foreseen_as_it_is_run(dtype: torch.dtype) -> None:
    seen = set()
    for kind, gib in itertools.product(("cuda", "cpu"), (4, 6, 8, 11.7, 16, 24, 40)):
        device = Device(torch.device(kind), dtype)
        nets = bare_networks(device)
        place = place_of(device, round(gib * GIB))
        for memory, (resolution, shape) in itertools.product(PROFILES, PUBLIC_SIZES):
            for frames in (30, 3000):
                asked = {"num_frames": frames, "overlap": 6, "memory": memory}
                run = run_window(device, gib, nets, PUBLIC_SIZES[resolution, shape], **asked)
                asked |= {"resolution": resolution, "shape": shape}
                told = foreseen({**LONG, **asked}, MODEL, Places(place, place))
                assert (told.window, told.overlap) == run
                assert told.shortened == (told.window < min(72, frames + 1))
                seen.add(told.window)
    assert len(seen) > 10


@pytest.mark.parametrize("gib", [1.0, 1.2, 1.22, 1.3, 16])
def test_pocket_is_foreseen_as_it_is_run(library: Library, gib: float) -> None:
    nets = mimicmotion.load(library)
    place = place_of(library.device, round(gib * GIB))
    for shape, frames in itertools.product(("auto", "portrait"), (10, 400)):
        size = drawn_size(library.pocket_size, shape)
        asked = {"num_frames": frames, "overlap": 6, "memory": "auto"}
        run = run_window(library.device, gib, nets, size, **asked)
        told = foreseen({**LONG, **asked, "shape": shape}, BUILT_IN, Places(place, place))
        assert (told.window, told.overlap) == run


def test_the_sizes_are_those_of_the_networks(library: Library) -> None:
    nets, profile = mimicmotion.load(library), choose("cpu", library.device)
    place = place_of(library.device)
    for found, encoders in ((profile, True), (replace(profile, residency="swap"), False)):
        assert held_bytes(nets, found) == sizes.weight_bytes(BUILT_IN, place, encoders=encoders)
    assert sizes.window_of(BUILT_IN) == POCKET.window and sizes.window_of(MODEL) == RELEASED.window
    assert sizes.pocket_side() == library.pocket_size
    config = nets.unet.config
    assert nets.autoencoder.downscale == sizes.POCKET.downscale
    assert (config["block_out_channels"][0], config["ff_mult"]) == (96, 2)
    assert (sizes.POCKET.width, sizes.POCKET.ff_mult) == (96, 2)
    public = {
        "unet": build(VideoUNet, SVD_XT),
        "pose_net": build(PoseNet, {"out_channels": RELEASED.pose_channels}),
    }
    for part, net in public.items():
        count = sum(parameter.numel() for parameter in net.parameters())
        assert count == sizes.RELEASED.parameters[part]  # pyright: ignore[reportArgumentType]
    assert sizes.RELEASED.width == public["unet"].config["block_out_channels"][0]


def test_the_largest_published_networks_have_as_many_numbers_as_is_said() -> None:
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import (
        AutoencoderKLTemporalDecoder,
    )
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    from tests.bench.load_released import FULL_IMAGE_ENCODER, FULL_VAE

    config = CLIPVisionConfig.from_dict(dict(FULL_IMAGE_ENCODER))
    nets = {
        "vae": build(AutoencoderKLTemporalDecoder.from_config, {"config": dict(FULL_VAE)}),
        "image_encoder": build(CLIPVisionModelWithProjection, {"config": config}),
    }
    for part, net in nets.items():
        count = sum(parameter.numel() for parameter in net.parameters())
        assert count == sizes.RELEASED.parameters[part]  # pyright: ignore[reportArgumentType]


def test_a_chosen_window_and_a_place_that_is_not_known_shorten_nothing() -> None:
    assert foreseen(LONG, MODEL, CARD).shortened
    assert foreseen({**LONG, "window_size": 72}, MODEL, CARD).window == 72
    assert not foreseen(LONG, MODEL, None).shortened
    roomy = replace(CARD, cpu=Place("cpu", 64 * GIB, "float32"))
    assert foreseen({**LONG, "memory": "cpu"}, MODEL, roomy).window == 72


# --- the look at the seams -------------------------------------------------------------------


def test_the_seams_are_looked_at_in_the_windows_of_the_run(
    library: Library, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(profiles, "_there", lambda _: round(1.05 * GIB))
    planned: list[MimicMotionSettings] = []

    def compared(_: Any, chosen: MimicMotionSettings, scene: Scene, out: Path) -> Iterator[Result]:
        planned.append(chosen)
        yield Result(out, {"frames": len(scene.dance)})

    monkeypatch.setattr(filming, "compare_seams", compared)
    people = Path(__file__).parents[2] / "assets" / "examples" / "people"
    inputs = Inputs(image=people / "mina.png", dance="sunny_groove")
    values = {"num_frames": 120, "seed": 1}
    *_, done = preview_seams(MODEL, values, inputs, library, tmp_path / "seams.mp4")
    assert isinstance(done, Result)
    camera = mimicmotion.camera(library)
    settings = MimicMotionSettings(**values)
    run, _ = camera._whole(settings, 1, inputs)
    here = Places(place_of(library.device), place_of(pick("cpu")))
    told = foreseen({**LONG, "num_frames": 120}, BUILT_IN, here)
    assert told.shortened and told.window == run.window_size == planned[0].window_size < 16
    assert told.overlap == planned[0].overlap
    (line,) = warned(done.record, "ko")
    assert f"{told.window}프레임" in line
    hop = told.window - told.overlap
    assert done.record["frames"] == told.window - 1 + 2 * hop


def test_frames_are_counted_before_a_pose_is_found(library: Library, tmp_path: Path) -> None:
    clip = synth.clip(3, 10, size=(64, 64))
    list(write(clip.frames, tmp_path / "dance.mp4", 30.0))
    film, dance = Inputs(motion=tmp_path / "dance.mp4"), Inputs(dance="sunny_groove")
    for inputs, fps, frames in (
        (film, 0.0, 0), (film, 7.0, 0), (film, 0.0, 2), (film, 0.0, 500),
        (dance, 0.0, 0), (dance, 7.0, 0), (dance, 0.0, 5),
    ):  # fmt: skip
        reading = read_motion(inputs, library, fps=fps, num_frames=frames)
        try:
            while True:
                next(reading)
        except StopIteration as end:
            counted = count_frames(inputs, fps=fps, num_frames=frames)
            assert abs(len(end.value.poses) - counted) <= (inputs is film)
    assert count_frames(Inputs()) == 0


# --- the screen ------------------------------------------------------------------------------


def test_what_the_engine_runs_on_is_told_to_the_screen(tmp_path: Path) -> None:
    assert places.told(tmp_path) is None
    device = pick("cpu")
    places.tell(tmp_path, device)
    assert places.told(tmp_path) == Places(place_of(device), place_of(device))
    assert [path.name for path in tmp_path.iterdir()] == ["places.json"]
    for text in ("", "{", "[1]", '{"own": {}}', '{"own": {"kind": "cpu"}, "cpu": 3}'):
        (tmp_path / "places.json").write_text(text, encoding="utf-8")
        assert places.told(tmp_path) is None
    places.tell(tmp_path, device)
    page = places.Told(tmp_path)
    here = page.now()
    assert here is not None and page.now() is here  # not read again
    places.tell(tmp_path, device)
    assert page.now() == here and page.now() is not here
    (tmp_path / "places.json").unlink()
    assert page.now() is None
    places.tell(tmp_path / "gone", device)  # nowhere to write: nothing is told, nothing breaks


def test_strip_and_forecast_say_that_the_windows_were_cut() -> None:
    free = show.windows(LONG, "en", MODEL)
    cut = show.windows(LONG, "en", MODEL, CARD)
    korean = show.windows(LONG, "ko", MODEL, CARD)
    assert free and cut and korean
    told = foreseen(LONG, MODEL, CARD)
    assert (
        len(cut["hills"]) > len(free["hills"])
        and max(len(hill["heights"]) for hill in cut["hills"]) == told.window - 1
    )
    assert f"{told.window} frames at once instead of 72" in cut["words"]
    assert "8 GB may be used" in cut["words"] and "instead" not in free["words"]
    assert f"72프레임 대신 {told.window}프레임" in korean["words"]
    chosen = show.windows({**LONG, "window_size": 72}, "en", MODEL, CARD)
    assert chosen and "instead" not in chosen["words"]


def test_the_memory_that_is_expected_is_that_of_the_windows() -> None:
    from studio.jobs.job import Job, Trouble

    done = Job(
        id="0" * 32, number=1, owner="ann", title="", system="mimicmotion", settings=dict(LONG),
        inputs={}, words={}, consent=False, state="done", cancel_wanted=None, worker="w", step=0,
        total=0, stage="", seconds_left=None, beat=None, trouble=Trouble(),
        record={"frames": 300, "steps": 25, "window": foreseen(LONG, MODEL, CARD).window,
                "peak_bytes": 8_000_000_000},
        created=0.0, started=1.0, ended=2.0, folder=Path("nowhere"), model=MODEL,
    )  # fmt: skip
    assert expected_bytes([done], LONG, MODEL, CARD) == pytest.approx(8_000_000_000)
    assert (expected_bytes([done], LONG, MODEL) or 0) > 9_000_000_000
