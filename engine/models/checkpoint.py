"""Weights in and out of networks, strictly: whatever does not fit is named."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from engine.device import moved
from engine.errors import CheckpointMismatch
from engine.models.strangers import guess
from engine.models.weight_file import read

Net = TypeVar("Net", bound=nn.Module)
State = Mapping[str, Tensor]
Shapes = Mapping[str, tuple[int, ...]]

_SHOWN = 8


def build(kind: Callable[..., Net], config: Mapping[str, Any]) -> Net:
    """Build a network without giving its weights memory; `load_into` brings them."""
    with torch.device("meta"):
        return kind(**config)


def load_into(
    net: Net,
    state: State,
    *,
    name: str,
    dtype: torch.dtype | None = None,
    device: torch.device | str = "cpu",
    share: bool = False,
) -> Net:
    """Give a network its weights, by assignment, and return it in evaluation mode.

    Names and shapes are compared before any weight is read. Then one tensor after the other goes
    to its device and precision; there is never a second copy of the network in memory.

    Args:
        net: usually from `build`; its own weights, if any, are let go.
        state: exactly the tensors that the network has, with their shapes.
        name: the file's or model's name, for messages.
        dtype: what floating-point tensors become; None leaves them as stored.
        share: keep tensors that are right already instead of copying them. Right for what `read`
            mapped from a file, which then is the network's memory; not for another network's.

    Raises CheckpointMismatch that names missing, unexpected and mis-shaped tensors, and ValueError
    when a buffer that is not stored would be left without a value.
    """
    check(shapes(state), shapes(net.state_dict()), name=name)
    ready = {key: _placed(value, dtype, device, share) for key, value in state.items()}
    net.load_state_dict(ready, strict=True, assign=True)
    bare = [key for key, value in _all_tensors(net) if value.is_meta]
    if bare:
        raise ValueError(f"{name}: {bare[:_SHOWN]} are not stored in files and have no value")
    return moved(net, device).eval()


def load(
    kind: Callable[..., Net],
    config: Mapping[str, Any],
    path: Path,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str = "cpu",
) -> Net:
    """Build a network from its config and one file that holds exactly its weights.

    On the processor and in the file's own precision the file itself is the network's memory.
    """
    state = read(path)
    net = build(kind, config)
    return load_into(net, state, name=path.name, dtype=dtype, device=device, share=True)


def save(
    path: Path,
    net: nn.Module,
    metadata: Mapping[str, str],
    *,
    dtype: torch.dtype | None = torch.float16,
) -> None:
    """Write a network's weights as safetensors, all at once: a crash leaves the old file.

    Floating-point tensors become `dtype` (None: as they are). Raises ValueError when one does not
    fit into it, rather than storing infinities.
    """
    state = {key: _placed(value, dtype, "cpu", False) for key, value in net.state_dict().items()}
    broken = [
        key
        for key, value in net.state_dict().items()
        if value.is_floating_point() and value.isfinite().all() and not state[key].isfinite().all()
    ]
    if broken:
        raise ValueError(f"{broken[:_SHOWN]} do not fit into {dtype}")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(path.name + ".writing")
    save_file(state, unfinished, dict(metadata))
    os.replace(unfinished, path)


@dataclass(frozen=True)
class Differences:
    """How a file's tensors differ from a network's, every one by name."""

    missing: tuple[str, ...]
    unexpected: tuple[str, ...]
    misshapen: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.missing or self.unexpected or self.misshapen)

    def summary(self) -> str:
        """Counts, and the first names of each kind."""
        kinds = (
            ("missing", self.missing),
            ("unexpected", self.unexpected),
            ("of another shape", self.misshapen),
        )
        return " ".join(_listed(what, names) for what, names in kinds if names)


def shapes(state: State) -> dict[str, tuple[int, ...]]:
    """Names and shapes alone."""
    return {key: tuple(value.shape) for key, value in state.items()}


def compare(got: Shapes, expected: Shapes) -> Differences:
    """What a file lacks, has too much, or has in another shape."""
    return Differences(
        tuple(sorted(expected.keys() - got.keys())),
        tuple(sorted(got.keys() - expected.keys())),
        tuple(
            f"{key} {list(got[key])} instead of {list(shape)}"
            for key, shape in sorted(expected.items())
            if key in got and got[key] != shape
        ),
    )


def check(got: Shapes, expected: Shapes, *, name: str) -> None:
    """Compare names and shapes; raise CheckpointMismatch with every kind of difference."""
    differences = compare(got, expected)
    if not differences:
        return
    stranger = guess(got) if len(differences.missing) > len(expected) / 2 else ""
    raise CheckpointMismatch(
        "The weights '{name}' do not belong to this network.",
        "{guess} {summary}" if stranger else "{summary}",
        "Use the file that the model's card names, or the network it was made for.",
        key="weights_stranger" if stranger else "weights_foreign",
        name=name,
        guess=stranger,
        summary=differences.summary(),
        missing=len(differences.missing),
        unexpected=len(differences.unexpected),
        misshapen=len(differences.misshapen),
    )


def _listed(what: str, items: tuple[str, ...]) -> str:
    more = f", and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    count = "1 tensor is" if len(items) == 1 else f"{len(items)} tensors are"
    return f"{count} {what}: {', '.join(items[:_SHOWN])}{more}."


def _placed(
    value: Tensor, dtype: torch.dtype | None, device: torch.device | str, share: bool
) -> Tensor:
    """The tensor on a device, in a precision, and unless `share` in memory of its own.

    A view of a larger storage would keep the whole of it alive, so it counts as not its own.
    """
    changed = value.detach().to(device, dtype if value.is_floating_point() else None)
    if share or changed.data_ptr() != value.data_ptr():
        return changed
    return changed.clone(memory_format=torch.contiguous_format)


def _all_tensors(net: nn.Module) -> Iterable[tuple[str, Tensor]]:
    yield from net.named_parameters()
    yield from net.named_buffers()
