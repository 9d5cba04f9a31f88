"""A quick look before a long run: the dance as a skeleton over the photo, and what may go wrong."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np
import PIL.Image
from numpy.typing import NDArray

from engine.catalogue import MimicMotionSettings
from engine.data.picture import read_picture, resized
from engine.errors import NoPoseFound
from engine.exchange import whom
from engine.exchange.person import NOBODY, PAPER
from engine.exchange.scene import Scene, read_scene
from engine.exchange.shapes import drawn_size
from engine.models.shelf import Shelf
from engine.pose.draw import POCKET, draw
from engine.pose.skeleton import SEEN, convert
from engine.types import Event, Inputs, Poses, Progress, Result, Warning

Finding: TypeAlias = Literal[
    "nobody", "half", "hands_out", "feet_out", "dancer_half", "dancer_lost", "several", "paper"
]
"""What a rehearsal may find.

`nobody`: no person in the photo. `half`: their feet are not in the photo. `hands_out`, `feet_out`:
they leave the picture while dancing. `dancer_half`: the dancer's feet are never seen.
`dancer_lost`: the dancer is not seen in a good part of the frames. `several`: several people are in
the clip. `paper`: a drawn person stands in for the photo, which is no fault.
"""

FRAMES, FPS, SIDE = 24, 8.0, 288
"""Of the loop, at most: three seconds are enough to see whether it fits."""

_TOLD: Mapping[str, Finding] = {
    "several_people": "several",
    "several_people_counted": "several",
    PAPER.key: "paper",
    NOBODY.key: "nobody",
}
_WRISTS, _ANKLES, _CORE = [4, 7], [10, 13], [1, 2, 5, 8, 11]  # of openpose18
_OFTEN = 0.15
_DIMMED = 0.5
_LEAD = 0.5
"""Seconds of the loop before a doubtful span."""


def rehearse(
    settings: MimicMotionSettings, inputs: Inputs, shelf: Shelf, out: Path
) -> Iterator[Event]:
    """Write three seconds of the dance, moved onto the person, as a looping webp.

    Its shorter side has `SIDE` pixels; its shape is that of the video. The poses are those of the
    run that these settings ask for, whole and at its rate, and what was found is kept for it
    (`pose_cache.py`); only the loop is short. It shows the beginning, or the first doubtful span.

    Warnings that are no findings are passed on. The last event is a `Result` whose record has
    `findings`, a list of `Finding`; `crowd`: None, or what is needed to ask whom of several people
    to follow (`_whom`); and `start`: seconds into the dance at which the loop begins. Raises what
    `read_scene` raises; a photo without a person is a finding, not an error, and then the loop is a
    still of the photo, and the record has nothing else.
    """
    size = drawn_size(SIDE, settings.shape) if shelf.is_pocket else None
    try:
        scene = yield from _told_once(read_scene(settings, inputs, shelf, size))
    except NoPoseFound as error:
        if error.key != "nobody_in_real_photo" or inputs.image is None:
            raise
        photo = _small(read_picture(inputs.image, shelf.limits))
        _write_loop(_dimmed(photo)[None], out)
        yield Result(out, {"findings": ["nobody"]})
        return
    start = doubtful_start(scene)
    _write_loop(_over(_small(scene.photo), thinned(scene.dance[start:], scene.fps)), out)
    found = findings(scene.photo_pose, scene.dance)
    found += [_TOLD[warning.key] for warning in scene.warnings if warning.key in _TOLD]
    crowd = _whom(scene, inputs, shelf, out)
    told = {"findings": list(dict.fromkeys(found)), "crowd": crowd, "start": start / scene.fps}
    yield Result(out, told)


def doubtful_start(scene: Scene) -> int:
    """The frame with which the loop begins: a little before the first doubtful span; 0 without one.

    Of a dance that goes on for so long the loop shows three seconds in any case.
    """
    if scene.motion is None or not scene.motion.doubts:
        return 0
    first = scene.motion.doubts[0].first - round(_LEAD * scene.fps)
    return max(0, min(first, len(scene.dance) - round(FRAMES / FPS * scene.fps)))


def _whom(scene: Scene, inputs: Inputs, shelf: Shelf, out: Path) -> dict[str, Any] | None:
    """Who is in the clip, if several are: the `person` who is followed (0: they are not in the
    frame), the `boxes` of all from the left, each (x0, y0, x1, y1) in [0, 1], and the path of the
    `still` beside `out` that they are drawn on (`whom.py`).
    """
    motion = scene.motion
    if motion is None or motion.crowd is None:
        return None
    film = inputs.motion if motion.kind == "video" else None
    path = out.with_name(f"{out.stem}-people.webp")
    picture = whom.still(motion.crowd, film, motion.fps, shelf.limits)
    picture.save(path, format="WEBP", quality=75)
    boxes = whom.boxes(motion.crowd.people).tolist()
    return {"person": motion.crowd.person, "boxes": boxes, "still": path}


def thinned(dance: Poses, fps: float) -> Poses:
    """What the loop shows of a dance of this rate: at most `FRAMES`, `FPS` a second."""
    rows = (np.arange(FRAMES) * fps / FPS + 1e-6).astype(np.int64)
    return dance[rows[rows < len(dance)]]


def _told_once(
    reading: Generator[Progress | Warning, None, Scene],
) -> Generator[Progress | Warning, None, Scene]:
    """Pass on what is not told as a finding."""
    while True:
        try:
            event = next(reading)
        except StopIteration as end:
            return end.value
        if not (isinstance(event, Warning) and event.key in _TOLD):
            yield event


def findings(person: Poses, dance: Poses) -> list[Finding]:
    """What may go wrong, told by the pose in the photo and by the dance, moved onto it."""
    found: list[Finding] = []
    body = convert(person[:1], "openpose18").score[0] > SEEN
    if body[_CORE].sum() < 3:
        found.append("nobody")
    elif not body[_ANKLES].any():
        found.append("half")
    moved = convert(dance, "openpose18")
    seen = moved.score > SEEN
    present = seen[:, _CORE].sum(axis=1) >= 3
    if present.mean() < 1 - 2 * _OFTEN:
        found.append("dancer_lost")
    if seen[present][:, _ANKLES].any(axis=1).sum() < _OFTEN * present.sum():
        found.append("dancer_half")
    outside = ((moved.keypoints < 0) | (moved.keypoints > 1)).any(axis=-1) & seen
    if outside[:, _WRISTS].any(axis=1).mean() > _OFTEN:
        found.append("hands_out")
    if outside[:, _ANKLES].any(axis=1).mean() > _OFTEN:
        found.append("feet_out")
    return found


def _small(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """The picture that the model would get, its shorter side `SIDE` pixels long."""
    height, width = picture.shape[:2]
    scale = SIDE / min(width, height)
    return resized(picture, (round(width * scale), round(height * scale)))


def _over(photo: NDArray[np.uint8], dance: Poses) -> NDArray[np.uint8]:
    """The skeleton, bright, over the dimmed photo; `f h w 3`."""
    height, width = photo.shape[:2]
    return np.maximum(_dimmed(photo), draw(dance, (width, height), POCKET))


def _dimmed(photo: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return (photo * _DIMMED).astype(np.uint8)


def _write_loop(frames: NDArray[np.uint8], out: Path) -> None:
    first, *others = (PIL.Image.fromarray(frame) for frame in frames)
    first.save(
        out, format="WEBP", save_all=True, append_images=others, duration=round(1000 / FPS),
        loop=0, quality=55, method=2,
    )  # fmt: skip
