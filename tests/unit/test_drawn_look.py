"""Photographs of people are not taken for drawn dancers, whatever was done to them.

What a phone or an editor makes of a photo (dimmed, its background blurred or cut away, bars beside
it) has flat areas as a drawing has. `PYTHONPATH=. python tests/unit/test_drawn_look.py` prints the
whole table: 100 dancers that the weights of `Signs.drawn` were not fitted to, and every change. Of
its 70 changed photographs one is still taken for a dancer, the film's first frame cut out on white,
which is why a film is told by several frames.
"""

from __future__ import annotations

import io
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from engine.data import synth
from engine.models.shelf import Shelf
from engine.pose.drawn_look import is_even, trimmed
from tests.unit.media import write_film

ROOT = Path(__file__).parents[2]
SHARED = ROOT.parent / "shared" / "data"
FIRST_SEED = 41_000_000

Picture = NDArray[np.uint8]
Change = Callable[[Picture], Picture]


def grainy_person(seed: int = 0) -> Picture:
    """A stand-in for a photograph where none is at hand: a figure and a place of natural texture.

    Its spectrum falls with the frequency, as that of photographs does.
    """
    height, width = 480, 320
    rng = np.random.default_rng(seed)
    down, across = np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None]
    falling = 1 / np.maximum(np.hypot(down, across), 1 / width) ** 1.1

    def texture() -> NDArray[np.float64]:
        phase = np.exp(2j * np.pi * rng.random(falling.shape))
        wave = np.fft.irfft2(falling * phase, s=(height, width))
        return wave / wave.std()

    figure = np.zeros((height, width), np.uint8)
    cv2.circle(figure, (160, 85), 34, 1, -1)
    for points in ((160, 120, 160, 270), (150, 135, 95, 255), (170, 135, 225, 255),
                   (150, 270, 140, 440), (170, 270, 185, 440)):  # fmt: skip
        cv2.line(figure, points[:2], points[2:], 1, 44)
    body, place = rng.uniform(70, 190, (2, 3))
    picture = np.where(figure[..., None] > 0, body, place)
    picture = (
        picture + 28 * np.stack([texture() for _ in range(3)], axis=-1) + 22 * texture()[..., None]
    )
    return np.clip(picture, 0, 255).astype(np.uint8)


def whole(value: NDArray[np.floating]) -> Picture:
    return np.clip(np.rint(value), 0, 255).astype(np.uint8)


def around_person(photo: Picture) -> NDArray[np.float32]:
    """1 where a person in the middle is, 0 in the background, `h w 1`."""
    height, width = photo.shape[:2]
    mask = np.zeros((height, width), np.float32)
    middle, half = (width // 2, height // 2), (round(width * 0.28), round(height * 0.47))
    cv2.ellipse(mask, middle, half, 0, 0, 360, 1.0, -1)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2), np.float32)[..., None]


def dimmed(share: float) -> Change:
    return lambda photo: whole(photo * share)


def before(
    background: Callable[[Picture], NDArray[np.floating] | float], share: float = 1
) -> Change:
    """The person before another background."""

    def change(photo: Picture) -> Picture:
        mask = around_person(photo)
        return whole(share * (photo * mask + background(photo) * (1 - mask)))

    return change


def blurred(sigma: float) -> Callable[[Picture], NDArray[np.floating]]:
    return lambda photo: np.asarray(
        cv2.GaussianBlur(photo.astype(np.float32), (0, 0), sigma), np.float32
    )


def beside(level: int, share: float = 0.5) -> Change:
    def change(photo: Picture) -> Picture:
        wide = round(photo.shape[1] * share)
        return np.pad(photo, ((0, 0), (wide, wide), (0, 0)), constant_values=level)

    return change


def saved(quality: int) -> Change:
    def change(photo: Picture) -> Picture:
        file = io.BytesIO()
        PIL.Image.fromarray(photo).save(file, "JPEG", quality=quality)
        return np.asarray(PIL.Image.open(file).convert("RGB"))

    return change


CHANGES: Mapping[str, Change] = {
    "as it is": dimmed(1),
    "half as bright": dimmed(0.5),
    "x 0.3": dimmed(0.3),
    "background blurred, 8": before(blurred(8)),
    "background blurred, 20": before(blurred(20)),
    "cut out, white": before(lambda _: 255.0),
    "cut out, grey": before(lambda _: 120.0),
    "cut out, dim": before(lambda _: 255.0, 0.4),
    "black bars": beside(0),
    "white bars": beside(255),
    "black bars, JPEG": lambda photo: saved(75)(beside(0, 0.8)(photo)),
    "blurred": lambda photo: whole(blurred(3)(photo)),
    "JPEG 10": saved(10),
    "smoothed": lambda photo: np.asarray(cv2.bilateralFilter(photo, 15, 40, 15), np.uint8),
}
MISSED = ("teaser.mp4 0", "cut out, white")
"""Known: the one change of one picture that is still taken for a drawing."""
QUICK = ("as it is", "x 0.3", "background blurred, 20", "cut out, white", "black bars, JPEG")


