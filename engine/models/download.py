"""Fetch a card's files from the Hub: resumable, checked against their hash, and only when asked.

huggingface_hub knows the addresses, the token and the hashes; the transfer is ours, because its
own does not resume after a stop and does not check hashes of plain HTTP downloads.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from engine.errors import MissingModel, StudioError
from engine.models import hub_errors
from engine.models.cards import Hub, ModelCard, WeightFile
from engine.models.resolve import default_home, find, folder_of, partial_files
from engine.models.verify import RECEIPT, feed, hasher, read_receipt
from engine.types import Progress

TRIES = 5
"""How often in a row a transfer may break without a new byte."""
_BLOCK = 1 << 20
_TIMEOUT = 30.0
_ROOM = 64_000_000
"""Bytes that are left free on the disk."""


@dataclass(frozen=True)
class _Remote:
    """What the Hub says of a file: where it is, how long, its hash, and its commit."""

    file: WeightFile
    url: str
    size: int
    etag: str
    commit: str


def download(
    card: ModelCard,
    home: Path | None = None,
    *,
    cache: Path | None = None,
    pause: Callable[[float], None] = time.sleep,
) -> Generator[Progress, None, None]:
    """Fetch the files of a card that are not here into `<home>/models/<key>/`.

    Honours `HF_ENDPOINT`, `HF_TOKEN` or the login of `hf auth login`, and `HF_HUB_OFFLINE`. A file
    gets its name only when its hash is right; until then it is `<name>.<etag>.part`, and the next
    call goes on where this one stopped, be it by closing the generator or by a crash.

    Args:
        home: by default `default_home()`.
        cache: the Hugging Face cache, where files may be already.
        pause: waits between tries, in seconds.

    Yields the bytes so far, of all missing bytes. Raises MissingModel for what the Hub refuses or
    cannot be reached for, and StudioError when the disk is full, when a file arrives damaged, or
    when another program is fetching the same model.
    """
    if not isinstance(card.source, Hub):
        raise MissingModel(
            f"The model '{card.title}' cannot be fetched.",
            "It does not come from the Hub.",
            "Files of the project come with `git checkout -- assets/pocket`; others are yours.",
        )
    home = home or default_home()
    wanted = [file for file in card.files if find(card, file, home, cache) is None]
    folder = folder_of(card, home)
    with _alone(card, folder):
        remotes = [_ask(card, card.source, file) for file in wanted]
        _check_room(card, folder, remotes)
        total = sum(remote.size for remote in remotes)
        before = resumed = 0
        started = time.monotonic()
        for remote in remotes:
            resumed += _kept(_part(folder, remote))
            for size in _fetch(card, folder, remote, pause):
                done = before + size
                fetched = done - resumed
                pace = (time.monotonic() - started) / fetched if fetched > 0 else None
                left = None if pace is None else pace * (total - done)
                yield Progress(done, total, "download", left)
            before += remote.size


@contextlib.contextmanager
def _alone(card: ModelCard, folder: Path) -> Iterator[None]:
    """Two programs writing one file would spoil it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # not bound to a thread: the generator may be continued and closed by another one
        with FileLock(folder / ".lock", timeout=0, thread_local=False):
            yield
    except Timeout as error:
        raise StudioError(
            f"The model '{card.title}' is being fetched already.",
            f"Another program holds {folder / '.lock'}.",
            "Wait for it to end, or stop it and try again.",
        ) from error


def _ask(card: ModelCard, source: Hub, file: WeightFile) -> _Remote:
    """Ask the Hub where a file is and what its hash is."""
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    address = hf_hub_url(
        source.repo,
        file.name,
        revision=source.revision,
        endpoint=os.environ.get("HF_ENDPOINT"),  # the library reads it only once, at its import
    )
    try:
        told = get_hf_file_metadata(address, timeout=_TIMEOUT)
    except (hub_errors.transport(), OSError) as error:
        raise hub_errors.explain(error, card, source) from error
    if told.size is None or told.etag is None or hasher(told.etag, told.size) is None:
        raise hub_errors.unverifiable(card, file)
    if file.sha256 and len(told.etag) == 64 and told.etag != file.sha256:
        raise hub_errors.another_file(card, file)
    return _Remote(file, told.location, told.size, told.etag, told.commit_hash or source.revision)


