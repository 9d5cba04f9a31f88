"""Asking the Hub for a file: where it is, what its hash is, and its bytes from any place on."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from engine.models import hub_errors
from engine.models.card import Hub, ModelCard, WeightFile
from engine.models.verify import hasher

_TIMEOUT = 30.0
_BLOCK = 1 << 20
_SECONDS = 0.25
"""A transfer speaks up after a megabyte or a quarter of a second, whichever comes first."""


@dataclass(frozen=True)
class Remote:
    """What the Hub says of a file: where it is, how long, its hash, and its commit."""

    file: WeightFile
    url: str
    size: int
    etag: str
    commit: str


def ask(card: ModelCard, source: Hub, file: WeightFile, token: str | None) -> Remote:
    """Ask the Hub where a file is and what its hash is. Raises FetchError.

    `token` is an access token, or None for what `HF_TOKEN` or `hf auth login` give.
    """
    from huggingface_hub import get_hf_file_metadata, hf_hub_url

    address = hf_hub_url(
        source.repo,
        file.name,
        revision=source.revision,
        endpoint=os.environ.get("HF_ENDPOINT"),  # the library reads it only once, at its import
    )
    try:
        told = get_hf_file_metadata(address, token=token, timeout=_TIMEOUT)
    except (hub_errors.transport(), OSError) as error:
        raise hub_errors.explain(error, card, file, token=shows_token(token)) from error
    if told.size is None or told.etag is None or hasher(told.etag, told.size) is None:
        raise hub_errors.trouble("no_hash", card, file=file.name)
    if file.sha256 and len(told.etag) == 64 and told.etag != file.sha256:
        raise hub_errors.trouble("changed", card, file=file.name)
    return Remote(file, told.location, told.size, told.etag, told.commit_hash or source.revision)


def shows_token(token: str | None) -> bool:
    """Whether requests carry an access token."""
    from huggingface_hub.utils import build_hf_headers

    return "authorization" in build_hf_headers(token=token)


def transfer(remote: Remote, part: Path, have: int, token: str | None) -> Iterator[int]:
    """Append what the server sends to `part`, which holds `have` bytes; yields its growing size.

    Begins again where the server cannot continue. Raises ConnectionError when it ends early
    without saying so, and what the HTTP client or the disk raises.
    """
    from huggingface_hub.utils import build_hf_headers, get_session, hf_raise_for_status

    headers = build_hf_headers(token=token) | {"Accept-Encoding": "identity"}
    if not _is_hub(remote.url):
        headers.pop("authorization", None)  # the token is the Hub's, not its storage's
    if have:
        headers["Range"] = f"bytes={have}-"
    session: Any = get_session()  # an httpx client; which httpx depends on the Hub's version
    with session.stream(
        "GET", remote.url, headers=headers, timeout=_TIMEOUT, follow_redirects=True
    ) as response:
        hf_raise_for_status(response)
        have = _begins_at(response, have)
        with open(part, "r+b") as file:
            file.truncate(have)
            file.seek(have)
            said, when = have, time.monotonic()
            for block in response.iter_raw():  # as it comes: a larger block could be lost unwritten
                file.write(block)
                have += len(block)
                if have - said >= _BLOCK or time.monotonic() - when >= _SECONDS:
                    said, when = have, time.monotonic()
                    yield have
    yield have
    if have < remote.size:
        raise ConnectionError("the server ended early")


def _begins_at(response: Any, wanted: int) -> int:
    """Where in the file the answer begins: `wanted`, or 0 from a server that cannot continue."""
    if response.status_code != 206:
        return 0
    told = re.match(r"bytes (\d+)-", response.headers.get("Content-Range", ""))
    if told is None or int(told[1]) != wanted:
        raise ConnectionError("the server continued at another place than asked")
    return wanted


def _is_hub(url: str) -> bool:
    from huggingface_hub import constants

    hub = os.environ.get("HF_ENDPOINT") or constants.ENDPOINT
    return urlsplit(url).netloc == urlsplit(hub).netloc
