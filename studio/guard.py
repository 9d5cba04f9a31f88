"""The door in front of Gradio: what it offers and the studio does not use stays shut.

Gradio serves more than a page needs: it fetches addresses that a client names, passes recordings
to ffmpeg, keeps run histories. Here only the routes of the page and of the API are let through,
no request makes the server ask another host, and no body but an upload may be large.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.utils import get_upload_folder
from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from studio.hosting import Hosting

MOST_BODY_BYTES = 4_000_000
"""Of a request that is no upload: settings, boxes and words are far smaller."""

_ROUTES = re.compile(
    r"/gradio_api/(?:(?:user|login_check|token|app_id|info|reset|cancel|upload|upload_progress"
    r"|startup-events|theme\.css)/?$"
    r"|(?:heartbeat|stream|run|api|call|queue)/|file=(?!\s*https?:))",
    re.IGNORECASE,
)
_SHUT = re.compile(r"/(?:monitoring|deep_link|runs|dev|proxy=|file=)", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_UPLOAD = "/gradio_api/upload"
_REST_SECONDS = 0.02
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # the address of a result is the key to it
    "Permissions-Policy": "geolocation=(), microphone=(self), camera=(self)",
}


def middleware(where: Hosting) -> list[Middleware]:
    """What `launch(app_kwargs=...)` puts around Gradio."""
    names = ["[::1]" if name == "::1" else name for name in where.host_names]
    return [
        Middleware(TrustedHostMiddleware, allowed_hosts=names, www_redirect=False),
        Middleware(Guard, spare_bytes=where.spare_mb * 1_000_000, framed=where.on_spaces),
    ]


class Guard:
    """Lets through what the studio uses and nothing else.

    Args:
        spare_bytes: an upload is refused when less than this would stay free on the disk.
        framed: whether other sites may show the studio in a frame, as a Space's page does.
    """

    def __init__(self, app: ASGIApp, spare_bytes: int, framed: bool) -> None:
        self._app = app
        self._spare_bytes = spare_bytes
        self._headers = dict(_HEADERS)
        if not framed:
            self._headers["Content-Security-Policy"] = "frame-ancestors 'self'"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a refused request, or pass it on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def headed(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers.setdefault(name, value)
            await send(message)

        refusal = self._refusal(scope)
        if refusal is not None:
            status, words = refusal
            await PlainTextResponse(words, status)(scope, receive, headed)
        elif scope["path"].startswith(_UPLOAD):
            await self._app(scope, receive, headed)
        else:
            await self._app(scope, _bounded(receive), headed)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        path = re.sub("/+", "/", scope["path"])
        if path.startswith("/gradio_api"):
            if not _ROUTES.match(path):
                return 404, "Not part of this studio."
        elif _SHUT.match(path):
            return 404, "Not part of this studio."
        length = dict(scope["headers"]).get(b"content-length", b"0")
        if not length.isdigit():
            return 400, "The length of this request is no number."
        if not path.startswith(_UPLOAD):
            if int(length) > MOST_BODY_BYTES:
                return 413, "This request is too large."
        elif scope["method"] == "POST" and _free_bytes() < self._spare_bytes + int(length):
            return 507, "The disk is full."
        return None


def _free_bytes() -> int:
    """What is free where Gradio keeps uploads; the folder is made with the first of them."""
    folder = Path(get_upload_folder()).absolute()
    return shutil.disk_usage(next(p for p in (folder, *folder.parents) if p.exists())).free


def _bounded(receive: Receive) -> Receive:
    """Cut off a body that does not say how long it is and is too long."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        return message if taken <= MOST_BODY_BYTES else {"type": "http.disconnect"}

    return counted


class Page(gr.Blocks):
    """`gr.Blocks` that downloads nothing: a file is what was uploaded here, never an address.

    Gradio itself fetches any public address that a client puts in a file's place, before the
    handler is called. And it looks a thousand times a second whether somebody waits, which takes
    a fourteenth of a core from the dance; here it looks fifty times.
    """

    def queue(self, *args: Any, **kwargs: Any) -> Page:
        """Set up the queue as Gradio does, and let it rest between two looks."""
        super().queue(*args, **kwargs)
        self._queue.sleep_when_free = _REST_SECONDS
        self._queue.progress_update_sleep_when_free = _REST_SECONDS
        return self

    async def preprocess_data(self, block_fn: Any, inputs: list[Any], *args: Any, **kwargs: Any):
        """Refuse addresses, then go on as Gradio does."""
        refuse_addresses(inputs)
        return await super().preprocess_data(block_fn, inputs, *args, **kwargs)


def refuse_addresses(data: Any) -> None:
    """Raise `gr.Error` if a file anywhere in `data` is named by an address; any nesting is read."""
    waiting = [data]
    while waiting:
        item = waiting.pop()
        if isinstance(item, dict):
            path = item.get("path")
            if isinstance(path, str) and (_ADDRESS.match(path) or "\0" in path):
                raise gr.Error("Files are uploaded here, not fetched.", print_exception=False)
            waiting += item.values()
        elif isinstance(item, list | tuple):
            waiting += item
