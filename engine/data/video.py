"""Reading a clip frame by frame, at its true times, upright and in RGB.

Frames are streamed: however long a clip is, only the few that the decoder holds are in memory.
Time zero is the first frame that is shown (edit lists and late starts are taken off). Everything
is opaque 8-bit RGB in the end: transparency lies on white, 10-bit is reduced, HDR (PQ, HLG) is
brought down to standard range, rotation tags and non-square pixels are applied.
"""

from __future__ import annotations

import math
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from pathlib import Path

import numpy as np
from av.video.frame import VideoFrame
from av.video.reformatter import (
    ColorPrimaries,
    ColorRange,
    Colorspace,
    ColorTrc,
    Interpolation,
    VideoReformatter,
)
from numpy.typing import NDArray

from engine.data.limits import Limits, shown
from engine.data.video_length import length, too_many
from engine.data.video_open import Source, open_source
from engine.errors import BadInput
from engine.types import Warning

_MILLISECOND = Fraction(1, 1000)
_UNSPECIFIED = 2  # AVCOL_SPC_UNSPECIFIED
_HDR_CURVES = (ColorTrc.SMPTE2084, ColorTrc.ARIB_STD_B67)
_PRECISE = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INT | Interpolation.ACCURATE_RND


@dataclass(frozen=True)
class VideoInfo:
    """What is known of a clip before it is read whole.

    Attributes:
        width, height: pixels of a frame as it will be read: upright, with square pixels.
        fps: frames per second on average.
        seconds: the length, as the file says; as counted where it does not say, and where `probe`
            finds that it holds more.
        has_audio: whether there is a sound track.
        frames: how many frames the file claims to hold, None where it does not say. Files lie
            (edit lists, truncation), so only a count while reading is certain.
    """

    width: int
    height: int
    fps: float
    seconds: float
    has_audio: bool
    frames: int | None


def probe(path: Path, limits: Limits = Limits()) -> VideoInfo:  # noqa: B008 (frozen)
    """Look at a clip: its first frame is decoded, the others are counted.

    Raises BadInput when it is no video, is broken, or exceeds `limits`.
    """
    with open_source(path, limits) as source:
        return _info(source, limits, believe=False)


