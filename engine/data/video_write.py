"""Writing a clip that plays everywhere: H.264 4:2:0, index first, BT.709 said and meant.

The sound of the driving clip can go along, cut to the picture's length and in time with it, and
the record of how the clip was made goes into the `comment` tag. A file appears under its name
only when it is whole.
"""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.error import FFmpegError
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
from engine.data.video_audio import Soundtrack, add_audio
from engine.data.video_record import AI_MARK, MAX_RECORD_BYTES, to_json
from engine.errors import BadInput, StudioError
from engine.types import Warning

_PRECISE = Interpolation.BICUBIC | Interpolation.FULL_CHR_H_INP | Interpolation.ACCURATE_RND


class VideoWriter:
    """Write frames to an mp4 one at a time; a context manager.

    The file is written under a temporary name beside `path` and renamed when the `with` block
    ends well; when it ends with an error (a cancelled job too) nothing is left, and a file that
    was at `path` before stays as it was.

    Args:
        path: the mp4 to make; its folder is made when missing.
        fps: frames per second.
        audio_from: a clip whose sound is added; one without sound adds none.
        audio_start: the second of that clip, counted from its first frame, at which ours begins.
        record: how the clip was made, for the `comment` tag; JSON values only. If it says
            `ai_generated`, the `description` tag says so, too, in words that others know.
        crf: x264's constant rate factor, 0 (lossless) to 51; 18 is hard to tell from the original.
        limits: what the clip with the sound may cost.

    Raises BadInput when the place cannot be written or `audio_from` is no video; StudioError when
    the disk is full.
    """

    def __init__(
        self,
        path: Path,
        fps: float | Fraction,
        *,
        audio_from: Path | None = None,
        audio_start: float = 0.0,
        record: Mapping[str, Any] | None = None,
        crf: int = 18,
        limits: Limits = Limits(),  # noqa: B008 (frozen)
    ) -> None:
        self._rate = Fraction(fps).limit_denominator(1001)
        if not 0 < self._rate <= 1000:
            raise ValueError(f"fps must lie in (0, 1000], got {fps}")
        self.path = path
        self.warnings: list[Warning] = []
        self._audio = (audio_from, audio_start)
        self._comment = to_json(record) if record is not None else None
        self._made_up = record is not None and record.get("ai_generated") is True
        self._crf = crf
        self._limits = limits
        self._temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
        self._size: tuple[int, int] | None = None  # (height, width) of the frames given
        self._count = 0
        self._sound: Soundtrack | None = None

    def __enter__(self) -> VideoWriter:
        source, start = self._audio
        with ExitStack() as cleanup, self._explained():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            if self.path.is_dir():
                raise IsADirectoryError(errno.EISDIR, "Is a directory")
            self._temporary.open("xb").close()  # fails here, not after an hour of work
            cleanup.callback(self._temporary.unlink, missing_ok=True)
            self._container = av.open(
                str(self._temporary), "w", format="mp4", options={"movflags": "+faststart"}
            )
            cleanup.callback(self._close)
            self._video = self._container.add_stream("libx264", rate=self._rate)
            if source is not None:
                self._sound = add_audio(self._container, source, start, self._limits, self.warnings)
            if self._sound is not None:
                cleanup.callback(self._sound.close)
            self._cleanup = cleanup.pop_all()
        return self

    def add(self, frame: NDArray[np.uint8]) -> None:
        """Append one `h w 3` RGB frame; all must have the first one's size.

        H.264 needs even sizes: the last row or column of an odd one is doubled.
        """
        if frame.ndim != 3 or frame.shape[2] != 3 or frame.dtype != np.uint8:
            raise ValueError(f"a frame is h w 3 uint8, got {frame.shape} {frame.dtype}")
        if self._size is None:
            self._begin(frame.shape[0], frame.shape[1])
        if frame.shape[:2] != self._size:
            raise ValueError(f"the frames have {self._size}, this one has {frame.shape[:2]}")
        height, width = frame.shape[:2]
        even = np.pad(frame, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")
        picture = self._to_yuv.reformat(
            VideoFrame.from_ndarray(np.ascontiguousarray(even), format="rgb24"),
            format="yuv420p",
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
            interpolation=_PRECISE,
        )
        picture.pts = self._count
        picture.time_base = 1 / self._rate
        picture.color_primaries = ColorPrimaries.BT709
        picture.color_trc = ColorTrc.BT709
        self._count += 1
        with self._explained():
            self._container.mux(self._video.encode(picture))
            if self._sound is not None:
                self._sound.write_until(self._count / self._rate)

    def _begin(self, height: int, width: int) -> None:
        self._size = (height, width)
        self._to_yuv = VideoReformatter()
        video = self._video
        video.width, video.height = width + width % 2, height + height % 2
        video.pix_fmt = "yuv420p"
        video.time_base = 1 / self._rate
        video.options = {"crf": str(self._crf), "preset": "medium"}
        video.codec_context.colorspace = Colorspace.ITU709
        video.codec_context.color_primaries = ColorPrimaries.BT709
        video.codec_context.color_trc = ColorTrc.BT709
        video.codec_context.color_range = ColorRange.MPEG
        if self._comment is None:
            return
        if self._made_up:
            self._container.metadata["description"] = AI_MARK
        if len(self._comment.encode()) <= MAX_RECORD_BYTES:
            self._container.metadata["comment"] = self._comment
        else:
            self.warnings.append(
                Warning(
                    "The settings are not inside the video file.",
                    "They are longer than the 1 MB that fits there.",
                    "Keep the .json file beside it.",
                    key="record_not_inside",
                )
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._cleanup:
            if kind is not None:
                return
            if not self._count:
                raise BadInput(
                    "The video '{name}' was not written.",
                    "There is no frame to put in it.",
                    "Ask for at least one frame.",
                    key="no_frame_to_write",
                    name=shown(self.path),
                )
            with self._explained():
                self._container.mux(self._video.encode(None))
                if self._sound is not None:
                    self._sound.finish()
                self._container.close()
                os.replace(self._temporary, self.path)

    def _close(self) -> None:
        """Close the container on the way out of an error, which is not to be hidden by another."""
        with suppress(OSError, FFmpegError):
            self._container.close()

    @contextmanager
    def _explained(self) -> Iterator[None]:
        """Turn the system's refusals into words."""
        try:
            yield
        except (OSError, FFmpegError) as error:
            if error.errno == errno.ENOSPC:
                raise StudioError(
                    "The video '{name}' was not written.",
                    "The disk is full.",
                    "Free some space and start again.",
                    key="disk_full",
                    name=shown(self.path),
                ) from error
            raise BadInput(
                "The video '{name}' cannot be written.",
                "The system says: {reason}.",
                "Choose another place or name.",
                key="cannot_write",
                name=shown(self.path),
                reason=error.strerror,
            ) from error


def write(
    frames: Iterable[NDArray[np.uint8]],
    path: Path,
    fps: float | Fraction,
    *,
    audio_from: Path | None = None,
    audio_start: float = 0.0,
    record: Mapping[str, Any] | None = None,
    crf: int = 18,
) -> list[Warning]:
    """Write all frames at once and return what the user should know; see VideoWriter."""
    with VideoWriter(
        path, fps, audio_from=audio_from, audio_start=audio_start, record=record, crf=crf
    ) as writer:
        for frame in frames:
            writer.add(frame)
    return writer.warnings
