"""Opening a stranger's video: which demuxer may see it, and where its time begins.

A file is recognised by its first bytes, never by its name, and only four kinds are let in. Lists
that make a player fetch other files (HLS, concat, DASH) are therefore never parsed, and the
demuxers may use no protocol but `file`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
from av.codec.context import CodecContext
from av.container import InputContainer
from av.error import FFmpegError
from av.stream import Disposition
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from engine.data.limits import Limits, check_file, shown
from engine.data.video_whole import is_cut
from engine.errors import BadInput
from engine.types import Warning

_MOV_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot")
_ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
_READABLE = "mp4, mov, webm, mkv, gif or avi"


def sniff(path: Path) -> str | None:
    """The demuxer for the file's content: "mov", "matroska", "gif", "avi", or None."""
    with path.open("rb") as file:
        head = file.read(16)
    if head[4:8] in _MOV_BOXES:
        return "mov"
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "matroska"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith(b"RIFF") and head[8:12] == b"AVI ":
        return "avi"
    return None


@contextmanager
def open_container(path: Path, limits: Limits) -> Iterator[InputContainer]:
    """Open a checked file with the one demuxer that its content asks for.

    Raises BadInput for what `check_file` refuses, for unknown content and for broken headers.
    """
    check_file(path, limits, "video")
    demuxer = sniff(path)
    if demuxer is None:
        raise BadInput(
            "The file '{name}' is not a video.",
            "Its content is not {readable}, whatever its name says.",
            "Choose a video file, or convert this one to mp4.",
            key="not_a_video",
            name=shown(path),
            readable=_READABLE,
        )
    try:
        container = av.open(
            str(path.resolve()),
            "r",
            format=demuxer,
            options=_decoding(limits),  # the demuxer decodes a little, too, to know what it is
            container_options={"protocol_whitelist": "file"},
            metadata_errors="replace",
        )
    except FFmpegError as error:
        raise broken(path) from error
    with container:
        yield container


