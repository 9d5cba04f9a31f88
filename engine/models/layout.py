"""Which tensors of a published file belong to which network."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from engine.errors import CheckpointMismatch
from engine.models.strangers import guess

T = TypeVar("T")


@dataclass(frozen=True)
class Layout:
    """How a file that holds several networks names them.

    Attributes:
        parts: the prefixes of the networks, such as `unet`.
        ignored: prefixes of what the file may hold although nobody needs it.
        wrapper: a prefix that some training tools put before everything.
    """

    parts: tuple[str, ...]
    ignored: tuple[str, ...] = ()
    wrapper: str = "module"

    def split(self, state: Mapping[str, T], *, bare: str, name: str) -> dict[str, dict[str, T]]:
        """Sort a file's tensors by network, without their prefixes.

        A file in which no name has a prefix is taken for the one network `bare`. The result has
        an entry, perhaps empty, for every part. Raises CheckpointMismatch for names that belong
        to nothing, and for names that occur twice once the prefixes are off.
        """
        split: dict[str, dict[str, T]] = {part: {} for part in self.parts}
        plain = {key.removeprefix(f"{self.wrapper}."): value for key, value in state.items()}
        if len(plain) < len(state):
            raise _refused(name, "weights_twice", "Some tensors are in it twice.")
        known = (*self.parts, *self.ignored)
        prefixed = any(key.partition(".")[0] in known for key in plain)
        unknown: list[str] = []
        for key, value in plain.items():
            first, _, rest = key.partition(".")
            if not prefixed:
                split[bare][key] = value
            elif first in self.parts:
                split[first][rest] = value
            elif first not in self.ignored:
                unknown.append(key)
        if unknown:
            facts = {"count": len(unknown), "names": ", ".join(sorted(unknown)[:8])}
            why = "{count} tensors belong to no known part: {names}."
            stranger = guess(unknown)
            if not stranger:
                raise _refused(name, "weights_other_parts", why, **facts)
            why = "{guess} " + why
            raise _refused(name, "weights_other_stranger", why, guess=stranger, **facts)
        return split


MIMICMOTION = Layout(parts=("unet", "pose_net"), ignored=("vae", "image_encoder"))
"""MimicMotion's released `.pth` files and the bare ones in use (specs/mimicmotion.md a.8)."""


def _refused(name: str, key: str, why: str, **values: object) -> CheckpointMismatch:
    return CheckpointMismatch(
        "The weights '{name}' are not laid out as expected.",
        why,
        "Use the file that the model's card names.",
        key=key,
        name=name,
        **values,
    )
