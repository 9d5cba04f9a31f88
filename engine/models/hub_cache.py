"""One repository's files on this disk, laid out as huggingface_hub does: other programs read them.

`<cache>/models--owner--name/` holds `blobs/<hash>` (the contents, named by their hash), `refs/main`
(the commit that `main` was) and `snapshots/<commit>/<name>` (links to the blobs). What is not whole
yet lies in `unfinished/<name>.<hash>.part`, which only we read.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.models.card import Hub


@dataclass(frozen=True)
class RepoCache:
    """The folder `root` of one repository at one revision."""

    root: Path
    revision: str

    @classmethod
    def of(cls, cache: Path, source: Hub) -> RepoCache:
        """Where `cache` keeps the repository, whether it is there or not."""
        return cls(cache / f"models--{source.repo.replace('/', '--')}", source.revision)

    def find(self, name: str) -> Path | None:
        """A whole file: of the revision's commit, else of the commit that was fetched last."""
        commits = sorted(_folders(self.root / "snapshots"), key=_age)
        ref = self.root / "refs" / self.revision
        told = ref.read_text(encoding="utf-8").strip() if ref.is_file() else self.revision
        commits.sort(key=lambda commit: commit.name != told)  # stable: the others by age
        candidates = (commit / name for commit in commits)
        return next((path for path in candidates if is_whole(path)), None)

    def part(self, name: str, digest: str) -> Path:
        """Where a file lies until it is whole."""
        return self.root / "unfinished" / f"{name}.{digest}.part"

    def parts(self, name: str) -> list[Path]:
        """Unfinished downloads of a file, of any version."""
        folder, begin = (self.root / "unfinished" / name).parent, Path(name).name + "."
        return [path for path in _files(folder) if path.name.startswith(begin)]

    def keep(self, part: Path, name: str, digest: str, commit: str) -> Path:
        """Give a whole and checked file its place; what stood there is replaced in one step."""
        blob, link = self.root / "blobs" / digest, self.root / "snapshots" / commit / name
        blob.parent.mkdir(parents=True, exist_ok=True)
        link.parent.mkdir(parents=True, exist_ok=True)
        os.replace(part, blob)
        fresh = link.with_name(link.name + ".new")
        fresh.unlink(missing_ok=True)
        _link(blob, fresh)
        os.replace(fresh, link)
        ref = self.root / "refs" / self.revision
        ref.parent.mkdir(parents=True, exist_ok=True)
        fresh = ref.with_name(ref.name + ".new")
        fresh.write_text(commit, encoding="utf-8")
        os.replace(fresh, ref)
        return link

    def digest_of(self, path: Path) -> str | None:
        """The hash that a file of ours was published with: the name of its blob."""
        blobs = self.root / "blobs"
        if path.is_symlink():
            target = path.resolve()
            return target.name if target.parent == blobs.resolve() else None
        return next((blob.name for blob in _files(blobs) if blob.samefile(path)), None)

    def remove(self, name: str) -> int:
        """Take a file away from every snapshot, with its unfinished parts; the bytes it freed."""
        freed = 0
        for part in self.parts(name):
            freed += part.stat().st_size
            part.unlink()
        blobs: set[Path] = set()
        for commit in _folders(self.root / "snapshots"):
            link = commit / name
            digest = self.digest_of(link) if link.is_file() else None
            if digest is not None:
                blobs.add(self.root / "blobs" / digest)
            elif link.is_file():
                freed += link.stat().st_size
            link.unlink(missing_ok=True)
        for blob in blobs - self._used():
            freed += blob.stat().st_size
            blob.unlink()
        self._tidy()
        return freed

    def _used(self) -> set[Path]:
        """The blobs that snapshots point to."""
        links = (path for path in _walk(self.root / "snapshots") if path.is_file())
        digests = {self.digest_of(path) for path in links}
        return {self.root / "blobs" / digest for digest in digests if digest}

    def _tidy(self) -> None:
        """Drop empty folders, and the whole repository once no file of it is left."""
        if not any(path.is_file() for path in _walk(self.root / "snapshots")) and not any(
            path.is_file() for path in _walk(self.root / "unfinished")
        ):
            for ref in _walk(self.root / "refs"):
                if ref.is_file():
                    ref.unlink()
        for folder in sorted(_walk(self.root), key=lambda path: -len(path.parts)):
            if folder.is_dir() and not folder.is_symlink():
                with contextlib.suppress(OSError):  # not empty: it stays
                    folder.rmdir()
        with contextlib.suppress(OSError):
            self.root.rmdir()


def is_whole(path: Path) -> bool:
    """Whether there is a file with something in it."""
    return path.is_file() and path.stat().st_size > 0


def _link(blob: Path, link: Path) -> None:
    """Let `link` be `blob`: by symlink, where Windows forbids it by a second name, else moved."""
    try:
        link.symlink_to(os.path.relpath(blob, link.parent))
    except OSError:
        try:
            os.link(blob, link)
        except OSError:
            os.replace(blob, link)


def _age(commit: Path) -> float:
    return -commit.stat().st_mtime


def _folders(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.is_dir()] if parent.is_dir() else []


def _files(parent: Path) -> list[Path]:
    return [path for path in parent.iterdir() if path.is_file()] if parent.is_dir() else []


def _walk(parent: Path) -> Iterator[Path]:
    return parent.rglob("*") if parent.is_dir() else iter(())
