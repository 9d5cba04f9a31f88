"""What is said when the studio cannot listen where it is told to: in plain words, at once."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from studio import examples, port
from studio.hosting import Hosting
from studio.port import NoPort, free_port

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def listening(answer: bytes | None) -> Iterator[int]:
    """A program on a port of this machine, which has an answer to our mark's address or none."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            there = answer is not None and self.path == port._MARK
            self.send_response(200 if there else 404)
            self.end_headers()
            self.wfile.write(answer if answer and there else b"no such page")

        def log_message(self, format: str, *args: object) -> None:
            """Tests read what is printed."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def _said(where: Hosting) -> str:
    with pytest.raises(NoPort) as caught, free_port(where):
        raise AssertionError("nothing may begin")
    return str(caught.value)


def test_a_studio_is_known_by_its_mark() -> None:
    served, name = port._MARK.removeprefix("/").split("/", 1)
    assert served == examples.ADDRESS and b"<svg" in (examples.ASSETS / name).read_bytes()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "0.0.0.0"])
def test_the_open_studio_is_named(host: str) -> None:
    with listening((examples.ASSETS / "brand" / "mark.svg").read_bytes()) as taken:
        said = _said(Hosting(host=host, port=taken))
    shown = "localhost" if host == "localhost" else "127.0.0.1"
    assert f"open already: http://{shown}:{taken}\n" in said and "set PORT" in said


def test_another_program_is_said_with_a_port_that_is_free() -> None:
    with listening(None) as taken:
        said = _said(Hosting(port=taken))
        assert f"another program uses port {taken}." in said
        other = int(said.rsplit("such as ", 1)[1].rstrip("."))
        assert other > taken
        with free_port(Hosting(port=other)):
            pass


@pytest.mark.parametrize("host", ["192.0.2.1", "a..b"])
def test_an_address_of_another_machine_is_said(host: str) -> None:
    assert f"cannot listen to {host}, port" in _said(Hosting(host=host, port=_free()))


def test_who_was_quicker_is_said_and_other_errors_stay() -> None:
    with listening(None) as taken:
        where = Hosting(port=_free())
        with pytest.raises(FileNotFoundError), free_port(where):
            raise FileNotFoundError("of something else")
        with pytest.raises(NoPort, match="another program"), free_port(where):
            object.__setattr__(where, "port", taken)  # as if it were taken only now
            raise OSError("Cannot find empty port")


def test_a_second_start_ends_at_once_and_makes_nothing(tmp_path: Path) -> None:
    with listening(None) as taken:
        done = subprocess.run(
            [sys.executable, "app.py"], cwd=ROOT, capture_output=True, text=True, timeout=60,
            env=os.environ | {"STUDIO_HOME": str(tmp_path), "PORT": str(taken)},
        )  # fmt: skip
    assert done.returncode == 2 and f"uses port {taken}" in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""
    assert list(tmp_path.iterdir()) == []
