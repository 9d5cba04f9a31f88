"""Reading: every frame, at its time, upright, in the right colours, whatever the file."""

from __future__ import annotations

import gc
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from media import HEIGHT, WIDTH, make_clicks, make_clip, number, numbered, patch_edit, patch_matrix
from PIL import Image

from engine.data.limits import Limits
from engine.data.video import probe, read
from engine.errors import BadInput

SHARP = {"crf": "10", "preset": "veryfast"}
B_FRAMES = SHARP | {"bf": "3", "g": "12"}


def numbers(path: Path, **how: object) -> list[int]:
    return [number(frame) for frame in read(path, **how)]  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("name", "codec", "options"),
    [
        ("b_frames.mp4", "libx264", B_FRAMES),
        ("b_frames.mkv", "libx264", B_FRAMES),
        ("vp9.webm", "libvpx-vp9", {"crf": "20", "b": "0", "deadline": "realtime"}),
        ("old.avi", "mpeg4", {"b": "2000000"}),
        ("phone.mov", "mpeg4", {"b": "2000000"}),
    ],
)
def test_every_frame_comes_once_and_in_order(
    tmp_path: Path, name: str, codec: str, options: dict[str, str]
) -> None:
    clip = make_clip(tmp_path / name, range(40), codec=codec, options=options)
    with read(clip) as frames:
        found = list(frames)
    assert [number(frame) for frame in found] == list(range(40))
    assert {frame.shape for frame in found} == {(HEIGHT, WIDTH, 3)}
    assert frames.warnings == []
    assert numbers(clip, start=0.7, max_frames=5) == [21, 22, 23, 24, 25]


