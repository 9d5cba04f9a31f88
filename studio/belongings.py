"""What a video has outside its folder, and how it goes with it: uploads, served copies, zip files,
and the poses that were found in a film.

Gradio keeps an upload, and every file that it serves, in a folder named after a hash of its
content. Such a copy stays as long as somebody's video or choices on the Dance tab have the same
content; it goes with the last of them, and at the latest a day after its last use.
"""

from __future__ import annotations

import filecmp
import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from hashlib import sha256
from itertools import chain
from pathlib import Path

from gradio.utils import get_upload_folder

from engine.exchange.pose_cache import FOLDER
from studio.drafts import Drafts
from studio.hosting import Hosting
from studio.jobs.job import Job
from studio.jobs.retention import Housekeeper
from studio.jobs.store import Store
from studio.pack import discard as discard_parcels
from studio.served import copies_of, take_back

_COPIES = re.compile(r"[0-9a-f]{64}")
_KEPT_SECONDS = 86_400.0
_FRESH_SECONDS = 600.0
"""What was used in the last minutes stays however much there is: it is on somebody's page."""


class Belongings:
    """Removes videos of one home with all that belongs to them."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def delete(self, job: Job) -> bool:
        """Delete a video for its owner; True if nothing that was given for it is left either.

        False: another video or the choices on a Dance tab still have a picture or a dance of it.
        """
        kept = self._kept(job)
        self._remove(job, kept, lambda: self._store.delete(job.id, job.owner))
        return kept.isdisjoint(_given(job))

    def discard(self, job: Job) -> bool:
        """Remove a video that is no longer kept; False if it is live again."""
        return self._remove(job, self._kept(job), lambda: self._store.discard(job))

    def _kept(self, job: Job) -> set[Path]:
        """Those of a video's files that something else has, too."""
        return {path for path in (*_made(job), *_given(job)) if self._used(path, job)}

    def _remove(self, job: Job, kept: set[Path], remove: Callable[[], bool]) -> bool:
        """First the video, then its copies: `served.cached` sees that what it copies is gone."""
        copies = [copies_of(path) for path in (*_made(job), *_given(job)) if path not in kept]
        if not remove():
            return False
        for folder in filter(None, copies):
            shutil.rmtree(folder, ignore_errors=True)  # one may be just being sent
        take_back(job.id)
        discard_parcels(parcels(job.owner))
        if "motion" in job.inputs:  # whose poses are whose is not told: all are found again
            shutil.rmtree(self._store.home / FOLDER, ignore_errors=True)
        return True

    def _used(self, path: Path, job: Job) -> bool:
        """Whether something else of the home has the same content, whoever's it is."""
        try:
            size = path.stat().st_size
        except OSError:
            return False
        for other in chain(self._of_jobs(job), (self._store.home / "drafts").glob("*/*")):
            with suppress(OSError):  # it goes at this moment
                if other.stat().st_size == size and filecmp.cmp(path, other, shallow=False):
                    return True
        return False

    def _of_jobs(self, but: Job) -> Iterator[Path]:
        for pattern in ("*/inputs/*", "*/result.mp4", "*/poster.jpg"):
            for path in self._store.folder.glob(pattern):
                if path.relative_to(self._store.folder).parts[0] != but.id:
                    yield path


def parcels(owner: str) -> Path:
    """Where a visitor's zip file is served from; the path does not tell whose it is."""
    return Path(get_upload_folder()) / "parcels" / sha256(owner.encode("ascii")).hexdigest()


def housekeeper(store: Store, where: Hosting) -> Housekeeper:
    """Who keeps a home within the host's limits: videos, drafts, uploads and served copies."""
    drafts = Drafts(store.home, days=where.draft_days)
    more = (drafts.sweep, lambda: sweep(1_000_000 * where.uploads_mb))
    return Housekeeper(store, where.retention, discard=Belongings(store).discard, more=more)


def sweep(max_bytes: int, now: float | None = None) -> int:
    """Remove uploads and served copies a day after their last use, and return how many went.

    Beyond `max_bytes` of them together the oldest go sooner. Nothing else is touched.
    """
    now = time.time() if now is None else now
    root = Path(get_upload_folder())
    found = [root, root / "lent", root / "parcels"]
    folders = [one for folder in found if folder.is_dir() for one in list(folder.iterdir())]
    held = sorted((_use(one) for one in folders if _COPIES.fullmatch(one.name)), reverse=True)
    total = gone = 0
    for used, size, folder in held:
        total += size
        too_many = total > max_bytes and now - used > _FRESH_SECONDS
        if too_many or now - used > _KEPT_SECONDS:
            shutil.rmtree(folder, ignore_errors=True)
            gone += 1
    return gone


def _use(folder: Path) -> tuple[float, int, Path]:
    """When the files of a folder were last used, their bytes (links count once), the folder."""
    used, sizes = 0.0, dict[tuple[int, int], int]()
    for path in (folder, *folder.rglob("*")):
        with suppress(OSError):
            found = os.lstat(path)
            used = max(used, found.st_mtime)
            sizes[found.st_dev, found.st_ino] = found.st_size if path != folder else 0
    return used, sum(sizes.values()), folder


def _given(job: Job) -> list[Path]:
    """The files that the visitor gave; the picture of an example is the studio's own."""
    own = [role for role in job.inputs if not (role == "image" and "person" in job.words)]
    return [path for role in own if (path := job.input(role)) is not None]


def _made(job: Job) -> tuple[Path, ...]:
    """The files that were made of it and are served."""
    return job.result, job.poster
