"""Pictures: any kind becomes upright RGB, anything broken is explained, sizes fit."""

from __future__ import annotations

import io
import resource
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from engine.data.limits import Limits
from engine.data.picture import fit, read_picture
from engine.errors import BadInput


def colours() -> np.ndarray:
    """40 x 60: red left, green middle, blue right, a white bar at the top."""
    picture = np.zeros((40, 60, 3), np.uint8)
    for part in range(3):
        picture[:, 20 * part : 20 * part + 20, part] = 255
    picture[:8] = 255
    return picture


def encoded(image: Image.Image, kind: str, **how: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **how)
    return stream.getvalue()


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    fine = {"quality": 95, "subsampling": 0}
    for name, how, most in (("a.png", {}, 0), ("b.jpg", fine, 1), ("c.webp", {"quality": 95}, 5)):
        path = tmp_path / name
        Image.fromarray(colours()).save(path, **how)
        again = read_picture(path)
        assert again.shape == (40, 60, 3) and again.dtype == np.uint8
        assert np.abs(again.astype(int) - colours()).mean() <= most, name


@pytest.mark.parametrize("mode", ["P", "L", "1", "CMYK", "LA", "RGBA"])
def test_every_mode_becomes_rgb(mode: str) -> None:
    kind = "TIFF" if mode == "CMYK" else "PNG"
    picture = read_picture(encoded(Image.fromarray(colours()).convert(mode), kind))
    assert picture.shape == (40, 60, 3) and picture.dtype == np.uint8
    assert picture[2].min() > 250  # white stays white
    if mode not in ("L", "1", "LA"):
        assert np.abs(picture.astype(int) - colours()).max() <= 3


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "JPEG"])
def test_a_damaged_exif_block_is_no_damaged_picture(kind: str) -> None:
    broken = encoded(Image.fromarray(colours()), kind, exif=b"Exif\0\0this is no TIFF header")
    assert read_picture(broken).shape == (40, 60, 3)


def test_sixteen_bits_keep_their_greys() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(4, 0)
    picture = read_picture(encoded(Image.fromarray(ramp), "PNG"))
    assert np.abs(picture[0, :, 1].astype(int) - np.arange(256)).max() <= 1


def test_transparency_lies_on_white() -> None:
    rgba = np.dstack([colours(), np.full((40, 60), 255, np.uint8)])
    rgba[30:, :, 3] = 0
    rgba[20:30, :, 3] = 128
    picture = read_picture(encoded(Image.fromarray(rgba), "PNG"))
    assert picture[35].min() == 255
    assert np.abs(picture[25, 5].astype(int) - (255, 127, 127)).max() <= 2
    palette = Image.fromarray(colours()).quantize(8)
    index = palette.getpixel((5, 35))
    assert isinstance(index, int)
    keyed = read_picture(encoded(palette, "PNG", transparency=index))
    assert keyed[35, 5].min() == 255 and keyed[35, 25].tolist() == [0, 255, 0]


@pytest.mark.parametrize(("tag", "turns"), [(1, 0), (3, 2), (6, 3), (8, 1)])
def test_the_camera_orientation_is_applied(tag: int, turns: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = tag
    picture = read_picture(encoded(Image.fromarray(colours()), "PNG", exif=exif))
    assert np.array_equal(picture, np.rot90(colours(), turns))


def test_the_content_counts_and_not_the_name(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(encoded(Image.fromarray(colours()), "PNG"))
    assert np.array_equal(read_picture(path), colours())


def test_broken_pictures_are_explained(tmp_path: Path) -> None:
    whole = encoded(Image.fromarray(np.random.default_rng(0).integers(
        0, 255, (64, 64, 3), np.uint8)), "JPEG")  # fmt: skip
    png = encoded(Image.fromarray(colours()), "PNG")
    files = {
        "cut.jpg": (whole[: len(whole) // 2], "damaged or cut"),
        "cut.png": (png[: len(png) - 40], "damaged or cut"),
        "head.png": (png[:20], ""),
        "text.jpg": (b"not a picture " * 50, "Its content is not"),
        "code.jpg": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "Its content is not"),
        "drawing.jpg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "Its content is not"),
        "empty.jpg": (b"", "0 bytes"),
    }
    for name, (data, why) in files.items():
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadInput) as caught:
            read_picture(tmp_path / name)
        assert why in caught.value.why, name
        assert name in caught.value.what and caught.value.fix
        assert str(tmp_path) not in str(caught.value)
    with pytest.raises(BadInput, match="not found"):
        read_picture(tmp_path / "none.png")
    with pytest.raises(BadInput, match="folder"):
        read_picture(tmp_path)


def huge_png(width: int, height: int, rows_written: int) -> bytes:
    """A grey PNG that claims a size; as few bytes as zlib can make of its rows."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    packer = zlib.compressobj(1)
    rows = b"".join(packer.compress(bytes(width + 1)) for _ in range(rows_written)) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    start = b"\x89PNG\r\n\x1a\n"
    return start + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.filterwarnings("error")
def test_bombs_are_refused_before_they_are_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(huge_png(12_000, 12_000, 12_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(BadInput, match="12000 x 12000; at most 40 million"):
        read_picture(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kB
    with pytest.raises(BadInput, match="too big"):
        read_picture(huge_png(60_000, 60_000, 1))
    small = encoded(Image.fromarray(colours()), "PNG")
    with pytest.raises(BadInput, match="60 x 40"):
        read_picture(small, Limits(max_picture_pixels=2399))
    assert read_picture(small, Limits(max_picture_pixels=2400)).shape == (40, 60, 3)


@given(
    old=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    new=st.tuples(st.integers(1, 90), st.integers(1, 90)),
    how=st.sampled_from(["crop", "letterbox"]),
)
def test_fit_gives_the_size_and_invents_no_colour(
    old: tuple[int, int], new: tuple[int, int], how: str
) -> None:
    picture = np.full((old[1], old[0], 3), 90, np.uint8)
    out = fit(picture, new, how, background=(1, 2, 3))  # pyright: ignore[reportArgumentType]
    assert out.shape == (new[1], new[0], 3)
    inside = (out == 90).all(axis=2)
    bars = (out == (1, 2, 3)).all(axis=2)
    assert (inside | bars).all() and inside.any()
    assert how == "letterbox" or inside.all()


def test_crop_keeps_the_middle_and_letterbox_keeps_everything() -> None:
    square = fit(colours(), (40, 40))
    assert square[20, 20].tolist() == [0, 255, 0]
    assert square[20, 0].tolist() == [255, 0, 0] and square[20, -1].tolist() == [0, 0, 255]
    boxed = fit(colours(), (60, 60), "letterbox", background=(9, 9, 9))
    assert np.array_equal(boxed[10:50], colours())
    assert (boxed[:10] == 9).all() and (boxed[50:] == 9).all()


def test_shrinking_is_antialiased() -> None:
    """A fine checkerboard becomes even grey instead of a pattern that was never there."""
    board = (np.indices((300, 300)).sum(axis=0) % 2 * 255).astype(np.uint8)
    small = fit(np.repeat(board[..., None], 3, axis=2), (70, 70))
    assert small[4:-4, 4:-4].std() < 3
    assert abs(float(small.mean()) - 127.5) < 2
