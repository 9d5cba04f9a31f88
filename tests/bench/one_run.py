"""One measured run in a process of its own: `python tests/bench/one_run.py ours|plain OUT [...]`.

Prints JSON: seconds by the clock and of the processor without loading, the largest memory of the
process in bytes, and how much of it the run added.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[2]))

from engine.catalogue import MimicMotionSettings
from engine.data import synth
from engine.data.pixels import to_pixels
from engine.exchange.peak import process_peak
from engine.exchange.render import publish
from engine.exchange.scene import STYLES, DrawnPoses, Scene, settled
from engine.freed import keep_freed_memory
from engine.library import Library
from engine.nets.autoencoder import decode_in_chunks
from engine.papers.mimicmotion import camera
from engine.sampling.loop import Step
from engine.sampling.profile import choose
from tests.bench.straightforward import published, straightforward


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("how", choices=("ours", "plain", "film"))
    parser.add_argument("out", type=Path)
    parser.add_argument("--frames", type=int, default=39)
    parser.add_argument("--steps", type=int, default=2)
    parser.add_argument("--guidance", type=float, default=2.0)
    chosen = parser.parse_args()
    if chosen.how != "plain":
        keep_freed_memory()  # as the command line and the worker begin
    library = Library(device="cpu")
    shot = camera(library)
    size = library.pocket_size
    clip = synth.clip(10_000_000, 2, size=(size, size), camera=0.0)
    dance = synth.dance_poses("disco_night", chosen.frames, 15.0)
    scene = Scene(clip.frames[0], clip.poses[:1], dance, 15.0)
    settings = settled(
        MimicMotionSettings(
            seed=3, num_inference_steps=chosen.steps, guidance_scale=chosen.guidance
        ),
        shot.nets.spec,
        3,
    )
    profile = choose("cpu", library.device)
    if chosen.how == "plain":
        for net in vars(shot.nets).values():
            if isinstance(net, torch.nn.Module):
                published(net)
    before = process_peak()
    began, worked = time.perf_counter(), time.process_time()
    if chosen.how == "plain":
        drawn = DrawnPoses(
            scene.photo_pose, dance, (size, size), STYLES["pocket"], torch.device("cpu")
        )
        frames = straightforward(
            shot.nets,
            to_pixels(scene.photo[None]),
            torch.cat(list(drawn.split(16))),
            steps=chosen.steps,
            guidance=chosen.guidance,
            window=settings.window_size,
            overlap=settings.overlap,
            seed=settings.seed,
        )
        result = frames.numpy()
    else:
        events = shot.film(settings, scene, profile)
        latents = torch.zeros(0)
        for event in events:
            if isinstance(event, Step) and event.index == event.total - 1:
                latents = event.latents
            del event  # as `exchange/render.py` does: it may be as large as the latents
        if chosen.how == "film":  # straight into a file, as a user's video is
            for _ in publish(
                latents,
                shot.nets.autoencoder,
                chosen.out.with_suffix(".mp4"),
                15.0,
                drop=1,
                audio=None,
                record={},
            ):
                pass
            result = np.zeros(0)
        else:
            result = torch.cat(list(decode_in_chunks(shot.nets.autoencoder, latents, 8))).numpy()
    peak = process_peak()
    found = {
        "seconds": time.perf_counter() - began,
        "cpu_seconds": time.process_time() - worked,
        "peak": peak,
        "added": peak - before,
    }
    np.save(chosen.out, result)
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
