"""Keypoint files: OpenPose, COCO-WholeBody, MMPose and our own, as a file, a folder or a zip.

Our own file is `{"layout": ..., "size": [width, height], "fps": number or null,
"keypoints": f k 2 in [0, 1], "score": f k}`; `write_poses` writes it.
"""

from __future__ import annotations

import json
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import numpy as np

from engine.errors import BadInput, NoPoseFound
from engine.pose import coco_json, jsonfile, openpose_json
from engine.pose.people import Crowd, crowd, pick
from engine.pose.raw import MOST_FRAMES, RawFrame, people_of_clip
from engine.pose.skeleton import SEEN
from engine.types import NUM_KEYPOINTS, Layout, Poses

_ZIP = b"PK\x03\x04"


@dataclass(frozen=True)
class PoseFile:
    """What a keypoint file holds.

    Attributes:
        poses: of one person.
        fps: the frame rate, where it says so.
        crowd: that several people are in it, if they are.
    """

    poses: Poses
    fps: float | None = None
    crowd: Crowd | None = None


def read_poses(path: Path, person: int = 0) -> PoseFile:
    """Read one person's dance from a keypoint file, a folder or zip of one file a frame.

    Of several people one is followed (`people.pick`). OpenPose becomes `wholebody133`, the others
    keep their layout.

    Raises NoPoseFound if nobody is in it, and BadInput for whatever else is wrong: not JSON, of
    another kind, wrong counts, NaN, too large, nested too deeply.
    """
    if path.is_dir():
        return _from_frames(_folder(path), path.name, person)
    if _is_zip(path):
        return _from_frames(_zip(path), path.name, person)
    content = jsonfile.read(path)
    if isinstance(content, dict) and "layout" in content:
        return _ours(content, path.name)
    return _one_person(_frames(content, path.name), path.name, person)


def holds_poses(head: bytes) -> bool:
    """Whether a file that begins like this is a keypoint file: JSON by its bracket, or a zip."""
    head = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    return head[:1] in (b"{", b"[") or head.startswith(_ZIP)


def write_poses(path: Path, poses: Poses, fps: float | None = None) -> None:
    """Write our own keypoint file; coordinates keep six decimals, scores four."""
    content = {
        "layout": poses.layout,
        "size": list(poses.size),
        "fps": fps,
        "keypoints": np.round(poses.keypoints, 6).tolist(),
        "score": np.round(poses.score, 4).tolist(),
    }
    path.write_text(json.dumps(content, allow_nan=False, separators=(",", ":")), encoding="utf-8")


def _frames(content: Any, name: str) -> list[RawFrame]:
    if coco_json.is_annotations(content):
        return coco_json.read_annotations(content, name)
    if coco_json.is_results(content):
        return coco_json.read_results(content, name)
    if coco_json.is_predictions(content):
        return coco_json.read_predictions(content, name)
    if isinstance(content, dict) and "frames" in content:
        content = content["frames"]
    frames = content if isinstance(content, list) else [content]
    if frames and all(openpose_json.is_openpose(frame) for frame in frames):
        frames = jsonfile.sequence(frames, name, "file", MOST_FRAMES)
        return [openpose_json.read_frame(frame, name) for frame in frames]
    if frames == []:
        raise _nobody(name)
    raise BadInput(
        "The keypoint file {name} is of an unknown kind.",
        "It is JSON, but it has neither 'people' nor 'annotations', 'image_id', 'instances' or "
        "'layout'.",
        jsonfile.KINDS,
        key="keypoints_unknown",
        name=name,
    )


def _from_frames(files: Iterator[tuple[str, bytes]], name: str, person: int) -> PoseFile:
    frames: list[RawFrame] = []
    for file, text in files:
        frames += _frames(jsonfile.parse(text, file), file)
    return _one_person(frames, name, person)


def _one_person(frames: list[RawFrame], name: str, person: int) -> PoseFile:
    clip = people_of_clip(frames, name)
    if not any(len(people) for people in clip):
        raise _nobody(name)
    poses = pick(clip, person)
    return PoseFile(poses, crowd=crowd(clip, poses))


def _folder(path: Path) -> Iterator[tuple[str, bytes]]:
    files = sorted(path.glob("*.json"), key=lambda file: coco_json.natural(file.name))
    _check_count(len(files), path.name)
    total = sum(file.stat().st_size for file in files)
    if total > jsonfile.MOST_BYTES:
        raise jsonfile.too_large(path.name, total)
    for file in files:
        yield file.name, file.read_bytes()


