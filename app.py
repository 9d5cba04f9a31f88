"""Build the studio and launch it; also the entry point on Hugging Face Spaces."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serve until interrupted."""
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    from engine.errors import StudioError
    from studio.build import build, launch_options
    from studio.hosting import UnsafeBind, hosting
    from studio.jobs.home import home_folder
    from studio.jobs.limits import QueueLimits
    from studio.jobs.store import Store
    from studio.jobs.supervisor import Supervisor

    try:
        where = hosting(os.environ)
        store = Store(home_folder(), QueueLimits(per_owner=where.jobs_per_owner))
    except (UnsafeBind, StudioError) as error:
        sys.exit(str(error))
    supervisor = Supervisor(store)
    supervisor.start()
    try:
        build(store, where).launch(**launch_options(where))
    finally:
        supervisor.close()


if __name__ == "__main__":
    main()
