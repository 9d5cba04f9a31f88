"""The record of how a clip was made, kept inside the mp4 itself.

It is JSON in the `comment` tag, which plain copying and re-encoding keep. Reading walks the boxes
`moov / udta / meta / ilst / (c)cmt / data` (ISO 14496-12 and the QuickTime file format) in plain
Python, so neither ffprobe nor a demuxer sees a stranger's file.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from engine.data.limits import Limits, check_file

APP, RECORD_VERSION = "pirouette", 1
"""What every record of ours says in `app` and `v`."""

MAX_RECORD_BYTES = 1_000_000
AI_MARK = (
    "AI-generated video. DigitalSourceType: "
    "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
)
"""The `description` tag of a made video; the address is the IPTC's word for what a model made."""
_MAX_BOXES = 10_000
_PATH = (b"moov", b"udta", b"meta", b"ilst", b"\xa9cmt", b"data")
_TEXT = 1  # the data box's type indicator for UTF-8
_Span = tuple[int, int]


def to_json(record: Mapping[str, Any]) -> str:
    """The record as one line of JSON. Raises TypeError or ValueError for what JSON cannot hold."""
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def from_json(text: str | bytes) -> dict[str, Any] | None:
    """The record in a stranger's JSON, or None when it is no JSON, not an object, or too long."""
    if len(text) > MAX_RECORD_BYTES:
        return None
    try:
        record = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):  # ValueError: no UTF-8, no JSON, a number too long
        return None
    return record if isinstance(record, dict) else None


def read_record(path: Path) -> dict[str, Any] | None:
    """The record in an mp4, or None when there is none that can be read.

    Whatever the bytes are, the work is bounded: at most 10,000 boxes a level and 1 MB of text.
    Raises BadInput when the file itself is missing, empty or a folder.
    """
    check_file(path, Limits(max_bytes=1 << 62), "video")
    try:
        with path.open("rb") as file:
            text = _comment(file, path.stat().st_size)
    except (OSError, UnicodeDecodeError):
        return None
    return from_json(text) if text is not None else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _comment(file: BinaryIO, size: int) -> str | None:
    span: _Span | None = (0, size)
    for name in _PATH:
        span = _find(file, span, name)
        if span is None:
            return None
        if name == b"meta":
            span = _past_version(file, span)
    begin, end = span
    if not 8 <= end - begin <= MAX_RECORD_BYTES + 8:
        return None
    file.seek(begin)
    data = file.read(end - begin)
    if int.from_bytes(data[:4], "big") != _TEXT:
        return None
    return data[8:].decode("utf-8")


def _find(file: BinaryIO, span: _Span, name: bytes) -> _Span | None:
    return next((inside for found, inside in _boxes(file, span) if found == name), None)


def _boxes(file: BinaryIO, span: _Span) -> Iterator[tuple[bytes, _Span]]:
    """(type, (begin, end) of the content) of every box in a span, until one does not add up."""
    begin, end = span
    for _ in range(_MAX_BOXES):
        if end - begin < 8:
            return
        file.seek(begin)
        head = file.read(16)
        size, header = int.from_bytes(head[:4], "big"), 8
        if size == 1:  # a 64-bit size follows the type
            size, header = int.from_bytes(head[8:16], "big"), 16
        elif size == 0:  # the box goes on to the end
            size = end - begin
        if len(head) < header or not header <= size <= end - begin:
            return
        yield head[4:8], (begin + header, begin + size)
        begin += size


def _past_version(file: BinaryIO, span: _Span) -> _Span:
    """`meta` begins with 4 bytes of version and flags in mp4, but with its first box in mov."""
    file.seek(span[0])
    return span if file.read(8)[4:] == b"hdlr" else (span[0] + 4, span[1])
