"""The studio with its page over the quick engine of tests/invariant, to be killed many times."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from studio.build import build, launch_options
from studio.hosting import hosting
from studio.jobs.home import home_folder
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor

_WORKER = Path(__file__).parents[1] / "invariant" / "studio_process.py"

if __name__ == "__main__":
    where, store = hosting(os.environ), Store(home_folder())
    Supervisor(store, (sys.executable, str(_WORKER))).start()
    build(store, where).launch(**launch_options(where))
