"""Whether the end of a video file is missing, told from the sizes that its own parts claim.

Decoders stop at the end of a cut file as if it were the end of the clip; only the file's structure
tells. Sources: ISO 14496-12 (boxes), RFC 8794 (EBML), the RIFF and GIF89a specifications.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import BinaryIO

_MOST_PARTS = 10_000


def is_cut(path: Path, demuxer: str) -> bool:
    """Whether the file ends before it says it does; `demuxer` as `video_open.sniff` names it."""
    with path.open("rb") as file:
        return _CHECKS[demuxer](file, path.stat().st_size)


def _boxes(file: BinaryIO, size: int) -> bool:
    at = 0
    for _ in range(_MOST_PARTS):
        if size - at < 8:
            return False
        file.seek(at)
        head = file.read(16)
        length = int.from_bytes(head[:4], "big")
        if length == 1:  # a 64-bit size follows
            length = int.from_bytes(head[8:16], "big")
        if length < 8:  # 0 means "to the end"; other small numbers are no box
            return False
        at += length
        if at > size:
            return True
    return False


def _segment(file: BinaryIO, size: int) -> bool:
    """EBML: a header and one segment, each an identifier of 4 bytes and a length of 1 to 8."""
    at = 0
    for _ in range(2):
        file.seek(at + 4)
        field = file.read(8)
        if not field or not field[0]:
            return False
        count = 9 - field[0].bit_length()
        length = int.from_bytes(field[:count], "big") & ((1 << 7 * count) - 1)
        if length == (1 << 7 * count) - 1:  # unknown, as in live recordings
            return False
        at += 4 + count + length
    return at > size


def _riff(file: BinaryIO, size: int) -> bool:
    at = 0
    for _ in range(_MOST_PARTS):  # files above 1 GB have several
        file.seek(at)
        head = file.read(8)
        if head[:4] != b"RIFF":
            return False
        length = int.from_bytes(head[4:], "little")
        at += 8 + length + length % 2
        if at > size + 1:
            return True
    return False


def _trailer(file: BinaryIO, size: int) -> bool:
    file.seek(max(0, size - 8))
    return b";" not in file.read()  # some writers put a few zeros behind the last byte


_CHECKS: Mapping[str, Callable[[BinaryIO, int], bool]] = {
    "mov": _boxes,
    "matroska": _segment,
    "avi": _riff,
    "gif": _trailer,
}
