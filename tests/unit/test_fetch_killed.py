"""`python -m engine models get`, killed in the middle again and again; and two of them at once."""

from __future__ import annotations

import io
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.__main__ import main
from engine.models.cards import CARDS
from engine.models.resolve import Found, resolve, unfinished
from tests.fake_hub import FakeHub

ROOT = Path(__file__).resolve().parents[2]
CARD = CARDS["mimicmotion"]
REPO_FILE = "tencent/MimicMotion/MimicMotion_1-1.pth"
SIZE = 4_000_000
BIG = os.urandom(SIZE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home in which the other models that MimicMotion needs lie already, put there by hand."""
    for key in CARD.needs:
        for file in CARDS[key].files:
            path = tmp_path / "models" / key / file.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"by hand")
    return tmp_path


@pytest.fixture
def hub() -> Iterator[FakeHub]:
    with FakeHub({REPO_FILE: BIG}, large={REPO_FILE}).running() as one:
        yield one


def start(hub: FakeHub, home: Path, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "engine", "models", "get", "mimicmotion", *more],
        cwd=ROOT,
        env=os.environ
        | {"HF_ENDPOINT": hub.endpoint, "STUDIO_HOME": str(home), "HF_HUB_CACHE": str(home / "no")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for_bytes(home: Path, size: int, process: subprocess.Popen[str]) -> None:
    begin = time.monotonic()
    while unfinished(CARD, home) < size and process.poll() is None:
        assert time.monotonic() - begin < 60
        time.sleep(0.02)


def test_killed_at_random_moments_it_always_goes_on(hub: FakeHub, home: Path) -> None:
    hub.speed = 2_000_000
    rng = random.Random(7)
    have = 0
    for _ in range(5):
        process = start(hub, home, "--yes")
        wait_for_bytes(home, have + rng.randrange(100_000, 600_000), process)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        now = unfinished(CARD, home)
        assert now > have and not isinstance(resolve(CARD, home, cache=home / "no"), Found)
        have = now
    hub.speed = None
    out, err = start(hub, home, "--yes").communicate(timeout=60)
    found = resolve(CARD, home, cache=home / "no")
    assert isinstance(found, Found) and found.path.read_bytes() == BIG, err
    assert out.splitlines()[-1] == str(home / "models")
    # six runs together fetched each byte once, but for what was under way at the kills
    assert hub.sent < SIZE + 6 * 1_000_000
    wanted = [headers.get("range") for headers in hub.transfers()]
    assert wanted[0] is None and all(wanted[1:]) and len(wanted) == 6
    assert not any(path.startswith("/api/") for _, path, _ in hub.seen)  # no telemetry


def test_two_at_once_one_downloads_and_the_other_waits(hub: FakeHub, home: Path) -> None:
    hub.speed = 1_500_000
    one, two = start(hub, home, "--yes"), start(hub, home, "--yes")
    ends = [one.communicate(timeout=90), two.communicate(timeout=90)]
    assert one.returncode == two.returncode == 0, ends
    assert len(hub.transfers()) == 1
    assert sum("wait: " in err for _, err in ends) == 1, ends
    assert resolve(CARD, home, cache=home / "no")


def test_stopped_by_hand_it_says_that_what_arrived_is_kept(hub: FakeHub, home: Path) -> None:
    hub.speed = 400_000
    # what a shell starts in the background is deaf to Ctrl-C, and so would its children be
    signal.signal(signal.SIGINT, signal.default_int_handler)
    process = start(hub, home, "--yes")
    wait_for_bytes(home, 50_000, process)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and unfinished(CARD, home) >= 50_000
    assert "Traceback" not in err and "kept" in err


def test_without_consent_nothing_is_fetched(hub: FakeHub, home: Path) -> None:
    process = start(hub, home)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 2 and not hub.seen
    assert "3.05 GB" in out and "NOT for commercial use" in out and CARD.licence in out
    assert CARD.licence_url in out and "add --yes" in err


@pytest.mark.parametrize(("answer", "status"), [("n\n", 130), ("", 130), ("y\n", 0)])
def test_a_person_at_the_terminal_is_asked(
    hub: FakeHub,
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    answer: str,
    status: int,
) -> None:

    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    monkeypatch.setenv("STUDIO_HOME", str(home))
    monkeypatch.setenv("HF_HUB_CACHE", str(home / "no"))
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    assert main(["models", "get", "mimicmotion"]) == status
    printed = capsys.readouterr()
    assert "Do you agree" in printed.err and bool(hub.transfers()) == (status == 0)
    assert main(["models", "get", "mimicmotion"]) == (0 if status == 0 else 130)
    assert main(["models", "check", "mimicmotion"]) == (0 if status == 0 else 2)
    if status:
        return
    assert "mimicmotion/MimicMotion_1-1.pth: right" in capsys.readouterr().out
    assert main(["models", "remove", "mimicmotion"]) == 0
    assert "4 MB freed" in capsys.readouterr().out
    assert main(["models", "remove", "dwpose"]) == 0
    assert "Not downloaded by this program, so it stays" in capsys.readouterr().out
