"""The studio as app.py sets it up, but over the stand-in worker."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from studio.build import build, launch_options
from studio.hosting import hosting
from studio.jobs.home import home_folder
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor

if __name__ == "__main__":
    command = (sys.executable, str(Path(__file__).with_name("stand_in.py")))
    store = Store(home_folder())
    supervisor = Supervisor(store, command, patience=2)
    supervisor.start()
    where = hosting(os.environ | {"STUDIO_JOBS_PER_OWNER": "3"})
    build(store, where).launch(**launch_options(where))
