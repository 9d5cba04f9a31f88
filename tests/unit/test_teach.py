"""Training on prepared clips: pocket further, the public networks from SVD, and what comes out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine import library, pocket
from engine.__main__ import main
from engine.data.clips import ClipWindows, read_prepared
from engine.data.drawn import PoolSpec
from engine.data.video import probe
from engine.errors import BadInput, MissingModel
from engine.models import pocket_files
from engine.models.released import Released, locate
from engine.models.shelf import Shelf
from engine.models.start import locate_start
from engine.nets.controls import PoseNet
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.pose.draw import POCKET
from engine.teach import Lesson, teach
from engine.train.hands import hands
from engine.train.stage import Stage
from engine.types import Event, Metric, Progress, Result
from tests.unit import tiny_released
from tests.unit.tiny_pocket import write_pocket

SVD_UNET = "unet/diffusion_pytorch_model.fp16.safetensors"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Drawn videos, a small pocket, a small SVD, and the videos prepared for either."""
    home = tmp_path_factory.mktemp("home")
    write_pocket(home / "pocket")
    tiny_released.write_svd(home / "svd")
    save_file(dict(tiny_released.unet_numbers()), home / "svd" / SVD_UNET)
    options = ["--count", "2", "--frames", "18", "--size", "64", "--dancer", "3"]
    assert main(["data", "synth", "--out", str(home / "videos"), *options]) == 0
    for model in ("pocket", "svd"):
        command = ["data", "prepare", str(home / "videos"), "--out", str(home / f"{model}-clips")]
        command += ["--model", str(home / model), "--resolution", "64", "--device", "cpu"]
        assert main(command) == 0
    return home


def short(stage: Stage, steps: int, rate: float = 0.0, batch: int = 1) -> Stage:
    """The stage with fewer steps, and with another rate from its first to its last step."""
    optim = replace(stage.optim, warmup=0, decay=0, rate=rate or stage.optim.rate)
    return replace(stage, steps=steps, batch_size=batch, whole_batch=0, optim=optim)


def pocket_lesson(home: Path, out: Path, steps: int, **changes: object) -> Lesson:
    stage = short(mimicmotion.POCKET_WINDOWS, steps)
    plain = Lesson(stage, home / "pocket-clips", out, device="cpu", model=str(home / "pocket"))
    return replace(plain, **{"window": 4, **changes})  # pyright: ignore[reportArgumentType]


def weights(folder: Path) -> dict[str, Tensor]:
    nets: tuple[tuple[str, type[nn.Module]], ...] = (
        ("mimicmotion-unet", VideoUNet),
        ("mimicmotion-pose", PoseNet),
        ("mimicmotion-reference", PoseNet),
    )
    return {
        f"{name}.{key}": value
        for name, kind in nets
        for key, value in pocket_files.load(folder, name, kind).state_dict().items()
    }


def equal(one: dict[str, Tensor], two: dict[str, Tensor]) -> bool:
    return one.keys() == two.keys() and all(torch.equal(one[key], two[key]) for key in one)


def stopped(events: Iterator[Event], at: int) -> None:
    """Stop after a step, as Ctrl-C does."""
    for event in events:
        if isinstance(event, Progress) and event.step >= at:
            events.close()  # pyright: ignore[reportAttributeAccessIssue]
            return
    raise AssertionError("it ended before")


