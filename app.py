"""Build the studio and launch it; also the entry point on Hugging Face Spaces."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serve until interrupted."""
    from engine.errors import StudioError
    from studio.hosting import BadHosting, hosting
    from studio.jobs.home import home_folder
    from studio.jobs.store import Store
    from studio.runner import attach, runner

    try:
        where = hosting(os.environ)
        store = Store(home_folder(), where.queue)
        os.environ.setdefault("GRADIO_TEMP_DIR", str(store.home / "uploads"))  # before Gradio comes
        worker = runner(store, where)
    except (BadHosting, StudioError) as error:
        sys.exit(str(error))
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # nobody is told who runs this
    from studio.belongings import housekeeper
    from studio.build import build, launch_options

    running = (worker, housekeeper(store, where))
    for one in running:
        one.start()
    try:
        attach(worker, build(store, where)).launch(**launch_options(where))
    finally:
        for one in running:
            one.close()


if __name__ == "__main__":
    main()
