"""Where the studio listens and what it takes: every limit, its defaults, and its refusals."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from engine.data.limits import Limits
from studio.guard import MOST_BODY_BYTES, Guard, Page, refuse_addresses
from studio.hosting import BadHosting, Hosting, UnsafeBind, bounds, hosting
from studio.jobs.limits import QueueLimits
from studio.jobs.retention import Retention

ROOT = Path(__file__).resolve().parents[2]
PUBLIC = {"GRADIO_SERVER_NAME": "0.0.0.0"}


def test_the_studio_listens_to_this_machine_only() -> None:
    assert hosting({}) == Hosting() and hosting({}).private
    assert hosting({"PORT": "9000"}).port == 9000
    assert hosting({"GRADIO_SERVER_PORT": "9001"}).port == 9001
    assert "*" not in hosting({}).host_names


@pytest.mark.parametrize("extra", [{}, {"STUDIO_ALLOW_PUBLIC": "no"}, {"STUDIO_AUTH": ""}])
@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7", "::", "dance.example.org"])
def test_a_public_address_is_refused(host: str, extra: dict[str, str]) -> None:
    with pytest.raises(UnsafeBind, match="STUDIO_AUTH"):
        hosting({"GRADIO_SERVER_NAME": host} | extra)


def test_a_public_address_can_be_meant() -> None:
    assert hosting(PUBLIC | {"STUDIO_AUTH": "a:b:c"}).auth == ("a", "b:c")
    assert not hosting(PUBLIC | {"STUDIO_ALLOW_PUBLIC": "1"}).private
    space = hosting({"SPACE_ID": "a/b"})
    assert (space.host, space.on_spaces, space.max_upload) == ("0.0.0.0", True, "100mb")


def test_a_page_that_nobody_uses_hardly_looks_whether_somebody_waits() -> None:
    assert Page()._queue.sleep_when_free >= 0.02  # Gradio's own thousandth takes 7 % of a core


@pytest.mark.parametrize("field", list(bounds()))
def test_every_limit_is_read_and_refused_out_of_range(field: str) -> None:
    bound = bounds()[field]
    assert bound.least <= bound.spaces <= bound.most and bound.least <= bound.local <= bound.most
    assert getattr(hosting({}), field) == bound.local == getattr(Hosting(), field)
    assert getattr(hosting({"SPACE_ID": "a/b"}), field) == bound.spaces
    assert getattr(hosting({bound.variable: f" {bound.most} "}), field) == bound.most
    for wrong in ("many", "-1", "1.5", "1e3", str(bound.most + 1), "٣", "9" * 30, "0x10"):
        with pytest.raises(BadHosting, match=bound.variable) as caught:
            hosting({bound.variable: wrong})
        assert f"{bound.least} to {bound.most}" in str(caught.value)


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PORT", "http"), ("PORT", "0"), ("GRADIO_SERVER_PORT", "70000"),
        ("STUDIO_AUTH", "name"), ("STUDIO_AUTH", "name:"), ("STUDIO_AUTH", ":secret"),
        ("STUDIO_SAFETY_FILTER", "maybe"), ("STUDIO_HOSTS", "http://a.b/c"),
        ("STUDIO_HOSTS", "a b"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_refused_by_name(variable: str, value: str) -> None:
    with pytest.raises(BadHosting, match=variable) as caught:
        hosting({variable: value})
    assert "secret" not in str(caught.value)


def test_every_limit_reaches_the_place_that_enforces_it() -> None:
    where = hosting({bound.variable: str(bound.least + 1) for bound in bounds().values()})
    reached = {
        where.queue: QueueLimits(2, 2, 1_000_000, 9, 60.0),
        where.decode: Limits(4097, 2, 2.0, 2_000_000, 4097, 9),
        where.retention: Retention(1.0, 1_000_000),
    }
    for made, wanted in reached.items():
        assert made == wanted
    assert (where.uploads_mb, where.rehearsals_per_minute, where.draft_days) == (101, 2, 1)
    assert hosting({}).retention == Retention(None, None)
    assert hosting({}).queue.seconds is None and hosting({}).draft_days == 30


def test_the_names_under_which_it_answers() -> None:
    assert hosting({"STUDIO_HOSTS": "a.org, *.b.org"}).host_names[3:] == ("a.org", "*.b.org")
    public = PUBLIC | {"STUDIO_ALLOW_PUBLIC": "1"}
    assert hosting(public).host_names == ("*",)
    assert "*" not in hosting(public | {"STUDIO_HOSTS": "a.org"}).host_names


def test_the_documentation_lists_exactly_these_limits() -> None:
    text = (ROOT / "docs" / "spaces.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(STUDIO_\w+)` \| ([\d,]+) \| ([\d,]+) \| (.+) \|$", text, re.MULTILINE)
    listed = [(name, int(a.replace(",", "")), int(b.replace(",", "")), w) for name, a, b, w in rows]
    declared = [(b.variable, b.local, b.spaces, b.what) for b in bounds().values()]
    assert listed == declared


# --- the process --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        ({"GRADIO_SERVER_NAME": "0.0.0.0"}, "will not listen on 0.0.0.0"),
        ({"STUDIO_QUEUE_LENGTH": "lots"}, "STUDIO_QUEUE_LENGTH is 'lots'"),
    ],
)
def test_the_program_itself_refuses_in_plain_words(
    environment: dict[str, str], words: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, capture_output=True, text=True, timeout=120,
        env=os.environ | {"STUDIO_HOME": str(tmp_path)} | environment,
    )  # fmt: skip
    assert done.returncode == 2 and words in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


# --- the door -----------------------------------------------------------------------------------


def _answer(path: str, method: str = "GET", body: list[bytes] | None = None, **headers: str) -> int:
    """The status that a request gets; 200 means that it was let through and read to its end."""

    async def inner(scope: Any, receive: Any, send: Any) -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                await send({"type": "http.response.start", "status": 499, "headers": []})
                return
            more = message.get("more_body", False)
        await send({"type": "http.response.start", "status": 200, "headers": []})

    parts = list(body or [b""])
    status: list[int] = []

    async def receive() -> dict[str, Any]:
        part = parts.pop(0)
        return {"type": "http.request", "body": part, "more_body": bool(parts)}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            status.append(message["status"])
            names = dict(message["headers"])
            assert names[b"referrer-policy"] == b"same-origin"
            assert names[b"content-security-policy"] == b"frame-ancestors 'self'"

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw}
    asyncio.run(Guard(inner, spare_bytes=0, framed=False)(scope, receive, send))
    return status[0]


@pytest.mark.parametrize(
    "path",
    [
        "/", "/config", "/gradio_api/info", "/gradio_api/queue/join", "/gradio_api/queue/data",
        "/gradio_api/call/make", "/gradio_api/call/make/abc", "/gradio_api/heartbeat/abc",
        "/gradio_api/file=/tmp/gradio/a/b.png", "/gradio_api/upload", "/theme.css",
        "/gradio_api/startup-events", "/pirouette/examples/people/mina.png", "/login",
    ],
)  # fmt: skip
def test_what_the_page_needs_is_let_through(path: str) -> None:
    assert _answer(path) == 200


@pytest.mark.parametrize(
    "path",
    [
        "/gradio_api/file=http://127.0.0.1/", "/gradio_api/file=HTTPS://x.org/a.png",
        "/gradio_api//file= http://x.org", "/gradio_api/proxy=http://127.0.0.1:80/",
        "/gradio_api/process_recording", "/gradio_api/vibe-edit", "/gradio_api/vibe-code/",
        "/gradio_api/undo-vibe-edit", "/gradio_api/run-history/connect", "/gradio_api/runs",
        "/gradio_api/deep_link", "/gradio_api/dev/reload", "/gradio_api/profiling/traces",
        "/gradio_api/openapi.json", "/monitoring", "/monitoring/summary", "/runs", "/file=/etc",
        "/gradio_api/mcp/sse", "/gradio_api/component_server", "/gradio_api", "/gradio_api/",
    ],
)  # fmt: skip
def test_what_the_page_does_not_need_is_shut(path: str) -> None:
    assert _answer(path) == 404


def test_only_uploads_may_be_large() -> None:
    large = str(MOST_BODY_BYTES + 1)
    assert _answer("/gradio_api/queue/join", "POST", content_length=large) == 413
    assert _answer("/gradio_api/queue/join", "POST", content_length="-1") == 400
    assert _answer("/gradio_api/upload", "POST", content_length=large) == 200
    assert _answer("/gradio_api/upload", "POST", content_length="9" * 15) == 507
    chunks = [b"x" * 1_000_000] * 5  # no length said
    assert _answer("/gradio_api/queue/join", "POST", chunks) == 499
    assert _answer("/gradio_api/queue/join", "POST", chunks[:3]) == 200


@pytest.mark.parametrize(
    "address", ["http://x.org/a.png", "HTTPS://x.org", " ftp://x", "file:///etc/passwd", "a\0b"]
)
def test_a_file_is_never_an_address(address: str) -> None:
    file = {"path": address, "meta": {"_type": "gradio.FileData"}}
    for nested in (file, [file], {"image": file}, [[{"a": [file]}]]):
        with pytest.raises(gr.Error):
            refuse_addresses([nested])
    refuse_addresses([{"path": "/tmp/gradio/abc/me.png"}, "http://a prompt may hold one", 3, None])
    deep: Any = "end"
    for _ in range(100_000):
        deep = [deep]
    refuse_addresses(deep)
