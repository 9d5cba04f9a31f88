"""What was found in a film is kept, and found again only where it must be."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import cv2
import numpy as np
import PIL.Image
import pytest

from engine.catalogue import MimicMotionSettings
from engine.errors import MissingModel, NoPoseFound
from engine.exchange import pose_cache
from engine.exchange.motion import Motion, read_motion
from engine.exchange.person import read_real_person
from engine.exchange.pose_cache import Found, PoseCache
from engine.exchange.rehearsal import rehearse
from engine.models.shelf import Shelf
from engine.pose.drawn import AT_ONCE
from engine.pose.dwpose import DWPose
from engine.pose.people import People
from engine.types import Inputs, Progress, Result
from tests.unit.media import write_film
from tests.unit.real_person import person, write_dwpose

FRAMES, RATE, ENTERS = 20, 5, 17


def two_people(frame: int) -> np.ndarray:
    """Grain with two red spots, which the stand-in takes for people; one enters after 3 seconds."""
    grain = np.random.default_rng(frame).integers(40, 80, (240, 320, 1), np.uint8)
    picture = np.repeat(grain, 3, axis=2)
    spots = [(80, 100 + frame)] + [(240, 150 - frame)] * (frame >= ENTERS)
    for x, y in spots:
        picture[y - 4 : y + 4, x - 4 : x + 4] = (255, 0, 0)
    return picture


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    return write_film(path, map(two_people, range(FRAMES)), RATE, crf=4)


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    write_dwpose(tmp_path / "home" / "models" / "dwpose")
    return Shelf(tmp_path / "home", "cpu", model="mimicmotion")


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Counts the frames that DWPose is given; instead of its networks, what is red is a person."""
    count = [0]

    def people(self: DWPose, frames: Iterable[np.ndarray]) -> Iterator[People]:
        for frame in frames:
            count[0] += 1
            red = (frame[..., 0] > 150).astype(np.uint8)
            boxes = cv2.connectedComponentsWithStats(red)[2][1:, :4] / (320, 240, 320, 240)
            boxes[:, 2:] += boxes[:, :2]
            middles = (boxes[:, None, :2] + boxes[:, None, 2:]) / 2
            joints = np.repeat(middles, 133, axis=1)
            yield People(boxes, joints, np.ones(joints.shape[:2]), "wholebody133", (320, 240))

    monkeypatch.setattr(DWPose, "people", people)
    return count


def read(film: Path, shelf: Shelf, **options: float) -> Motion:
    steps = read_motion(Inputs(motion=film), shelf, **options)  # type: ignore[arg-type]
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value


def test_each_frame_is_looked_at_once_whatever_is_asked(
    film: Path, shelf: Shelf, looked_at: list[int]
) -> None:
    short = read(film, shelf, num_frames=6)
    assert looked_at == [6]
    whole = read(film, shelf)
    assert looked_at == [FRAMES] and len(whole.poses) == FRAMES
    other = read(film, shelf, person=2)
    again = read(film, Shelf(shelf.home, "cpu", model="mimicmotion"), num_frames=6)
    assert looked_at == [FRAMES]
    assert np.array_equal(short.poses.keypoints, again.poses.keypoints)
    assert np.array_equal(short.poses.keypoints, whole.poses.keypoints[:6])
    assert not np.array_equal(other.poses.keypoints, whole.poses.keypoints)
    read(film, shelf, fps=2.5, num_frames=2)
    assert looked_at == [FRAMES + 2]  # at another rate other frames are seen


def test_a_look_that_was_cut_short_is_gone_on_with(
    film: Path, shelf: Shelf, looked_at: list[int]
) -> None:
    steps = read_motion(Inputs(motion=film), shelf)
    for event in steps:
        if isinstance(event, Progress) and event.step == FRAMES - 2:
            break
    steps.close()
    before = looked_at[0]
    assert len(read(film, shelf).poses) == FRAMES
    assert looked_at[0] - before == FRAMES - AT_ONCE


def test_other_networks_find_anew(film: Path, shelf: Shelf, looked_at: list[int]) -> None:
    read(film, shelf, num_frames=3)
    path = shelf.home / "models" / "dwpose" / "yolox_l.onnx"
    path.write_bytes(path.read_bytes() + b"\x00")
    read(film, shelf, num_frames=3)
    assert looked_at == [6]
    path.unlink()
    with pytest.raises(MissingModel):
        read(film, shelf, num_frames=3)


def test_the_networks_are_loaded_once(shelf: Shelf) -> None:
    one = shelf.dwpose()
    assert shelf.dwpose() is one
    shelf.clear()
    assert shelf.dwpose() is not one