def _is_zip(path: Path) -> bool:
    """By its name or by its first bytes: a zip may have any name."""
    if path.suffix.lower() == ".zip":
        return True
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP)) == _ZIP
    except OSError:
        return False  # why is said where it is read


def _zip(path: Path) -> Iterator[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = [e for e in archive.infolist() if e.filename.lower().endswith(".json")]
            entries.sort(key=lambda entry: coco_json.natural(entry.filename))
            _check_count(len(entries), path.name)
            left = jsonfile.MOST_BYTES
            for entry in entries:
                # the directory of a zip may lie about sizes, so what is unpacked is counted
                with archive.open(entry) as file:
                    text = file.read(left + 1)
                left -= len(text)
                if left < 0:
                    raise jsonfile.too_large(path.name, jsonfile.MOST_BYTES - left)
                yield Path(entry.filename).name, text
    except (OSError, EOFError, RuntimeError, zipfile.BadZipFile, zlib.error) as error:
        raise BadInput(
            "The archive {name} could not be read.",
            "It is damaged, protected or packed in an unusual way: {reason}.",
            "Pack the keypoint files of the frames as an ordinary zip.",
            key="archive_broken",
            name=path.name,
            reason=str(error)[:120],
        ) from error


def _check_count(count: int, name: str) -> None:
    if count == 0:
        raise BadInput(
            "There are no keypoint files in {name}.",
            "No name ends in .json.",
            jsonfile.KINDS,
            key="archive_no_keypoints",
            name=name,
        )
    if count > MOST_FRAMES:
        raise jsonfile.too_many(name, "files", count, MOST_FRAMES)


def _ours(content: dict[str, Any], name: str) -> PoseFile:
    layout: Layout | None = next(
        (known for known in get_args(Layout) if known == content["layout"]), None
    )
    if layout is None:
        facts = {"given": repr(str(content["layout"])[:30]), "known": ", ".join(NUM_KEYPOINTS)}
        why = "{given} is none of {known}"
        raise jsonfile.wrong(name, "layout", "keypoints_no_layout", why, **facts)
    size = content.get("size")
    if not isinstance(size, list) or len(size) != 2:
        why = "[width, height] was expected"
        raise jsonfile.wrong(name, "size", "keypoints_no_pair", why)
    width, height = jsonfile.frame_size(size[0], size[1], name)
    fps = content.get("fps")
    if fps is not None:
        fps = float(jsonfile.numbers([fps], name, "fps")[0])
        if not 1 <= fps <= 1000:
            why = "{given} is not a frame rate from 1 to 1000"
            raise jsonfile.wrong(name, "fps", "keypoints_no_rate", why, given=f"{fps:g}")
    joints = NUM_KEYPOINTS[layout]
    points = jsonfile.sequence(content.get("keypoints"), name, "keypoints", MOST_FRAMES)
    scores = jsonfile.sequence(content.get("score"), name, "score", MOST_FRAMES)
    if len(points) != len(scores):
        facts = {"points": len(points), "scores": len(scores)}
        why = "{points} frames of keypoints and {scores} of scores do not go together"
        raise jsonfile.wrong(name, "keypoints", "keypoints_uneven", why, **facts)
    keypoints = np.zeros((len(points), joints, 2))
    score = np.zeros((len(points), joints))
    for index, (frame, found) in enumerate(zip(points, scores, strict=True)):
        where = f"keypoints[{index}]"
        pairs = jsonfile.sequence(frame, name, where, joints)
        rows = [jsonfile.numbers(pair, name, where) for pair in pairs]
        sure = jsonfile.numbers(found, name, f"score[{index}]")
        if len(rows) != joints or len(sure) != joints or any(len(row) != 2 for row in rows):
            why = "{joints} points (x, y) and scores were expected"
            raise jsonfile.wrong(name, where, "keypoints_no_points", why, joints=joints)
        keypoints[index], score[index] = np.stack(rows), np.clip(sure, 0, None)
    score[(np.abs(keypoints) > 10).any(axis=-1)] = 0
    if not (score > SEEN).any():
        raise _nobody(name)
    return PoseFile(Poses(keypoints, score, layout, (width, height)), fps)


def _nobody(name: str) -> NoPoseFound:
    return NoPoseFound(
        "There is no person in the keypoint file {name}.",
        "No frame has a person with a joint that was found with enough confidence.",
        "Give a file that was made from a clip in which the dancer is seen well.",
        key="keypoints_nobody",
        name=name,
    )
