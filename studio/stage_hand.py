"""The process in which rehearsals are computed: one request a line on standard input, one reply.

Started by `studio.rehearsal` as `python -m studio.stage_hand <home>`. It ends when its standard
input closes, which the system does for it when the server dies, however it dies.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TextIO, TypeAlias

from engine.errors import StudioError
from engine.types import Inputs, Result, Warning
from studio.hosting import hosting

Rehearse: TypeAlias = Callable[[Mapping[str, Any], Path], Mapping[str, Any]]
"""(request, where the webp goes) -> what was found."""


def serve(requests: TextIO, replies: TextIO, rehearse: Rehearse) -> None:
    """Answer until the input ends; no request can end the loop."""
    with tempfile.TemporaryDirectory(prefix="pirouette-") as folder:
        out = Path(folder) / "rehearsal.webp"
        for line in requests:
            out.unlink(missing_ok=True)
            replies.write(json.dumps(_answer(json.loads(line), out, rehearse)) + "\n")
            replies.flush()


def _answer(request: Mapping[str, Any], out: Path, rehearse: Rehearse) -> dict[str, Any]:
    try:
        found = rehearse(request, out)
    except StudioError as error:
        return {"trouble": _fields(error)}
    except Exception:  # a fault of ours: it is written down, and the next request gets its answer
        traceback.print_exc(file=sys.stderr)
        return {"trouble": {"key": "unexpected"}}
    return {**found, "picture": inline(out)}


def inline(picture: Path) -> str:
    """A webp as an address that holds it."""
    return "data:image/webp;base64," + base64.b64encode(picture.read_bytes()).decode("ascii")


def _fields(message: StudioError | Warning) -> dict[str, Any]:
    """The fields of a `Trouble`, which JSON can hold."""
    return {name: getattr(message, name) for name in ("what", "why", "fix", "key", "values")}


def engine(home: Path) -> Rehearse:
    """The real engine."""
    from engine.catalogue import SETTINGS
    from engine.exchange.rehearsal import rehearse
    from engine.models.shelves import Shelves
    from engine.settings import parse

    limits = hosting(os.environ).decode
    shelves = Shelves(home, device="cpu", limits=limits)  # the worker has the fast device

    def answer(request: Mapping[str, Any], out: Path) -> Mapping[str, Any]:
        inputs = Inputs(
            image=Path(request["image"]),
            motion=Path(request["motion"]) if request["motion"] else None,
            dance=request["dance"],
        )
        settings = parse(SETTINGS[request["system"]], request["settings"])
        record: Mapping[str, Any] = {}
        notes: list[dict[str, Any]] = []
        shelf = shelves.of(request["model"], request["system"])
        for event in rehearse(settings, inputs, shelf, out):
            if isinstance(event, Warning):
                notes.append(_fields(event))
            elif isinstance(event, Result):
                record = event.record
        crowd = record.get("crowd")
        if crowd is not None:
            crowd = {**crowd, "still": inline(crowd["still"])}
        start = record.get("start", 0.0)
        return {"findings": record["findings"], "notes": notes, "crowd": crowd, "start": start}

    return answer


def main(build: Callable[[Path], Rehearse] = engine) -> None:
    """Answer on what was standard output; whatever else is printed goes to the log."""
    replies = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    serve(sys.stdin, replies, build(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
