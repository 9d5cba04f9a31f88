"""The house rules that a machine can check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    path
    for folder in ("engine", "studio", "tests", "assets")
    for path in (ROOT / folder).rglob("*.py")
)


def test_no_file_is_too_long_to_read() -> None:
    long = {str(p.relative_to(ROOT)): n for p in SOURCES if (n := p.read_text().count("\n")) > 500}
    assert not long


def test_app_is_short() -> None:
    assert (ROOT / "app.py").read_text().count("\n") <= 40


@pytest.mark.parametrize("paper", sorted((ROOT / "engine" / "papers").glob("[a-z]*.py")))
def test_the_equation_map_names_what_exists(paper: Path) -> None:
    text = paper.read_text()
    table = [line for line in text.split('"""')[1].splitlines() if line.startswith("| ")][1:]
    assert table
    for line in table:
        _, _, where, test = (cell.strip() for cell in line.strip("|").split("|"))
        assert (ROOT / "tests" / test).is_file(), test
        for name in re.findall(r"`([^`]+)`", where):
            if name.endswith(".py"):
                assert (ROOT / name).is_file(), name
            else:
                assert re.search(rf"\b{re.escape(name.split('.')[-1])}\b", text.split('"""', 2)[2])


def test_shipped_files_are_small() -> None:
    pocket = list((ROOT / "assets" / "pocket").glob("*"))
    assert pocket, "the built-in model is missing"
    assert max(path.stat().st_size for path in pocket) <= 10_000_000
    assert sum(path.stat().st_size for path in pocket) <= 60_000_000


def test_every_dark_rule_stands_alone() -> None:
    """Gradio, which puts its own scope before each rule, finds only the first `.dark` of one."""
    shared = [
        selectors.strip()
        for path in sorted((ROOT / "assets" / "brand").glob("*.css"))
        for selectors in re.findall(r"([^{};/]*\.dark[^{};/]*)\{", path.read_text())
        if "," in selectors
    ]
    assert not shared