def test_the_rehearsal_finds_whom_the_run_will_follow(
    film: Path, shelf: Shelf, looked_at: list[int], tmp_path: Path
) -> None:
    PIL.Image.fromarray(person(80, 90)).save(tmp_path / "photo.png")
    inputs = Inputs(image=tmp_path / "photo.png", motion=film)
    settings = MimicMotionSettings(num_frames=FRAMES, person=2, resolution=64, retarget=False)
    *_, last = rehearse(settings, inputs, shelf, tmp_path / "loop.webp")
    assert isinstance(last, Result)
    seen = looked_at[0]
    run = read(film, shelf, num_frames=FRAMES, person=2)
    assert looked_at[0] == seen  # and the second came too late for the three seconds of the loop
    assert run.poses.keypoints[ENTERS + 1, 0, 0] > 0.5


def test_a_photo_without_a_person_is_told_as_a_photo(shelf: Shelf, tmp_path: Path) -> None:
    grain = np.random.default_rng(5).integers(0, 120, (240, 160, 1), np.uint8).repeat(3, axis=2)
    PIL.Image.fromarray(grain).save(tmp_path / "photo.png")
    inputs = Inputs(image=tmp_path / "photo.png", dance="sway")
    with pytest.raises(NoPoseFound, match="in the photo"):
        read_real_person(inputs, shelf, 64, "crop")
    *_, last = rehearse(MimicMotionSettings(resolution=64), inputs, shelf, tmp_path / "loop.webp")
    assert isinstance(last, Result) and last.record["findings"] == ["nobody"]
    with PIL.Image.open(tmp_path / "loop.webp") as loop:
        assert loop.height > loop.width


# --- the files -----------------------------------------------------------------------------------


def found(frames: int, joints: int = 17) -> Found:
    rng = np.random.default_rng(frames)
    clip = tuple(
        People(rng.random((n, 4)), rng.random((n, joints, 2)), rng.random((n, joints)),
               "coco17", (64, 48))
        for n in rng.integers(0, 3, frames)
    )  # fmt: skip
    return Found(clip, whole=True)


def test_what_is_kept_comes_back_as_it_was(tmp_path: Path) -> None:
    cache, given = PoseCache(tmp_path / "poses"), found(9)
    place = cache.path({"film": "a", "rate": 15.0})
    assert cache.load(place) is None and place != cache.path({"film": "a", "rate": 30.0})
    cache.save(place, given)
    back = cache.load(place)
    assert back is not None and back.whole and len(back.clip) == 9
    for one, two in zip(given.clip, back.clip, strict=True):
        assert (one.layout, one.size) == (two.layout, two.size)
        for name in ("boxes", "keypoints", "score"):
            assert np.array_equal(getattr(one, name), getattr(two, name))


@pytest.mark.parametrize("damage", ["cut", "text", "flipped", "pickle", "counts"])
def test_damaged_files_count_as_not_there(tmp_path: Path, damage: str) -> None:
    cache = PoseCache(tmp_path)
    place = cache.path({})
    cache.save(place, found(4))
    if damage == "cut":
        place.write_bytes(place.read_bytes()[:-40])
    elif damage == "text":
        place.write_text("no archive")
    elif damage == "flipped":  # the first byte of what is packed, after the header of its entry
        packed = bytearray(place.read_bytes())
        packed[30 + packed[26] + packed[28]] ^= 0xFF
        place.write_bytes(packed)
    else:
        with np.load(place) as file:
            arrays = dict(file)
        arrays["count"] = np.array([object()]) if damage == "pickle" else arrays["count"] + 1
        with place.open("wb") as out:
            np.savez(out, **arrays)
    assert cache.load(place) is None
    assert not place.exists()


def test_the_folder_stays_small_and_young(tmp_path: Path) -> None:
    probe = PoseCache(tmp_path / "probe")
    probe.save(probe.path({}), found(50))
    size = probe.path({}).stat().st_size
    cache = PoseCache(tmp_path / "poses", most_bytes=3 * size + size // 2)
    places = [cache.path({"film": str(i)}) for i in range(5)]
    for age, place in enumerate(places):
        cache.save(place, found(50))
        used = time.time() - 100 + age
        os.utime(place, (used, used))
    cache.load(places[4])
    assert [place.exists() for place in places] == [False, False, True, True, True]
    old = time.time() - pose_cache.MOST_SECONDS - 1
    os.utime(places[2], (old, old))
    assert cache.load(places[2]) is None


def test_a_closed_disk_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = PoseCache(tmp_path / "file" / "poses")
    cache.save(cache.path({}), found(2))
    assert cache.load(cache.path({})) is None
