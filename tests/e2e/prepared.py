"""Servers within a second: what takes seconds to import is imported once, then each is forked.

`python tests/e2e/prepared.py` reads lines of JSON, each [script, environment, log]. For each it
forks a process that goes on as `python script` would, with this environment and with its output
added to the log; the process number comes back. Once standard input closes, all of them end.
"""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_NOWHERE = str(Path(__file__).with_name("nowhere"))


class Prepared:
    """The process that forks the servers, as a test holds it."""

    def __init__(self) -> None:
        # What a library reads as it is imported is read here, once, for servers with other homes.
        neutral = {
            "HF_HUB_CACHE": _NOWHERE,
            "HF_TOKEN_PATH": _NOWHERE,
            "HF_HUB_DISABLE_TELEMETRY": "1",
            "PYTHONPATH": str(ROOT),
            "OMP_NUM_THREADS": "1",
        }
        self._process = subprocess.Popen(
            # Any warning of Gradio's about how it is used is an error here.
            [sys.executable, "-W", "error::UserWarning", __file__],
            cwd=ROOT, env=os.environ | neutral, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            start_new_session=True,
        )  # fmt: skip

    def fork(self, script: Path, environment: dict[str, str], log: Path) -> int:
        """Start a server; its process number."""
        assert self._process.stdin is not None and self._process.stdout is not None
        line = json.dumps([str(script), environment, str(log)])
        self._process.stdin.write(line.encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def close(self) -> None:
        """End it, and whoever it forked."""
        self._process.communicate(timeout=60)


def _become(script: str, environment: dict[str, str], log: str) -> None:
    """Be that script."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.clear()
    os.environ.update(environment)
    with open(os.devnull, "rb") as nothing, open(log, "ab") as said:
        os.dup2(nothing.fileno(), 0)
        os.dup2(said.fileno(), 1)
        os.dup2(said.fileno(), 2)
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")


def main() -> None:
    """Fork a server for each line."""
    import studio.build as heavy  # with Gradio

    assert heavy
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody here asks how they ended
    while line := sys.stdin.buffer.readline():
        child = os.fork()
        if not child:
            _become(*json.loads(line))
            return
        os.write(1, b"%d\n" % child)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
