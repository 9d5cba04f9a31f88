"""What steers the network, and what "without it" means for each condition."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from engine.sampling.stored import PerFrame, StoredFrames


def frame_dim(value: PerFrame) -> int:
    """Where the frames of a per-frame condition are: 2 in `b c f h w`, else 1 (`b f ...`)."""
    return 2 if len(value.shape) == 5 else 1


@dataclass(frozen=True, eq=False)
class Conditioning:
    """Named conditions of one batch of videos.

    A condition stands for what the network is given, so that dropping it is a matter of values,
    never of shapes: guidance halves and windows can then share one batch. MimicMotion's pose is
    kept here as the PoseNet's features, because their zeros mean "nothing added"; zeros of a pose
    picture would still be a picture.

    Attributes:
        per_frame: conditions that differ from frame to frame, `b c f h w` or `b f ...`; in a file
            where they would fill the memory.
        shared: conditions of the whole video, `b ...`.
        null: what a dropped condition becomes, where zeros are not right (such as the tokens of
            the empty prompt); must broadcast to the condition's shape and be the same for all
            frames.

    Raises ValueError when names or shapes contradict each other.
    """

    per_frame: Mapping[str, PerFrame] = field(default_factory=dict)
    shared: Mapping[str, Tensor] = field(default_factory=dict)
    null: Mapping[str, Tensor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        twice = self.per_frame.keys() & self.shared.keys()
        if twice:
            raise ValueError(f"conditions named both per frame and shared: {sorted(twice)}")
        for name, value in self.per_frame.items():
            if len(value.shape) < 2:
                raise ValueError(f"per-frame condition '{name}' needs b f ..., got {value.shape}")
        frames = {name: value.shape[frame_dim(value)] for name, value in self.per_frame.items()}
        if len(set(frames.values())) > 1:
            raise ValueError(f"per-frame conditions have different lengths: {frames}")
        batches = {name: value.shape[0] for name, value in self._all().items()}
        if len(set(batches.values())) > 1:
            raise ValueError(f"conditions have different batch sizes: {batches}")
        self._check_names(self.null)
        for name, value in self.null.items():
            target = list(self._all()[name].shape)
            if name in self.per_frame:
                target[frame_dim(self.per_frame[name])] = 1
            _check_null(name, value, target)

    def __getitem__(self, name: str) -> Tensor:
        value = self._all()[name]
        return value.at(torch.arange(value.shape[2])) if isinstance(value, StoredFrames) else value

    def __contains__(self, name: object) -> bool:
        return name in self.per_frame or name in self.shared

    @property
    def num_frames(self) -> int | None:
        """How many frames the per-frame conditions have; None without any."""
        for value in self.per_frame.values():
            return value.shape[frame_dim(value)]
        return None

    def at(self, frames: Tensor) -> Conditioning:
        """The same conditions for the chosen frames only; `frames` are indices, `n` long."""
        picked = {
            name: value.at(frames)
            if isinstance(value, StoredFrames)
            else value.index_select(frame_dim(value), frames.to(value.device))
            for name, value in self.per_frame.items()
        }
        return Conditioning(picked, self.shared, self.null)

    def without(self, *names: str) -> Conditioning:
        """Drop the named conditions: each becomes its null value, or zeros, of the same shape.

        Raises ValueError for a name that is not there.
        """
        self._check_names(names)

        return Conditioning(
            {n: self._null(n, v) if n in names else v for n, v in self.per_frame.items()},
            {n: self._null(n, v) if n in names else v for n, v in self.shared.items()},
            self.null,
        )

    @staticmethod
    def cat(parts: Sequence[Conditioning]) -> Conditioning:
        """Join conditionings along the batch; they must have the same names.

        The null values are not joined: what is batched has already been dropped or kept.
        """
        first = parts[0]
        for part in parts:
            if (part.per_frame.keys(), part.shared.keys()) != (
                first.per_frame.keys(),
                first.shared.keys(),
            ):
                raise ValueError("only conditionings with the same names can share a batch")
        return Conditioning(
            {n: torch.cat([p[n] for p in parts]) for n in first.per_frame},
            {n: torch.cat([p.shared[n] for p in parts]) for n in first.shared},
        )

    def _all(self) -> dict[str, PerFrame]:
        return {**self.per_frame, **self.shared}

    def _check_names(self, names: Mapping[str, Tensor] | Sequence[str]) -> None:
        unknown = sorted(set(names) - self._all().keys())
        if unknown:
            raise ValueError(f"no such condition: {unknown}; there are {sorted(self._all())}")

    def _null(self, name: str, value: PerFrame) -> Tensor:
        like = value.zero() if isinstance(value, StoredFrames) else value.new_zeros(())
        return self.null.get(name, like).to(like).expand(value.shape)


def _check_null(name: str, null: Tensor, target: list[int]) -> None:
    try:
        fits = list(torch.broadcast_shapes(null.shape, target)) == target
    except RuntimeError:  # torch's word for shapes that do not broadcast
        fits = False
    if not fits:
        raise ValueError(f"the null of '{name}' is {tuple(null.shape)}, which cannot fill {target}")
