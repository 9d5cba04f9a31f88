"""The studio with its page over the quick engine of tests/invariant, to be killed again and again.

`python tests/e2e/serve_quick.py` imports what takes seconds, once; then each line on its standard
input forks a server, which builds and serves everything anew, and its process number comes back.
There is one server at a time, and none once standard input closes.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from studio.build import build, launch_options
from studio.hosting import hosting
from studio.jobs.home import home_folder
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor

_WORKER = Path(__file__).parents[1] / "invariant" / "studio_process.py"


def serve() -> None:
    """Be the server until somebody kills it."""
    where, store = hosting(os.environ), Store(home_folder())
    Supervisor(store, (sys.executable, str(_WORKER))).start()
    build(store, where).launch(**launch_options(where))


def main() -> None:
    """Fork a server for each line."""
    child = 0
    while sys.stdin.buffer.readline():
        if child:
            os.waitpid(child, 0)  # it was killed; now its port is free
        child = os.fork()
        if not child:
            os.dup2(2, 1)
            serve()
        os.write(1, b"%d\n" % child)
    if child:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


if __name__ == "__main__":
    main()