def everything_in(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@torch.no_grad()
def loss(folder: Path, clips: Path) -> float:
    """The loss on 16 windows with the same noise every time."""
    objective = pocket.learning(
        mimicmotion.POCKET_WINDOWS,
        pocket_files.load(folder, "mimicmotion-unet", VideoUNet),
        pocket_files.load(folder, "mimicmotion-pose", PoseNet),
        pocket_files.load(folder, "mimicmotion-reference", PoseNet),
    )
    weigh = hands(mimicmotion.POCKET_WINDOWS)
    windows = ClipWindows(read_prepared(clips), 4, weigh, style=POCKET)
    rows = [windows.example(index) for index in range(16)]
    batch = {name: torch.stack([row[name] for row in rows]) for name in rows[0]}
    return objective(batch, torch.Generator().manual_seed(0))["loss"].item()


def test_pocket_learns_from_clips_and_can_be_used_at_once(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_HOME", str(tmp_path / "home"))
    stage = short(mimicmotion.POCKET_WINDOWS, 12, rate=2e-3, batch=2)
    events = list(teach(replace(pocket_lesson(home, tmp_path / "out", 0), stage=stage)))
    assert isinstance(events[-1], Result) and events[-1].path == tmp_path / "out"
    assert any(isinstance(event, Metric) for event in events)
    before = loss(home / "pocket", home / "pocket-clips")
    assert loss(tmp_path / "out", home / "pocket-clips") < 0.9 * before
    card = json.loads((tmp_path / "out" / "mimicmotion-unet.json").read_text())
    assert card["trained"]["steps"] == 12 and card["trained"]["from"] == "pocket/pocket"

    photo = Path("assets/examples/people/mina.png").resolve()
    options = ["--image", str(photo), "--motion", "disco_night", "--frames", "2"]
    command = ["generate", "--system", "mimicmotion", "--model", str(tmp_path / "out"), *options]
    assert main([*command, "--device", "cpu", "--out", str(tmp_path / "out.mp4")]) == 0
    record = json.loads((tmp_path / "out.json").read_text())
    assert record["model"] == "pocket/out"  # its kind is always said

    again = Lesson(short(mimicmotion.POCKET_WINDOWS, 1), home / "pocket-clips", tmp_path / "next",
                   device="cpu", model=str(tmp_path / "out"), window=4)  # fmt: skip
    assert isinstance(list(teach(again))[-1], Result)  # the same clips serve what came of them


def test_stopped_and_resumed_equals_uninterrupted(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    list(teach(pocket_lesson(home, tmp_path / "whole", 12)))
    cut = pocket_lesson(home, tmp_path / "cut", 12)
    stopped(teach(cut), 10)
    assert not (tmp_path / "cut" / "mimicmotion-unet.json").exists()

    before = everything_in(tmp_path)
    assert any("checkpoint" in name for name in before)
    words = ["--stage", "pocket_windows", "--data", str(cut.data), "--out", str(cut.out)]
    assert main(["train", "--system", "mimicmotion", *words, "--model", cut.model]) == 2
    told = capsys.readouterr().err
    assert all(word in told for word in ("Add --resume", "another --out", str(cut.folder)))
    assert everything_in(tmp_path) == before  # without --resume nothing is deleted

    list(teach(pocket_lesson(home, tmp_path / "cut", 12, resume=True)))
    assert equal(weights(tmp_path / "cut"), weights(tmp_path / "whole"))
    assert not equal(weights(tmp_path / "cut"), weights(home / "pocket"))


def test_the_settings_of_hands_and_windows_arrive(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lessons: list[Lesson] = []
    monkeypatch.setattr(library, "teach", lambda lesson: iter(lessons.append(lesson) or ()))
    command = ["train", "--system", "mimicmotion", "--stage", "pocket_windows", "--data", "d"]
    values = ("hand_weight=3", "hand_threshold=0.7", "hand-padding=0.05", "window=5", "steps=9")
    values += ("batch=6",)
    options = [word for value in values for word in ("--set", value)]
    assert main([*command, "--out", "o", "--model", "m", "--resume", *options]) == 0
    (given,) = lessons
    usual = mimicmotion.POCKET_WINDOWS.loss
    changed = {"hand_weight": 3, "hand_threshold": 0.7, "hand_padding": 0.05}
    assert given.stage.loss == {**usual, **changed} and given.stage.whole_batch == 6
    assert (given.window, given.stage.steps, given.model, given.resume) == (5, 9, "m", True)

    def heaviest(**numbers: float) -> float:
        prepared = read_prepared(home / "pocket-clips")
        stage = replace(mimicmotion.POCKET_WINDOWS, loss={**usual, **numbers})
        windows = ClipWindows(prepared, 5, hands(stage), style=POCKET)
        return max(windows.example(index)["weight"].max().item() for index in range(20))

    assert heaviest() == 10 and heaviest(hand_weight=3) == 3 and heaviest(hand_threshold=1) == 1


def test_svd_becomes_a_mimicmotion_that_can_be_used(home: Path, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    stage = short(mimicmotion.RELEASED_STAGE, 2, rate=1e-4)
    lesson = Lesson(stage, home / "svd-clips", out, device="cpu", model=str(home / "svd"))
    assert isinstance(list(teach(replace(lesson, window=3)))[-1], Result)
    files = locate(str(out), home)
    assert files.window == 3 and files.svd.folder == (home / "svd").resolve()
    made = Released(files, dict.fromkeys(("unet", "pose_net", "vae", "image_encoder")))
    made.check()
    assert made.pose_net.final_proj.weight.any()  # a fresh one is zero there
    before = tiny_released.unet_numbers()
    after = made.unet.state_dict()
    assert after.keys() == before.keys() and len(after) == 1428
    assert all(value.dtype == torch.float16 and value.isfinite().all() for value in after.values())
    changed = sum(not torch.equal(after[key], before[key]) for key in after)
    assert changed > 0.8 * len(after)  # attention to one token has no queries to learn

    photo = Path("assets/examples/people/mina.png").resolve()
    options = ["--image", str(photo), "--motion", "disco_night", "--frames", "2"]
    for setting in ("num_inference_steps=1", "resolution=64", "retarget=no"):
        options += ["--set", setting]
    command = ["generate", "--system", "mimicmotion", "--model", str(out), "--device", "cpu"]
    assert main([*command, *options, "--out", str(tmp_path / "out.mp4")]) == 0
    assert probe(tmp_path / "out.mp4").frames == 2
    assert json.loads((tmp_path / "out.json").read_text())["window"] == 3

    going_on = locate_start(str(out), home)  # and be trained further, its PoseNet, too
    assert going_on.pose_net == out / "pose_net.safetensors"


def test_a_fresh_pose_net_is_decided_by_the_seed(home: Path) -> None:
    start = locate_start(str(home / "svd"), home)
    one, two, other = (start.networks(seed)[1].state_dict() for seed in (0, 0, 1))
    assert equal(one, two) and not equal(one, other)
    unet, pose_net = start.networks(0)
    assert all(p.requires_grad and p.dtype == torch.float32 for p in unet.parameters())
    assert not pose_net.features(torch.zeros(1, 3, 16, 16)).any()


def test_what_is_missing_is_said_with_the_command(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "none"))
    lesson = Lesson(mimicmotion.RELEASED_STAGE, home / "svd-clips", tmp_path, home=tmp_path)
    with pytest.raises(MissingModel, match="models get svd-unet"):
        list(teach(lesson))
    (tmp_path / "models/svd-unet/unet").mkdir(parents=True)
    shutil.copy(home / "svd" / SVD_UNET, tmp_path / "models/svd-unet" / SVD_UNET)
    with pytest.raises(MissingModel, match="models get svd`"):
        list(teach(lesson))
    with pytest.raises(MissingModel, match="models get mimicmotion`"):
        list(teach(replace(lesson, model="mimicmotion")))


def test_data_and_weights_of_another_kind_are_refused(home: Path, tmp_path: Path) -> None:
    clips, videos, out = home / "pocket-clips", home / "videos", tmp_path / "out"
    pictures, windows = mimicmotion.POCKET_PICTURES, mimicmotion.POCKET_WINDOWS
    small, theirs = str(home / "pocket"), tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "MimicMotion_1-1.pth").touch()
    released = Lesson(mimicmotion.RELEASED_STAGE, clips, theirs, model=str(home / "svd"))
    wrong = (
        (Lesson(pictures, clips, out), "another kind"),
        (Lesson(windows, videos, out), "nothing in it that was prepared"),
        (Lesson(windows, clips, out), "not of 'pocket'"),  # of the small pocket
        (Lesson(windows, clips, out, model=str(home / "svd")), "another kind"),
        (Lesson(mimicmotion.RELEASED_STAGE, clips, out, model=small), "another kind"),
        (Lesson(mimicmotion.RELEASED_STAGE, clips, out, model=str(home / "svd")), "other weights"),
        (Lesson(windows, clips, home / "pocket", model=small), "begins with, which would be lost"),
        (Lesson(windows, clips, home / "pocket"), "other weights, which would be lost"),
        (replace(released, resume=True), "other weights, which would be lost"),
        (Lesson(windows, clips, out, model=small, window=40), "long enough"),
    )
    for lesson, word in wrong:
        with pytest.raises(BadInput, match=word):
            list(teach(replace(lesson, device="cpu")))
    assert not out.exists() and Shelf(model=small).is_pocket


def test_drawn_dancers_are_trained_by_the_pocket_recipe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for pool, clips in (("short", 5), ("long", 3)):
        (tmp_path / pool).mkdir()
        spec = PoolSpec(clips, 8, 64)
        (tmp_path / pool / "pool.json").write_text(json.dumps(asdict(spec)))
    given: list[tuple[str, pocket.Plan, Stage, float]] = []
    for name in ("pictures", "windows"):
        monkeypatch.setattr(
            pocket, name, lambda *found, name=name: iter(given.append((name, *found)) or ())
        )
    recipe = (
        mimicmotion.POCKET_PICTURES,
        mimicmotion.POCKET_DETAILS,
        mimicmotion.POCKET_WINDOWS,
    )
    for stage in recipe:
        lesson = Lesson(stage, tmp_path, tmp_path / "out", device="cpu")
        (result,) = teach(replace(lesson, minutes=2))
        assert isinstance(result, Result)
        assert result.path == tmp_path / "out" / stage.name / "weights.pt"
        with pytest.raises(BadInput, match="window"):
            list(teach(replace(lesson, window=4)))
        result.path.parent.mkdir(parents=True)
        result.path.touch()
        with pytest.raises(BadInput, match="was trained in 'out' before"):
            list(teach(lesson))
        assert result.path.exists()
    assert [(name, stage.name) for name, _, stage, _ in given] == [
        ("pictures", "pocket_pictures"),
        ("pictures", "pocket_details"),
        ("windows", "pocket_windows"),
    ]
    _, plan, stage, seconds = given[2]
    assert (plan.size, plan.clips, plan.long_clips, plan.cpu, seconds) == (64, 5, 3, True, 120)
    assert plan.results == tmp_path / "out" and stage is mimicmotion.POCKET_WINDOWS


@pytest.mark.parametrize(
    ("options", "word"),
    [
        (["--set", "window=1"], "only slot"),
        (["--set", "window=x"], "window"),
        (["--set", "hand_weight=-1"], "hand_weight"),
        (["--set", "rate=3"], "no setting called 'rate'"),
        (["--stage", "pocket_pictures", "--set", "hand_weight=3"], "no setting 'hand_weight'"),
        ([], "data prepare"),
    ],
)
def test_the_command_line_explains(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str], word: str
) -> None:
    command = ["train", "--system", "mimicmotion", "--stage", "pocket_windows", "--data"]
    assert main([*command, str(tmp_path), "--out", str(tmp_path / "out"), *options]) == 2
    told = capsys.readouterr()
    assert word in told.err and told.out == ""
    sizes = ["data", "prepare", str(tmp_path), "--out", str(tmp_path / "out"), "--resolution"]
    assert main([*sizes, "100"]) == 2