class Frames(Iterator[NDArray[np.uint8]]):
    """The frames of one clip, `h w 3` RGB uint8 each, decoded as they are asked for.

    Use it as a context manager, or read it to its end: either closes the file. `warnings` grows
    while reading; a clip that breaks off in the middle ends there and says so in it.
    """

    def __init__(
        self, path: Path, fps: float | None, max_frames: int | None, start: float, limits: Limits
    ) -> None:
        self.warnings: list[Warning] = []
        self._opened = open_source(path, limits)
        self._source = self._opened.__enter__()
        try:
            self.info: VideoInfo = _info(self._source, limits, believe=True)
            self._source.warnings = self.warnings
            self._frames = _read(self._source, self.info, fps, max_frames, start, limits)
        except BaseException:
            self._opened.__exit__(None, None, None)
            raise

    def __next__(self) -> NDArray[np.uint8]:
        try:
            return next(self._frames)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Frames:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; reading on gives nothing more."""
        self._frames.close()
        self._opened.__exit__(None, None, None)


def read(
    path: Path,
    *,
    fps: float | None = None,
    max_frames: int | None = None,
    start: float = 0.0,
    limits: Limits = Limits(),  # noqa: B008 (frozen)
) -> Frames:
    """Read a clip.

    Args:
        path: mp4, mov, webm, mkv, gif or avi, recognised by content.
        fps: frames per second wanted: frame `k` is the one that is on the screen at `start + k /
            fps` (the last that began at or before then). None gives every stored frame once, in
            which case a variable rate is lost.
        max_frames: stop after so many.
        start: seconds to leave out at the beginning.
        limits: what the file may cost.

    Raises BadInput when it is no video, is broken from the start, exceeds `limits`, or ends before
    `start`.
    """
    if fps is not None and not (math.isfinite(fps) and 0 < fps <= 1000):
        raise ValueError(f"fps must lie in (0, 1000], got {fps}")
    if max_frames is not None and max_frames < 1:
        raise ValueError(f"max_frames must be 1 or more, got {max_frames}")
    if not (math.isfinite(start) and start >= 0):
        raise ValueError(f"start must be zero or more seconds, got {start}")
    return Frames(path, fps, max_frames, start, limits)


def _info(source: Source, limits: Limits, *, believe: bool) -> VideoInfo:
    width, height = _Converter(source.first, source).size
    stream, container = source.stream, source.container
    seconds = length(source, limits, believe=believe)
    return VideoInfo(
        width=width,
        height=height,
        fps=float(1 / source.frame_length),
        seconds=float(seconds),
        has_audio=bool(container.streams.audio),
        frames=stream.frames or None,
    )


def _read(
    source: Source,
    info: VideoInfo,
    fps: float | None,
    max_frames: int | None,
    start: float,
    limits: Limits,
) -> Generator[NDArray[np.uint8], None, None]:
    begin = Fraction(start)
    convert = _Converter(source.first, source)
    timed = _timed(source, begin, limits)
    # Times in files are rounded (to 1 ms in webm, 10 ms in gif): a frame meant for t may be
    # written half a unit later.
    tolerance = max(source.tick / 2, _MILLISECOND)
    if fps is None:
        chosen = (frame for time, _, frame in timed if time >= begin - tolerance)
    else:
        chosen = _resampled(timed, Fraction(fps), begin, tolerance)
    count = 0
    for count, frame in enumerate(islice(chosen, max_frames), start=1):  # noqa: B007
        yield convert(frame)
    if count == 0:
        raise BadInput(
            "The video '{name}' has nothing after {start} seconds.",
            "It lasts {seconds} seconds.",
            "Begin earlier.",
            key="video_ends_before",
            name=shown(source.path),
            start=f"{start:g}",
            seconds=f"{info.seconds:.2f}",
        )


_Timed = tuple[Fraction, Fraction, VideoFrame]


def _timed(source: Source, begin: Fraction, limits: Limits) -> Iterator[_Timed]:
    """(begin, end, frame), seconds from the first frame, times never running backwards."""
    usual = source.frame_length
    previous: Fraction | None = None
    for count, frame in enumerate(source.frames(begin), start=1):
        time = source.time(frame)
        if time is None or (previous is not None and time <= previous):
            time = previous + usual if previous is not None else Fraction(0)
        lasts = Fraction(frame.duration or 0) * source.tick
        previous = time
        if count > limits.max_frames or time > limits.max_seconds:
            raise too_many(source, count, limits)
        yield time, time + (lasts if lasts > 0 else usual), frame


def _resampled(
    timed: Iterator[_Timed], fps: Fraction, begin: Fraction, tolerance: Fraction
) -> Iterator[VideoFrame]:
    """For every wanted moment, the last frame that began at or before it."""
    wanted = begin
    held: VideoFrame | None = None
    end = begin
    for time, ends, frame in timed:
        while held is not None and wanted < time - tolerance:
            yield held
            wanted += 1 / fps
        held, end = frame, ends
    while held is not None and wanted < end - tolerance:
        yield held
        wanted += 1 / fps


class _Converter:
    """Turns decoded frames into upright RGB arrays of one size."""

    def __init__(self, first: VideoFrame, source: Source) -> None:
        aspect = float(source.stream.sample_aspect_ratio or 1)
        if not 0.25 <= aspect <= 4:  # such pixels do not exist; the tag is wrong
            aspect = 1.0
        self._width = max(1, round(first.width * aspect))
        self._height = first.height
        self._turns = round(first.rotation / 90) % 4
        self._reformatter = VideoReformatter()

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the arrays."""
        if self._turns % 2:
            return self._height, self._width
        return self._width, self._height

    def __call__(self, frame: VideoFrame) -> NDArray[np.uint8]:
        alpha = any(part.is_alpha for part in frame.format.components)
        hdr = frame.color_trc in _HDR_CURVES
        untagged = frame.colorspace == _UNSPECIFIED and not frame.format.is_rgb
        # What players assume of a file that does not say its colours: HD is BT.709, less is 601.
        hd = frame.height >= 720 or frame.width >= 1280
        converted = self._reformatter.reformat(
            frame,
            width=self._width,
            height=self._height,
            format="rgba" if alpha else "rgb24",
            src_colorspace=(Colorspace.ITU709 if hd else Colorspace.ITU601) if untagged else None,
            dst_color_range=ColorRange.JPEG,
            interpolation=_PRECISE,
            dst_color_trc=ColorTrc.BT709 if hdr else None,
            dst_color_primaries=ColorPrimaries.BT709 if hdr else None,
        )
        picture = np.asarray(converted.to_ndarray(), dtype=np.uint8)
        if alpha:
            picture = on_white(picture)
        return np.ascontiguousarray(np.rot90(picture, self._turns))


def on_white(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Lay `h w 4` RGBA over white: `h w 3` RGB."""
    opaque = picture[..., 3:].astype(np.uint16)
    mixed = picture[..., :3] * opaque + 255 * (255 - opaque)
    return ((mixed + 127) // 255).astype(np.uint8)
