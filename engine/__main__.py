"""The command line: `python -m engine generate --system mimicmotion --image ... --out out.mp4`."""

from __future__ import annotations

import os
import sys

from engine.cli.arguments import parse
from engine.cli.commands import COMMANDS
from engine.cli.screen import DISK_FULL, Screen
from engine.ending import STOPPED, heed_sigterm
from engine.errors import Cancelled, StudioError, filled_the_disk, no_memory, ran_out_of_memory
from engine.freed import keep_freed_memory
from engine.types import Result

DONE, BAD_INPUT = 0, 2


def main(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit status: 0, 2 (what, why and fix on stderr) or 130."""
    screen = Screen(sys.stderr)
    result: Result | None = None
    try:
        parsed = parse(sys.argv[1:] if arguments is None else arguments)
        events = COMMANDS[parsed.command](parsed)
        try:
            for event in events:
                if isinstance(event, str):
                    screen.end()
                    print(event)
                    continue
                screen.show(event)
                if isinstance(event, Result):
                    result = event
        finally:
            close = getattr(events, "close", None)
            if close is not None:  # whatever is half done is cleaned away now, not some day
                close()
    except Cancelled as error:
        screen.note(f"{error.what} {error.fix}")
        return STOPPED
    except KeyboardInterrupt:
        screen.note("Stopped; nothing half-done was left behind.")
        return STOPPED
    except StudioError as error:
        screen.error(error)
        return BAD_INPUT
    except Exception as error:
        if ran_out_of_memory(error):
            screen.error(no_memory())
        elif filled_the_disk(error):
            screen.error(DISK_FULL)
        else:
            raise
        return BAD_INPUT
    screen.end()
    if result is not None:
        print(result.path)
    return DONE


if __name__ == "__main__":
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # nobody is told who runs this
    heed_sigterm()
    keep_freed_memory()
    sys.exit(main())
