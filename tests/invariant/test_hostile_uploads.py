"""Two hundred hostile files: each refused or handled, the worker alive, nothing else touched.

Thirty go through the door of a running studio as a browser would send them, the others through
check, order and worker in one process. Every Python process that takes part has an audit hook
that records connections, programs that are started and files that are written.
"""

from __future__ import annotations

import importlib.util
import json
import os
import random
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from hostile import Hostile, files
from reading import SAMPLE

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SEED = 20261121
OWNER = "5a" * 16

HOOK = """
import os, sys
ALLOWED = {allowed!r}
def write(line):
    fd = os.open({log!r}, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(fd, (line + chr(10)).encode(errors="replace")); os.close(fd)
quiet = [False]
def hook(event, args):
    if quiet[0]:
        return
    quiet[0] = True
    try:
        if event == "socket.connect" and isinstance(args[1], tuple) and args[1][1] != {port}:
            write("connect " + repr(args[1]))
        elif event == "subprocess.Popen" and args[0] != sys.executable:
            write("program " + repr(args[0]))
        elif event == "os.system":
            write("system " + repr(args[0]))
        elif event == "open" and isinstance(args[0], (str, bytes)):
            name = os.path.abspath(os.fsdecode(args[0]))
            flags = args[2] if isinstance(args[2], int) else 0
            wants = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if wants and not name.startswith(ALLOWED):
                write("file " + name)
    finally:
        quiet[0] = False
sys.addaudithook(hook)
"""


