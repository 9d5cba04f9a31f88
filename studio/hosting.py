"""Where the studio listens and who may come: from the environment, safe unless told otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class UnsafeBind(Exception):
    """The studio was asked to listen to everyone with nothing at the door."""


@dataclass(frozen=True)
class Hosting:
    """How to launch.

    Attributes:
        host, port: where to listen.
        auth: (name, password) that every visitor must give, or None.
        max_upload: the largest file that is taken, in Gradio's notation.
        jobs_per_owner: how many jobs one visitor may have waiting and running.
    """

    host: str = "127.0.0.1"
    port: int = 7860
    auth: tuple[str, str] | None = None
    max_upload: str = "500mb"
    jobs_per_owner: int = 20

    @property
    def private(self) -> bool:
        """Whether only this machine can reach the studio."""
        return self.host in _LOOPBACK


def hosting(environment: Mapping[str, str]) -> Hosting:
    """Read `GRADIO_SERVER_NAME`, `PORT` or `GRADIO_SERVER_PORT`, `STUDIO_AUTH` (name:password),
    `STUDIO_ALLOW_PUBLIC`, `STUDIO_MAX_UPLOAD`, `STUDIO_JOBS_PER_OWNER` and Spaces' `SPACE_ID`.

    Raises UnsafeBind for an address beyond this machine with neither a password nor
    `STUDIO_ALLOW_PUBLIC=1`. A Space is public by design and listens to all.
    """
    on_spaces = bool(environment.get("SPACE_ID"))
    host = environment.get("GRADIO_SERVER_NAME") or ("0.0.0.0" if on_spaces else "127.0.0.1")
    name, _, password = environment.get("STUDIO_AUTH", "").partition(":")
    auth = (name, password) if name and password else None
    allowed = on_spaces or auth or environment.get("STUDIO_ALLOW_PUBLIC") == "1"
    if host not in _LOOPBACK and not allowed:
        raise UnsafeBind(
            f"The studio will not listen on {host}: everyone who reaches this machine could use "
            "it. Set STUDIO_AUTH=name:password, or STUDIO_ALLOW_PUBLIC=1 if that is what you want."
        )
    return Hosting(
        host=host,
        port=int(environment.get("PORT") or environment.get("GRADIO_SERVER_PORT") or 7860),
        auth=auth,
        max_upload=environment.get("STUDIO_MAX_UPLOAD") or ("100mb" if on_spaces else "500mb"),
        jobs_per_owner=int(environment.get("STUDIO_JOBS_PER_OWNER") or (3 if on_spaces else 20)),
    )
