"""Weights in and out of networks, strictly: whatever does not fit is named."""

from __future__ import annotations

import os
import pickle
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from engine.errors import CheckpointMismatch

Net = TypeVar("Net", bound=nn.Module)
State = Mapping[str, Tensor]

PICKLES = frozenset({".pth", ".pt", ".bin", ".ckpt"})
_SHOWN = 8


def read(path: Path) -> dict[str, Tensor]:
    """Read a weight file into CPU tensors by name, mapped from the disk where possible.

    Safetensors by its suffix; `.pth`, `.pt`, `.bin` and `.ckpt` as pickles of which only tensors
    are accepted, so that a hostile file cannot run anything. A pickle's `state_dict` entry is
    unwrapped. Raises CheckpointMismatch in plain words for whatever else the file is.
    """
    if not path.is_file():
        raise _unreadable(path, "There is no such file.")
    if path.suffix == ".safetensors":
        return _read_safetensors(path)
    if path.suffix in PICKLES:
        return _read_pickle(path)
    raise _unreadable(path, f"'{path.suffix}' is not a kind of weight file that is known here.")


def read_metadata(path: Path) -> dict[str, str]:
    """The metadata of a safetensors file. Raises CheckpointMismatch when it is none."""
    try:
        with safe_open(path, framework="pt") as file:
            return dict(file.metadata() or {})
    except (SafetensorError, OSError) as error:
        raise _unreadable(path, _disguise(path) or str(error)) from error


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
) -> Net:
    """Give a network its weights, by assignment, and return it in evaluation mode.

    Args:
        net: usually from `build`; its own weights, if any, are let go.
        state: exactly the tensors that the network has, with their shapes.
        name: the file's or model's name, for messages.
        dtype: what floating-point tensors become; None leaves them as stored.

    Raises CheckpointMismatch that names missing, unexpected and mis-shaped tensors, and ValueError
    when a buffer that is not stored would be left without a value.
    """
    expected = {key: tuple(value.shape) for key, value in net.state_dict().items()}
    check({key: tuple(value.shape) for key, value in state.items()}, expected, name=name)
    ready = {key: _own(value, dtype, device) for key, value in state.items()}
    net.load_state_dict(ready, strict=True, assign=True)
    bare = [key for key, value in _all_tensors(net) if value.is_meta]
    if bare:
        raise ValueError(f"{name}: {bare[:_SHOWN]} are not stored in files and have no value")
    return net.to(device).eval()


def load(
    kind: Callable[..., Net],
    config: Mapping[str, Any],
    path: Path,
    *,
    dtype: torch.dtype | None = None,
    device: torch.device | str = "cpu",
) -> Net:
    """Build a network from its config and one file that holds exactly its weights."""
    return load_into(build(kind, config), read(path), name=path.name, dtype=dtype, device=device)


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
    state = {key: _own(value, dtype, "cpu") for key, value in net.state_dict().items()}
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


def check(
    got: Mapping[str, tuple[int, ...]], expected: Mapping[str, tuple[int, ...]], *, name: str
) -> None:
    """Compare names and shapes; raise CheckpointMismatch with every kind of difference."""
    differences = [
        _listed("missing", sorted(expected.keys() - got.keys())),
        _listed("unexpected", sorted(got.keys() - expected.keys())),
        _listed(
            "of another shape",
            [
                f"{key} {list(got[key])} instead of {list(shape)}"
                for key, shape in sorted(expected.items())
                if key in got and got[key] != shape
            ],
        ),
    ]
    differences = [line for line in differences if line]
    if differences:
        raise CheckpointMismatch(
            f"The weights '{name}' do not belong to this network.",
            " ".join(differences),
            "Use the file that the model's card names, or the network it was made for.",
        )


def _listed(what: str, items: list[str]) -> str:
    if not items:
        return ""
    more = f", and {len(items) - _SHOWN} more" if len(items) > _SHOWN else ""
    count = "1 tensor is" if len(items) == 1 else f"{len(items)} tensors are"
    return f"{count} {what}: {', '.join(items[:_SHOWN])}{more}."


def _own(value: Tensor, dtype: torch.dtype | None, device: torch.device | str) -> Tensor:
    """The tensor in its own memory: a view would keep a whole file's storage alive."""
    changed = value.detach().to(device, dtype if value.is_floating_point() else None)
    shared = changed.untyped_storage().nbytes() != changed.numel() * changed.element_size()
    fresh = changed is value or changed.data_ptr() == value.data_ptr()
    return changed.clone(memory_format=torch.contiguous_format) if shared or fresh else changed


def _all_tensors(net: nn.Module) -> Iterable[tuple[str, Tensor]]:
    yield from net.named_parameters()
    yield from net.named_buffers()


def _read_safetensors(path: Path) -> dict[str, Tensor]:
    try:
        return load_file(path)
    except (SafetensorError, OSError) as error:
        raise _unreadable(
            path, _disguise(path) or f"It is damaged or cut off ({error})."
        ) from error


def _read_pickle(path: Path) -> dict[str, Tensor]:
    try:
        # only files in torch's zip format can be mapped; the older kind is read as a whole
        content = torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )
    except pickle.UnpicklingError as error:
        raise _unreadable(
            path,
            _disguise(path)
            or "It holds more than numbers. Such a file could run any program, so it is refused.",
        ) from error
    except (RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise _unreadable(path, _disguise(path) or "It is damaged or cut off.") from error
    if isinstance(content, dict) and isinstance(content.get("state_dict"), dict):
        content = content["state_dict"]
    if not isinstance(content, dict) or not all(
        isinstance(key, str) and isinstance(value, Tensor) for key, value in content.items()
    ):
        raise _unreadable(path, "It does not hold a table of named tensors.")
    return content


def _disguise(path: Path) -> str:
    """What a file really is, when it is one of the usual things that pass for weights."""
    with open(path, "rb") as file:
        head = file.read(200).lstrip().lower()
    if not head:
        return "It is empty."
    if head.startswith((b"<!doctype", b"<html", b"<?xml")):
        return "It is a web page, probably a download that was answered with an error."
    if head.startswith(b"version https://git-lfs"):
        return "It is a pointer of git-lfs; the weights themselves were not fetched."
    return ""


def _unreadable(path: Path, why: str) -> CheckpointMismatch:
    return CheckpointMismatch(
        f"The weight file {path.name} cannot be read.",
        why,
        f"Delete it and get it again; it was looked for at {path}.",
    )
