"""Where Gradio may serve a file of ours.

Only files that we named ourselves come here, so no visitor can ask for another. The address of a
copy is the hash of its content: who has not been told it cannot guess it.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from urllib.parse import quote

from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder


def cached(path: Path, name: str | None = None) -> str:
    """A copy of a file of ours where Gradio may serve it.

    With `name`, one that is saved under that name when it is downloaded: the server says what a
    download is called, and its word counts more than the page's.
    """
    copy = save_file_to_cache(path, cache_dir=get_upload_folder())
    if name is None:
        return copy
    named = Path(copy).with_name(name)
    if not named.exists():
        try:
            os.link(copy, named)
        except OSError:  # a file system without hard links
            shutil.copyfile(copy, named)
    return str(named)


def address(copy: str | Path) -> str:
    """The address of such a copy, relative to the page (so that it works behind any proxy)."""
    return "gradio_api/file=" + quote(Path(copy).as_posix(), safe="/:")


def withdraw(path: Path) -> None:
    """Take back the copies of a file that is about to be deleted; their addresses stop working."""
    if path.is_file():
        shutil.rmtree(Path(cached(path)).parent, ignore_errors=True)  # one may be just being sent
