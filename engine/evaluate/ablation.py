"""What each idea of the paper brings: the same clips and seeds with it and without it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.data import synth
from engine.evaluate.heldout import REFERENCE_FRAME, Animate, Detect
from engine.evaluate.metrics import masked_error, pck, psnr, ssim
from engine.evaluate.seams import seam_score
from engine.sampling.spans import FUSIONS, strip
from engine.types import Poses


@dataclass(frozen=True)
class Variant:
    """One row of a table.

    Attributes:
        name: in the table.
        settings: what differs from the given settings.
        weights: the key of the weights to run, for variants that were trained differently.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    weights: str = ""


@dataclass(frozen=True)
class Ablation:
    """A comparison.

    Attributes:
        variants: the rows; the first is what the others are compared with.
        frames: of every clip.
        corrupted: how much of the keypoints is spoilt before they guide, 0 to 1.
    """

    variants: tuple[Variant, ...]
    frames: int = 24
    corrupted: float = 0.0


ABLATIONS: Mapping[str, Ablation] = {
    "fusion": Ablation(tuple(Variant(mode, {"fusion": mode}) for mode in FUSIONS), frames=39),
    "confidence": Ablation(
        (
            Variant("confidence drawn", {"confidence": True}),
            Variant("every joint bright", {"confidence": False}),
        ),
        corrupted=0.15,
    ),
}
"""`fusion`: 3.3. `confidence`: 3.2, on keypoints of which 15 % are wrong and say so."""


def training(weights: Sequence[str]) -> Ablation:
    """Compare differently trained weights by name, the first with the others, on spoilt poses."""
    return Ablation(tuple(Variant(name, {}, name) for name in weights), corrupted=0.15)


def ideas(without_hands: str) -> Ablation:
    """One idea of the paper after the other, on spoilt poses and clips of three windows.

    Args:
        without_hands: the key of weights that were trained with every place weighing the same.
    """
    plain: Mapping[str, Any] = {"confidence": False, "fusion": "none"}
    return Ablation(
        (
            Variant("none", plain, without_hands),
            Variant("hand", plain),
            Variant("hand + confidence", {"fusion": "none"}),
            Variant("all", {}),
        ),
        frames=39,
        corrupted=0.15,
    )


def corrupt(poses: Poses, share: float, seed: int) -> Poses:
    """Poses as a detector gets them wrong: a share of all joints is displaced and doubted.

    A displaced joint is off by a Gaussian of a tenth of the picture, for three frames on end, and
    its score falls to between 0.31 and 0.5: still above the threshold at which it is drawn.
    """
    rng = np.random.default_rng([seed, 17])
    frames, joints = poses.score.shape
    starts = rng.random((frames, joints)) < share / 3
    wrong = starts.copy()
    for later in (1, 2):
        wrong[later:] |= starts[:-later]
    off = rng.normal(0.0, 0.1, (frames, joints, 2))
    keypoints = np.where(wrong[..., None], poses.keypoints + off, poses.keypoints)
    doubt = np.minimum(poses.score, rng.uniform(0.31, 0.5, (frames, joints)))
    return Poses(keypoints, np.where(wrong, doubt, poses.score), poses.layout, poses.size)


def measured(
    ablation: Ablation,
    animate: Callable[[Variant], Animate],
    detect: Detect,
    *,
    size: int,
    people: Sequence[int],
    seeds: Sequence[int],
    window: int,
    overlap: int,
) -> Iterator[dict[str, Any]]:
    """One row for every variant, held-out person and seed, as they come.

    The numbers: PSNR in dB and SSIM of whole frames; `hand_error`, mean absolute error in levels
    inside the hands; `pck`, the true pose found again in what was made; `seam`, the seam score
    where the clip has joins.
    """
    joins = strip(ablation.frames, window, min(overlap, window - 1)).joins
    for person in people:
        clip = synth.clip(person, REFERENCE_FRAME + 1, size=(size, size), camera=0.0)
        true, dance = clip.frames[: ablation.frames], clip.poses[: ablation.frames]
        hands = clip.masks["hands"][: ablation.frames]
        for seed in seeds:
            shown = corrupt(dance, ablation.corrupted, seed) if ablation.corrupted else dance
            for variant in ablation.variants:
                made = animate(variant)(
                    clip.frames[REFERENCE_FRAME], clip.poses[REFERENCE_FRAME:], shown, seed
                )
                row: dict[str, Any] = {
                    "variant": variant.name,
                    "person": person,
                    "seed": seed,
                    "psnr": psnr(made, true),
                    "ssim": ssim(made, true),
                    "hand_error": masked_error(made, true, hands),
                    "pck": pck(detect(made), dance),
                }
                if joins:
                    row["seam"] = seam_score(made, joins)
                yield row


def table(rows: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, dict[str, float]]]:
    """For every variant and number: mean, standard deviation, and the paired difference to the
    first variant (`gain`) with its standard error (`gain_error`) over people and seeds.
    """
    names = list(dict.fromkeys(row["variant"] for row in rows))
    numbers = [key for key in rows[0] if key not in ("variant", "person", "seed")]
    values: dict[str, dict[str, NDArray[np.float64]]] = {
        name: {
            number: np.array([row[number] for row in rows if row["variant"] == name])
            for number in numbers
        }
        for name in names
    }
    made: dict[str, dict[str, dict[str, float]]] = {}
    for name in names:
        made[name] = {}
        for number in numbers:
            here = values[name][number]
            gain = here - values[names[0]][number]
            spread = float(gain.std(ddof=1) / np.sqrt(len(gain))) if len(gain) > 1 else 0.0
            made[name][number] = {
                "mean": float(here.mean()),
                "std": float(here.std()),
                "gain": float(gain.mean()),
                "gain_error": spread,
            }
    return made


def markdown(found: Mapping[str, Mapping[str, Mapping[str, float]]], title: str) -> str:
    """The table for people: mean and deviation, and below the first row the paired difference."""
    numbers = list(next(iter(found.values())))
    lines = [
        f"## {title}",
        "",
        "| | " + " | ".join(numbers) + " |",
        "|---" * (len(numbers) + 1) + "|",
    ]
    for row, (name, values) in enumerate(found.items()):
        cells = [f"{v['mean']:.3g} ± {v['std']:.2g}" for v in values.values()]
        if row:
            cells = [
                f"{cell} ({v['gain']:+.2g} ± {v['gain_error']:.1g})"
                for cell, v in zip(cells, values.values(), strict=True)
            ]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    lines += ["", "In brackets: the paired difference to the first row, with its standard error."]
    return "\n".join(lines) + "\n"
