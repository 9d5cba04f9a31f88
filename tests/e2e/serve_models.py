"""The studio as app.py sets it up, over the stand-in worker; models come from HF_ENDPOINT."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from studio.build import build, launch_options
from studio.fetches.fetcher import Fetcher
from studio.hosting import hosting
from studio.jobs.home import home_folder
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor

if __name__ == "__main__":
    here = Path(__file__)
    store = Store(home_folder())
    supervisor = Supervisor(store, (sys.executable, str(here.with_name("stand_in.py"))), patience=2)
    supervisor.start()
    where = hosting(os.environ)
    command = (sys.executable, str(here.with_name("fetch_stand_in.py")))
    build(store, where, fetcher=Fetcher(store.home, command)).launch(**launch_options(where))
