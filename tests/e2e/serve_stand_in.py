"""The studio as app.py sets it up, over a worker and a stage hand that a test can hold: gate.py.

Their engine is the pretended one or, with PIROUETTE_ENGINE=pocket, the real one.
"""

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

_PROGRAMS = {
    "stand_in": ("stand_in.py", "stand_in_hand.py"),
    "pocket": ("gated.py", "gated_hand.py"),
}
_PATIENCE = {"stand_in": (2, 4), "pocket": (10, 20)}
"""Seconds for a worker to hear "stop", and for a stage hand to answer."""

if __name__ == "__main__":
    engine = os.environ.get("PIROUETTE_ENGINE", "stand_in")
    worker, hand = (
        (sys.executable, str(Path(__file__).with_name(name))) for name in _PROGRAMS[engine]
    )
    stop, answer = _PATIENCE[engine]
    where = hosting(os.environ)
    store = Store(home_folder(), QueueLimits(per_owner=3))
    Supervisor(store, worker, patience=stop).start()
    rehearsals = Rehearsals(store.home, hand, start=60, patience=answer)
    build(store, where, rehearsals).launch(**launch_options(where))
