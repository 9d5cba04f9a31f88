"""Stand-ins for DWPose's two files: the same inputs and outputs, and a rule that can be checked.

The detector puts a person wherever a cell is bright red; the pose network puts every joint on the
reddest column and row of its crop. A red spot painted into a frame must come back as a person.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def _constant(name: str, value: np.ndarray) -> onnx.TensorProto:
    return numpy_helper.from_array(value, name)


def _save(path: Path, nodes: list, inputs: list, outputs: list, constants: list) -> Path:
    graph = helper.make_graph(nodes, "stand-in", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def write_detector(path: Path, box: tuple[float, float] = (60.0, 90.0)) -> Path:
    """A YOLOX-like file; every person's box has this (width, height) in pixels of the square."""
    nodes, scores, logs = [], [], []
    red = np.array([1, -0.5, -0.5], np.float32).reshape(1, 3, 1, 1) / 255
    for stride in (8, 16, 32):
        cells = (640 // stride) ** 2
        pool = {"kernel_shape": [stride, stride], "strides": [stride, stride]}
        nodes += [
            helper.make_node("AveragePool", ["red"], [f"p{stride}"], **pool),
            helper.make_node("Reshape", [f"p{stride}", "column"], [f"s{stride}"]),
        ]
        scores.append(f"s{stride}")
        logs.append(np.tile(np.log(np.array(box, np.float32) / stride), (cells, 1)))
    nodes = [
        helper.make_node("Conv", ["images", "weight"], ["red"]),
        *nodes,
        helper.make_node("Concat", scores, ["objectness"], axis=1),
        helper.make_node("Concat", ["before", "objectness", "after"], ["output"], axis=2),
    ]
    before = np.concatenate([np.full((8400, 2), 0.5, np.float32), np.concatenate(logs)], axis=1)
    after = np.zeros((1, 8400, 80), np.float32)
    after[..., 0] = 1
    return _save(
        path,
        nodes,
        [helper.make_tensor_value_info("images", TensorProto.FLOAT, [1, 3, 640, 640])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, 8400, 85])],
        [
            _constant("weight", red),
            _constant("column", np.array([1, -1, 1], np.int64)),
            _constant("before", before[None].astype(np.float32)),
            _constant("after", after),
        ],
    )


def write_pose(path: Path, gain: float = 1.0) -> Path:
    """A DW-Pose-like file; `gain` scales the peaks, which are the scores."""
    nodes, constants = [helper.make_node("Conv", ["input", "weight"], ["red"])], []
    red = np.array([0.2, -0.1, -0.1], np.float32).reshape(1, 3, 1, 1) * gain
    constants.append(_constant("weight", red))
    for axis, side, reduced in (("x", 288, 2), ("y", 384, 3)):
        double = np.zeros((side, side * 2), np.float32)
        double[np.arange(side), np.arange(side) * 2] = 1
        shape = np.array([1, 133, 1], np.int64)
        constants += [_constant(f"double_{axis}", double), _constant(f"joints_{axis}", shape)]
        nodes += [
            helper.make_node("ReduceMax", ["red"], [f"m_{axis}"], axes=[1, reduced], keepdims=0),
            helper.make_node("MatMul", [f"m_{axis}", f"double_{axis}"], [f"d_{axis}"]),
            helper.make_node("Unsqueeze", [f"d_{axis}", "one"], [f"u_{axis}"]),
            helper.make_node("Tile", [f"u_{axis}", f"joints_{axis}"], [f"simcc_{axis}"]),
        ]
    constants.append(_constant("one", np.array([1], np.int64)))
    outputs = [
        helper.make_tensor_value_info(f"simcc_{axis}", TensorProto.FLOAT, ["n", 133, bins])
        for axis, bins in (("x", 576), ("y", 768))
    ]
    shape = ["n", 3, 384, 288]
    inputs = [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)]
    return _save(path, nodes, inputs, outputs, constants)