def small(photo: Picture, side: int = 400) -> Picture:
    picture = PIL.Image.fromarray(photo)
    picture.thumbnail((side, side))
    return np.asarray(picture)


def pixels(frame: av.VideoFrame) -> Picture:
    return np.asarray(frame.to_ndarray(format="rgb24"), np.uint8)


def real_photos() -> dict[str, Picture]:
    """What lies in the shared folder, if anything: a photograph and three frames of a film."""
    found = {}
    if (SHARED / "photo.jpg").exists():
        with PIL.Image.open(SHARED / "photo.jpg") as photo:
            found["photo.jpg"] = small(np.asarray(photo.convert("RGB")))
    if (SHARED / "teaser.mp4").exists():
        with av.open(str(SHARED / "teaser.mp4")) as film:
            frames = list(map(pixels, film.decode(video=0)))
        found |= {f"teaser.mp4 {i}": small(frames[i]) for i in (0, len(frames) // 2, -1)}
    return found


def in_film(picture: Picture, crf: int) -> Picture:
    """The picture as a frame of an h264 film."""
    with tempfile.TemporaryDirectory() as folder:
        path = write_film(Path(folder) / "film.mp4", [picture] * 3, crf=crf)
        with av.open(str(path)) as film:
            return list(map(pixels, film.decode(video=0)))[-1]


def dancers(count: int) -> list[Picture]:
    """Drawn ones of several sizes and shapes, before every backdrop."""
    pictures = []
    for i in range(count):
        side, wide = (128, 192, 256, 384)[i % 4], i % 3 == 2
        stage = synth.plan(FIRST_SEED + i, 48).stage((side * 3 // 2 if wide else side, side))
        pictures.append(stage.frame(i % 48).rgb)
    return pictures


AGAIN: Mapping[str, Change] = {
    "as drawn": lambda picture: picture,
    "JPEG 85": saved(85),
    "JPEG 50": saved(50),
    "h264 23": lambda picture: in_film(picture, 23),
    "h264 30": lambda picture: in_film(picture, 30),
}


def share(shelf: Shelf, pictures: Sequence[Picture]) -> float:
    """Of pictures that are taken for drawn dancers."""
    return float(np.mean([shelf.is_drawn(picture) for picture in pictures]))


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    return Shelf(tmp_path_factory.mktemp("home"), "cpu")


def test_changed_photographs_are_photographs(shelf: Shelf) -> None:
    photos = {"texture": grainy_person(), **real_photos()}
    taken = {
        (name, change)
        for name, photo in photos.items()
        for change in QUICK
        if shelf.is_drawn(CHANGES[change](photo))
    }
    assert taken <= {MISSED}


def test_dancers_stay_drawn_however_they_are_saved(shelf: Shelf) -> None:
    some = dancers(4)
    shares = {name: share(shelf, [change(one) for one in some]) for name, change in AGAIN.items()}
    assert min(shares.values()) == 1, shares


def test_the_examples_stay_drawn(shelf: Shelf) -> None:
    for path in sorted((ROOT / "assets" / "examples" / "people").glob("*.png")):
        with PIL.Image.open(path) as picture:
            assert shelf.is_drawn(np.asarray(picture.convert("RGB"))), path.name


def test_nothing_is_no_dancer(shelf: Shelf) -> None:
    black = np.zeros((90, 160, 3), np.uint8)
    noise = np.random.default_rng(0).integers(0, 256, (300, 200, 3)).astype(np.uint8)
    assert not any(shelf.is_drawn(one) for one in (black, black + 255, noise, black[:1, :1]))


def test_bars_and_even_frames() -> None:
    photo = grainy_person()
    assert trimmed(beside(0)(photo)).shape == photo.shape
    black = np.zeros((90, 160, 3), np.uint8)
    assert trimmed(black) is black
    assert is_even(black) and is_even(saved(60)(black + 40)) and not is_even(photo)


if __name__ == "__main__":
    pocket = Shelf(device="cpu")
    hundred = dancers(100)
    for title, again in AGAIN.items():
        rate = share(pocket, [again(one) for one in hundred])
        sys.stdout.write(f"drawn, {title:12s} {rate:.2f} taken for drawn\n")
    shown = {"texture": grainy_person(), **real_photos()}
    for title, changed in CHANGES.items():
        rate = share(pocket, [changed(one) for one in shown.values()])
        sys.stdout.write(f"photo, {title:24s} {rate:.2f} taken for drawn\n")
