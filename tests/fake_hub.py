"""A stand-in for the Hugging Face Hub on this machine, with its habits and its faults."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit

COMMIT = "c0ffee" + "0" * 34


@dataclass
class FakeHub:
    """What the stand-in has and how it behaves; tests change it as they like.

    Attributes:
        files: contents by `owner/name/path`.
        large: paths that are kept on "another" server (`localhost` instead of `127.0.0.1`), behind
            a redirect that says their SHA-256, as the Hub does with all weights.
        moved: paths whose contents are on the other server although a HEAD does not say so.
        gated: repositories that want a token.
        tokens: what the Hub knows; whether the account has accepted the terms.
        commit: what `main` is now.
        drops: how many bytes each of the next transfers sends before the connection breaks.
        refusals: the status with which each of the next requests is refused.
        away: whether connections end without an answer.
        ranges: whether the server can continue a transfer.
        shift: how far from the wanted place it continues.
        spoil: whether contents are sent with a wrong byte.
        short: bytes at the end that the server does not have, without knowing it.
        hashes: whether the server says the files' hashes.
        speed: bytes per second, None for as fast as it goes.
        hold: after this byte of a file a transfer waits for as long as this stays so.
        sent: bytes of contents that have left so far.
        seen: (method, path, headers) of all requests.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    large: set[str] = field(default_factory=set)
    moved: set[str] = field(default_factory=set)
    gated: set[str] = field(default_factory=set)
    tokens: dict[str, bool] = field(default_factory=lambda: {"good": True, "stranger": False})
    commit: str = COMMIT
    drops: list[int] = field(default_factory=list)
    refusals: list[int] = field(default_factory=list)
    away: bool = False
    ranges: bool = True
    shift: int = 0
    spoil: bool = False
    short: int = 0
    hashes: bool = True
    speed: float | None = None
    hold: int | None = None
    sent: int = 0
    seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    port: int = 0

    @property
    def endpoint(self) -> str:
        """What HF_ENDPOINT must be."""
        return f"http://127.0.0.1:{self.port}"

    def transfers(self) -> list[dict[str, str]]:
        """The headers of all requests for contents."""
        return [
            headers
            for method, path, headers in self.seen
            if method == "GET" and not path.startswith("/api/")
        ]

    @contextmanager
    def running(self) -> Iterator[FakeHub]:
        """Serve in a thread until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        self.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def etag(content: bytes, *, large: bool) -> str:
    """The hash that the Hub gives as ETag: SHA-256, or that of a git blob for small files."""
    if large:
        return hashlib.sha256(content).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()


def _handler(hub: FakeHub) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self) -> None:  # noqa: N802 (the name is http.server's)
            self.answer(body=False)

        def do_GET(self) -> None:  # noqa: N802
            self.answer(body=True)

        def answer(self, *, body: bool) -> None:
            path = unquote(urlsplit(self.path).path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            if hub.away:
                self.close_connection = True
                return None
            hub.seen.append((self.command, path, headers))
            if hub.refusals:
                return self.refuse(hub.refusals.pop(0), "")
            if path.startswith("/storage/"):
                return self.send_content(path.removeprefix("/storage/"), {}, body=body)
            if path.startswith("/api/"):  # huggingface_hub asks for more than files
                return self.refuse(404, "")
            owner, name, _, revision, file = path.strip("/").split("/", 4)
            repo, key = f"{owner}/{name}", f"{owner}/{name}/{file}"
            token = headers.get("authorization", "").removeprefix("Bearer ")
            if token and token not in hub.tokens:
                return self.refuse(401, "", "Invalid credentials in Authorization header")
            if not any(known.startswith(f"{repo}/") for known in hub.files):
                return self.refuse(404 if token else 401, "RepoNotFound")
            if repo in hub.gated and not hub.tokens.get(token):
                return self.refuse(403 if token else 401, "GatedRepo")
            if revision != "main":
                return self.refuse(404, "RevisionNotFound")
            if key not in hub.files:
                return self.refuse(404, "EntryNotFound")
            digest = etag(hub.files[key], large=key in hub.large) if hub.hashes else "unknown"
            told = {"X-Repo-Commit": hub.commit, "ETag": f'"{digest}"'}
            if key not in hub.large and not (key in hub.moved and body):
                return self.send_content(key, told, body=body)
            self.send_response(302)
            told["X-Linked-Etag"], told["X-Linked-Size"] = f'"{digest}"', str(len(hub.files[key]))
            told["Location"] = f"http://localhost:{hub.port}/storage/{key}"
            return self.finish_headers({**told, "Content-Length": "0"})

        def refuse(self, status: int, code: str, message: str = "") -> None:
            self.send_response(status)
            said = {"X-Error-Code": code, "X-Error-Message": message, "Content-Length": "0"}
            self.finish_headers({name: value for name, value in said.items() if value})

        def send_content(self, key: str, told: dict[str, str], *, body: bool) -> None:
            content = hub.files[key]
            if hub.spoil:
                content = bytes([content[0] ^ 1]) + content[1:]
            if body and hub.short:
                content = content[: -hub.short]
            start = 0
            wanted = self.headers.get("Range")
            if wanted and hub.ranges:
                start = int(wanted.removeprefix("bytes=").removesuffix("-")) + hub.shift
                told = {**told, "Content-Range": f"bytes {start}-{len(content) - 1}/{len(content)}"}
            self.send_response(206 if start else 200)
            self.finish_headers({**told, "Content-Length": str(len(content) - start)})
            if not body:
                return
            sent = content[start:]
            if hub.drops:
                sent = sent[: hub.drops.pop(0)]
                self.close_connection = True
            self.send_at_speed(sent, start)

        def send_at_speed(self, content: bytes, first: int) -> None:
            step = len(content) if hub.speed is None else max(1, int(hub.speed / 20))
            for start in range(0, len(content), step or 1):
                while hub.hold is not None and first + start >= hub.hold:
                    time.sleep(0.02)
                piece = content[start : start + step]
                try:
                    self.wfile.write(piece)
                except OSError:  # the other side is gone
                    self.close_connection = True
                    return
                hub.sent += len(piece)
                if hub.speed is not None:
                    time.sleep(0.05)

        def finish_headers(self, headers: dict[str, str]) -> None:
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Be quiet."""

    return Handler
