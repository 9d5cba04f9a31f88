"""Tiny clips and pictures for the tests, with the frame's number drawn into every frame."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

WIDTH, HEIGHT = 64, 48


def numbered(number: int, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """A frame that carries `number` (0..255) as eight black or white columns; its top is red."""
    bits = np.array([(number >> bit) & 1 for bit in range(8)], np.uint8)
    columns = bits[np.arange(width) * 8 // width] * 255
    frame = np.repeat(np.tile(columns, (height, 1))[..., None], 3, axis=2)
    frame[: height // 4] = (255, 0, 0)
    return frame


def number(frame: NDArray[np.uint8]) -> int:
    """The number that `numbered` drew, of an upright frame."""
    height, width = frame.shape[:2]
    middles = (np.arange(8) * 2 + 1) * width // 16
    row = frame[height // 2 : height * 3 // 4, middles].mean(axis=(0, 2))
    return int(sum(1 << bit for bit in range(8) if row[bit] > 127))


def make_clip(
    path: Path,
    numbers: Sequence[int],
    *,
    rate: Fraction = Fraction(30),
    ticks: Sequence[int] | None = None,
    codec: str = "libx264",
    pixels: str = "yuv420p",
    size: tuple[int, int] = (WIDTH, HEIGHT),
    options: dict[str, str] | None = None,
    container: dict[str, str] | None = None,
    tags: dict[str, str] | None = None,
    alpha: NDArray[np.uint8] | None = None,
    aspect: Fraction | None = None,
    colours: dict[str, int] | None = None,
) -> Path:
    """Encode the numbered frames; `ticks` are their times in 1/90000 s, else they are even."""
    width, height = size
    with av.open(str(path), "w", options=container or {}) as out:
        stream: Any = out.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, pixels
        stream.options = options or {}
        stream.metadata.update(tags or {})
        base = Fraction(1, 90000) if ticks is not None else 1 / rate
        stream.codec_context.time_base = base
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for name, value in (colours or {}).items():
            setattr(stream.codec_context, name, value)
        for index, value in enumerate(numbers):
            picture = numbered(value, width, height)
            if alpha is not None:
                picture = np.dstack([picture, alpha])
            kind = "rgb24" if alpha is None else "rgba"
            frame = av.VideoFrame.from_ndarray(picture, format=kind).reformat(format=pixels)
            frame.pts = ticks[index] if ticks is not None else index
            frame.time_base = base
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


def make_clicks(
    path: Path,
    seconds: float = 4.0,
    *,
    fps: int = 30,
    picture_from: float = 0.0,
    sound_from: float = 0.0,
    rate: int = 44_100,
    layout: str = "mono",
) -> Path:
    """A black clip that flashes white for one frame at every full second, with a click there."""
    with av.open(str(path), "w") as out:
        video: Any = out.add_stream("libx264", rate=fps)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        audio: Any = out.add_stream("aac", rate=rate, layout=layout)
        base = Fraction(1, fps)
        for index in range(round(picture_from * fps), round(seconds * fps)):
            level = 255 if index % fps == 0 else 0
            frame = av.VideoFrame.from_ndarray(np.full((32, 32, 3), level, np.uint8), "rgb24")
            frame.pts, frame.time_base = index, base
            out.mux(video.encode(frame))
        sound = np.zeros((2 if layout == "stereo" else 1, round(seconds * rate)), np.float32)
        for second in range(int(seconds) + 1):
            sound[:, second * rate : second * rate + rate // 200] = 0.9
        first = round(sound_from * rate)
        for begin in range(first, sound.shape[1], 1024):
            block = np.ascontiguousarray(sound[:, begin : begin + 1024])
            piece: Any = av.AudioFrame.from_ndarray(block, format="fltp", layout=layout)
            piece.sample_rate, piece.pts, piece.time_base = rate, begin, Fraction(1, rate)
            out.mux(audio.encode(piece))
        out.mux(video.encode(None))
        out.mux(audio.encode(None))
    return path


def clicks(path: Path) -> tuple[list[float], float]:
    """When the clicks of a clip begin, in seconds, and when its sound ends; decoded by PyAV."""
    found: list[float] = []
    end = 0.0
    with av.open(str(path)) as container:
        stream: Any = container.streams.audio[0]
        for frame in container.decode(stream):
            loud = np.flatnonzero(np.abs(frame.to_ndarray()).max(axis=0) > 0.3)
            begin = float(frame.pts * frame.time_base)
            end = begin + frame.samples / stream.rate
            for sample in loud:
                time = begin + float(sample) / stream.rate
                if not found or time - found[-1] > 0.3:
                    found.append(time)
    return found, end


def flashes(frames: Sequence[NDArray[np.uint8]], fps: float) -> list[float]:
    """When the frames are white, in seconds."""
    return [index / fps for index, frame in enumerate(frames) if frame.mean() > 127]


def patch_matrix(path: Path, turns: int) -> None:
    """Write a rotation by `turns` x 90 degrees clockwise into an mp4's track header."""
    cosine, sine = ((1, 0), (0, 1), (-1, 0), (0, -1))[turns % 4]
    one = 1 << 16
    matrix = (cosine * one, sine * one, 0, -sine * one, cosine * one, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    data[at : at + 36] = struct.pack(">9i", *matrix)
    path.write_bytes(data)


def patch_edit(path: Path, skipped_ticks: int) -> None:
    """Make the edit list of an mp4's first track begin so many of its ticks later."""
    data = bytearray(path.read_bytes())
    at = data.index(b"elst") + 8
    count, _, media_time = struct.unpack(">IIi", data[at : at + 12])
    assert count == 1
    data[at + 8 : at + 12] = struct.pack(">i", media_time + skipped_ticks)
    path.write_bytes(data)


def write_film(
    path: Path, frames: Iterable[NDArray[np.uint8]], rate: int = 15, crf: int = 18
) -> Path:
    """Frames `h w 3` RGB as h264; an odd last row or column is left out."""
    frames = list(frames)
    height, width = (side // 2 * 2 for side in frames[0].shape[:2])
    with av.open(str(path), "w") as out:
        stream = out.add_stream("libx264", rate=rate, options={"crf": str(crf)})
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for frame in frames:
            picture = np.ascontiguousarray(frame[:height, :width])
            out.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        out.mux(stream.encode())
    return path
