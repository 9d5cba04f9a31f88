"""Where the studio listens, who may come and what they may use: from the environment.

Every limit is one field of `Hosting`, declared with its variable, its two defaults (a person's own
machine, a Space on Hugging Face) and its range. docs/spaces.md lists them; a test compares.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.data.limits import Limits
from studio.jobs.limits import QueueLimits
from studio.jobs.retention import Retention

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_HOST_NAME = re.compile(r"(\*\.)?[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|\*")
_MB = 1_000_000
_DRAFT_DAYS = 30


class BadHosting(Exception):
    """The environment asks for something that the studio cannot or will not do, said in words."""


class UnsafeBind(BadHosting):
    """The studio was asked to listen to everyone with nothing at the door."""


@dataclass(frozen=True)
class Bound:
    """One limit: the variable that sets it, its defaults, its range and what it bounds."""

    variable: str
    local: int
    spaces: int
    least: int
    most: int
    what: str


def _limit(variable: str, local: int, spaces: int, what: str, least: int, most: int) -> Any:
    bound = Bound(variable, local, spaces, least, most, what)
    return dataclasses.field(default=local, metadata={"bound": bound})


@dataclass(frozen=True)
class Hosting:
    """How to launch, and what visitors may cost. Zero days or megabytes to keep means: for ever.

    Attributes:
        host, port: where to listen.
        auth: (name, password) that every visitor must give, or None.
        host_names: names under which the studio answers; `*` is any, `*.x.org` a whole domain.
        on_spaces: whether this is a Space on Hugging Face.
        zero_gpu: whether the Space lends its GPU by the call.
        safety_filter: whether every finished frame goes through the safety checker.
        allow_model_admin: whether visitors from elsewhere may fetch and remove models.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    auth: tuple[str, str] | None = None
    host_names: tuple[str, ...] = LOOPBACK
    on_spaces: bool = False
    zero_gpu: bool = False
    safety_filter: bool = False
    allow_model_admin: bool = False
    jobs_per_owner: int = _limit(
        "STUDIO_JOBS_PER_OWNER", 20, 3, "videos of one visitor waiting and running", 1, 10_000
    )
    queue_length: int = _limit(
        "STUDIO_QUEUE_LENGTH", 200, 50, "videos of all visitors waiting and running", 1, 100_000
    )
    max_result_frames: int = _limit(
        "STUDIO_MAX_RESULT_FRAMES", 9000, 240, "frames in one result", 8, 100_000
    )
    max_upload_mb: int = _limit(
        "STUDIO_MAX_UPLOAD_MB", 500, 100, "megabytes in one uploaded file", 1, 100_000
    )
    max_seconds: int = _limit(
        "STUDIO_MAX_SECONDS", 1800, 60, "seconds of an uploaded clip", 1, 86_400
    )
    max_frames: int = _limit(
        "STUDIO_MAX_FRAMES", 108_000, 3600, "frames of an uploaded clip", 1, 10_000_000
    )
    max_frame_pixels: int = _limit(
        "STUDIO_MAX_FRAME_PIXELS", 9_437_184, 9_437_184, "pixels in one frame of a clip",
        4096, 100_000_000,
    )  # fmt: skip
    max_picture_pixels: int = _limit(
        "STUDIO_MAX_PICTURE_PIXELS", 40_000_000, 40_000_000, "pixels of an uploaded picture",
        4096, 178_000_000,
    )  # fmt: skip
    check_seconds: int = _limit(
        "STUDIO_CHECK_SECONDS", 30, 15, "seconds of wall time to look at one upload", 2, 600
    )
    check_memory_mb: int = _limit(
        "STUDIO_CHECK_MEMORY_MB", 2048, 2048,
        "megabytes of address space to look at one upload (not on Windows)", 512, 1_000_000,
    )  # fmt: skip
    checks_at_once: int = _limit(
        "STUDIO_CHECKS_AT_ONCE", 2, 2, "uploads that are looked at side by side", 1, 64
    )
    keep_days: int = _limit(
        "STUDIO_KEEP_DAYS", 0, 1, "days that ended videos are kept; 0 is for ever", 0, 36_500
    )
    keep_mb: int = _limit(
        "STUDIO_KEEP_MB", 0, 10_000, "megabytes of videos kept, oldest go first; 0 is no limit",
        0, 100_000_000,
    )  # fmt: skip
    uploads_mb: int = _limit(
        "STUDIO_UPLOADS_MB", 20_000, 5000, "megabytes of uploads and of copies that are served, "
        "the longest unused go first", 100, 100_000_000,
    )  # fmt: skip
    job_minutes: int = _limit(
        "STUDIO_JOB_MINUTES", 0, 20, "minutes that making one video may take; 0 is no limit",
        0, 100_000,
    )  # fmt: skip
    rehearsals_per_minute: int = _limit(
        "STUDIO_REHEARSALS_PER_MINUTE", 60, 6, "looks at the pose of one visitor in a minute",
        1, 10_000,
    )  # fmt: skip
    spare_mb: int = _limit(
        "STUDIO_SPARE_MB", 300, 1000, "megabytes of disk that must stay free to start a video",
        0, 10_000_000,
    )  # fmt: skip

    @property
    def private(self) -> bool:
        """Whether only this machine can reach the studio."""
        return self.host in LOOPBACK

    @property
    def model_admin(self) -> bool:
        """Whether visitors may fetch and remove models; everyone who may could fill the disk."""
        return self.private or self.allow_model_admin

    @property
    def max_upload(self) -> str:
        """The largest file that is taken, in Gradio's notation."""
        return f"{self.max_upload_mb}mb"

    @property
    def decode(self) -> Limits:
        """What a file from a visitor may cost when it is read, in the check and in the job."""
        return Limits(
            max_pixels=self.max_frame_pixels,
            max_frames=self.max_frames,
            max_seconds=float(self.max_seconds),
            max_bytes=self.max_upload_mb * _MB,
            max_picture_pixels=self.max_picture_pixels,
            max_result_frames=self.max_result_frames,
        )

    @property
    def queue(self) -> QueueLimits:
        """How many videos may wait, what one may cost, and the room on the disk for it."""
        return QueueLimits(
            per_owner=self.jobs_per_owner,
            total=self.queue_length,
            spare_bytes=self.spare_mb * _MB,
            frames=self.max_result_frames,
            seconds=60.0 * self.job_minutes if self.job_minutes else None,
        )

    @property
    def draft_days(self) -> int:
        """How long choices that were not ordered are kept: no longer than videos are."""
        return min(self.keep_days or _DRAFT_DAYS, _DRAFT_DAYS)

    @property
    def retention(self) -> Retention:
        """How long videos that ended are kept."""
        return Retention(
            days=float(self.keep_days) if self.keep_days else None,
            total_bytes=self.keep_mb * _MB if self.keep_mb else None,
        )


