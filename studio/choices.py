"""All that a visitor has chosen on the Dance tab, wherever it comes from: page, draft or job."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from studio.forms import Filled, apply_settings
from studio.jobs.job import Job
from studio.orders import Order, source_of

NOTHING = Order(None, None, False, "library", None, None, None)


@dataclass(frozen=True)
class Choices:
    """An order and the settings that go with it.

    Attributes:
        order: who, which dance, whose consent.
        whole: the whole of an own dance is wanted, however long it is.
        settings: by name, as the engine takes them; what is missing has its default.
        rate: frames a second by which the length was counted where the setting `fps` is 0; None
            where only the dance's own file can tell.
    """

    order: Order = NOTHING
    whole: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    rate: float | None = None

    def for_engine(self) -> dict[str, Any]:
        """The settings of the job: a whole dance has no number of frames of its own."""
        settings = dict(self.settings)
        if self.whole and self.order.source != "library":
            settings["num_frames"] = 0
        return settings


def choices_of(job: Job) -> Choices:
    """What was chosen for a job, with the seed that it was made with; files are the job's own."""
    seed = {"seed": job.record["seed"]} if "seed" in job.record else {}
    filled = apply_settings({**job.settings, **seed}, job.words, job.system)
    image, motion = job.input("image"), job.input("motion")
    source = "library" if motion is None else source_of(motion.name)
    given = str(motion) if motion else None
    order = Order(
        person=filled.person,
        photo=str(image) if image and not filled.person else None,
        consent=job.consent,
        source=source,
        dance=filled.dance,
        motion=given if source == "video" else None,
        keypoints=given if source == "keypoints" else None,
        model=job.model,
    )
    return _with_length(order, filled, job.record.get("fps"))


def choices_of_record(
    filled: Filled, model: str | None = None, rate: float | None = None
) -> Choices:
    """What a record or a preset says; the files that it was made from are not in it.

    `rate` is that of the video that the record belongs to.
    """
    order = Order(filled.person, None, False, "library", filled.dance, None, None, model)
    return _with_length(order, filled, rate)


def _with_length(order: Order, filled: Filled, rate: float | None) -> Choices:
    """A length of 0 is the switch for "the whole dance"; the slider then keeps its default."""
    settings = dict(filled.settings)
    whole = settings.get("num_frames") == 0
    if whole:
        del settings["num_frames"]
    return Choices(order, whole, settings, rate)
