"""Where Gradio may serve a file of ours.

Only files that we named ourselves come here, so no visitor can ask for another. The address of a
copy is the hash of its content: who has not been told it cannot guess it.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from gradio.processing_utils import save_file_to_cache
from gradio.utils import get_upload_folder


def cached(path: Path) -> str:
    """A copy of a file of ours where Gradio may serve it."""
    return save_file_to_cache(path, cache_dir=get_upload_folder())


def address(copy: str | Path) -> str:
    """The address of such a copy, relative to the page (so that it works behind any proxy)."""
    return "gradio_api/file=" + quote(Path(copy).as_posix(), safe="/:")


def withdraw(path: Path) -> None:
    """Take back the copy of a file that is about to be deleted; its address stops working."""
    if path.is_file():
        copy = Path(cached(path))
        with suppress(OSError):  # someone is just fetching it, and the system locks open files
            copy.unlink()
            copy.parent.rmdir()
