"""A photo and a film of a "real person": grain, and a red spot that the stand-in DWPose finds."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tests.unit import tiny_released as tiny
from tests.unit.pose_onnx import write_detector, write_pose

SIDE = 160


def person(x: int, y: int) -> NDArray[np.uint8]:
    """A grainy grey picture with a red spot, which the stand-in detector takes for a person."""
    grain = np.random.default_rng(x).integers(0, 120, (SIDE * 3 // 2, SIDE, 1), np.uint8)
    picture = np.repeat(grain, 3, axis=2)
    picture[y - 12 : y + 12, x - 12 : x + 12] = (200, 0, 0)
    picture[y - 1 : y + 2, x - 1 : x + 2] = (255, 0, 0)
    return picture


def write_files(folder: Path) -> tuple[Path, Path]:
    """`photo.png` and `dance.mp4` of four frames."""
    Image.fromarray(person(80, 90)).save(folder / "photo.png")
    with av.open(str(folder / "dance.mp4"), "w") as out:
        stream = out.add_stream("libx264", rate=15)
        stream.width, stream.height, stream.pix_fmt = SIDE, SIDE * 3 // 2, "yuv444p"
        for index in range(4):
            frame = av.VideoFrame.from_ndarray(person(60 + 10 * index, 100), format="rgb24")
            out.mux(stream.encode(frame))
        out.mux(stream.encode())
    return folder / "photo.png", folder / "dance.mp4"


def write_dwpose(folder: Path) -> None:
    """The stand-in pair of ONNX files under their published names."""
    folder.mkdir(parents=True, exist_ok=True)
    write_detector(folder / "yolox_l.onnx")
    write_pose(folder / "dw-ll_ucoco_384.onnx")


def write_models(home: Path) -> None:
    """MimicMotion 1.1 in small with all that it needs, in a user's folder."""
    tiny.write_pth(home / "models/mimicmotion")
    tiny.write_svd(home / "models/svd")
    write_dwpose(home / "models/dwpose")
