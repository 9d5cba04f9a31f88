"""Keypoint files of every kind, and every way in which a stranger's file can be wrong."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pose_dancer import dancer

from engine.errors import BadInput, NoPoseFound
from engine.pose import jsonfile
from engine.pose.readers import read_poses, write_poses
from engine.pose.skeleton import FACE, FEET, LEFT_HAND, convert
from engine.types import Poses

DANCE = dancer(12, size=(480, 640))


def flat(points: np.ndarray, score: float = 0.9, size: tuple[int, int] = (480, 640)) -> list[float]:
    """x, y, score, ... in pixels."""
    return np.column_stack([points * size, np.full(len(points), score)]).ravel().tolist()


def openpose_frame(frame: int, **more: Any) -> dict[str, Any]:
    body = convert(DANCE, "openpose18").keypoints[frame]
    face = np.vstack([DANCE.keypoints[frame, FACE], np.zeros((2, 2))])
    person = {
        "pose_keypoints_2d": flat(body),
        "hand_left_keypoints_2d": flat(DANCE.keypoints[frame, LEFT_HAND]),
        "face_keypoints_2d": flat(face),
    }
    return {"version": 1.3, "people": [person], **more}


def put(path: Path, content: Any) -> Path:
    path.write_text(json.dumps(content))
    return path


def same(found: Poses, layout_part: slice = slice(0, 17)) -> None:
    """The found joints are the dance's, up to the size of the frame."""
    pixels = found.keypoints[:, layout_part] * found.size
    wanted = DANCE.keypoints[: len(found), layout_part] * DANCE.size
    np.testing.assert_allclose(pixels, wanted, atol=1e-6)


def test_openpose_folder_in_the_order_of_its_numbers(tmp_path: Path) -> None:
    for frame in range(12):
        put(tmp_path / f"dance_{frame}_keypoints.json", openpose_frame(frame))
    found = read_poses(tmp_path).poses
    assert found.layout == "wholebody133"
    assert len(found) == 12
    same(found)
    same(found, LEFT_HAND)
    same(found, FACE)


def test_openpose_zip_list_and_single_frame(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "dance.zip", "w") as archive:
        for frame in range(11):
            archive.writestr(f"out/f{frame}.json", json.dumps(openpose_frame(frame)))
    same(read_poses(tmp_path / "dance.zip").poses)
    (tmp_path / "dance.zip").rename(tmp_path / "dance.bin")  # an upload may lose its name
    same(read_poses(tmp_path / "dance.bin").poses)
    several = [openpose_frame(i, canvas_width=480, canvas_height=640) for i in range(5)]
    for content in (several, {"frames": several}, several[0]):
        found = read_poses(put(tmp_path / "one.json", content)).poses
        assert found.size == (480, 640)
        same(found)


def test_openpose_body25_with_feet(tmp_path: Path) -> None:
    eighteen = convert(DANCE, "openpose18").keypoints[0]
    hips = eighteen[[8, 11]].mean(axis=0, keepdims=True)
    body = np.vstack([eighteen[:8], hips, eighteen[8:14], eighteen[14:], DANCE.keypoints[0, FEET]])
    path = put(tmp_path / "b25.json", {"people": [{"pose_keypoints_2d": flat(body)}]})
    found = read_poses(path).poses
    same(found)
    same(found, FEET)


def test_coco_whole_body_annotations(tmp_path: Path) -> None:
    images = [{"id": 7 + i, "width": 480, "height": 640} for i in range(3)]
    people = []
    for i in range(3):
        k = DANCE.keypoints[i]
        people.append(
            {
                "image_id": 7 + i,
                "keypoints": flat(k[:17], 2),
                "foot_kpts": flat(k[17:23], 2),
                "face_kpts": flat(k[23:91], 1),
                "lefthand_kpts": flat(k[91:112], 2),
                "righthand_kpts": flat(k[112:], 0),
            }
        )
    path = put(tmp_path / "coco.json", {"images": images, "annotations": people})
    found = read_poses(path).poses
    assert found.size == (480, 640)
    same(found, slice(0, 112))
    assert found.score[0, [0, 23, 112]].tolist() == [1, 0.5, 0]


def test_coco_results_and_mmpose_predictions(tmp_path: Path) -> None:
    entries = [
        {"image_id": f"f{i}.jpg", "category_id": 1, "keypoints": flat(DANCE.keypoints[i])}
        for i in (10, 2, 0, 1)
    ]
    found = read_poses(put(tmp_path / "results.json", entries)).poses
    same(found[:3])
    entries[0]["image_id"] = f"f{'9' * 5000}.jpg"  # larger than any number that Python reads
    same(read_poses(put(tmp_path / "results.json", entries)).poses[:3])
    frames = [
        {
            "frame_id": i,
            "instances": [
                {
                    "keypoints": (DANCE.keypoints[i, :17] * (480, 640)).tolist(),
                    "keypoint_scores": [0.8] * 17,
                }
            ],
        }
        for i in range(3)
    ]
    for content in (frames, {"meta_info": {}, "instance_info": frames}):
        found = read_poses(put(tmp_path / "mmpose.json", content)).poses
        assert found.layout == "coco17"
        same(found)


def test_ours_comes_back(tmp_path: Path) -> None:
    write_poses(tmp_path / "p.json", DANCE, fps=23.976)
    found = read_poses(tmp_path / "p.json")
    assert found.fps == 23.976
    assert (found.poses.layout, found.poses.size) == (DANCE.layout, DANCE.size)
    np.testing.assert_allclose(found.poses.keypoints, DANCE.keypoints, atol=1e-6)
    np.testing.assert_allclose(found.poses.score, DANCE.score, atol=1e-4)


