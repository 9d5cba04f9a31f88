"""Writing: plays everywhere, true colours, sound in time, the record inside, never half a file."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from media import clicks, flashes, make_clicks, make_clip, number, numbered

from engine.data.video import probe, read
from engine.data.video_record import MAX_RECORD_BYTES, read_record
from engine.data.video_write import VideoWriter, write
from engine.errors import BadInput

RECORD = {"prompt": '춤을 "추는" 사람;=#\\\n', "seed": 7, "boxes": [[0.1, 0.2]], "ok": True}


def boxes(data: bytes) -> list[str]:
    names, at = [], 0
    while at < len(data):
        names.append(data[at + 4 : at + 8].decode("latin-1"))
        at += struct.unpack(">I", data[at : at + 4])[0]
    return names


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "out.mp4"
    assert write([numbered(n) for n in range(40)], path, 15, record=RECORD) == []
    assert [number(frame) for frame in read(path)] == list(range(40))
    info = probe(path)
    assert (info.fps, info.has_audio, info.frames) == (15.0, False, 40)
    assert read_record(path) == RECORD
    assert list(path.parent.iterdir()) == [path]
    assert path.stat().st_mode & 0o444 == 0o444  # as readable as any new file


def test_browsers_can_play_it(tmp_path: Path) -> None:
    """H.264 High at most, 4:2:0, colours said, even size, and the index before the pictures."""
    path = tmp_path / "out.mp4"
    write([numbered(0, 63, 47)] * 3, path, 29.97)
    order = boxes(path.read_bytes())
    assert order.index("moov") < order.index("mdat")
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        assert (context.width, context.height) == (64, 48)
        assert context.colorspace == context.color_primaries == context.color_trc == 1  # BT.709
        assert context.color_range == 1  # limited
        assert container.streams.video[0].average_rate == pytest.approx(29.97)


@pytest.mark.parametrize("colour", [(255, 0, 0), (0, 200, 40), (20, 60, 220), (128, 128, 128)])
def test_colours_are_bt709_by_the_formula(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    path = tmp_path / "out.mp4"
    write([np.full((32, 32, 3), colour, np.uint8)], path, 10)
    red, green, blue = np.array(colour) / 255
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    expected = (
        16 + 219 * luma,
        128 + 224 * (blue - luma) / 1.8556,
        128 + 224 * (red - luma) / 1.5748,
    )
    with av.open(str(path)) as container:
        stored: Any = next(container.decode(video=0))
    whole = stored.to_ndarray()  # 32 rows of luma, then 8 of each chroma
    assert [whole[:32].mean(), whole[32:40].mean(), whole[40:].mean()] == pytest.approx(
        expected, abs=1.5
    )
    assert np.abs(next(read(path)).astype(int) - colour).max() <= 3


def test_sound_is_in_time_from_start_to_end(tmp_path: Path) -> None:
    source = make_clicks(tmp_path / "source.mp4", 4.0, rate=44_100)
    out = tmp_path / "out.mp4"
    start, fps = 0.5, 24
    frames = read(source, fps=fps, start=start)
    assert write(frames, out, fps, audio_from=source, audio_start=start) == []
    seen = flashes(list(read(out)), fps)
    heard, end = clicks(out)
    assert seen == pytest.approx([0.5, 1.5, 2.5], abs=1e-6)
    assert heard == pytest.approx(seen, abs=0.005)  # a frame is 0.042
    assert end == pytest.approx(probe(out).seconds, abs=1024 / 48_000)  # whole AAC blocks


@pytest.mark.parametrize(
    ("picture_from", "sound_from", "layout"),
    [(0.0, 0.5, "mono"), (0.5, 0.0, "stereo")],
)
def test_sound_that_begins_at_another_time_stays_in_time(
    tmp_path: Path, picture_from: float, sound_from: float, layout: str
) -> None:
    source = make_clicks(
        tmp_path / "source.mkv", 3.0, picture_from=picture_from, sound_from=sound_from,
        layout=layout, rate=48_000,
    )  # fmt: skip
    out = tmp_path / "out.mp4"
    assert write(read(source, fps=30), out, 30, audio_from=source) == []
    seen = flashes(list(read(out)), 30)
    heard, _ = clicks(out)
    assert len(seen) >= 2
    for flash in seen[1 if sound_from else 0 :]:
        assert min(abs(flash - click) for click in heard) < 0.005
    with av.open(str(out)) as container:
        assert container.streams.audio[0].layout.name == layout


def test_sound_is_as_long_as_the_pictures(tmp_path: Path) -> None:
    source = make_clicks(tmp_path / "source.mp4", 2.0)
    for count in (6, 90):  # shorter and longer than the sound
        out = tmp_path / f"{count}.mp4"
        write([numbered(0)] * count, out, 30, audio_from=source)
        with av.open(str(out)) as container:
            stream = container.streams.audio[0]
            assert stream.duration is not None and stream.time_base is not None
            assert float(stream.duration * stream.time_base) == pytest.approx(count / 30, abs=0.003)


def test_a_silent_source_adds_no_sound(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "silent.mp4", range(5))
    out = tmp_path / "out.mp4"
    assert write([numbered(0)] * 5, out, 30, audio_from=source) == []
    assert not probe(out).has_audio


def test_broken_sound_is_a_warning_and_the_picture_is_kept(tmp_path: Path) -> None:
    source = make_clicks(tmp_path / "source.mkv", 3.0)
    data = source.read_bytes()
    source.write_bytes(data[: len(data) // 3])
    out = tmp_path / "out.mp4"
    write([numbered(n) for n in range(30)], out, 30, audio_from=source)
    assert [number(frame) for frame in read(out)] == list(range(30))
    assert probe(out).has_audio


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt, GeneratorExit])
def test_an_error_leaves_nothing_and_keeps_what_was(
    tmp_path: Path, error: type[BaseException]
) -> None:
    out = tmp_path / "out.mp4"
    out.write_bytes(b"the old one")
    source = make_clicks(tmp_path / "source.mp4", 1.0)
    with pytest.raises(error), VideoWriter(out, 30, audio_from=source) as writer:
        for index in range(70):
            writer.add(numbered(index))
        raise error
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.mp4", "source.mp4"]
    assert out.read_bytes() == b"the old one"


def test_a_bad_source_of_sound_stops_before_the_work(tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_text("no video")
    with pytest.raises(BadInput), VideoWriter(tmp_path / "out.mp4", 30, audio_from=bad):
        raise AssertionError("the block must not be entered")
    assert [path.name for path in tmp_path.iterdir()] == ["bad.mp4"]


def test_places_that_cannot_be_written_say_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "taken.mp4").mkdir()
    for path in (tmp_path / "file" / "out.mp4", tmp_path / "taken.mp4"):
        with pytest.raises(BadInput, match="cannot be written"):
            write([numbered(0)], path, 30)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "taken.mp4"]


def test_no_frames_and_wrong_frames_are_refused(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    with pytest.raises(BadInput, match="no frame"):
        write([], out, 30)
    with pytest.raises(ValueError, match="uint8"):
        write([numbered(0) / 255.0], out, 30)  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="have"):
        write([numbered(0), numbered(0, 32, 32)], out, 30)
    assert list(tmp_path.iterdir()) == []


def test_a_record_too_long_for_the_file_is_a_warning(tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    long = {"text": "x" * MAX_RECORD_BYTES}
    (warning,) = write([numbered(0)], out, 30, record=long)
    assert "settings" in warning.what
    assert read_record(out) is None
    write([numbered(0)], out, 30, record={"text": "x" * 900_000})
    assert read_record(out) == {"text": "x" * 900_000}


# --- the reader of records, on files from strangers ----------------------------------------------


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def tagged(text: bytes, kind: int = 1) -> bytes:
    data = box(b"data", struct.pack(">II", kind, 0) + text)
    items = box(b"ilst", box(b"\xa9cmt", data))
    return box(b"moov", box(b"udta", box(b"meta", bytes(4) + box(b"hdlr", bytes(25)) + items)))


def stored(tmp_path: Path, data: bytes) -> dict[str, Any] | None:
    path = tmp_path / "stranger.mp4"
    path.write_bytes(data)
    return read_record(path)


def test_hostile_records_are_none(tmp_path: Path) -> None:
    assert stored(tmp_path, tagged(b'{"a":1}')) == {"a": 1}
    nested = b"[" * 200_000
    for text in (b"[1]", b'{"a":NaN}', b"{", b"\xff\xfe", nested, b'{"a":' + nested, b""):
        assert stored(tmp_path, tagged(text)) is None, text[:20]
    assert stored(tmp_path, tagged(b'{"a":1}', kind=13)) is None  # says it is a JPEG
    assert stored(tmp_path, tagged(b'{"a":"' + b"x" * MAX_RECORD_BYTES + b'"}')) is None
    endless = struct.pack(">I", 1) + b"free" + struct.pack(">Q", 2**63)
    assert stored(tmp_path, endless + tagged(b'{"a":1}')) is None
    assert stored(tmp_path, struct.pack(">I", 0) + b"free" + tagged(b'{"a":1}')) is None
    assert stored(tmp_path, struct.pack(">I", 4) + b"moov" + bytes(64)) is None
    assert stored(tmp_path, box(b"free", b"") * 50_000 + tagged(b'{"a":1}')) is None  # too many
    assert stored(tmp_path, tagged(b'{"a":1}')[:-3]) is None


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_no_bytes_break_the_reader_of_records(tmp_path: Path, data: st.DataObject) -> None:
    good = tagged(b'{"a":1}')
    at = data.draw(st.integers(0, len(good) - 1))
    noise = data.draw(st.binary(min_size=1, max_size=12))
    found = stored(tmp_path, good[:at] + noise + good[at + len(noise) :])
    assert found is None or isinstance(found, dict)