class Listener:
    """Counts who comes to a port of this machine."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self.visits = 0
        threading.Thread(target=self._wait, daemon=True).start()

    def _wait(self) -> None:
        while True:
            try:
                self._socket.accept()[0].close()
            except OSError:  # closed
                return
            self.visits += 1

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener() -> Iterator[Listener]:
    one = Listener()
    yield one
    one.close()
    assert one.visits == 0


def _guarded(folder: Path, port: int, **more: str) -> tuple[dict[str, str], Path]:
    """An environment whose Pythons write down what they touch outside `folder`, and their log."""
    log = folder / "touched.txt"
    (folder / "hook").mkdir()
    allowed = (str(folder), "/dev/", "/proc/")
    text = HOOK.format(allowed=allowed, log=str(log), port=port)
    (folder / "hook" / "sitecustomize.py").write_text(text)
    paths = os.pathsep.join(map(str, (folder / "hook", ROOT, HERE)))
    environment = os.environ | {
        "PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1",
        "TMPDIR": str(folder / "temporary"), "HOME": str(folder / "person"),
        "STUDIO_HOME": str(folder / "home"), "GRADIO_TEMP_DIR": str(folder / "home" / "uploads"),
        "GRADIO_ANALYTICS_ENABLED": "False",
    }  # fmt: skip
    for name in ("temporary", "person"):
        (folder / name).mkdir()
    return environment | more, log


def _touched(log: Path) -> list[str]:
    """What was touched, but for the type stubs that Gradio completes as components are imported.

    To import them once beforehand is not enough: two processes that complete a stub at the same
    time leave it half done, and a third one mends it.
    """
    spec = importlib.util.find_spec("gradio")
    assert spec is not None and spec.origin is not None
    stubs = tuple(f"file {place}/" for place in (Path(spec.origin).parent, ROOT / "studio/parts"))
    lines = set(log.read_text().splitlines()) if log.exists() else set()
    return sorted(x for x in lines if not (x.startswith(stubs) and x.endswith(".pyi")))


def _strangers(folder: Path) -> list[Path]:
    """Files that bear the name which every trick of a path would have given them."""
    outside = (folder.parent, Path("/etc"), Path("/tmp"), ROOT)  # noqa: S108
    return [path for place in outside for path in place.glob("*evil*")]


def test_the_same_seed_makes_the_same_files(tmp_path: Path) -> None:
    made = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        made.append(files(tmp_path / name, SEED, "http://127.0.0.1:9"))
    assert len(made[0]) == 200
    assert Counter(file.role for file in made[0]) == Counter(file.role for file in made[1])
    for one, two in zip(*made, strict=True):
        assert one.path.read_bytes() == two.path.read_bytes(), one.kind


@pytest.mark.timeout(1200)  # each file has a limit, however many there are
def test_170_files_through_check_order_and_worker(tmp_path: Path, listener: Listener) -> None:
    environment, log = _guarded(tmp_path, 0)
    (tmp_path / "files").mkdir()
    (tmp_path / "home").mkdir()
    told, errors = tmp_path / "told.txt", tmp_path / "errors.txt"
    with told.open("wb") as out, errors.open("wb") as err:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "reading.py"), "orders", str(tmp_path), str(SEED),
             listener.address],
            cwd=ROOT, env=environment, stdout=out, stderr=err,
        )  # fmt: skip
    _wait_while_it_tells(process, told)
    assert process.returncode == 0, errors.read_text()[-3000:]
    ends = [json.loads(line) for line in told.read_text().splitlines()]
    assert len(ends) == 200 - SAMPLE
    for one in ends:
        kind = one["end"].split(" ")[0]
        assert kind in ("refused", "done", "failed"), one
        assert one["end"].split(" ")[-1] not in ("unexpected", "check_crashed", "check_slow"), one
    counts = Counter(one["end"].split(" ")[0] for one in ends)
    assert counts["refused"] > 100 and counts["done"] > 3, counts  # damage need not be deadly
    playlists = [one for one in ends if one["kind"].startswith(("hls", "ffconcat", "dash", "sdp"))]
    assert playlists and all(one["end"] == "refused not_a_video" for one in playlists)
    assert _touched(log) == [] and _strangers(tmp_path) == []


@pytest.mark.timeout(1200)
def test_30_files_through_the_door_of_a_running_studio(tmp_path: Path, listener: Listener) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment, log = _guarded(tmp_path, port, PORT=str(port), STUDIO_JOBS_PER_OWNER="100")
    (tmp_path / "files").mkdir()
    made = files(tmp_path / "files", SEED, listener.address)
    sample = random.Random(SEED).sample(made[:-SAMPLE], 10) + made[-SAMPLE:][:20]
    with (tmp_path / "log.txt").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, str(HERE / "reading.py"), "serve"],
            cwd=ROOT, env=environment, stdout=said, stderr=said,
        )  # fmt: skip
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=120) as http:
            _wait_for(http, process, tmp_path / "log.txt")
            jobs = [_sent(http, file) for file in sample]
            waiting = [job for job in jobs if job is not None]
            assert len(waiting) < len(jobs)
            ends = [_end(http, job) for job in waiting]
            assert {end["state"] for end in ends} <= {"done", "failed"}
            last = _made(http, {"person": "mina", "dance": "sway"})
            assert last is not None and _end(http, last)["state"] == "done"  # the worker lives
    finally:
        process.kill()
        process.wait()
    told = (tmp_path / "log.txt").read_text()
    assert "Traceback" not in told, told[-3000:]
    assert _touched(log) == [] and _strangers(tmp_path) == []


def _wait_while_it_tells(process: subprocess.Popen[bytes], told: Path) -> None:
    """Wait for its end; a file may take two minutes, and all together as long as they need."""
    size, until = -1, 0.0
    while process.poll() is None:
        if told.stat().st_size != size:
            size, until = told.stat().st_size, time.monotonic() + 120
        if time.monotonic() > until:
            process.kill()
            raise AssertionError("stuck after " + told.read_text()[-300:])
        time.sleep(0.1)


def _wait_for(http: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 120
    while True:
        assert process.poll() is None and time.monotonic() < until, log.read_text()[-3000:]
        try:
            if http.get("/config").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)


def _sent(http: httpx.Client, file: Hostile) -> str | None:
    """Upload a file under its nasty name and order a video with it; the job, if one was made."""
    name = file.name.replace("\n", "%0A")
    reply = http.post("/gradio_api/upload", files={"files": (name, file.path.read_bytes())})
    assert reply.status_code == 200, (file.kind, reply.text)
    (path,) = reply.json()
    uploads = Path(path)
    assert uploads.is_file() and "uploads" in uploads.parts and ".." not in uploads.parts
    field = "image" if file.role == "photo" else file.role
    order = {"person": "mina", "dance": "sway", "consent": True}
    if field == "image":
        order["person"] = ""
    upload = {"path": path, "meta": {"_type": "gradio.FileData"}}
    return _made(http, order | {field: upload})


def _parameters(http: httpx.Client) -> list[tuple[str, Any]]:
    """(name, default) of the parameters of `make`, as the studio declares them."""
    info = http.get("/gradio_api/info").json()["named_endpoints"]["/make"]["parameters"]
    return [(one["parameter_name"], one["parameter_default"]) for one in info]


def _made(http: httpx.Client, order: dict[str, Any]) -> str | None:
    order = {"owner": OWNER, "num_frames": 8} | order
    data = [order.get(name, default) for name, default in _parameters(http)]
    reply = http.post("/gradio_api/api/make", json={"data": data})
    if reply.status_code == 200:
        return reply.json()["data"][0]["id"]
    assert reply.json()["error"], reply.text  # refused, and in words
    return None


def _end(http: httpx.Client, job: str) -> dict[str, Any]:
    until = time.monotonic() + 180
    while True:
        reply = http.post("/gradio_api/api/status", json={"data": [OWNER, job, "en"]})
        told = reply.json()["data"][0]
        if told["state"] not in ("queued", "running"):
            return told
        assert time.monotonic() < until, told
        time.sleep(0.1)
