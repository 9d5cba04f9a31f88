"""The studio's home folder: the database, the jobs' files, and the secret of the owner tokens."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

_TOKEN = re.compile(r"[0-9a-f]{32}")


def home_folder() -> Path:
    """`STUDIO_HOME`, or `~/.pirouette`; made if it is not there, readable by its user alone."""
    home = Path(os.environ.get("STUDIO_HOME") or Path.home() / ".pirouette").expanduser().resolve()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    return home


def browser_secret(home: Path) -> str:
    """The key that the browsers' owner tokens are stored under; the same after a restart."""
    path = home / "secret"
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(file, "w", encoding="ascii") as out:
        secret = secrets.token_hex(16)
        out.write(secret)
    return secret


def new_token() -> str:
    """A visitor's capability: whoever holds it sees the visitor's jobs."""
    return secrets.token_hex(16)


def owner_of(token: object) -> str | None:
    """The owner that a browser's token stands for (its hash), or None if it is no token of ours."""
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return hashlib.sha256(token.encode("ascii")).hexdigest()