def test_probe_says_what_is_in_a_clip(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", range(45), options=SHARP)
    info = probe(clip)
    assert (info.width, info.height, info.fps, info.has_audio) == (WIDTH, HEIGHT, 30.0, False)
    assert info.seconds == pytest.approx(1.5, abs=0.02)
    assert info.frames == 45
    assert probe(make_clicks(tmp_path / "clicks.mp4", 1)).has_audio


def test_even_rates_resample_to_themselves_and_to_simple_shares(tmp_path: Path) -> None:
    rate = Fraction(30000, 1001)
    for name in ("clip.mp4", "clip.mkv"):  # mkv rounds times to milliseconds
        clip = make_clip(tmp_path / name, range(60), rate=rate, options=B_FRAMES)
        assert numbers(clip, fps=float(rate)) == list(range(60)), name
        assert numbers(clip, fps=float(rate) / 2) == list(range(0, 60, 2)), name
        assert numbers(clip, fps=float(rate) * 2) == [n // 2 for n in range(120)], name


def test_resampling_shows_what_was_on_the_screen(tmp_path: Path) -> None:
    """Frame k is the last one that began at or before k / fps, also when the rate varies."""
    rng = np.random.default_rng(0)
    times = np.concatenate([[0], np.cumsum(rng.choice([1, 2, 5, 9], 39))]) / 60
    ticks = [int(t * 90000) for t in times]
    clip = make_clip(tmp_path / "vfr.mp4", range(40), ticks=ticks, options=B_FRAMES)
    for fps, start in ((24.0, 0.0), (60.0, 0.0), (10.0, 0.5)):
        wanted = start + np.arange(int((times[-1] - start) * fps)) / fps
        expected = np.searchsorted(times, wanted + 1e-3, side="right") - 1
        found = numbers(clip, fps=fps, start=start)
        assert found[: len(expected)] == expected.tolist(), (fps, start)
    assert numbers(clip) == list(range(40))


def test_a_late_first_frame_is_time_zero(tmp_path: Path) -> None:
    ticks = [90000 + 3000 * index for index in range(20)]
    clip = make_clip(tmp_path / "late.mkv", range(20), ticks=ticks, options=SHARP)
    assert numbers(clip, fps=30) == list(range(20))


def test_edit_lists_hide_frames(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "cut.mp4", range(30), options=B_FRAMES)
    patch_edit(clip, skipped_ticks=10 * 512)  # the muxer's clock runs at 15360, 512 a frame
    assert numbers(clip) == list(range(10, 30))
    assert numbers(clip, fps=30) == list(range(10, 30))


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_rotation_tags_are_applied(tmp_path: Path, turns: int) -> None:
    clip = make_clip(tmp_path / "turned.mp4", range(3), options=SHARP)
    patch_matrix(clip, turns)
    frames = list(read(clip))
    stored = [np.rot90(frame, turns) for frame in frames]  # turned back
    assert [number(frame) for frame in stored] == [0, 1, 2]
    assert frames[0].shape == ((HEIGHT, WIDTH, 3) if turns == 2 else (WIDTH, HEIGHT, 3))
    assert probe(clip).width == frames[0].shape[1]
    red = frames[0][..., 0].astype(int) - frames[0][..., 1]
    side = {1: red[:, -8:], 2: red[-8:], 3: red[:, :8]}[turns]  # the top, turned clockwise
    assert side.mean() > 200


def test_ten_bits_become_eight(tmp_path: Path) -> None:
    clip = make_clip(
        tmp_path / "ten.mp4", range(4), codec="libx265", pixels="yuv420p10le",
        options={"x265-params": "log-level=none:crf=10"},
    )  # fmt: skip
    frames = list(read(clip))
    assert [number(frame) for frame in frames] == [0, 1, 2, 3]
    assert np.abs(frames[0][2, 30].astype(int) - (255, 0, 0)).max() < 8


def test_hdr_is_brought_to_standard_range(tmp_path: Path) -> None:
    """HLG's diffuse white is at 75 % of the signal; shown as it is, everything looks grey."""
    clip = make_clip(
        tmp_path / "hlg.mp4", [255, 0], codec="libx265", pixels="yuv420p10le",
        options={
            "x265-params": "log-level=none:crf=10:colorprim=bt2020:transfer=arib-std-b67"
            ":colormatrix=bt2020nc"
        },
    )  # fmt: skip
    white, black = read(clip)
    assert number(white) == 255 and number(black) == 0
    assert white[30].mean() > 245
    assert black[30].mean() < 10


def test_odd_sizes_and_wide_pixels(tmp_path: Path) -> None:
    odd = make_clip(tmp_path / "odd.mp4", [7], size=(65, 49), pixels="yuv444p", options=SHARP)
    assert next(read(odd)).shape == (49, 65, 3)
    wide = make_clip(tmp_path / "wide.mp4", [7], options=SHARP, aspect=Fraction(3, 2))
    frame = next(read(wide))
    assert frame.shape == (HEIGHT, WIDTH * 3 // 2, 3)
    assert number(frame) == 7


def test_gif_keeps_its_times_and_lies_on_white(tmp_path: Path) -> None:
    pictures = []
    for value in range(5):
        alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
        alpha[-10:] = 0
        pictures.append(Image.fromarray(np.dstack([numbered(value), alpha])))
    path = tmp_path / "dance.gif"
    delays = [100, 300, 100, 100, 200]
    pictures[0].save(
        path, save_all=True, append_images=pictures[1:], duration=delays, disposal=2, loop=0
    )
    assert numbers(path) == [0, 1, 2, 3, 4]
    assert numbers(path, fps=10) == [0, 1, 1, 1, 2, 3, 4, 4]
    assert next(read(path))[-3:].min() == 255


def test_transparent_webm_lies_on_white(tmp_path: Path) -> None:
    alpha = np.full((HEIGHT, WIDTH), 255, np.uint8)
    alpha[-16:] = 0
    clip = make_clip(
        tmp_path / "alpha.webm", range(6), codec="libvpx-vp9", pixels="yuva420p", alpha=alpha,
        options={"crf": "10", "b": "0"}, tags={"alpha_mode": "1"},
    )  # fmt: skip
    frames = list(read(clip))
    assert [number(frame[:-8]) for frame in frames] == list(range(6))
    assert frames[0][-10:].min() > 245
    assert frames[0][30].max() < 30


def test_high_definition_without_colour_tags_is_bt709(tmp_path: Path) -> None:
    """The red top was converted by the 601 matrix; read as 709 it comes out too bright."""
    small = make_clip(tmp_path / "small.mp4", [0], options=SHARP)
    large = make_clip(tmp_path / "large.mp4", [0], size=(1280, 720), options=SHARP)
    pure, shifted = next(read(small))[4, 30], next(read(large))[60, 640]
    assert np.abs(pure.astype(int) - (255, 0, 0)).max() < 6
    assert shifted[1] > 10  # the tell-tale of the other matrix


def test_one_frame_is_enough_to_read(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "one.mp4", [9], options=SHARP)
    assert numbers(clip) == [9]
    assert numbers(clip, fps=30) == [9]


def test_unknown_lengths_are_counted(tmp_path: Path) -> None:
    """Browsers record webm without a duration."""
    clip = make_clip(
        tmp_path / "recorded.webm", range(30), codec="libvpx-vp9",
        options={"deadline": "realtime"}, container={"live": "1"},
    )  # fmt: skip
    assert probe(clip).seconds == pytest.approx(1.0, abs=0.05)
    assert len(numbers(clip)) == 30


def test_ten_minutes_do_not_fill_memory(tmp_path: Path) -> None:
    status = Path("/proc/self/statm")
    if not status.exists():
        pytest.skip("the memory in use is read from /proc, which this system does not have")
    size = (256, 144)
    clip = make_clip(
        tmp_path / "long.mp4", [n % 256 for n in range(300)], rate=Fraction(1, 2), size=size,
        options={"preset": "ultrafast", "crf": "30", "g": "30"},
    )  # fmt: skip

    def used() -> int:
        return int(status.read_text().split()[1]) * 4096

    gc.collect()
    frames = read(clip, fps=2)
    next(frames)
    before, count, most = used(), 1, 0
    for _ in frames:
        count += 1
        if count % 100 == 0:
            most = max(most, used())
    assert count == 1200
    whole = count * size[0] * size[1] * 3  # 133 MB
    assert most - before < whole / 5


def test_limits_hold_even_when_the_header_lies(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", range(40), options=SHARP)
    for limits in (
        Limits(max_seconds=1.0),
        Limits(max_pixels=1000),
        Limits(max_bytes=500),
        Limits(max_frames=39),
    ):
        with pytest.raises(BadInput) as caught:
            list(read(clip, limits=limits))
        assert caught.value.fix
    assert len(numbers(clip, limits=Limits(max_frames=40))) == 40


def test_reading_after_the_end_says_so(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", range(10), options=SHARP)
    with pytest.raises(BadInput, match="Begin earlier"):
        numbers(clip, start=5.0)


def test_a_closed_clip_gives_nothing_more(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mp4", range(10), options=SHARP)
    with read(clip) as frames:
        next(frames)
    assert list(frames) == []