def _check_room(card: ModelCard, folder: Path, remotes: list[_Remote]) -> None:
    needed = sum(remote.size - _kept(_part(folder, remote)) for remote in remotes)
    free = shutil.disk_usage(folder).free
    if needed + _ROOM > free:
        raise hub_errors.disk_full(card, folder, needed, free)


def _fetch(
    card: ModelCard, folder: Path, remote: _Remote, pause: Callable[[float], None]
) -> Iterator[int]:
    """Transfer one file and give it its name; yields its bytes so far."""
    assert isinstance(card.source, Hub)  # `download` has made sure
    target, part = folder / remote.file.name, _part(folder, remote)
    target.parent.mkdir(parents=True, exist_ok=True)
    for other in partial_files(target):
        if other != part or _kept(part) > remote.size:  # of another version, or spoilt
            other.unlink()
    part.touch()
    yield _kept(part)
    best, failures = _kept(part), 0
    while (have := _kept(part)) != remote.size:
        try:
            for size in _transfer(remote, part, have):
                if size > remote.size:
                    part.unlink()
                    raise hub_errors.damaged(card, remote.file)
                yield size
        except (hub_errors.transport(), ConnectionError) as error:
            failures = 1 if _kept(part) > best else failures + 1
            best = max(best, _kept(part))
            if failures == TRIES:
                raise hub_errors.explain(error, card, card.source) from error
            pause(2.0 ** (failures - 1))
            remote = _same(card, remote, _ask(card, card.source, remote.file))
        except OSError as error:
            free = shutil.disk_usage(folder).free
            raise hub_errors.not_written(error, card, folder, remote.size - have, free) from error
    _finish(card, folder, remote, part)


def _same(card: ModelCard, before: _Remote, now: _Remote) -> _Remote:
    """The same file at its present address: signed addresses expire during long transfers."""
    if now.etag != before.etag:
        raise hub_errors.another_file(card, now.file)
    return now


def _transfer(remote: _Remote, part: Path, have: int) -> Iterator[int]:
    """Append what the server sends to `part`; yields its size now and then, and at the end.

    Raises ConnectionError when the server ends early without saying so.
    """
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    headers = build_hf_headers() | {"Accept-Encoding": "identity"}
    if not _is_hub(remote.url):
        headers.pop("authorization", None)  # the token is the Hub's, not its storage's
    if have:
        headers["Range"] = f"bytes={have}-"
    session: Any = get_session()  # an httpx client; which httpx depends on the Hub's version
    with session.stream(
        "GET", remote.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True
    ) as response:
        hf_raise_for_status(response)
        if response.status_code != 206:  # the server cannot continue, so begin again
            have = 0
        with open(part, "r+b") as file:
            file.truncate(have)
            file.seek(have)
            said = have
            for block in response.iter_raw():  # as it comes: a larger block could be lost unwritten
                file.write(block)
                have += len(block)
                if have - said >= _BLOCK:
                    said = have
                    yield have
    yield have
    if have < remote.size:
        raise ConnectionError("the server ended early")


def _is_hub(url: str) -> bool:
    from huggingface_hub import constants

    hub = os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
    return urlsplit(url).netloc == urlsplit(hub).netloc


def _finish(card: ModelCard, folder: Path, remote: _Remote, part: Path) -> None:
    """Check the hash, give the file its name, and note where it came from."""
    for known in filter(None, (remote.etag, remote.file.sha256)):
        digest = hasher(known, remote.size)
        assert digest is not None  # `_ask` has made sure
        feed(part, digest.update)
        if digest.hexdigest() != known:
            part.unlink()
            raise hub_errors.damaged(card, remote.file)
    os.replace(part, folder / remote.file.name)
    files = read_receipt(folder) | {remote.file.name: remote.etag}
    assert isinstance(card.source, Hub)
    receipt = {"repo": card.source.repo, "commit": remote.commit, "files": files}
    unfinished = folder / f"{RECEIPT}.writing"
    unfinished.write_text(json.dumps(receipt, indent=2) + "\n", encoding="utf-8")
    os.replace(unfinished, folder / RECEIPT)


def _part(folder: Path, remote: _Remote) -> Path:
    target = folder / remote.file.name
    return target.with_name(f"{target.name}.{remote.etag}.part")


def _kept(part: Path) -> int:
    return part.stat().st_size if part.is_file() else 0
