"""Reading still pictures, and bringing any picture to the size that a model works at."""

from __future__ import annotations

import io
import math
import struct
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from engine.data.limits import Limits, check_file, shown
from engine.errors import BadInput

Picture = NDArray[np.uint8]  # h w 3 RGB
_FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF")
_READABLE = "JPEG, PNG, WebP, AVIF, GIF, BMP or TIFF"
_WHITE = (255, 255, 255)


def read_picture(source: Path | bytes, limits: Limits = Limits()) -> Picture:  # noqa: B008 (frozen)
    """Read a picture as `h w 3` RGB uint8, upright, transparency laid on white.

    The content decides the kind, not the name. Palettes, grey, 16 bits, CMYK and the first frame
    of an animation are all turned into RGB.
    Raises BadInput when it is missing, no picture, cut off, or has more pixels than
    `limits.max_picture_pixels`, which is checked before anything is decoded.
    """
    if isinstance(source, Path):
        check_file(source, limits, "picture")
    name = shown(source) if isinstance(source, Path) else "upload"
    with _explained(name), warnings.catch_warnings():
        # Pillow warns of bombs, for which our own limit is stricter, and of damage that it mends.
        warnings.simplefilter("ignore")
        stream = source if isinstance(source, Path) else io.BytesIO(source)
        with Image.open(stream, formats=_FORMATS) as image:
            width, height = image.size
            if width * height > limits.max_picture_pixels:
                raise BadInput(
                    "The picture '{name}' is too big.",
                    "It is {width} x {height}; at most {most} million pixels are taken.",
                    "Make it smaller and try again.",
                    key="picture_too_big",
                    name=name,
                    width=width,
                    height=height,
                    most=f"{limits.max_picture_pixels / 1e6:.0f}",
                )
            image.load()
            return np.array(_rgb(_upright(image)))


def fit(
    picture: Picture,
    size: tuple[int, int],
    how: Literal["crop", "letterbox"] = "crop",
    background: tuple[int, int, int] = (0, 0, 0),
) -> Picture:
    """Bring a picture to `size` (width, height) with its proportions kept, antialiased.

    "crop" fills the size and cuts off what stands over, equally on both sides; "letterbox" shows
    everything and fills what stays empty with `background`.
    """
    width, height = size
    old_height, old_width = picture.shape[:2]
    scales = (width / old_width, height / old_height)
    scale = max(scales) if how == "crop" else min(scales)
    new_width, new_height = max(1, round(old_width * scale)), max(1, round(old_height * scale))
    picture = resized(picture, (new_width, new_height))
    if how == "crop":
        return _centre(picture, width, height)
    out = np.empty((height, width, 3), np.uint8)
    out[:] = background
    top, left = (height - new_height) // 2, (width - new_width) // 2
    out[top : top + new_height, left : left + new_width] = picture
    return out


def fit_points(
    points: NDArray[np.float64], old: tuple[int, int], size: tuple[int, int]
) -> NDArray[np.float64]:
    """Where points of a picture are after `fit` cropped it; `... 2` as (x, y) in [0, 1].

    `old` and `size` are (width, height); points that are cut off leave [0, 1].
    """
    scale = max(size[0] / old[0], size[1] / old[1])
    scaled = np.array([max(1, round(side * scale)) for side in old], np.float64)
    cut = np.round((scaled - size) / 2)
    return (points * scaled - cut) / np.array(size, np.float64)


def resized(picture: Picture, size: tuple[int, int]) -> Picture:
    """The whole picture at `size` (width, height), antialiased, whatever becomes of its shape."""
    if picture.shape[1::-1] == size:
        return picture
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.LANCZOS))


def published_size(width: int, height: int, resolution: int) -> tuple[int, int]:
    """The (width, height) that MimicMotion's published code works at (specs b.1).

    `resolution` is the short side; the long one is the multiple of 64 at or below 16/9 of it.
    Portrait pictures give portrait sizes, all others, square ones too, landscape.
    """
    return shaped_size("portrait" if height > width else "landscape", resolution, 64)


def shaped_size(shape: str, short: int, multiple: int) -> tuple[int, int]:
    """The (width, height) of a `square`, or of a `portrait` or `landscape` of about 9:16.

    `short` is the shorter side; the longer one is the multiple at or below 16/9 of it.
    """
    long = multiple * math.floor(short * (16 / 9) / multiple)
    return {"square": (short, short), "portrait": (short, long), "landscape": (long, short)}[shape]


def fit_published(picture: Picture, resolution: int) -> Picture:
    """Size and crop exactly as MimicMotion's published code does: bilinear, not antialiased.

    Shrinking without antialiasing shimmers, so this is for comparison only; `fit` is better.
    """
    height, width = picture.shape[:2]
    new_width, new_height = published_size(width, height, resolution)
    if height / width < new_height / new_width:
        covering = (new_height, math.ceil(new_height / (height / width)))
    else:
        covering = (math.ceil(new_width * (height / width)), new_width)
    rows = _interpolated(picture.astype(np.float32), covering[0], axis=0)
    both = _interpolated(rows, covering[1], axis=1)
    return _centre(np.rint(both).astype(np.uint8), new_width, new_height)


def _interpolated(values: NDArray[np.float32], count: int, axis: int) -> NDArray[np.float32]:
    """Linear interpolation between pixel centres along one axis (align_corners=False)."""
    old = values.shape[axis]
    place = np.clip((np.arange(count) + 0.5) * (old / count) - 0.5, 0, old - 1)
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, old - 1)
    weight = (place - below).astype(np.float32).reshape([-1, 1, 1] if axis == 0 else [1, -1, 1])
    return np.take(values, below, axis) * (1 - weight) + np.take(values, above, axis) * weight


def _centre(picture: Picture, width: int, height: int) -> Picture:
    top = round((picture.shape[0] - height) / 2)
    left = round((picture.shape[1] - width) / 2)
    return np.ascontiguousarray(picture[top : top + height, left : left + width])


def _upright(image: Image.Image) -> Image.Image:
    """Turned as its EXIF says; a damaged EXIF block says nothing, and the picture is still good."""
    try:
        return ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError, TypeError, LookupError, struct.error):
        return image


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel, which Pillow would clip at 255
        values = np.asarray(image).astype(np.int64)
        return Image.fromarray((np.clip(values, 0, 65535) // 257).astype(np.uint8)).convert("RGB")
    if not image.has_transparency_data:
        return image.convert("RGB")
    page = Image.new("RGBA", image.size, (*_WHITE, 255))
    return Image.alpha_composite(page, image.convert("RGBA")).convert("RGB")


@contextmanager
def _explained(name: str) -> Iterator[None]:
    """Turn Pillow's many complaints about broken files into words."""
    try:
        yield
    except UnidentifiedImageError as error:
        raise BadInput(
            "The file '{name}' is not a picture.",
            "Its content is not {readable}, whatever its name says.",
            "Choose a picture file, or save this one as JPEG or PNG.",
            key="not_a_picture",
            name=name,
            readable=_READABLE,
        ) from error
    except Image.DecompressionBombError as error:
        raise BadInput(
            "The picture '{name}' is too big.",
            "It has hundreds of millions of pixels.",
            "Make it smaller and try again.",
            key="picture_far_too_big",
            name=name,
        ) from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError) as error:
        raise BadInput(
            "The picture '{name}' cannot be read.",
            "The file is damaged or cut off.",
            "Copy or download it again, or save it anew from a picture program.",
            key="picture_broken",
            name=name,
        ) from error
