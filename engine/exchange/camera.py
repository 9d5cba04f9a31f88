"""From a photo and a dance to a video, a measurement or a quick look, with one way of sampling."""

from __future__ import annotations

import secrets
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from engine.catalogue import MimicMotionSettings
from engine.data.pixels import to_pixels, to_rgb
from engine.evaluate.heldout import Animate
from engine.exchange.estimate import Estimate, probe
from engine.exchange.looks import Looks
from engine.exchange.peak import PeakMemory
from engine.exchange.record import decisive, make_record, warned
from engine.exchange.render import publish, watch
from engine.exchange.room import fitted
from engine.exchange.scene import (
    STYLES,
    DrawnPoses,
    Scene,
    foreseen_frames,
    guiding,
    read_scene,
    settled,
    unlike_training,
)
from engine.exchange.seams import SMALL_SIDE, compare_seams, enough_frames
from engine.exchange.shapes import PUBLISHED_RESOLUTION, drawn_size, published_pixels
from engine.models.shelf import Shelf
from engine.nets.autoencoder import decode_in_chunks
from engine.nets.mimicmotion import Networks, PosePictures
from engine.sampling.loop import Step, Tick
from engine.sampling.plan import Plan
from engine.sampling.profile import Profile, choose
from engine.sampling.scratch import Scratch, remembered_seed
from engine.sampling.spans import Fusion
from engine.types import Event, Inputs, Poses, Result, Warning


class Sampler(Protocol):
    """A paper's way from noise to latents, `mimicmotion.animate`."""

    def __call__(
        self,
        nets: Networks,
        reference: Tensor,
        poses: PosePictures,
        plan: Plan,
        generator: torch.Generator,
        *,
        profile: Profile,
        scratch: Scratch | None,
    ) -> Iterator[Tick | Step]: ...


