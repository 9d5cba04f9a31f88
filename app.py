"""Build the studio and launch it; also the entry point on Hugging Face Spaces."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Serve until interrupted; what keeps the studio from starting is said, with status 2."""
    from engine.errors import StudioError
    from studio.hosting import BadHosting, hosting
    from studio.jobs.home import home_folder
    from studio.jobs.store import Store
    from studio.port import free_port
    from studio.runner import attach, running

    try:
        where = hosting(os.environ)
        with free_port(where):
            store = Store(home_folder(), where.queue)
            uploads = str(store.home / "uploads")
            os.environ.setdefault("GRADIO_TEMP_DIR", uploads)  # before Gradio comes
            os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
            os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # nobody is told who runs this
            with running(store, where) as worker:
                from studio.build import build, launch_options

                attach(worker, build(store, where)).launch(**launch_options(where))
    except (BadHosting, StudioError) as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)


if __name__ == "__main__":
    main()
