"""What Hugging Face Spaces reads: the settings at the top of README, and the requirements."""

from __future__ import annotations

import re
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]


def _settings() -> dict[str, str]:
    _, block, _ = (ROOT / "README.md").read_text(encoding="utf-8").split("---\n", 2)
    pairs = (line.split(":", 1) for line in block.strip().splitlines())
    return {name.strip(): value.strip().strip('"') for name, value in pairs}


def _requirements() -> dict[str, Requirement]:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    found = (Requirement(line) for line in lines if line and not line.startswith("#"))
    return {one.name.lower().replace("_", "-"): one for one in found}


def test_the_settings_are_those_that_a_gradio_space_knows() -> None:
    settings = _settings()
    assert settings["sdk"] == "gradio" and (ROOT / settings["app_file"]).is_file()
    assert settings["license"] == "apache-2.0" and len(settings["short_description"]) <= 60
    colours = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}
    assert {settings["colorFrom"], settings["colorTo"]} <= colours
    assert re.fullmatch(r"3\.\d+(\.\d+)?", settings["python_version"])
    assert Version(settings["python_version"]) >= Version("3.11")


def test_the_gradio_of_the_space_is_the_one_that_is_required_and_tested() -> None:
    version = Version(_settings()["sdk_version"])
    assert version in _requirements()["gradio"].specifier
    pinned = re.search(r"^gradio==(.+)$", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
    assert pinned and Version(pinned[1].strip()) == version


def test_zerogpu_s_torch_is_allowed_and_its_package_is_optional() -> None:
    torch = _requirements()["torch"].specifier
    for version in ("2.8.0", "2.9.1", "2.10.0", "2.11.0"):  # what ZeroGPU offers
        assert version in SpecifierSet(str(torch))
    assert "spaces" not in _requirements()  # the platform brings its own
    used = [p for p in (ROOT / "studio").rglob("*.py") if re.search("import spaces", p.read_text())]
    assert used == []


def test_the_system_packages_are_one_a_line() -> None:
    lines = (ROOT / "packages.txt").read_text(encoding="utf-8").split("\n")
    assert lines[-1] == "" and all(re.fullmatch(r"[a-z0-9][a-z0-9.+-]+", one) for one in lines[:-1])
