"""The shape of a video: sizes, people in them, and whole runs with the built-in model."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from engine.__main__ import main
from engine.catalogue import SHAPES, MimicMotionSettings
from engine.data import synth
from engine.data.picture import fit_published, read_picture, shaped_size
from engine.data.video import probe, read
from engine.evaluate.metrics import pck
from engine.exchange.person import BARS, DRAWN, extent, read_person, read_real_person
from engine.exchange.record import decisive
from engine.exchange.shapes import drawn_size
from engine.models.shelf import Shelf
from engine.nets.controls import PoseNet
from engine.nets.specs import from_diffusers
from engine.nets.unet import VideoUNet
from engine.pose.drawn import drawn_poses
from engine.pose.skeleton import SEEN
from engine.types import Inputs
from tests.unit import tiny_released as tiny

MINA = Path(__file__).parents[2] / "assets" / "examples" / "people" / "mina.png"


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(device="cpu")


def test_sizes() -> None:
    assert [shaped_size(shape, 576, 64) for shape in SHAPES[1:]] == [
        (576, 576), (576, 1024), (1024, 576)
    ]  # fmt: skip
    assert [drawn_size(128, shape) for shape in SHAPES] == [
        (128, 128), (128, 128), (128, 224), (224, 128)
    ]  # fmt: skip


def test_the_published_networks_take_every_size_there_is() -> None:
    shorts = range(64, 1025, 64)
    sizes = [shaped_size(shape, short, 64) for shape in SHAPES[1:] for short in shorts]
    assert all(side % 64 == 0 for size in sizes for side in size)
    unet, pose_net = VideoUNet(**from_diffusers(tiny.UNET)).eval(), PoseNet(32)
    ids, token = torch.zeros(1, 3), torch.zeros(1, 1, 32)
    for width, height in ((64, 192), (192, 64)):  # odd numbers of cells at the deepest level
        latents = torch.zeros(1, 8, 2, height // 8, width // 8)
        with torch.no_grad():
            stem = pose_net(torch.zeros(1, 3, 2, height, width))
            made = unet(latents, torch.zeros(()), token, residuals=stem, added_time_ids=ids)
        assert made.shape == (1, 4, 2, height // 8, width // 8)


@pytest.mark.parametrize("shape", SHAPES[2:])
def test_the_person_keeps_their_size_and_gains_room(shape: str, shelf: Shelf) -> None:
    square = read_person(Inputs(image=MINA), shelf, (128, 128), "crop", "auto")
    size = drawn_size(128, shape)
    wide = read_person(Inputs(image=MINA), shelf, size, "crop", "auto")
    assert wide.picture.shape == (size[1], size[0], 3) and wide.poses.size == size
    seen = square.poses.score[0] > SEEN
    moved = (wide.poses.keypoints * size - square.poses.keypoints * 128)[0, seen]
    assert np.ptp(moved, axis=0).max() < 1e-6  # shifted, not scaled
    left, top = np.rint(moved[0]).astype(int)
    assert np.array_equal(wide.picture[top : top + 128, left : left + 128], square.picture)
    assert not wide.warnings


@pytest.mark.parametrize("shape", SHAPES[1:])
def test_a_paper_person_is_drawn_whole_in_every_shape(
    shape: str, shelf: Shelf, tmp_path: Path
) -> None:
    noise = np.random.default_rng(3).integers(0, 256, (90, 80, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "me.png")
    size = drawn_size(128, shape)
    person = read_person(Inputs(image=tmp_path / "me.png"), shelf, size, "crop", "auto")
    assert person.picture.shape == (size[1], size[0], 3)
    points = person.poses.keypoints[0]
    assert points.min() > 0 and points.max() < 1


@pytest.mark.parametrize(("shape", "bars"), [("square", 0), ("portrait", 0), ("landscape", 1)])
def test_a_photo_for_a_published_model_is_cut_around_the_person_or_has_bars(
    shape: str, bars: int, shelf: Shelf
) -> None:
    person = read_real_person(Inputs(image=MINA), shelf, 128, "crop", shape)
    assert person.poses.size == shaped_size(shape, 128, 64)
    assert person.warnings == (*(BARS,) * bars, DRAWN)
    where = extent(person.poses)
    assert where is not None and min(where[:2]) >= 0 and max(where[2:]) <= 1
    assert where[3] - where[1] > 0.7
    edge = person.picture[:, :4]
    assert (edge.max() == 0) == bool(bars)


def test_auto_is_the_published_rule(shelf: Shelf) -> None:
    ours = read_real_person(Inputs(image=MINA), shelf, 128, "crop")
    assert ours.poses.size == (192, 128)
    theirs = read_real_person(Inputs(image=MINA), shelf, 128, "crop", as_published=True)
    assert np.array_equal(theirs.picture, fit_published(read_picture(MINA), 128))
    assert not np.array_equal(theirs.picture, ours.picture)  # unsmoothed


@pytest.mark.parametrize("size", [(128, 224), (224, 128), (160, 120)])
def test_drawn_dancers_are_found_in_frames_of_any_shape(
    size: tuple[int, int], shelf: Shelf
) -> None:
    found: list[float] = []
    for drawn in (size, (min(size), min(size))):
        clip = synth.clip(10_000_003, 12, drawn, frames=range(0, 12, 3), camera=0.0)
        poses = drawn_poses(shelf.pose_detector(), clip.frames, torch.device("cpu"))
        assert poses.size == drawn
        found.append(pck(poses, clip.poses))
    assert found[0] > found[1] - 0.03  # as well as in the squares that it was trained on


def test_another_shape_is_another_run() -> None:
    net, inputs = torch.nn.Linear(1, 1), Inputs(dance="sway")
    runs = [decisive(MimicMotionSettings(shape=one), inputs, [net], "cpu") for one in SHAPES]
    assert len({json.dumps(run, sort_keys=True) for run in runs}) == len(SHAPES)


@pytest.mark.parametrize(
    ("shape", "size"),
    [("square", (512, 512)), ("portrait", (512, 896)), ("landscape", (896, 512))],
)
def test_the_command_line_makes_a_video_of_the_shape(
    shape: str,
    size: tuple[int, int],
    tmp_path: Path,
    shelf: Shelf,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    out = tmp_path / "out.mp4"
    options = ["--image", str(MINA), "--motion", "sway", "--frames", "2", "--seed", "1"]
    for setting in (f"shape={shape}", "quality=draft", "badge=yes"):
        options += ["--set", setting]
    assert main(["generate", "--system", "mimicmotion", *options, "--out", str(out)]) == 0
    made = probe(out)
    assert (made.width, made.height) == size
    assert json.loads(out.with_suffix(".json").read_text())["settings"]["shape"] == shape
    frames = np.stack(list(read(out)))
    corner = frames[:, -60:, -160:].astype(int)
    assert (np.abs(np.diff(corner, axis=2)).max(axis=(1, 2, 3)) > 60).all()  # the mark's letters
    places = shelf.drawn_poses(frames).keypoints
    assert 0.1 < places[..., 0].mean() < 0.9 and places[..., 1].max() <= 1