@dataclass(frozen=True)
class Camera:
    """Films scenes.

    Attributes:
        system, model: by their names in the record.
        nets: the networks of one model.
        animate: how they are sampled.
        shelf: the device and the limits.
    """

    system: str
    model: str
    nets: Networks
    animate: Sampler
    shelf: Shelf

    def size(self, settings: MimicMotionSettings) -> tuple[int, int] | None:
        """(width, height) of the pictures; None where `read_scene` decides."""
        if self.nets.spec.style == "mimicmotion":
            return None
        return drawn_size(self.shelf.pocket_size, settings.shape)

    def generate(
        self, settings: MimicMotionSettings, inputs: Inputs, out: Path, scratch: Path | None
    ) -> Iterator[Event]:
        """Make the video; see `engine.library.generate`."""
        started, peak = time.monotonic(), PeakMemory(self.shelf.device.torch)
        scene = yield from read_scene(settings, inputs, self.shelf, self.size(settings))
        profile = choose(settings.memory, self.shelf.device)
        seed = remembered_seed(scratch, settings.seed)
        chosen, scene = yield from self._settled(settings, seed, scene, profile)
        kept = None
        if scratch is not None:
            facts = decisive(chosen, inputs, self.nets.modules(), self.shelf.device.name)
            kept = Scratch(scratch, facts)
        steps = self.film(chosen, scene, profile, kept)
        looks = Looks(
            self.nets.autoencoder,
            1 + len(scene.dance) // 2,
            fps=None if scratch is None else scene.fps,
            badge=settings.badge,
        )
        resumed = kept is not None and kept.load(torch.device("cpu")) is not None
        latents = yield from watch(steps, looks)
        record = make_record(
            system=self.system,
            model=self.model,
            settings=settings,
            seed=chosen.seed,
            inputs=inputs,
            warnings=scene.warnings,
            frames=len(scene.dance),
            fps=scene.fps,
            steps=chosen.num_inference_steps,
            window=chosen.window_size,
            overlap=chosen.overlap,
            memory=profile.name,
            device=self.shelf.device.name,
            resumed=resumed,
        )
        late = yield from publish(
            latents,
            self.nets.autoencoder,
            out,
            scene.fps,
            drop=1,  # slot 0 is the reference
            audio=scene.audio,
            record=record,
            chunk=profile.decode,
            parts=scratch,
            badge=settings.badge,
            limits=self.shelf.limits,
        )
        if kept is not None:
            kept.clear()
        # these are known too late to be said inside the file
        cost = {"seconds": round(time.monotonic() - started, 2), "peak_bytes": peak.bytes()}
        yield Result(out, record | cost | warned((*scene.warnings, *late)))

    def _settled(
        self, settings: MimicMotionSettings, seed: int, scene: Scene, profile: Profile
    ) -> Generator[Warning, None, tuple[MimicMotionSettings, Scene]]:
        """Nothing left open, the window as the memory allows; the scene knows of the warnings."""
        chosen, warnings = fitted(
            settled(settings, self.nets.spec, seed),
            settings,
            self.nets,
            scene.photo_pose.size,
            1 + len(scene.dance),
            profile,
        )
        # a window that was shortened is told already
        warnings = warnings or unlike_training(chosen, self.nets.spec, 1 + len(scene.dance))
        yield from warnings
        return chosen, replace(scene, warnings=(*scene.warnings, *warnings))

    def estimate(self, settings: MimicMotionSettings, inputs: Inputs) -> Iterator[Event | Estimate]:
        """What the video would cost; a few calls of the network and a chunk are made for real.

        The last item is the `Estimate`.
        """
        started, peak = time.monotonic(), PeakMemory(self.shelf.device.torch)
        scene = yield from read_scene(settings, inputs, self.shelf, self.size(settings))
        reading = time.monotonic() - started
        profile = choose(settings.memory, self.shelf.device)
        chosen, scene = yield from self._settled(settings, 0, scene, profile)
        found = probe(
            self.film(chosen, scene, profile),
            self.nets.autoencoder,
            frames=1 + len(scene.dance),
            size=scene.photo_pose.size,
            chunk=profile.decode,
            peak=peak,
        )
        yield replace(
            found,
            seconds=found.seconds + reading,
            memory=profile.name,
            window=chosen.window_size,
            frames=len(scene.dance),
        )

    def preview_seams(
        self, settings: MimicMotionSettings, inputs: Inputs, out: Path
    ) -> Iterator[Event]:
        """The first windows in every way of blending, small and in draft; see `compare_seams`.

        The windows are those of the whole video at its full size, as the memory allows them there.
        """
        seed = settings.seed if settings.seed >= 0 else secrets.randbelow(2**31)
        whole, warnings = self._whole(settings, seed, inputs)
        yield from warnings
        side = min(settings.resolution or PUBLISHED_RESOLUTION, SMALL_SIDE)
        draft = replace(
            settings,
            quality="draft",
            num_inference_steps=0,
            resolution=side,
            window_size=whole.window_size,
            overlap=whole.overlap,
        )
        chosen = settled(draft, self.nets.spec, seed)
        enough = enough_frames(chosen)
        if not 0 < draft.num_frames <= enough:
            draft = replace(draft, num_frames=enough)
        scene = yield from read_scene(draft, inputs, self.shelf, self.size(draft))
        for event in compare_seams(self.shoot, chosen, scene, out):
            if isinstance(event, Result):
                event = Result(event.path, {**event.record, **warned(warnings)})
            yield event

    def _whole(
        self, settings: MimicMotionSettings, seed: int, inputs: Inputs
    ) -> tuple[MimicMotionSettings, tuple[Warning, ...]]:
        """`fitted` settings of the whole video, before photo and dance are read."""
        return fitted(
            settled(settings, self.nets.spec, seed),
            settings,
            self.nets,
            self.size(settings) or published_pixels(settings.resolution, settings.shape),
            1 + foreseen_frames(settings, inputs, self.shelf),
            choose(settings.memory, self.shelf.device),
        )

    def redraw(self, settings: MimicMotionSettings) -> Animate:
        """The system as the measurements see it."""

        def animated(
            photo: NDArray[np.uint8], photo_pose: Poses, dance: Poses, seed: int
        ) -> NDArray[np.uint8]:
            scene = Scene(photo, photo_pose[:1], dance, 15.0)
            return self.frames(settled(settings, self.nets.spec, seed), scene)

        return animated

    def frames(self, settings: MimicMotionSettings, scene: Scene) -> NDArray[np.uint8]:
        """All frames of a scene at once, `f h w 3`; for short clips."""
        shooting = self.shoot(settings, scene)
        while True:
            try:
                next(shooting)
            except StopIteration as end:
                return end.value

    def shoot(
        self, settings: MimicMotionSettings, scene: Scene
    ) -> Generator[Tick, None, NDArray[np.uint8]]:
        """`frames`, which are returned, telling how far the sampler is."""
        profile = choose(settings.memory, self.shelf.device)
        latents: Tensor | None = None
        for event in self.film(settings, scene, profile):
            if isinstance(event, Tick):
                yield event
            else:
                latents = event.latents
        if latents is None:
            raise ValueError("the sampler made no step")
        parts = decode_in_chunks(self.nets.autoencoder, latents, profile.decode)
        return np.concatenate([to_rgb(part) for part in parts])[1:]  # slot 0 is the reference

    def film(
        self,
        settings: MimicMotionSettings,
        scene: Scene,
        profile: Profile,
        scratch: Scratch | None = None,
    ) -> Iterator[Tick | Step]:
        """The sampler for a scene, with settings that are `settled`."""
        device = self.shelf.device.torch
        height, width = scene.photo.shape[:2]
        own, dance = guiding(scene.photo_pose, settings), guiding(scene.dance, settings)
        return self.animate(
            self.nets,
            to_pixels(scene.photo[None], device),
            DrawnPoses(own, dance, (width, height), STYLES[self.nets.spec.style], device),
            Plan(
                steps=settings.num_inference_steps,
                guidance=settings.guidance_scale,
                window=settings.window_size,
                overlap=settings.overlap,
                fusion=cast(Fusion, settings.fusion),
                spread=settings.spread_windows,
                guidance_end=settings.guidance_end or None,
                noise_augmentation=settings.noise_augmentation,
            ),
            torch.Generator().manual_seed(settings.seed),
            profile=profile,
            scratch=scratch,
        )