def bounds() -> dict[str, Bound]:
    """Every limit of `Hosting` by its field, in order."""
    return {
        field.name: field.metadata["bound"]
        for field in dataclasses.fields(Hosting)
        if "bound" in field.metadata
    }


def hosting(environment: Mapping[str, str]) -> Hosting:
    """Read the limits and `GRADIO_SERVER_NAME`, `PORT` or `GRADIO_SERVER_PORT`, `STUDIO_AUTH`
    (name:password), `STUDIO_ALLOW_PUBLIC`, `STUDIO_HOSTS`, `STUDIO_SAFETY_FILTER`,
    `STUDIO_ALLOW_MODEL_ADMIN` and Spaces' `SPACE_ID`.

    Raises UnsafeBind for an address beyond this machine with neither a password nor
    `STUDIO_ALLOW_PUBLIC=1` (a Space is public by design and listens to all), and BadHosting for a
    value that cannot be read; it names the variable and what it may be.
    """
    on_spaces = bool(environment.get("SPACE_ID"))
    host = environment.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if on_spaces else "127.0.0.1")
    auth = _auth(environment)
    allowed = on_spaces or auth is not None or _switch(environment, "STUDIO_ALLOW_PUBLIC")
    if host not in LOOPBACK and not allowed:
        raise UnsafeBind(
            f"The studio will not listen on {host}: everyone who reaches this machine could use "
            "it. Set STUDIO_AUTH=name:password, or STUDIO_ALLOW_PUBLIC=1 if that is what you want."
        )
    port = next((name for name in ("PORT", "GRADIO_SERVER_PORT") if environment.get(name)), "PORT")
    limits = {
        name: _number(
            environment, bound.variable, bound.spaces if on_spaces else bound.local,
            bound.least, bound.most,
        )
        for name, bound in bounds().items()
    }  # fmt: skip
    return Hosting(
        host=host,
        port=_number(environment, port, 7860, 1, 65_535),
        auth=auth,
        host_names=_host_names(environment, host),
        on_spaces=on_spaces,
        zero_gpu=environment.get("SPACES_ZERO_GPU", "").lower() in ("1", "t", "true"),
        safety_filter=_switch(environment, "STUDIO_SAFETY_FILTER"),
        allow_model_admin=_switch(environment, "STUDIO_ALLOW_MODEL_ADMIN"),
        **limits,
    )


def _number(
    environment: Mapping[str, str], variable: str, default: int, least: int, most: int
) -> int:
    text = environment.get(variable, "").strip()
    if not text:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", text) or not least <= int(text) <= most:
        raise BadHosting(
            f"{variable} is '{text[:40]}': a whole number from {least} to {most} is needed. "
            f"Without it the studio takes {default}."
        )
    return int(text)


def _switch(environment: Mapping[str, str], variable: str) -> bool:
    """On only by a clear yes, so that a misspelt one never opens or closes anything unseen."""
    text = environment.get(variable, "").strip().lower()
    if text in ("", "0", "no", "false", "off"):
        return False
    if text in ("1", "yes", "true", "on"):
        return True
    raise BadHosting(f"{variable} is '{text[:40]}': it is switched by 1 or 0.")


def _auth(environment: Mapping[str, str]) -> tuple[str, str] | None:
    text = environment.get("STUDIO_AUTH", "")
    if not text:
        return None
    name, _, password = text.partition(":")
    if not name or not password:
        raise BadHosting("STUDIO_AUTH is not of the form name:password, and neither may be empty.")
    return name, password


def _host_names(environment: Mapping[str, str], host: str) -> tuple[str, ...]:
    """A page elsewhere could make a name of its own lead to this machine (DNS rebinding), so a
    private studio answers to this machine's names alone."""
    names = tuple(name.strip() for name in environment.get("STUDIO_HOSTS", "").split(",") if name)
    for name in names:
        if not _HOST_NAME.fullmatch(name):
            raise BadHosting(
                f"STUDIO_HOSTS has '{name[:60]}': names such as dance.example.org or *.example.org "
                "are needed, separated by commas."
            )
    if host in LOOPBACK:
        return (*LOOPBACK, *names)
    return (*LOOPBACK, *names) if names else ("*",)
