"""Fetch a card's files from the Hub: resumable, checked against their hash, and only when asked.

huggingface_hub knows the addresses, the token and the hashes, and its cache layout is kept; the
transfer is ours, because its own does not resume after a stop and does not check hashes of plain
HTTP downloads.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from engine.models import hub_errors
from engine.models.card import Hub, ModelCard
from engine.models.hub import Remote, ask, shows_token, transfer
from engine.models.pace import Pace
from engine.models.resolve import default_home, find, own_cache, unfinished
from engine.models.verify import feed, hasher
from engine.types import Progress

TRIES = 5
"""How often in a row a transfer may break without a new byte."""
_ROOM = 64_000_000
"""Bytes that are left free on the disk."""


def free_bytes(folder: Path) -> int:
    """Room on the disk of a folder that exists."""
    return shutil.disk_usage(folder).free


def download(
    card: ModelCard,
    home: Path | None = None,
    *,
    cache: Path | None = None,
    token: str | None = None,
    wait: bool = False,
    pause: Callable[[float], None] = time.sleep,
    free: Callable[[Path], int] = free_bytes,
) -> Generator[Progress, None, None]:
    """Fetch the files of a card that are not here into `<home>/models/models--owner--name/`.

    Honours `HF_ENDPOINT`, `HF_TOKEN` or the login of `hf auth login`, and `HF_HUB_OFFLINE`. A file
    gets its name only when its hash is right; until then it is a `.part`, and the next call goes
    on where this one stopped, be it by closing the generator, by a crash or by a power cut.

    Args:
        cache: a Hugging Face cache in which files may be already, by default the library's.
        token: an access token for this download alone; it is shown to the Hub and to nobody else.
        wait: if another program fetches this model, wait for it instead of raising.
        pause: how to wait before another try.
        free: how much room is on the disk of a folder.

    Yields bytes: of all missing files ("download"), of the file that is being compared with its
    hash ("check"), or of the other program's work ("wait"). Raises FetchError.
    """
    if not isinstance(card.source, Hub):
        raise hub_errors.trouble("no_source", card)
    home = home or default_home()
    (home / "models").mkdir(parents=True, exist_ok=True)
    run = _Run(card, card.source, home, token, pause, free)
    with contextlib.ExitStack() as stack:
        yield from _lock(stack, card, home, wait)
        wanted = [file for file in card.files if find(card, file, home, cache) is None]
        remotes = [ask(card, card.source, file, token) for file in wanted]
        run.check_room(remotes)
        total = sum(remote.size for remote in remotes)
        before, pace = 0, Pace()
        for remote in remotes:
            for size in run.fetch(remote):
                done = before + size
                yield Progress(done, total, "download", pace.left(done, total), "bytes")
            yield from run.finish(remote)
            before += remote.size


def _lock(
    stack: contextlib.ExitStack, card: ModelCard, home: Path, wait: bool
) -> Iterator[Progress]:
    """Two programs writing one file would spoil it."""
    path = home / "models" / ".locks" / f"{card.key}.lock"
    path.parent.mkdir(exist_ok=True)
    # not bound to a thread: the generator may be continued and closed by another one
    lock = FileLock(path, timeout=1.0 if wait else 0.0, thread_local=False)
    while True:
        try:
            stack.enter_context(lock)
        except Timeout as error:
            if not wait:
                raise hub_errors.trouble("busy", card, folder=path) from error
            yield Progress(unfinished(card, home), card.bytes, "wait", None, "bytes")
        else:
            return


@dataclass
class _Run:
    """One download: what stays the same over its files."""

    card: ModelCard
    source: Hub
    home: Path
    token: str | None
    pause: Callable[[float], None]
    free: Callable[[Path], int]

    @property
    def folder(self) -> Path:
        return self.home / "models"

    def check_room(self, remotes: list[Remote]) -> None:
        """Say before the first byte that the disk is too small, not after the last that fits."""
        needed = sum(remote.size - _kept(self._part(remote)) for remote in remotes)
        free = self.free(self.folder)
        if needed + _ROOM > free and remotes:
            raise hub_errors.disk_full(self.card, self.folder, needed, free)

    def fetch(self, remote: Remote) -> Iterator[int]:
        """Transfer one file until it is whole; yields its bytes so far."""
        part = self._part(remote)
        try:
            part.parent.mkdir(parents=True, exist_ok=True)
            for other in own_cache(self.home, self.source).parts(remote.file.name):
                if other != part or _kept(part) > remote.size:  # of another version, or spoilt
                    other.unlink()
            part.touch()
        except OSError as error:
            raise self._not_written(error, remote, 0) from error
        yield _kept(part)
        best, failures = _kept(part), 0
        while (have := _kept(part)) != remote.size:
            try:
                if failures:  # signed addresses expire during long transfers
                    remote = self._again(remote)
                for size in transfer(remote, part, have, self.token):
                    if size > remote.size:
                        part.unlink()
                        raise self._damaged(remote)
                    yield size
                continue
            except hub_errors.FetchError as error:
                if error.kind not in hub_errors.WORTH_ANOTHER_TRY:
                    raise
                trouble = error
            except (hub_errors.transport(), ConnectionError) as error:
                shown = shows_token(self.token)
                trouble = hub_errors.explain(error, self.card, remote.file, token=shown)
            except OSError as error:
                raise self._not_written(error, remote, have) from error
            failures = 1 if _kept(part) > best else failures + 1
            best = max(best, _kept(part))
            if failures == TRIES:
                raise trouble
            self.pause(2.0 ** (failures - 1))

    def finish(self, remote: Remote) -> Iterator[Progress]:
        """Compare what lies on the disk with the hash, and give the file its name."""
        part = self._part(remote)
        for known in {remote.etag, remote.file.sha256 or remote.etag}:
            digest = hasher(known, remote.size)
            assert digest is not None  # `ask` has made sure
            for read in feed(part, digest.update):
                yield Progress(read, remote.size, "check", None, "bytes")
            if digest.hexdigest() != known:
                part.unlink()
                raise self._damaged(remote)
        try:
            with open(part, "rb+") as file:  # Windows puts only what may be written on the disk
                os.fsync(file.fileno())  # the name must not outlive a power cut that the bytes did
            kept = own_cache(self.home, self.source)
            kept.keep(part, remote.file.name, remote.etag, remote.commit)
        except OSError as error:
            raise self._not_written(error, remote, remote.size) from error

    def _again(self, before: Remote) -> Remote:
        """The same file at its present address."""
        now = ask(self.card, self.source, before.file, self.token)
        if now.etag != before.etag:
            raise hub_errors.trouble("changed", self.card, file=now.file.name)
        return now

    def _part(self, remote: Remote) -> Path:
        return own_cache(self.home, self.source).part(remote.file.name, remote.etag)

    def _damaged(self, remote: Remote) -> hub_errors.FetchError:
        return hub_errors.trouble("damaged", self.card, file=remote.file.name)

    def _not_written(self, error: OSError, remote: Remote, have: int) -> hub_errors.FetchError:
        free = self.free(self.folder)
        return hub_errors.not_written(error, self.card, self.folder, remote.size - have, free)


def _kept(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0