def _decoding(limits: Limits) -> dict[str, str]:
    """What a decoder may make: more than the limit, because codecs round sizes up and add edges."""
    return {"max_pixels": str(limits.max_pixels * 3 // 2 + 2**16)}


def broken(path: Path) -> BadInput:
    """The error for a file that claims to be a video and yields no frame."""
    return BadInput(
        "The video '{name}' cannot be read.",
        "The file is damaged or incomplete; a download or a recording was probably cut off.",
        "Download or record it again; if a player still shows it, save it as mp4 from there.",
        key="video_broken",
        name=shown(path),
    )


@dataclass
class Source:
    """An opened clip, its first frame already decoded.

    Attributes:
        first: the first frame that is shown.
        limits: what it may cost; a clip may change the size of its frames on the way.
        zero: its time in seconds; every other time is counted from here.
        tick: the length of the file's smallest unit of time, in seconds.
        warnings: what was found wrong; grows while `frames` runs.
    """

    path: Path
    container: InputContainer
    stream: VideoStream
    decoder: VideoCodecContext
    first: VideoFrame
    limits: Limits
    zero: Fraction
    tick: Fraction
    warnings: list[Warning] = field(default_factory=list)

    @property
    def frame_length(self) -> Fraction:
        """The usual time between two frames in seconds; 1/25 where the file does not say."""
        rate = self.stream.average_rate or self.stream.guessed_rate
        return 1 / Fraction(rate) if rate and rate > 0 else Fraction(1, 25)

    def time(self, frame: VideoFrame) -> Fraction | None:
        """When a frame is shown, in seconds after the first one; None where the file is silent."""
        if frame.pts is None:
            return None
        return frame.pts * Fraction(frame.time_base or self.tick) - self.zero

    def frames(self, start: Fraction) -> Iterator[VideoFrame]:
        """Every frame in the order of showing, beginning at or somewhat before `start` seconds.

        At the first damage the whole frames before it are given, and `warnings` says so. Raises
        BadInput for frames that are too big.
        """
        self._seek(start)
        found = self._checked()
        first = next(found, None)
        if first is not None and start > 0 and (self.time(first) or 0) > start:
            # The index led too far, as it may with reordered frames: decode from the beginning.
            self._seek(Fraction(0))
            found = self._checked()
            first = next(found, None)
        if first is not None:
            yield first
            yield from found
        demuxer = self.container.format.name.split(",")[0]
        if not self.warnings and is_cut(self.path, demuxer):
            self.warnings.append(_damage("clip_cut_off", "the end of the file is missing"))

    def _checked(self) -> Iterator[VideoFrame]:
        for frame in _good_frames(self.container, self.stream, self.decoder, self.warnings):
            _check_size(frame.width, frame.height, self.path, self.limits)
            yield frame

    def _seek(self, start: Fraction) -> None:
        """Go to a key frame safely before `start`; a gif has no index and is read from the top."""
        early = max(start - 1, Fraction(0)) if self.container.format.name != "gif" else 0
        target = self.first.pts or 0
        if early:
            target += int(early / self.tick)
        try:
            self.container.seek(target, stream=self.stream, backward=True)
        except FFmpegError:
            self.container.seek(0)
        self.decoder.flush_buffers()


@contextmanager
def open_source(path: Path, limits: Limits) -> Iterator[Source]:
    """Open a clip and decode its first frame.

    Raises BadInput as `open_container` does, and when there is no picture in the file, the frames
    are too big or none can be decoded.
    """
    with open_container(path, limits) as container:
        stream = _picture_stream(container, path)
        _check_size(stream.codec_context.width, stream.codec_context.height, path, limits)
        decoder = _decoder(stream, limits)
        first = next(_good_frames(container, stream, decoder, []), None)
        if first is None:
            raise broken(path)
        _check_size(first.width, first.height, path, limits)
        tick = Fraction(first.time_base or stream.time_base or Fraction(1, 1000))
        zero = (first.pts or 0) * tick
        yield Source(path, container, stream, decoder, first, limits, zero, tick)


def _picture_stream(container: InputContainer, path: Path) -> VideoStream:
    cover = Disposition.attached_pic
    streams = [stream for stream in container.streams.video if not stream.disposition & cover]
    if not streams:
        raise BadInput(
            "The file '{name}' has no moving picture in it.",
            "It holds only sound." if container.streams.audio else "It holds no video track.",
            "Choose a file with moving pictures.",
            key="no_moving_picture",
            name=shown(path),
        )
    return streams[0]


def _check_size(width: int, height: int, path: Path, limits: Limits) -> None:
    if width * height > limits.max_pixels:
        raise BadInput(
            "The frames of '{name}' are too big.",
            "They are {width} x {height}; at most {most} million pixels are taken.",
            "Make the video smaller, for example 1080p.",
            key="frames_too_big",
            name=shown(path),
            width=width,
            height=height,
            most=f"{limits.max_pixels / 1e6:.1f}",
        )


def _decoder(stream: VideoStream, limits: Limits) -> VideoCodecContext:
    """The stream's own decoder; libvpx for webm with transparency, which the usual one drops."""
    name = _ALPHA_DECODERS.get(stream.codec_context.name)
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    if name and tags.get("alpha_mode") == "1":
        decoder = CodecContext.create(name, "r")
        assert isinstance(decoder, VideoCodecContext)
    else:
        decoder = stream.codec_context
        # Threads that work ahead on later frames can wait for ever when a video is left before its
        # end and the decoder is freed: seen with Python 3.12 and PyAV 18.
        decoder.thread_type = "SLICE"
    decoder.thread_count = min(4, os.cpu_count() or 1)
    decoder.options = _decoding(limits)
    return decoder


def _good_frames(
    container: InputContainer,
    stream: VideoStream,
    decoder: VideoCodecContext,
    warnings: list[Warning],
) -> Iterator[VideoFrame]:
    """Frames in the order in which they are shown, up to the first damage."""
    started = False
    try:
        for packet in container.demux(stream):
            if not packet.size:  # the demuxer's sign for the end
                break
            try:
                frames = decoder.decode(packet)
            except FFmpegError:
                if started:
                    raise
                continue  # a recording may begin in the middle of a group of pictures
            started = started or bool(frames)
            yield from frames
    except FFmpegError as error:
        reason = error.strerror
        warnings.append(
            _damage("clip_broken_inside", "it is broken inside: {reason}", reason=reason)
        )
    with suppress(FFmpegError):  # what the decoder still holds, if anything
        yield from decoder.decode(None)


def _damage(key: str, why: str, **values: object) -> Warning:
    return Warning(
        "The video is damaged; only its beginning is used.",
        "Reading stopped early: " + why + ".",
        "If too much is missing, download or record it again.",
        key=key,
        **values,
    )
