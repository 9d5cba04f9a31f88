"""Twenty visitors at one studio: `python -m tests.bench.crowd`.

`python app.py` with its real worker, in a home that is thrown away, allows two jobs each and thirty
in all. Every visitor keeps a page open, orders three short videos through the API, tries again when
the studio refuses, looks at how they go, and tries to reach others' videos. Meanwhile one more
visitor's interactions are timed, as `page_times.py` times them. Prints what became of the jobs and
the medians; ends with an error when a job is lost, another's video is reached or the log holds a
traceback. Two minutes on two cores.
"""

from __future__ import annotations

import os
import random
import secrets
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import httpx

from tests.bench.page_times import Visit, over_http, table
from tests.e2e.conftest import ROOT, Server

VISITORS, EACH = 20, 3
ROUNDS = 8
PATIENCE = 1200.0
"""Seconds for all jobs of all visitors."""


class Api:
    """The studio's API as one owner uses it."""

    def __init__(self, address: str, owner: str) -> None:
        self._http = httpx.Client(base_url=address, timeout=120)
        self.owner = owner
        told = self._http.get("gradio_api/info").json()["named_endpoints"]["/make"]["parameters"]
        self._defaults = {one["parameter_name"]: one["parameter_default"] for one in told}

    def make(self, seed: int) -> str | None:
        """The id of a new short video; None if the studio refuses it, with its reason."""
        order = {
            "owner": self.owner, "person": "mina", "dance": "sway", "num_frames": 8,
            "quality": "draft", "seed": seed,
        }  # fmt: skip
        data = list((self._defaults | order).values())
        answer = self._http.post("gradio_api/api/make", json={"data": data})
        if answer.status_code == httpx.codes.OK:
            return answer.json()["data"][0]["id"]
        assert answer.json()["error"], answer.text
        return None

    def ask(self, what: str, key: str) -> Any:
        """What is answered about a job; None if it is refused."""
        body = {"data": [self.owner, key, "en"]}
        answer = self._http.post(f"gradio_api/api/{what}", json=body)
        return answer.json()["data"][0] if answer.status_code == httpx.codes.OK else None

    def state(self, key: str) -> str:
        """Of an own job."""
        return self.ask("status", key)["state"]


class Crowd:
    """What all visitors did and found."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.jobs: dict[str, list[str]] = {secrets.token_hex(16): [] for _ in range(VISITORS)}
        self.refused = self.finished = 0
        self.wrong: list[str] = []
        self._lock = threading.Lock()
        self._ends = time.monotonic() + PATIENCE

    def visit(self, owner: str) -> None:
        """All that one of them does."""
        try:
            self._visit(owner)
        except Exception as error:  # a thread's own would only be printed
            self.wrong.append(repr(error))

    def _visit(self, owner: str) -> None:
        chance = random.Random(owner)
        api, page = Api(self.address, owner), Visit(self.address, owner)
        for seed in range(EACH):
            while (key := api.make(seed)) is None:
                with self._lock:
                    self.refused += 1
                self._breathe(page, chance)
            self.jobs[owner].append(key)
        while not all(api.state(key) == "done" for key in self.jobs[owner]):
            self._breathe(page, chance)
            other = chance.choice([one for one in self.jobs if one != owner])
            for key in self.jobs[other][:1]:
                reached = [what for what in ("status", "result", "stop") if api.ask(what, key)]
                self.wrong.extend(f"another's {what}" for what in reached)
        found = [api.ask("result", key) for key in self.jobs[owner]]
        with self._lock:
            self.finished += sum(one is not None for one in found)

    def _breathe(self, page: Visit, chance: random.Random) -> None:
        assert time.monotonic() < self._ends, "the jobs take too long"
        page.fire("timer", "tick")
        time.sleep(1 + chance.random())


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(ROOT / "app.py", Path(folder))
        os.environ.update(STUDIO_JOBS_PER_OWNER="2", STUDIO_QUEUE_LENGTH="30")
        server.start()
        try:
            me = Api(server.address, secrets.token_hex(16))
            done = [key for key in (me.make(0), me.make(1)) if key is not None]
            while not all(me.state(key) == "done" for key in done):
                time.sleep(0.5)
            crowd = Crowd(server.address)
            threads = [threading.Thread(target=crowd.visit, args=(one,)) for one in crowd.jobs]
            began = time.monotonic()
            for thread in threads:
                thread.start()
            time.sleep(10)  # until the worker is busy and the queue full
            times = over_http(server.address, me.owner, done, ROUNDS)
            waiting = sum(thread.is_alive() for thread in threads)
            for thread in threads:
                thread.join()
            seconds = time.monotonic() - began
            unexplained = server.log.read_text().count("Traceback")
        finally:
            server.kill()
    ordered = sum(map(len, crowd.jobs.values()))
    slowest = max(statistics.median(found) for found in times.values())
    sys.stdout.write(
        f"{table(f'server, {VISITORS} visitors', times)}\n"
        f"{waiting} visitors were still there after these; the slowest median is {slowest:.0f} ms\n"
        f"{ordered} jobs, {crowd.finished} made, in {seconds:.0f} s; refused for a while "
        f"{crowd.refused} times; wrong: {crowd.wrong or 'nothing'}; tracebacks: {unexplained}\n"
    )
    good = crowd.finished == VISITORS * EACH and not crowd.wrong and not unexplained
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
