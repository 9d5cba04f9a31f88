"""Numbers of bytes in words for people: files as the Hub counts them, memory as it is sold."""

from __future__ import annotations


def size_in_words(count: int) -> str:
    """The size of files: `412 kB`, `351 MB`, `3.05 GB` (powers of ten)."""
    if count >= 1_000_000_000:
        return f"{count / 1e9:.2f} GB"
    if count >= 1_000_000:
        return f"{count / 1e6:.0f} MB"
    return f"{max(count / 1e3, 1):.0f} kB"


def memory_in_words(count: int) -> str:
    """An amount of memory: `41 MB`, `0.9 GB`, `8 GB`, `23.5 GB` (powers of two)."""
    size = count / 2**30
    if size < 0.1:
        return f"{count / 2**20:.0f} MB"
    return f"{size:.1f}".removesuffix(".0") + " GB"
