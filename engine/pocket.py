"""`make pocket`: train the pocket family from nothing, on dancers that the project draws itself.

    python -m engine.pocket --minutes 180 [--size 128] [--device auto] [--work runs/pocket]
    python -m engine.pocket decoder --minutes 30              # one part of it, or more time for it

Every part resumes where it stopped, so a cut run is simply started again, and more minutes later
make it better. The parts, in order, and their share of the time: see `SHARES`.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.configuration_utils import ConfigMixin
from torch import Tensor, nn

from engine.data.dances import Dances, EncodedPool, Turns
from engine.data.drawn import Pool, PoolSpec
from engine.data.pixels import to_pixels
from engine.device import pick
from engine.ending import STOPPED, heed_sigterm
from engine.freed import keep_freed_memory
from engine.lanes import channels_last
from engine.models import pocket_files
from engine.nets.autoencoder import PocketAutoencoder
from engine.nets.controls import PoseNet
from engine.nets.encoders import PocketImageEncoder
from engine.nets.pose_detector import PocketPoseDetector
from engine.nets.unet import VideoUNet
from engine.papers import mimicmotion
from engine.train import part, pocket
from engine.train.fit import Examples, Run
from engine.train.hands import hands
from engine.train.stage import Stage
from engine.types import Event, Metric, Progress

SHARES: Mapping[str, float] = {
    "pools": 0.0,  # drawn whole, however long it takes
    "latents": 0.0,  # seconds: principal components
    "image_encoder": 0.03,
    "encode": 0.0,
    "decoder": 0.09,
    "pose_detector": 0.08,
    "pocket_pictures": 0.35,
    "pocket_details": 0.33,
    "pocket_windows": 0.12,
    "export": 0.0,
}


@dataclass(frozen=True)
class Plan:
    """What is trained where."""

    work: Path
    size: int
    clips: int
    long_clips: int
    cpu: bool
    seed: int = 0
    out: Path | None = None

    @property
    def results(self) -> Path:
        """Where checkpoints and weights go; the working folder unless told otherwise."""
        return self.out or self.work

    def short_pool(self) -> Pool:
        """Many dancers, 8 frames of each at random times."""
        return Pool(self.work / "short", PoolSpec(self.clips, 8, self.size))

    def long_pool(self) -> Pool:
        """Fewer dancers, a reference and 15 frames in a row of each."""
        first = self.clips
        return Pool(
            self.work / "long",
            PoolSpec(self.long_clips, 16, self.size, stride=1, first_seed=first),
        )

    @property
    def device(self) -> torch.device:
        """Where it is trained."""
        return torch.device("cpu") if self.cpu else pick().torch

    def trained(self, name: str, net: nn.Module) -> nn.Module:
        """Put the weights of a trained part into `net`, ready to be used and not to be changed."""
        net.load_state_dict(torch.load(self.work / name / "weights.pt", weights_only=True))
        return net.eval().requires_grad_(False).to(self.device)


def train_part(
    plan: Plan,
    stage: Stage,
    objective: nn.Module,
    net: nn.Module,
    examples: Examples,
    seconds: float,
) -> Iterator[Event]:
    """Train one part for `seconds` more and keep its averaged weights in `weights.pt`."""
    folder = plan.results / stage.name
    run = Run(folder, seed=plan.seed, budget_seconds=seconds, cpu=plan.cpu)
    if plan.cpu:
        channels_last(net)
    yield from part.train_part(stage, objective, examples, run)
    torch.save(net.state_dict(), folder / "weights.pt")


def latents(plan: Plan) -> None:
    """Fit the autoencoder's linear encoder; everything else lives in its latents."""
    pool = plan.short_pool()
    net = PocketAutoencoder()
    rows = np.asarray(pool.rgb[: plan.clips : max(1, plan.clips // 1000), ::4], np.uint8)
    net.calibrate(to_pixels(rows.reshape(-1, plan.size, plan.size, 3)))
    folder = plan.results / "latents"
    folder.mkdir(parents=True, exist_ok=True)
    torch.save(net.state_dict(), folder / "weights.pt")


def decoder(plan: Plan, seconds: float) -> Iterator[Event]:
    """The autoencoder's decoder; it may be trained at any time, the latents stay as they are."""
    net = PocketAutoencoder()
    plan.trained("latents", net).train().requires_grad_(True)
    examples = pocket.Pictures(plan.short_pool())
    stage = pocket.STAGES["decoder"]
    objective = pocket.DecoderObjective(net, **stage.loss)
    yield from train_part(plan, stage, objective, net, examples, seconds)


def image_encoder(plan: Plan, seconds: float) -> Iterator[Event]:
    """The encoder whose token says who is in the picture."""
    net = PocketImageEncoder()
    stage = pocket.STAGES["image_encoder"]
    objective = pocket.ImageEncoderObjective(net, **stage.loss)
    examples = pocket.Couples(plan.short_pool())
    yield from train_part(plan, stage, objective, net, examples, seconds)


def pose_detector(plan: Plan, seconds: float) -> Iterator[Event]:
    """The detector that finds drawn dancers' keypoints."""
    net = PocketPoseDetector(size=plan.size)
    stage = pocket.STAGES["pose_detector"]
    objective = pocket.PoseDetectorObjective(net, **stage.loss)
    examples = pocket.Keypoints(plan.short_pool())
    yield from train_part(plan, stage, objective, net, examples, seconds)


def encoded(plan: Plan, pool: Pool) -> EncodedPool:
    """The latents and tokens of a pool, as far as they are computed."""
    cells = plan.size // PocketAutoencoder.downscale
    channels = PocketAutoencoder().latent_channels
    dim = PocketImageEncoder().config["dim"]
    return EncodedPool(pool, pool.folder / "encoded", (channels, cells, cells), (1, dim))


def encode(plan: Plan) -> Iterator[Event]:
    """Compute latents and tokens of both pools once."""
    vae, eye = PocketAutoencoder(), PocketImageEncoder()
    plan.trained("latents", vae)
    plan.trained("image_encoder", eye)

    @torch.no_grad()
    def both(pixels: Tensor) -> tuple[Tensor, Tensor]:
        pixels = pixels.to(plan.device)
        return vae.encode(pixels), eye.tokens(pixels[:1])[0]

    for pool in (plan.short_pool(), plan.long_pool()):
        yield from encoded(plan, pool).fill(both)


def fresh(stage: Stage) -> mimicmotion.Objective:
    """Pocket MimicMotion with weights that have learnt nothing, ready for a stage."""
    spec = mimicmotion.POCKET
    nets = VideoUNet(**spec.unet), PoseNet(spec.pose_channels), PoseNet(spec.pose_channels)
    return learning(stage, *nets)


def learning(
    stage: Stage, unet: VideoUNet, pose_net: PoseNet, reference_net: PoseNet
) -> mimicmotion.Objective:
    """Networks of pocket MimicMotion, ready for a stage."""
    return mimicmotion.objective(
        stage,
        unet,
        pose_net,
        reference_net,
        relative=mimicmotion.POCKET.relative,
        image_only=stage.name != mimicmotion.POCKET_WINDOWS.name,
    )


def begun(plan: Plan, stage: Stage) -> mimicmotion.Objective:
    """Pocket MimicMotion as the stage finds it: what the one before has learnt, if there is one."""
    objective = fresh(stage)
    # a checkpoint of this stage brings its own weights
    if stage.starts_from and not (plan.results / stage.name / "checkpoint").exists():
        plan.trained(stage.starts_from, objective).train().requires_grad_(True)
    return objective


def pictures(plan: Plan, stage: Stage, seconds: float) -> Iterator[Event]:
    """MimicMotion on single pictures; hands count more only once there is a body to have them."""
    objective = begun(plan, stage)
    pairs = 4 if stage.starts_from else 3  # a second pass draws pairs of its own
    examples = Turns(encoded(plan, plan.short_pool()), hands(stage), seed=pairs)
    yield from train_part(plan, stage, objective, objective, examples, seconds)


def windows(plan: Plan, stage: Stage, seconds: float) -> Iterator[Event]:
    """MimicMotion on windows of frames, from where the pictures ended."""
    objective = begun(plan, stage)
    clips = encoded(plan, plan.long_pool())
    examples = Dances(clips, mimicmotion.POCKET.window, hands(stage))
    yield from train_part(plan, stage, objective, objective, examples, seconds)


def export(plan: Plan, out: Path) -> None:
    """Write every part that is trained to `out`, in fp16, each with its card."""
    objective = fresh(mimicmotion.POCKET_WINDOWS)
    recipe = (
        mimicmotion.POCKET_PICTURES,
        mimicmotion.POCKET_DETAILS,
        mimicmotion.POCKET_WINDOWS,
    )
    trained = [s.name for s in recipe if (plan.work / s.name / "weights.pt").exists()]
    last = trained[-1] if trained else recipe[0].name
    nets: list[tuple[str, str, nn.Module, nn.Module, Mapping[str, Any]]] = []
    for stage, name, net in (
        ("decoder", "autoencoder", PocketAutoencoder()),
        ("image_encoder", "image-encoder", PocketImageEncoder()),
        ("pose_detector", "pose-detector", PocketPoseDetector(size=plan.size)),
    ):
        nets.append((stage, name, net, net, _config(net)))
    unet_config = dict(mimicmotion.POCKET.unet)
    nets.append((last, "mimicmotion-unet", objective, objective.unet, unet_config))
    pose_config = {"out_channels": mimicmotion.POCKET.pose_channels}
    assert objective.reference_net is not None
    for name, net in (("pose", objective.pose_net), ("reference", objective.reference_net)):
        nets.append((last, f"mimicmotion-{name}", objective, net, pose_config))
    for stage, name, whole, net, config in nets:
        if (plan.work / stage / "weights.pt").exists():
            plan.trained(stage, whole)
            pocket_files.save(out, name, net, _card(plan, name, stage, config))


def _config(net: nn.Module) -> dict[str, Any]:
    config = net.config if isinstance(net, ConfigMixin) else {}
    return {name: value for name, value in config.items() if not name.startswith("_")}


def _card(plan: Plan, name: str, stage: str, config: Mapping[str, Any]) -> dict[str, Any]:
    """What trained it, on what, for how long, and where its losses ended."""
    steps, metrics = part.ends(plan.work / stage)
    commit = subprocess.run(
        ["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    ).stdout.strip()
    return {
        "key": f"pocket/{name}",
        "title": f"Pocket {name.replace('-', ' ')}",
        "licence": "Apache-2.0",
        "size": plan.size,
        "config": dict(config),
        "trained": {
            "command": f"make pocket (stage {stage})",
            "data": f"drawn dancers, seeds 0 to {plan.clips + plan.long_clips - 1}",
            "seed": plan.seed,
            "steps": steps,
            "commit": commit,
            "metrics": metrics,
        },
    }


def parts(plan: Plan, name: str, seconds: float) -> Generator[Event, None, None]:
    """Run the part called `name`."""
    if name == "pools":
        yield from plan.short_pool().fill()
        yield from plan.long_pool().fill()
    elif name == "latents":
        latents(plan)
    elif name == "decoder":
        yield from decoder(plan, seconds)
    elif name == "image_encoder":
        yield from image_encoder(plan, seconds)
    elif name == "encode":
        yield from encode(plan)
    elif name == "pose_detector":
        yield from pose_detector(plan, seconds)
    elif name in ("pocket_pictures", "pocket_details"):
        yield from pictures(plan, mimicmotion.STAGES[name], seconds)
    elif name == "pocket_windows":
        stage = mimicmotion.POCKET_WINDOWS
        yield from windows(plan, stage, seconds)


def main(arguments: list[str] | None = None) -> int:
    """The command line of `make pocket`; progress goes to stderr. Returns its exit status."""
    parser = argparse.ArgumentParser(prog="python -m engine.pocket", description=__doc__)
    parser.add_argument("part", nargs="*", choices=[*SHARES, []], help="default: all, in order")
    parser.add_argument("--minutes", type=float, default=180, help="for all chosen parts together")
    parser.add_argument("--size", type=int, default=128, help="side of the pictures in pixels")
    parser.add_argument("--clips", type=int, default=4000, help="dancers in the short pool")
    parser.add_argument("--long-clips", type=int, default=600, help="dancers in the long pool")
    parser.add_argument("--device", default="auto", choices=["auto", "cpu", "cuda"])
    parser.add_argument("--work", type=Path, default=Path("runs/pocket"))
    parser.add_argument("--out", type=Path, default=Path("assets/pocket"))
    chosen = parser.parse_args(arguments)
    cpu = pick(chosen.device).torch.type == "cpu"
    plan = Plan(chosen.work, chosen.size, chosen.clips, chosen.long_clips, cpu)
    names = chosen.part or list(SHARES)
    total = sum(SHARES[name] for name in names) or 1.0
    try:
        for name in names:
            seconds = chosen.minutes * 60 * SHARES[name] / total
            with closing(parts(plan, name, seconds)) as events:  # so that it is kept now
                report(name, events)
        if not chosen.part or "export" in chosen.part:
            export(plan, chosen.out)
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the same command goes on from here.\n")
        return STOPPED
    return 0


def report(name: str, events: Iterator[Event]) -> None:
    """Say on stderr how far a part is, every ten seconds."""
    latest: dict[str, float] = {}
    last = time.monotonic() - 10
    for event in events:
        if isinstance(event, Metric):
            latest[event.name] = event.value
        elif isinstance(event, Progress) and time.monotonic() - last > 10:
            last = time.monotonic()
            left = f", {event.seconds_left / 60:.0f} min left" if event.seconds_left else ""
            numbers = " ".join(f"{key} {value:.4f}" for key, value in latest.items())
            sys.stderr.write(f"{name}: {event.step}/{event.total}{left} {numbers}\n")
    sys.stderr.write(f"{name}: done\n")


if __name__ == "__main__":
    keep_freed_memory()
    heed_sigterm()
    sys.exit(main())
