"""DWPose: two ONNX files that find 133 joints of everybody in a photograph.

The person detector proposes boxes, the pose network reads each box. The files are
`yolox_l.onnx` and `dw-ll_ucoco_384.onnx` of yzd-v/DWPose; everything around them is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.errors import CheckpointMismatch, MissingModel
from engine.pose import simcc, yolox
from engine.pose.people import People, pick
from engine.pose.skeleton import BODY, SEEN
from engine.types import Poses

MOST_PEOPLE = 8
"""More people than this are not read; the surest boxes are."""

_DETECTOR_IN = (1, 3, yolox.SIDE, yolox.SIDE)
_POSE_IN = (1, 3, simcc.HEIGHT, simcc.WIDTH)


class DWPose:
    """Finds people with DWPose. The networks are loaded at the first frame.

    Args:
        detector: path of the YOLOX file.
        pose: path of the DW-Pose file.
        threads: CPU threads; 0 lets the runtime choose.
        providers: onnxruntime's execution providers, by preference.
    Raises MissingModel (at the first frame) if a file or onnxruntime is not there, and
    CheckpointMismatch if a file is not such a network.
    """

    def __init__(
        self,
        detector: Path,
        pose: Path,
        threads: int = 0,
        providers: Sequence[str] = ("CPUExecutionProvider",),
    ) -> None:
        self._paths = detector, pose
        self._threads = threads
        self._providers = list(providers)
        self._sessions: tuple[Any, Any] | None = None

    def detect(self, frames: Iterable[NDArray[np.uint8]]) -> Poses:
        """Follow the largest person through RGB frames `f h w 3`, or what yields `h w 3`.

        Returns one pose a frame; frames in which the person is not found have score 0. Raises
        NoPoseFound if nobody is found in any frame.
        """
        return pick(list(self.people(frames)))

    def people(self, frames: Iterable[NDArray[np.uint8]]) -> Iterator[People]:
        """Everybody in each frame (`h w 3` RGB), as the frames come; only one is held."""
        for frame in frames:
            yield self.people_of_frame(frame)

    def people_of_frame(self, frame: NDArray[np.uint8]) -> People:
        """Everybody in one frame `h w 3` RGB, surest first.

        Where the detector sees nobody the whole frame is read as one box, as upstream does, but
        the answer counts only if most of a body is in it: upstream returns a ghost.
        """
        detector, pose = self._load()
        height, width = frame.shape[:2]
        picture, scale = yolox.letterbox(frame)
        (raw,) = detector.run(None, {detector.get_inputs()[0].name: picture})
        boxes, _ = yolox.people(raw, scale)
        proposed = len(boxes) > 0
        if not proposed:
            boxes = np.array([[0, 0, width, height]], np.float64)
        boxes = boxes[:MOST_PEOPLE]
        keypoints, score = self._joints(pose, frame, boxes)
        if not proposed and np.median(score[0, BODY]) <= SEEN:
            boxes, keypoints, score = boxes[:0], keypoints[:0], score[:0]
        size = np.array((width, height), np.float64)
        return People(
            boxes / np.tile(size, 2),
            keypoints / size,
            np.maximum(score, 0),
            "wholebody133",
            (width, height),
        )

    def _joints(
        self, pose: Any, frame: NDArray[np.uint8], boxes: NDArray[np.float64]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Joints in pixels `n 133 2` and scores `n 133`, one box at a time to bound memory."""
        centre, size = simcc.crop_boxes(boxes)
        name = pose.get_inputs()[0].name
        answers = [
            pose.run(None, {name: simcc.crop(frame, centre[i], size[i])[None]})
            for i in range(len(boxes))
        ]
        along_x, along_y = (np.concatenate(part) for part in zip(*answers, strict=True))
        return simcc.joints(along_x, along_y, centre, size)

    def _load(self) -> tuple[Any, Any]:
        if self._sessions is None:
            detector = self._open(self._paths[0], _DETECTOR_IN, [(8400, 85)])
            bins = simcc.BINS_PER_PIXEL
            wanted = [(133, simcc.WIDTH * bins), (133, simcc.HEIGHT * bins)]
            self._sessions = detector, self._open(self._paths[1], _POSE_IN, wanted)
        return self._sessions

    def _open(self, path: Path, takes: tuple[int, ...], gives: list[tuple[int, int]]) -> Any:
        try:
            import onnxruntime
        except ImportError as error:
            raise MissingModel(
                "Poses cannot be found in photographs on this machine.",
                "The package onnxruntime is not installed.",
                "Run `pip install onnxruntime`, or use a skeleton video or a keypoint file.",
                key="no_onnxruntime",
            ) from error
        if not path.is_file():
            raise MissingModel(
                "The pose detector DWPose is not on this machine.",
                "The file {name} is missing.",
                "Run `python -m engine models get dwpose`, or use a skeleton video, a keypoint "
                "file or a built-in dance.",
                key="no_dwpose",
                name=path.name,
            )
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.log_severity_level = 3  # its notes about the graph mean nothing to a user
        try:
            session = onnxruntime.InferenceSession(str(path), options, providers=self._providers)
        except Exception as error:  # onnxruntime's own exceptions have no public base class
            why, said = "onnxruntime says: {reason}", str(error)[:160]
            raise _mismatch(path, "dwpose_unreadable", why, reason=said) from error
        inputs = [node.shape for node in session.get_inputs()]
        outputs = [node.shape for node in session.get_outputs()]
        fits = len(inputs) == 1 and _matches(inputs[0], takes)
        fits = fits and len(outputs) == len(gives)
        if not fits or not all(
            _matches(shape, (1, *wanted)) for shape, wanted in zip(outputs, gives, strict=True)
        ):
            why = "it takes {takes} and gives {gives}"
            raise _mismatch(path, "dwpose_other", why, takes=inputs, gives=outputs)
        return session


def _matches(shape: Sequence[int | str | None], wanted: tuple[int, ...]) -> bool:
    """Whether a network's shape allows the wanted one; names and None stand for any number."""
    if len(shape) != len(wanted):
        return False
    return all(
        side == number
        for side, number in zip(shape, wanted, strict=True)
        if isinstance(side, int) and side > 0
    )


def _mismatch(path: Path, key: str, why: str, **values: object) -> CheckpointMismatch:
    return CheckpointMismatch(
        "The file {name} is not the network it should be.",
        "It may be damaged or another model; " + why + ".",
        "Delete it and run `python -m engine models get dwpose`.",
        key=key,
        name=path.name,
        **values,
    )
