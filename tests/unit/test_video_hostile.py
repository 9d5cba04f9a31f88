"""Broken files and files that mean harm: refused in words, and nothing else is ever fetched."""

from __future__ import annotations

import io
import struct
import threading
from collections.abc import Iterator
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from media import make_clicks, make_clip, number
from PIL import Image

from engine.data import video_open
from engine.data.limits import Limits
from engine.data.video import probe, read
from engine.errors import BadInput


def refused(path: Path, word: str) -> None:
    """Both doors say what, why and fix, and `word` is in the reason."""
    for door in (probe, lambda p: list(read(p))):
        with pytest.raises(BadInput) as caught:
            door(path)
        error = caught.value
        assert word in error.why, error.why
        assert error.what and error.fix
        assert str(path.parent) not in str(error)  # a server's folders are nobody's business


def test_files_that_are_no_video(tmp_path: Path) -> None:
    text, empty = tmp_path / "text.mp4", tmp_path / "empty.mp4"
    text.write_text("This is a diary.\n" * 100)
    empty.touch()
    refused(text, "not mp4, mov")
    refused(empty, "0 bytes")
    refused(tmp_path / "missing.mp4", "no file")
    refused(tmp_path, "folder")
    refused(tmp_path / "zero\0byte.mp4", "")


@pytest.mark.parametrize("head", [b"\0\0\0\x20ftypisom", b"\x1a\x45\xdf\xa3", b"GIF89a"])
def test_a_right_beginning_and_then_noise(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "noise.mp4"
    path.write_bytes(head + np.random.default_rng(1).bytes(5000))
    refused(path, "damaged")


def test_an_mp4_without_its_index(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", range(40))
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])  # the index was at the end
    refused(clip, "damaged")


@pytest.mark.parametrize(("name", "share"), [("cut.mp4", 0.6), ("cut.mkv", 0.6), ("cut.avi", 0.6)])
def test_the_good_part_of_a_cut_clip_is_used_with_a_warning(
    tmp_path: Path, name: str, share: float, capfd: pytest.CaptureFixture[str]
) -> None:
    codec = "mpeg4" if name.endswith("avi") else "libx264"
    clip = make_clip(
        tmp_path / name, range(90), codec=codec, options={"bf": "2", "g": "30"},
        container={"movflags": "+faststart"} if name.endswith("mp4") else None,
    )  # fmt: skip
    clip.write_bytes(clip.read_bytes()[: int(clip.stat().st_size * share)])
    with read(clip) as frames:
        found = [number(frame) for frame in frames]
    assert 10 < len(found) < 90
    # B-frames that were to come before the last one may be lost with the rest
    assert found[:-3] == list(range(len(found) - 3)) and found == sorted(found)
    (warning,) = frames.warnings
    assert "only its beginning" in warning.what
    assert capfd.readouterr().err == ""  # the libraries keep their complaints to themselves


