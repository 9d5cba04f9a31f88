"""Whether the studio can listen where it is told to; asked before anything is started."""

from __future__ import annotations

import errno
import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from studio.hosting import BadHosting, Hosting

_MARK = "/pirouette/brand/mark.svg"
"""What only a studio serves, and without its password."""
_PATIENCE_SECONDS = 1.0
_TAKEN = (errno.EADDRINUSE, errno.EACCES)  # Windows calls a port that is taken forbidden
_FIRST_FREE_TO_ALL = 1024


class NoPort(BadHosting):
    """The studio cannot listen where it is told to."""


@contextmanager
def free_port(where: Hosting) -> Iterator[None]:
    """Around the launch: what another program does to the port meanwhile is said as plainly.

    Raises NoPort, before anything else happens or when somebody was quicker.
    """
    _require(where)
    try:
        yield
    except OSError:
        _require(where)
        raise


def _require(where: Hosting) -> None:
    host, port = where.host, where.port
    try:
        _try(host, port)
    except (OSError, UnicodeError) as error:
        address = _address(host)
        if _is_studio(address, port):
            shown = f"[{address}]" if ":" in address else address
            raise NoPort(
                f"The studio is open already: http://{shown}:{port}\n"
                f"For a second one beside it set PORT to another number{_free_beside(where)}."
            ) from error
        number = getattr(error, "errno", None)
        if number in _TAKEN and not (number == errno.EACCES and port < _FIRST_FREE_TO_ALL):
            raise NoPort(
                f"The studio cannot open: another program uses port {port}.\n"
                f"End that program, or set PORT to another number{_free_beside(where)}."
            ) from error
        why = getattr(error, "strerror", None) or str(error)
        raise NoPort(
            f"The studio cannot listen to {host}, port {port}: {why}.\n"
            "GRADIO_SERVER_NAME must be an address of this machine, and PORT a number above "
            f"{_FIRST_FREE_TO_ALL - 1}; without them it is 127.0.0.1, port 7860."
        ) from error


def _try(host: str, port: int) -> None:
    """Take the port and let go of it. Raises OSError or UnicodeError."""
    family, kind, _, _, place = socket.getaddrinfo(
        host.strip("[]"), port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )[0]
    with socket.socket(family, kind) as one:
        if os.name == "posix":  # elsewhere this would share a port that is taken
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        one.bind(place)
        one.listen(1)


def _free_beside(where: Hosting) -> str:
    """A port to choose, in words; "" if none of the next ten is free."""
    for port in range(where.port + 1, min(where.port + 11, 65_536)):
        try:
            _try(where.host, port)
        except (OSError, UnicodeError):
            continue
        return f", such as {port}"
    return ""


def _address(host: str) -> str:
    """Where this machine reaches what listens to `host`."""
    everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}
    return everywhere.get(host.strip("[]"), host.strip("[]"))


def _is_studio(host: str, port: int) -> bool:
    """Whether a studio answers there."""
    connection = http.client.HTTPConnection(host, port, timeout=_PATIENCE_SECONDS)
    try:
        connection.request("GET", _MARK)
        reply = connection.getresponse()
        return reply.status == 200 and b"<svg" in reply.read(10_000)
    except (OSError, UnicodeError, http.client.HTTPException):
        return False
    finally:
        connection.close()
