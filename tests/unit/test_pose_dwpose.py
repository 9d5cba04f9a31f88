"""The whole path through onnxruntime, with stand-in files of DWPose's inputs and outputs."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from pose_onnx import write_detector, write_pose

from engine.errors import CheckpointMismatch, MissingModel, NoPoseFound
from engine.pose.dwpose import DWPose

SPOT = 24
TEASER = Path(__file__).parents[3] / "shared" / "data" / "teaser.mp4"


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("onnx")
    return write_detector(folder / "yolox_l.onnx"), write_pose(folder / "dw-ll_ucoco_384.onnx")


def stage(spots: list[tuple[int, int]], size: tuple[int, int] = (500, 300)) -> NDArray[np.uint8]:
    """A grey frame with red squares centred at the spots, one red dot brightest in each."""
    frame = np.full((size[1], size[0], 3), 60, np.uint8)
    for x, y in spots:
        frame[y - SPOT : y + SPOT, x - SPOT : x + SPOT] = (200, 0, 0)
        frame[y - 2 : y + 3, x - 2 : x + 3] = (255, 0, 0)
    return frame


def test_a_red_spot_comes_back_as_a_person_at_its_place(networks: tuple[Path, Path]) -> None:
    people = DWPose(*networks, threads=1).people_of_frame(stage([(400, 90), (120, 200)]))
    found = people.keypoints[:, 0] * people.size
    places = [
        found[np.linalg.norm(found - spot, axis=1).argmin()] for spot in ((400, 90), (120, 200))
    ]
    np.testing.assert_allclose(places, [(400, 90), (120, 200)], atol=3)
    assert people.layout == "wholebody133"
    assert people.score.min() > 0.3


def test_one_person_is_followed_through_a_stream(networks: tuple[Path, Path]) -> None:
    detector = DWPose(*networks, threads=1)
    xs = [100, 120, 140, 160]

    def frames() -> Iterator[NDArray[np.uint8]]:
        for x in xs:
            yield stage([(x, 150)])

    poses = detector.detect(frames())
    np.testing.assert_allclose(poses.keypoints[:, 9, 0] * 500, xs, atol=3)
    np.testing.assert_allclose(poses.keypoints[:, 9, 1] * 300, 150, atol=3)
    assert poses.size == (500, 300)


def test_an_empty_stage_has_no_ghost(networks: tuple[Path, Path]) -> None:
    detector = DWPose(*networks, threads=1)
    assert len(detector.people_of_frame(stage([]))) == 0
    with pytest.raises(NoPoseFound):
        detector.detect([stage([]), stage([])])


def test_without_a_box_the_whole_frame_is_read(tmp_path: Path) -> None:
    blind = write_detector(tmp_path / "blind.onnx", box=(60.0, 90.0))
    detector = DWPose(blind, write_pose(tmp_path / "pose.onnx"), threads=1)
    frame = np.full((640, 640, 3), 60, np.uint8)
    frame[300:303, 200:203] = (255, 0, 0)  # too small for the detector's cells
    people = detector.people_of_frame(frame)
    np.testing.assert_allclose(people.keypoints[0, 0] * 640, (201, 301), atol=4)
    np.testing.assert_array_equal(people.boxes, [[0, 0, 1, 1]])


def test_a_real_clip_runs_through(networks: tuple[Path, Path]) -> None:
    if not TEASER.exists():
        pytest.skip(f"{TEASER} is not on this machine")
    detector = DWPose(*networks, threads=1)
    with av.open(str(TEASER)) as clip:
        frames = [f.to_ndarray(format="rgb24") for f in islice(clip.decode(video=0), 2)]
    for frame in frames:
        frame[300:340, 200:240] = (255, 0, 0)
    people = list(detector.people(iter(frames)))
    assert [one.keypoints.shape[1:] for one in people] == [(133, 2)] * 2
    assert all(len(one) > 0 for one in people)
    assert all(one.size == (560, 800) for one in people)


def test_missing_and_wrong_files_are_named(networks: tuple[Path, Path], tmp_path: Path) -> None:
    frame = [stage([])]
    with pytest.raises(MissingModel, match="nowhere.onnx"):
        DWPose(tmp_path / "nowhere.onnx", networks[1]).detect(frame)
    (tmp_path / "broken.onnx").write_bytes(b"not a network")
    with pytest.raises(CheckpointMismatch, match="broken.onnx"):
        DWPose(tmp_path / "broken.onnx", networks[1]).detect(frame)
    with pytest.raises(CheckpointMismatch, match="yolox_l.onnx"):
        DWPose(networks[0], networks[0]).detect(frame)


def test_importing_the_detector_does_not_load_onnxruntime() -> None:
    code = "import sys, engine.pose.dwpose; sys.exit('onnxruntime' in sys.modules)"
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", code], cwd=root, check=False).returncode == 0