def test_sound_without_pictures(tmp_path: Path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w") as out:
        stream: Any = out.add_stream("aac", rate=48_000, layout="mono")
        for index in range(20):
            frame: Any = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
            frame.sample_rate, frame.pts = 48_000, index * 1024
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    refused(path, "only sound")


def test_huge_frames_are_refused_before_they_are_decoded(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "wide.mp4", [0], size=(640, 480))
    with pytest.raises(BadInput, match="640 x 480"):
        read(clip, limits=Limits(max_pixels=640 * 479))


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    """A web server that remembers every request."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # noqa: N802 (http.server's name)
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


def test_lists_of_other_files_are_never_followed(
    tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    url, asked = listener
    secret = make_clip(tmp_path / "secret.mp4", [1])
    lists = {
        "hls.mp4": f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{url}/a.ts\n#EXT-X-ENDLIST\n",
        "concat.mp4": f"ffconcat version 1.0\nfile {url}/a.mp4\nfile {secret}\n",
        "dash.mp4": f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011">'
        f"<Period><BaseURL>{url}/</BaseURL></Period></MPD>",
        "sdp.mp4": "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
    }
    for name, text in lists.items():
        path = tmp_path / name
        path.write_text(text)
        refused(path, "not mp4, mov")
        hidden = tmp_path / f"hidden_{name}"  # the same behind a video's first bytes
        hidden.write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isomiso2\n" + text.encode())
        refused(hidden, "damaged")
    assert asked == []


def test_a_movie_that_points_to_another_place_is_not_followed(
    tmp_path: Path, listener: tuple[str, list[str]]
) -> None:
    """A data reference (`dref`) may name a URL where the pictures are; it is ignored."""
    url, asked = listener
    data = bytearray(make_clip(tmp_path / "clip.mp4", range(5)).read_bytes())
    address = url.encode() + b"/pictures.mov\0"
    at = 0
    for name in (b"moov", b"trak", b"mdia", b"minf", b"dinf", b"dref", b"url "):
        at = data.index(name, at)  # every box grows by what is put into the innermost
        size = int.from_bytes(data[at - 4 : at], "big") + len(address)
        data[at - 4 : at] = size.to_bytes(4, "big")
    data[at + 4 : at + 8] = bytes(4)  # the flag "in this file" is taken away
    data[at + 8 : at + 8] = address
    reference = tmp_path / "reference.mov"
    reference.write_bytes(data)
    assert [number(frame) for frame in read(reference)] == list(range(5))
    assert asked == []


def test_a_name_that_looks_like_a_command_is_only_a_name(tmp_path: Path) -> None:
    for name in ("concat:a.mp4", "-i.mp4", "%03d.mp4", "춤 [1].mp4"):
        clip = make_clicks(tmp_path / "clip.mp4", 0.5)
        strange = clip.rename(tmp_path / name)
        assert probe(strange).has_audio
        strange.unlink()


def _lying(path: Path, seconds: float) -> Path:
    """A matroska clip of 100 seconds, a frame each, that says it lasts as long as `seconds`."""
    clip = make_clip(path, range(100), rate=Fraction(1))
    content = clip.read_bytes()
    at = content.index(b"\x44\x89\x88") + 3  # Duration, eight bytes, in milliseconds
    assert struct.unpack(">d", content[at : at + 8]) == (100_000.0,)
    # the track's own duration lies in a tag, which the demuxer believes first
    content = content.replace(b"DURATION", b"DURABLES")
    clip.write_bytes(content[:at] + struct.pack(">d", 1000 * seconds) + content[at + 8 :])
    return clip


def test_a_length_that_is_a_lie_is_found_out_before_anything_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = _lying(tmp_path / "lies.mkv", 2)
    with read(clip) as frames:
        assert frames.info.seconds == 2
    assert probe(clip).seconds == 100
    decoded: list[VideoFrame] = []
    good = video_open._good_frames

    def noted(*given: Any) -> Iterator[VideoFrame]:
        for frame in good(*given):
            decoded.append(frame)
            yield frame

    monkeypatch.setattr(video_open, "_good_frames", noted)
    for limits in (Limits(max_seconds=50), Limits(max_frames=50)):
        with pytest.raises(BadInput) as caught:
            probe(clip, limits)
        assert caught.value.key == "too_many_frames"
    assert len(decoded) == 2  # the first, each time
    honest = _lying(tmp_path / "honest.mkv", 100)
    assert probe(honest, Limits(max_seconds=100, max_frames=100)).seconds == 100


@pytest.mark.parametrize(("most", "left"), [(64 * 50, 2), (400 * 300 - 1, None)])
def test_frames_that_grow_on_the_way_are_not_decoded(
    tmp_path: Path, most: int, left: int | None
) -> None:
    """Far beyond the limit the decoder refuses; a little beyond it, what it gave is refused."""
    clip = tmp_path / "grows.mkv"
    with av.open(clip, "w", format="matroska") as out:
        stream = out.add_stream("mjpeg", rate=10)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuvj420p"
        blank = VideoFrame.from_ndarray(np.zeros((48, 64, 3), np.uint8), format="rgb24")
        out.mux(stream.encode(blank.reformat(format="yuvj420p")))
        for number, size in enumerate([(64, 48), (400, 300), (400, 300)], start=1):
            data = io.BytesIO()
            Image.new("RGB", size).save(data, "JPEG")
            packet = av.Packet(data.getvalue())
            packet.stream, packet.time_base, packet.is_keyframe = stream, Fraction(1, 10), True
            packet.pts = packet.dts = number
            out.mux(packet)
    limits = Limits(max_pixels=most)
    if left is None:
        with pytest.raises(BadInput, match="400 x 300"):
            list(read(clip, limits=limits))
        return
    with read(clip, limits=limits) as frames:
        assert sum(1 for _ in frames) == left
        assert [one.key for one in frames.warnings] == ["clip_broken_inside"]
