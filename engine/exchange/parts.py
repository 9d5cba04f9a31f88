"""Pieces of a long video that can be played while the rest of it is still being decoded."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from engine.data.limits import Limits
from engine.data.video_write import VideoWriter
from engine.types import Part

PART_FRAMES = 48
"""Frames of one piece: about three seconds."""


class Parts:
    """Writes every `PART_FRAMES` frames as an mp4 of their own, sound included; a context manager.

    Args:
        folder: gets `part-000.mp4`, `part-001.mp4`, ...; None writes nothing.
        total: frames of the whole video; one that is hardly longer than a piece gets none.
        fps, audio, limits: as for the whole video.
    """

    def __init__(
        self, folder: Path | None, total: int, fps: float, audio: Path | None, limits: Limits
    ) -> None:
        self._folder = folder if total >= 2 * PART_FRAMES else None
        self._total, self._fps, self._audio, self._limits = total, fps, audio, limits
        self._done = 0
        self._open: VideoWriter | None = None
        self._files = ExitStack()

    def __enter__(self) -> Parts:
        self._files.__enter__()
        return self

    def add(self, frame: NDArray[np.uint8]) -> Part | None:
        """Take the next frame `h w 3`; returns the piece that it completes, if it does."""
        if self._folder is None:
            return None
        if self._open is None:
            path = self._folder / f"part-{self._done // PART_FRAMES:03}.mp4"
            start = self._done / self._fps
            self._open = self._files.enter_context(
                VideoWriter(
                    path, self._fps, audio_from=self._audio, audio_start=start, limits=self._limits
                )
            )
        self._open.add(frame)
        self._done += 1
        if self._done % PART_FRAMES and self._done < self._total:
            return None
        path, self._open = self._open.path, None
        self._files.close()  # ends the piece well, so it appears under its name
        first = (self._done - 1) // PART_FRAMES * PART_FRAMES
        return Part(path, first, self._done - first, self._total, self._fps)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._files.__exit__(kind, error, trace)