def test_absurd_places_count_as_not_seen(tmp_path: Path) -> None:
    frame = openpose_frame(0, canvas_width=480, canvas_height=640)
    frame["people"][0]["pose_keypoints_2d"][0] = 1e9
    found = read_poses(put(tmp_path / "far.json", frame)).poses
    assert found.score[0, 0] == 0
    assert np.abs(found.keypoints).max() < 10


OURS: dict[str, Any] = {
    "layout": "coco17",
    "size": [480, 640],
    "fps": 25,
    "keypoints": convert(DANCE, "coco17").keypoints.tolist(),
    "score": convert(DANCE, "coco17").score.tolist(),
}


def person(**parts: Any) -> dict[str, Any]:
    return {"people": [parts]}


BAD: dict[str, Any] = {
    "text": "a dance",
    "binary": b"\xff\xfe\x00\x01",
    "empty": "",
    "number": "3",
    "unknown": '{"a": 1}',
    "nan": '{"people": [{"pose_keypoints_2d": [NaN, 1, 1]}]}',
    "overflow": json.dumps(person(pose_keypoints_2d=[0] * 54)).replace("[0,", "[1e999,"),
    "digits": "[" + "9" * 5000 + "]",
    "deep": "[" * 200_000,
    "deep and known": '{"people": ' + "[" * 200_000,
    "counts": person(pose_keypoints_2d=[1.0] * 53),
    "strings": person(pose_keypoints_2d=["1"] * 54),
    "booleans": person(pose_keypoints_2d=[True] * 54),
    "no body": person(face_keypoints_2d=[]),
    "people is a number": {"people": 4},
    "person is a list": {"people": [[]]},
    "crowd": {"people": [{"pose_keypoints_2d": [1] * 54}] * 101},
    "canvas": {"people": [], "canvas_width": -3, "canvas_height": 4},
    "no size": person(pose_keypoints_2d=[0.1, 0.2, 0.9, 0.5, 0.6, 0.9] * 9),
    "sizes differ": [{"people": [], "canvas_width": w, "canvas_height": 9} for w in (8, 9)],
    "layout": {**OURS, "layout": "openpose25"},
    "layout is a list": {**OURS, "layout": ["coco17"]},
    "size": {**OURS, "size": [0, 640]},
    "size missing": {key: OURS[key] for key in OURS if key != "size"},
    "fps": {**OURS, "fps": -1},
    "fps is next to nothing": {**OURS, "fps": 0.0001},
    "fps is text": {**OURS, "fps": "25"},
    "score too short": {**OURS, "score": OURS["score"][:-1]},
    "a frame too short": {**OURS, "score": [[1.0]] * 12},
    "a point in space": {**OURS, "keypoints": [[[0.1, 0.2, 0.3]] * 17] * 12},
    "image missing": {"images": [], "annotations": [{"image_id": 1, "keypoints": [1] * 51}]},
    "images missing": {"annotations": []},
    "image id": [{"image_id": [1], "keypoints": [1] * 51}],
    "results with a wrong entry": [{"image_id": 1, "keypoints": [1] * 51}, 3],
    "instances": [{"instances": [{"keypoints": [[1, 2]] * 16, "keypoint_scores": [1] * 16}]}],
    "mixed": [{"people": []}, {"image_id": 3}],
}


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_explained(case: str, tmp_path: Path) -> None:
    content, path = BAD[case], tmp_path / "dance.json"
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(BadInput) as caught:
        read_poses(path)
    error = caught.value
    assert not isinstance(error, NoPoseFound)
    assert "dance.json" in error.what
    assert error.why
    assert error.fix
    assert len(str(error)) < 600


NOBODY: dict[str, Any] = {
    "no people": {"people": []},
    "no frames": [],
    "all zero": person(pose_keypoints_2d=[0.0] * 54),
    "hands only": person(pose_keypoints_2d=[]),
    "ours": {**OURS, "score": (np.zeros((12, 17))).tolist()},
    "ours without frames": {**OURS, "keypoints": [], "score": []},
    "no annotations": {"images": [{"id": 1, "width": 4, "height": 4}], "annotations": []},
}


@pytest.mark.parametrize("case", NOBODY)
def test_nobody_in_the_file_is_said_with_its_name(case: str, tmp_path: Path) -> None:
    with pytest.raises(NoPoseFound, match="empty_stage.json"):
        read_poses(put(tmp_path / "empty_stage.json", NOBODY[case]))


def test_folders_and_archives_that_are_not_right(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no keypoint files"):
        read_poses(tmp_path)
    with pytest.raises(BadInput, match="could not be opened"):
        read_poses(tmp_path / "nowhere.json")
    (tmp_path / "broken.zip").write_bytes(b"PK\x03\x04 and no more")
    with pytest.raises(BadInput, match="could not be read"):
        read_poses(tmp_path / "broken.zip")
    put(tmp_path / "a.json", openpose_frame(0))
    (tmp_path / "b.json").write_text("{")
    with pytest.raises(BadInput, match="b.json"):
        read_poses(tmp_path)


def test_huge_files_and_zip_bombs_are_refused_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jsonfile, "MOST_BYTES", 10_000)
    (tmp_path / "huge.json").write_text(" " * 10_001)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.json", " " * 1_000_000)
    for name in ("huge.json", "bomb.zip", "."):
        with pytest.raises(BadInput, match="too large"):
            read_poses(tmp_path / name)
