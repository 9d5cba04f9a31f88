"""The sound of one clip under the pictures of another: cut, resampled to AAC, in time.

Sound is placed by its time stamps, counted from the first frame of its own clip, to the sample:
gaps become silence and overlaps are cut, so it cannot drift.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.error import FFmpegError
from numpy.typing import NDArray

from engine.data.limits import Limits
from engine.data.video_open import open_container, open_source
from engine.types import Warning

_RATE = 48_000
_BLOCK = 1024  # samples in one AAC frame
_JITTER = _RATE // 50  # time stamps this close (20 ms) to where the samples end are rounding
_BITS_PER_SECOND = 192_000


def add_audio(
    container: OutputContainer, path: Path, start: float, limits: Limits, warnings: list[Warning]
) -> Soundtrack | None:
    """Prepare the sound of `path` for a clip that begins at its second `start`; None if silent.

    Sound that cannot be decoded does not stop the work: it is left out and `warnings` says so.
    Raises BadInput when `path` is no readable video.
    """
    with open_source(path, limits) as source:
        if not source.container.streams.audio:
            return None
        begin = source.zero + Fraction(start)
        channels = source.container.streams.audio[0].codec_context.channels
    return Soundtrack(container, path, begin, 1 if channels == 1 else 2, limits, warnings)


class Soundtrack:
    """One AAC stream of a file that is being written; fed in step with the pictures."""

    def __init__(
        self,
        container: OutputContainer,
        path: Path,
        begin: Fraction,
        channels: int,
        limits: Limits,
        warnings: list[Warning],
    ) -> None:
        self._container = container
        self._channels = channels
        self._layout = "mono" if channels == 1 else "stereo"
        stream = container.add_stream("aac", rate=_RATE, layout=self._layout)
        assert isinstance(stream, AudioStream)
        self._stream = stream
        self._stream.bit_rate = _BITS_PER_SECOND
        self._warnings = warnings
        self._files = ExitStack()
        source = self._files.enter_context(open_container(path, limits))
        self._chunks = self._placed(source, begin)
        self._waiting = np.zeros((channels, 0), np.float32)
        self._written = 0  # samples given to the encoder
        self._wanted = 0  # samples until the end of the pictures

    def write_until(self, seconds: Fraction) -> None:
        """Encode the sound up to this moment of the new clip, in whole blocks."""
        self._wanted = round(seconds * _RATE)
        while self._wanted - self._written >= _BLOCK:
            self._encode(_BLOCK)

    def finish(self) -> None:
        """Encode the rest, to the length of the pictures."""
        if self._wanted > self._written:
            self._encode(self._wanted - self._written)
        self._container.mux(self._stream.encode(None))

    def close(self) -> None:
        """Close the file that the sound comes from."""
        self._files.close()

    def _encode(self, count: int) -> None:
        while self._waiting.shape[1] < count:
            chunk = next(self._chunks, None)
            if chunk is None:  # the sound is shorter than the pictures: silence
                missing = count - self._waiting.shape[1]
                chunk = np.zeros((self._channels, missing), np.float32)
            self._waiting = np.concatenate([self._waiting, chunk], axis=1)
        block, self._waiting = self._waiting[:, :count], self._waiting[:, count:]
        frame = AudioFrame.from_ndarray(
            np.ascontiguousarray(block), format="fltp", layout=self._layout
        )
        frame.sample_rate = _RATE
        frame.time_base = Fraction(1, _RATE)
        frame.pts = self._written
        self._written += count
        self._container.mux(self._stream.encode(frame))

    def _placed(self, source: InputContainer, begin: Fraction) -> Iterator[NDArray[np.float32]]:
        """The samples `channels n` from `begin` on, without gap or overlap."""
        position: int | None = None  # samples given so far, so the next one's place
        for time, samples in self._decoded(source, begin):
            place = round((time - begin) * _RATE)
            if position is None or abs(place - position) > _JITTER:
                position = position or 0
                while place > position:
                    gap = min(place - position, _RATE)
                    yield np.zeros((self._channels, gap), np.float32)
                    position += gap
                samples = samples[:, position - place :]
                if not samples.shape[1]:  # all of it is before our beginning
                    position = None if position == 0 else position
                    continue
            position += samples.shape[1]
            yield samples

    def _decoded(
        self, source: InputContainer, begin: Fraction
    ) -> Iterator[tuple[Fraction, NDArray[np.float32]]]:
        """(time in the file, samples `channels n` at 48 kHz) up to the first damage."""
        resampler = AudioResampler(format="fltp", layout=self._layout, rate=_RATE)
        stream = source.streams.audio[0]
        try:
            if begin > 2:
                source.seek(int((begin - 2) * 1_000_000), backward=True)
            for frame in source.decode(stream):
                for part in resampler.resample(frame):
                    if part.pts is not None and part.time_base is not None:
                        samples = np.asarray(part.to_ndarray(), dtype=np.float32)
                        yield part.pts * Fraction(part.time_base), samples
        except FFmpegError as error:
            self._warnings.append(
                Warning(
                    "Part of the sound is missing.",
                    "The sound of the driving clip is damaged ({reason}).",
                    "Use a whole copy of the clip.",
                    key="sound_damaged",
                    reason=error.strerror,
                )
            )
