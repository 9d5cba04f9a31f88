"""docs/train.md says what the program does: its commands are understood, its names exist."""

from __future__ import annotations

import re
import shlex
from collections.abc import Generator
from pathlib import Path

import pytest

from engine import pocket
from engine.cli.arguments import parse
from engine.errors import BadInput
from engine.papers import mimicmotion
from engine.teach import Lesson, teach
from engine.types import Event

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "train.md").read_text(encoding="utf-8")
COMMANDS = [
    line
    for block in re.findall(r"^```\n(.*?)^```$", TEXT, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
]


def _table(first: str) -> list[str]:
    """The names in the first column of the table whose heading begins with `first`."""
    rows = TEXT.split(f"| {first} |", 1)[1].split("\n\n", 1)[0]
    return re.findall(r"^\| `(\w+)`", rows, re.MULTILINE)


def test_the_parts_are_the_recipe() -> None:
    assert _table("part") == list(pocket.SHARES)


def test_the_stages_are_the_papers() -> None:
    assert _table("stage") == list(mimicmotion.STAGES)


@pytest.mark.parametrize("command", [one for one in COMMANDS if "-m engine " in one])
def test_the_command_line_takes_it(command: str) -> None:
    words = shlex.split(command)
    assert words[:3] == ["python", "-m", "engine"]
    given = parse(words[3:])
    if given.command == "train":
        assert given.stage in mimicmotion.STAGES


@pytest.mark.parametrize("command", [one for one in COMMANDS if "-m engine.pocket" in one])
def test_the_recipe_takes_it(command: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []

    def parts(plan: pocket.Plan, name: str, seconds: float) -> Generator[Event, None, None]:
        ran.append(name)
        yield from ()

    monkeypatch.setattr(pocket, "parts", parts)
    monkeypatch.setattr(pocket, "export", lambda plan, out: ran.append("written"))
    pocket.main(shlex.split(command)[3:])
    assert ran


def test_the_advice_of_an_error_is_understood(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as error:
        list(teach(Lesson(mimicmotion.POCKET_WINDOWS, tmp_path, tmp_path, device="cpu")))
    parts = error.value.fix.split("engine.pocket ")[1].split(" --work")[0].split()
    assert set(parts) <= set(pocket.SHARES)
