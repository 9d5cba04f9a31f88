"""The studio as app.py sets it up, but over the stand-in worker."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from studio.build import build, launch_options
from studio.hosting import hosting
from studio.jobs.home import home_folder
from studio.jobs.limits import QueueLimits
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor
from studio.rehearsal import Rehearsals

if __name__ == "__main__":
    command = (sys.executable, str(Path(__file__).with_name("stand_in.py")))
    where = hosting(os.environ)
    store = Store(home_folder(), QueueLimits(per_owner=3))
    supervisor = Supervisor(store, command, patience=2)
    supervisor.start()
    hand = (sys.executable, str(Path(__file__).with_name("stand_in_hand.py")))
    rehearsals = Rehearsals(store.home, hand, start=60, patience=4)
    build(store, where, rehearsals).launch(**launch_options(where))
