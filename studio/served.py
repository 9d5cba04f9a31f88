"""Where Gradio may serve a file of ours.

Only files that we named ourselves come here, so no visitor can ask for another. The address of a
copy is the hash of its content: who has not been told it cannot guess it.
"""

from __future__ import annotations

import os
import secrets
import shutil
import time
from hashlib import sha256
from pathlib import Path
from urllib.parse import quote

from gradio.processing_utils import hash_file, save_file_to_cache
from gradio.utils import get_upload_folder

from studio.examples import portrait, still
from studio.jobs.job import Job

_LENT_SECONDS = 3600.0


def cached(path: Path, name: str | None = None) -> str:
    """A copy of a file of ours where Gradio may serve it.

    With `name`, one that is saved under that name when it is downloaded: the server says what a
    download is called, and its word counts more than the page's. Raises FileNotFoundError when the
    file is gone, also when it went while it was copied: what is deleted takes its copies along
    (`studio.belongings`), and this one may have come too late for that.
    """
    copy = Path(save_file_to_cache(path, cache_dir=get_upload_folder()))
    shown = copy if name is None else copy.with_name(name)
    if name is not None:
        _link(copy, shown)
    if not path.exists():
        shutil.rmtree(copy.parent, ignore_errors=True)
        raise FileNotFoundError(path)
    return str(shown)


def copies_of(path: Path) -> Path | None:
    """The folder of all that is served of a file's content, uploads of it too; None: no file."""
    try:
        return Path(get_upload_folder()) / hash_file(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def address(copy: str | Path) -> str:
    """The address of such a copy, relative to the page (so that it works behind any proxy)."""
    return "gradio_api/file=" + quote(Path(copy).as_posix(), safe="/:")


def poster_of(job: Job) -> str:
    """The address of the picture that stands for a job: its own, or while it has none the example
    person's, or the dance's; "" where there is none of them.
    """
    try:
        return address(cached(job.poster))
    except FileNotFoundError:  # not made yet, or made of nothing
        return portrait(job.words.get("person", "")) or still(job.words.get("dance", ""))


def lend(path: Path, key: str) -> Path:
    """Have a file of ours served under its own name until `take_back(key)`.

    `key` is a secret, a job's id say: the address follows from it alone, and does not tell it. The
    file is linked, not copied, where the system can. What was lent for other keys an hour ago, and
    nobody has taken back since, goes. Raises FileNotFoundError when the file is gone.
    """
    folder = _lent(key)
    if not (folder / path.name).exists():
        _sweep(folder.parent, but=folder)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _link(path, folder / path.name)
    return folder / path.name


def take_back(key: str) -> None:
    """Stop serving what was lent under `key`; nothing may have been."""
    shutil.rmtree(_lent(key), ignore_errors=True)


def _lent(key: str) -> Path:
    return Path(get_upload_folder()) / "lent" / sha256(key.encode()).hexdigest()


def _sweep(folder: Path, but: Path) -> None:
    for one in list(folder.iterdir()) if folder.is_dir() else ():
        try:
            old = time.time() - one.stat().st_mtime > _LENT_SECONDS
        except FileNotFoundError:  # taken back at this moment
            continue
        if old and one != but:
            shutil.rmtree(one, ignore_errors=True)


def _link(source: Path, target: Path) -> None:
    """Give a file a second name, in one step; nothing happens if the name is taken."""
    if target.exists():
        return
    try:
        os.link(source, target)
    except FileExistsError:  # by another look at the same moment
        return
    except OSError:  # a file system without hard links, or another one
        part = target.with_name(f".{secrets.token_hex(4)}.part")
        shutil.copyfile(source, part)
        os.replace(part, target)
