"""The process that fetches or checks one model, outside of every browser event.

Started by `studio.fetches.fetcher` as `python -m studio.fetches.process <home> <key> <task>`. The
first line of its standard input is a JSON object with what was typed (`token`, `agreed`): it is
neither in the process list nor in a file. It ends when the rest of the input closes, which the
system does for it when the server dies. It may be killed at any moment: what has arrived is kept.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from engine.errors import StudioError
from engine.models.card import ModelCard
from engine.models.cards import all_cards
from engine.models.download import download, free_bytes
from engine.models.hub_errors import trouble
from engine.models.removal import remove
from engine.models.verify import FileState, verify
from engine.types import Progress
from studio.fetches.record import (
    Record,
    Task,
    folder_of,
    load,
    mark_of,
    of_this_process,
    save,
)
from studio.jobs.trouble import explain

_WRITE_SECONDS = 0.25


def run(
    home: Path,
    card: ModelCard,
    task: Task,
    *,
    token: str | None = None,
    agreed: bool = False,
    free: Callable[[Path], int] = free_bytes,
) -> Record | None:
    """Do the task and write down how it goes; None if another process is at this model already."""
    folder = folder_of(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with FileLock(folder / f"{card.key}.lock", timeout=0):
            before = load(home, card.key)
            agreed = agreed or (before is not None and before.agreed)
            record = of_this_process(card.key, task, agreed)
            save(home, record)
            try:
                if task == "get":
                    _drop_damaged(home, card, before)
                    steps = download(card, home, token=token, wait=True, free=free)
                    record = _follow(home, record, steps)
                else:
                    record = _check(home, record, card)
                record = replace(record, state="done", seconds_left=None)
            except Exception as error:  # whatever it is, the page says it and the log keeps it
                if not isinstance(error, StudioError):
                    log = folder / f"{card.key}.log"
                    log.write_text(traceback.format_exc(), encoding="utf-8")
                record = replace(record, state="failed", trouble=explain(error))
            save(home, record)
            return record
    except Timeout:
        return None


def _follow(home: Path, record: Record, steps: Iterator[Progress]) -> Record:
    written = 0.0
    for step in steps:
        fresh = step.stage != record.stage
        record = replace(
            record,
            step=step.step,
            total=step.total,
            stage=step.stage,
            seconds_left=step.seconds_left,
            beat=time.time(),
        )
        if fresh or time.monotonic() - written >= _WRITE_SECONDS:
            written = time.monotonic()
            save(home, record)
    return record


def _check(home: Path, record: Record, card: ModelCard) -> Record:
    states: list[FileState] = []

    def steps() -> Iterator[Progress]:
        for step in verify(card, home):
            if isinstance(step, FileState):
                states.append(step)
            else:
                yield step

    record = _follow(home, record, steps())
    bad = {one.name: mark_of(one.path) for one in states if one.state == "damaged" and one.path}
    return replace(record, damaged=bad, unknown=sum(one.state == "unknown" for one in states))


def _drop_damaged(home: Path, card: ModelCard, before: Record | None) -> None:
    """Make room for files that a check found damaged. Raises FetchError if one is yours."""
    if before is None or not before.damaged:
        return
    left = remove(card, home, names=before.damaged).left
    if left:
        raise trouble("damaged_own", card, path=left[0])


def main(
    home: Path,
    key: str,
    task: Task,
    *,
    cards: Callable[[], Mapping[str, ModelCard]] = all_cards,
    free: Callable[[Path], int] = free_bytes,
) -> None:
    """Be the process: read what was typed, hold on to the leash, work."""
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")  # before huggingface_hub is imported
    given = json.loads(sys.stdin.buffer.readline() or b"{}")
    threading.Thread(target=_end_with_parent, daemon=True).start()
    token = str(given.get("token") or "") or None
    run(home, cards()[key], task, token=token, agreed=bool(given.get("agreed")), free=free)


def _end_with_parent() -> None:
    """Standard input is a pipe that the server holds open; it closes when the server is gone."""
    sys.stdin.buffer.read()
    os._exit(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], "check" if sys.argv[3] == "check" else "get")
