"""Load MimicMotion's public files and say how long it took and how much memory.

    python -m tests.bench.load_released           in small, seconds
    python -m tests.bench.load_released --full    4.5 GB of random numbers in the published layout

The files are written to a temporary folder by one process, loaded by others, one for each
precision, and deleted. `anonymous` is memory that the process allocated; `mapped` are pages of the
files themselves, which the system takes back when it needs room.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import Tensor

from tests.unit import tiny_released as tiny

FULL_UNET = {
    **tiny.UNET,
    "addition_time_embed_dim": 256,
    "block_out_channels": [320, 640, 1280, 1280],
    "cross_attention_dim": 1024,
    "num_attention_heads": [5, 10, 20, 20],
    "projection_class_embeddings_input_dim": 768,
}
FULL_VAE = {**tiny.VAE, "block_out_channels": [128, 256, 512, 512]}
FULL_IMAGE_ENCODER = {
    **tiny.IMAGE_ENCODER,
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "num_attention_heads": 16,
    "num_hidden_layers": 32,
    "patch_size": 14,
    "projection_dim": 1024,
}
BLOCK = 1 << 20


def main() -> None:
    """Write, load in two precisions, delete, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--full", action="store_true", help="at the published sizes")
    parser.add_argument("--folder", type=Path, help="where the files are written for a while")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--load", nargs=2, metavar=("FOLDER", "DTYPE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.write is not None:
        write(asked.write, full=asked.full)
    elif asked.load is not None:
        say(json.dumps(measure(Path(asked.load[0]), getattr(torch, asked.load[1]))))
    else:
        report(asked.full, asked.folder)


def report(full: bool, folder: Path | None) -> None:
    """Run the parts, each in a process of its own."""
    own = Path(tempfile.mkdtemp(dir=folder, prefix="released-"))
    try:
        began = time.monotonic()
        _python(["--write", str(own), *(["--full"] if full else [])])
        sizes = {path.name: path.stat().st_size for path in own.rglob("*") if path.is_file()}
        say(f"written in {time.monotonic() - began:.0f} s: {sum(sizes.values()) / 1e9:.2f} GB")
        for dtype in ("float16", "bfloat16"):
            found = json.loads(_python(["--load", str(own), dtype]))
            for stage, numbers in found.items():
                line = ", ".join(f"{name} {value}" for name, value in numbers.items())
                say(f"{dtype:9} {stage:14} {line}")
    finally:
        shutil.rmtree(own)


def say(line: str) -> None:
    """Write a line at once."""
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _python(arguments: list[str]) -> str:
    command = [sys.executable, "-m", "tests.bench.load_released", *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


# --- writing ---------------------------------------------------------------------------------


def write(folder: Path, *, full: bool) -> None:
    """The released file and SVD's folder; never more than one file's numbers in memory."""
    from diffusers.models.autoencoders.autoencoder_kl_temporal_decoder import (
        AutoencoderKLTemporalDecoder,
    )
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    from engine.models.checkpoint import build, shapes
    from engine.nets import specs
    from engine.nets.controls import PoseNet
    from engine.nets.unet import VideoUNet

    unet, vae, clip = (
        (FULL_UNET, FULL_VAE, FULL_IMAGE_ENCODER)
        if full
        else (tiny.UNET, tiny.VAE, tiny.IMAGE_ENCODER)
    )
    nets = {
        "unet": build(VideoUNet, specs.from_diffusers(unet)),
        "pose_net": build(PoseNet, {"out_channels": unet["block_out_channels"][0]}),
    }
    named = {
        f"{part}.{key}": shape
        for part, net in nets.items()
        for key, shape in shapes(net.state_dict()).items()
    }
    torch.save(flat(named), folder / "MimicMotion_1-1.pth")
    svd = folder / "svd"
    for name, config in {
        "unet/config.json": unet,
        "vae/config.json": vae,
        "image_encoder/config.json": clip,
        "scheduler/scheduler_config.json": tiny.SCHEDULER,
        "feature_extractor/preprocessor_config.json": tiny.FEATURES,
    }.items():
        (svd / name).parent.mkdir(parents=True)
        (svd / name).write_text(json.dumps(config))
    net = build(AutoencoderKLTemporalDecoder.from_config, {"config": dict(vae)})
    save_file(
        own(flat(shapes(net.state_dict()))), svd / "vae/diffusion_pytorch_model.fp16.safetensors"
    )
    config = CLIPVisionConfig.from_dict(dict(clip))
    net = build(CLIPVisionModelWithProjection, {"config": config})
    save_file(own(flat(shapes(net.state_dict()))), svd / "image_encoder/model.fp16.safetensors")


def flat(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """Random numbers as views of one fp16 storage; a million are drawn and repeated."""
    sizes = [torch.Size(shape).numel() for shape in shapes.values()]
    storage = torch.empty(sum(sizes), dtype=torch.float16)
    block = (torch.randn(BLOCK, generator=torch.Generator().manual_seed(0)) * 0.02).half()
    for part in storage.split(BLOCK):
        part.copy_(block[: len(part)])
    views = zip(shapes.items(), storage.split(sizes), strict=True)
    return {key: view.view(shape) for (key, shape), view in views}


def own(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Safetensors does not store views of one storage."""
    return {key: value.clone() for key, value in state.items()}


# --- loading ---------------------------------------------------------------------------------


def measure(folder: Path, dtype: torch.dtype) -> dict[str, dict[str, str]]:
    """Build the networks one after the other; seconds and peak memory of every stage."""
    from engine.models.released import Released, locate
    from engine.models.sizes import PARTS

    found: dict[str, dict[str, str]] = {}
    with Watch(found, "compare names"):
        public = Released(locate(str(folder), folder), dict.fromkeys(PARTS, dtype))
        public.check()
    for part in PARTS:
        with Watch(found, part):
            getattr(public, part)
    with Watch(found, "read all"):
        nets = (public.unet, public.pose_net, public.vae, public.image_encoder)
        _touch(value for net in nets for value in net.state_dict().values())
    return found


def _touch(tensors: Iterable[Tensor]) -> None:
    for tensor in tensors:
        tensor.view(-1)[::1024].sum()  # a number of every page: it is read from the disk


class Watch:
    """Writes down how long a stage takes and the highest memory on the way, above none."""

    def __init__(self, into: dict[str, dict[str, str]], stage: str) -> None:
        self._into, self._stage = into, stage
        self._peak: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> None:
        self._began = time.monotonic()
        self._thread.start()

    def __exit__(self, *_: Any) -> None:
        self._over.set()
        self._thread.join()
        self._note()
        spent = time.monotonic() - self._began
        self._into[self._stage] = {
            "seconds": f"{spent:.1f}",
            "anonymous": f"{self._peak['RssAnon'] / 1e6:.2f} GB",
            "with mapped": f"{self._peak['all'] / 1e6:.2f} GB",
        }

    def _look(self) -> None:
        while not self._over.wait(0.02):
            self._note()

    def _note(self) -> None:
        status = Path("/proc/self/status").read_text()
        lines = dict(line.split(":", 1) for line in status.splitlines() if line.startswith("Rss"))
        now = {name: int(value.split()[0]) for name, value in lines.items()}
        now["all"] = sum(now.values())
        for name, value in now.items():
            self._peak[name] = max(self._peak.get(name, 0), value)


if __name__ == "__main__":
    main()
