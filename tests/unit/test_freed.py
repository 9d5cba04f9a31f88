"""Freed memory is kept, and what asks for as much again gets no new pages."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

from engine.freed import keep_freed_memory

PAGES = """
import resource, sys
from engine.freed import keep_freed_memory
if sys.argv[1] == "kept":
    assert keep_freed_memory()

def use() -> None:
    several = [bytearray(b"1") * (24 << 20) for _ in range(3)]

use()
before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(5):
    use()
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be told to keep it")
def test_memory_that_was_freed_is_not_fetched_page_by_page_again() -> None:
    new = {
        how: int(subprocess.check_output([sys.executable, "-c", PAGES, how], text=True))
        for how in ("kept", "given back")
    }
    assert new["kept"] < new["given back"] / 20


def test_elsewhere_nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    assert not keep_freed_memory()
