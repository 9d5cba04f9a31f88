"""The Models tab without a browser: what it shows, what it lets a visitor do, and its processes."""

from __future__ import annotations

import json
import string
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import gradio as gr
import psutil
import pytest
from toy_model import BIG, SMALL, TOTAL, WEIGHTS, begin, kept, parts, toy_card, toy_hub

from engine.models.cards import CARDS, Memory, all_cards
from engine.models.hub_errors import MESSAGES, disk_full
from engine.models.machine import Machine, largest_card
from engine.models.resolve import folder_of
from studio.fetches.fetcher import Fetcher, Standing
from studio.fetches.process import run
from studio.fetches.record import Record, load, mark_of, of_this_process, save
from studio.hosting import hosting
from studio.jobs.job import Trouble
from studio.jobs.trouble import explain
from studio.parts.models import contents, trouble_texts
from studio.tabs.models import Models
from studio.words import known, say
from tests.fake_hub import FakeHub

GB = 1 << 30
LAPTOP = Machine(16 * GB)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    with toy_hub().running() as one:
        monkeypatch.setenv("HF_ENDPOINT", one.endpoint)
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no"))
        monkeypatch.delenv("HF_TOKEN", raising=False)
        yield one


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(tmp_path, cards=lambda: {"toy": toy_card()})


def standing(fetcher: Fetcher) -> Standing:
    (one,) = fetcher.look()
    return one


def shown(fetcher: Fetcher, language: str = "en", admin: bool = True) -> dict[str, Any]:
    """The toy's card as the page gets it."""
    view = contents(fetcher, LAPTOP, admin, False, cast(Any, language))
    json.dumps(view)
    (card,) = [card for group in view["groups"] for card in group["cards"]]
    return card


# --- words --------------------------------------------------------------------------------------


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_trouble_has_words_for_the_page_that_use_its_facts() -> None:
    for kind, texts in MESSAGES.items():
        facts = {"card", "title", "licence", "page", "repo", "revision"}.union(
            *(_places(text) for text in texts)
        )
        for part in ("what", "why", "fix"):
            assert known(f"fetch_{kind}_{part}")
            for language in ("en", "ko"):
                said = say(f"fetch_{kind}_{part}", language, **dict.fromkeys(facts, "x"))
                assert said and "python -m" not in said


def test_every_card_says_what_it_is_for() -> None:
    assert all(known(f"model_{key}_for") for key in CARDS)


def test_the_whole_board_in_both_languages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "no"))
    fetcher = Fetcher(tmp_path)
    assert list(fetcher.cards) == list(all_cards())
    english, korean = (
        contents(fetcher, LAPTOP, True, False, language) for language in ("en", "ko")
    )
    keys = [[card["key"] for card in group["cards"]] for group in english["groups"]]
    assert keys[0] == ["pocket"] and keys[1] == ["dwpose"] and "mimicmotion" in keys[2]
    assert "no graphics card" in english["facts"] and "그래픽 카드 없음" in korean["facts"]
    by_key = {card["key"]: card for group in english["groups"] for card in group["cards"]}
    assert by_key["mimicmotion"]["agree"] and not by_key["dwpose"]["agree"]
    assert by_key["svd"]["gate"] and not by_key["mimicmotion"]["gate"]
    folder = str(folder_of(CARDS["mimicmotion-posenet"], tmp_path))
    assert folder in by_key["mimicmotion-posenet"]["by_hand"]
    assert not by_key["mimicmotion-posenet"]["actions"]
    assert by_key["mimicmotion"]["actions"] == [{"do": "get", "words": "Get 3.05 GB"}]


# --- states -------------------------------------------------------------------------------------


def test_the_life_of_a_model(hub: FakeHub, fetcher: Fetcher, tmp_path: Path) -> None:
    assert standing(fetcher).presence == "missing"
    begin(tmp_path)
    one = standing(fetcher)
    assert one.presence == "partly" and one.ours and one.kept > 1_000_000
    assert [action["do"] for action in shown(fetcher)["actions"]] == ["get", "remove"]
    assert shown(fetcher)["words"] == "1 MB are here"

    record = run(tmp_path, toy_card(), "get", agreed=True)
    assert record is not None and record.state == "done" and record.agreed
    assert standing(fetcher).presence == "here" and shown(fetcher)["words"] == "Here"
    run(tmp_path, toy_card(), "check")
    assert shown(fetcher)["note"] == "Checked: every byte is right."

    blob = (kept(tmp_path).find(BIG) or Path()).resolve()
    blob.write_bytes(b"\0" + WEIGHTS[1:])
    run(tmp_path, toy_card(), "check")
    assert standing(fetcher).presence == "broken" and standing(fetcher).damaged == (BIG,)
    assert BIG in shown(fetcher)["note"] and "손상됨" in shown(fetcher, "ko")["note"]
    hub.seen.clear()
    run(tmp_path, toy_card(), "get")
    assert standing(fetcher).presence == "here" and len(hub.transfers()) == 1
    assert blob.read_bytes() == WEIGHTS

    assert fetcher.agreed(toy_card())  # nobody is asked twice
    assert fetcher.remove(toy_card()).freed == TOTAL
    assert standing(fetcher).presence == "missing" and shown(fetcher)["note"] == ""
    assert not fetcher.agreed(toy_card()) and shown(fetcher)["agree"]


def test_files_of_your_own_are_checked_and_left_alone(hub: FakeHub, tmp_path: Path) -> None:
    import hashlib

    card = toy_card(hashlib.sha256(WEIGHTS).hexdigest())
    fetcher = Fetcher(tmp_path, cards=lambda: {"toy": card})
    folder = folder_of(card, tmp_path)
    for name, content in ((BIG, WEIGHTS), (SMALL, b"mine")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    assert shown(fetcher)["words"] == "Your own file"
    assert [action["do"] for action in shown(fetcher)["actions"]] == ["check"]
    run(tmp_path, card, "check")
    assert "nobody has published the hash of 1" in shown(fetcher)["note"]
    (folder / BIG).write_bytes(b"broken")
    run(tmp_path, card, "check")
    record = run(tmp_path, card, "get")
    assert record is not None and record.trouble.key == "fetch_damaged_own"
    assert str(folder / BIG) in trouble_texts(record.trouble, "ko")[1]
    assert (folder / BIG).read_bytes() == b"broken" and not hub.seen


def test_a_failure_is_told_in_the_language_of_the_page(
    hub: FakeHub, fetcher: Fetcher, tmp_path: Path
) -> None:
    hub.gated.add("o/m")
    run(tmp_path, toy_card(), "get")
    assert shown(fetcher)["trouble"][0] == "Toy needs your access token."
    assert "액세스 토큰" in shown(fetcher, "ko")["trouble"][0]
    run(tmp_path, toy_card(), "get", token="secret-token")
    assert shown(fetcher)["trouble"][0] == "The Hub does not know this token."
    for path in (tmp_path / "fetches").iterdir():
        assert b"secret" not in path.read_bytes()
    run(tmp_path, toy_card(), "get", token="good", free=lambda folder: 1_000_000)
    assert "1 MB are free" in shown(fetcher)["trouble"][1]
    run(tmp_path, toy_card(), "get", token="good")
    assert shown(fetcher)["trouble"] is None and standing(fetcher).presence == "here"


def test_a_fault_of_ours_is_logged_and_said(
    fetcher: Fetcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> Iterator[object]:
        raise ZeroDivisionError
        yield

    monkeypatch.setattr("studio.fetches.process.download", fail)
    record = run(tmp_path, toy_card(), "get")
    assert record is not None and record.trouble == Trouble(key="unexpected")
    assert all(trouble_texts(record.trouble, "ko"))
    assert "ZeroDivisionError" in (tmp_path / "fetches" / "toy.log").read_text()


def test_progress_in_words(fetcher: Fetcher, tmp_path: Path) -> None:
    record = replace(
        of_this_process("toy", "get", True),
        step=750_000, total=3_000_000, stage="download", seconds_left=95.0,
    )  # fmt: skip
    save(tmp_path, record)
    card = shown(fetcher)
    assert (card["state"], card["words"]) == ("busy", "Downloading")
    assert card["progress"]["percent"] == 25.0
    assert card["progress"]["words"] == "750 kB of 3 MB"
    assert card["progress"]["left"] == "about 2 minutes left"
    assert [action["do"] for action in card["actions"]] == ["stop"]
    save(tmp_path, replace(record, beat=time.time() - 20))
    assert shown(fetcher)["progress"]["words"].endswith("no bytes for 20 seconds; still trying")
    save(tmp_path, replace(record, stage="check"))
    assert "Comparing every byte" in shown(fetcher)["progress"]["words"]
    save(tmp_path, replace(record, stage="wait"))
    assert "Another program" in shown(fetcher)["progress"]["words"]
    save(tmp_path, replace(record, total=0))
    assert shown(fetcher)["progress"] == {
        "percent": None, "words": "Asking for the files", "left": "",
    }  # fmt: skip


# --- records ------------------------------------------------------------------------------------


def test_a_record_of_a_process_that_is_gone_is_interrupted(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        born = psutil.Process(child.pid).create_time()
        save(tmp_path, Record("toy", "get", pid=child.pid, born=born))
        assert (load(tmp_path, "toy") or Record("", "get")).state == "running"
        child.kill()
    assert (load(tmp_path, "toy") or Record("", "get")).state == "interrupted"
    save(tmp_path, Record("toy", "get", pid=psutil.Process().pid, born=1.0))  # the number again
    assert (load(tmp_path, "toy") or Record("", "get")).state == "interrupted"


def test_a_record_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    assert load(tmp_path, "toy") is None
    (tmp_path / "fetches").mkdir()
    for text in ("", "[]", "{}", '{"key": 1, "trouble": {}, "damaged": {}, "more": 2}'):
        (tmp_path / "fetches" / "toy.json").write_text(text)
        assert load(tmp_path, "toy") is None


def test_a_file_that_was_replaced_is_no_longer_damaged(
    hub: FakeHub, fetcher: Fetcher, tmp_path: Path
) -> None:
    run(tmp_path, toy_card(), "get")
    path = kept(tmp_path).find(SMALL)
    assert path is not None
    save(tmp_path, Record("toy", "check", "done", damaged={SMALL: mark_of(path)}))
    assert standing(fetcher).presence == "broken"
    path.resolve().write_bytes(b"another one")
    assert standing(fetcher).presence == "here"


# --- processes ----------------------------------------------------------------------------------

_CHILD = (
    "import sys; from pathlib import Path; sys.path[:0] = ['tests/unit', '.'];"
    "from toy_model import toy_card; from studio.fetches.process import main;"
    "main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], cards=lambda: {'toy': toy_card()})"
)


def test_a_process_is_started_stopped_and_goes_on(
    hub: FakeHub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(Path(__file__).resolve().parents[2])
    command = (sys.executable, "-c", _CHILD)
    fetcher = Fetcher(tmp_path, command, cards=lambda: {"toy": toy_card()})
    hub.speed = 300_000
    hub.gated.add("o/m")
    fetcher.start(toy_card(), "get", token="good", agreed=True)
    fetcher.start(toy_card(), "get", token="good")  # a second click does nothing
    assert standing(fetcher).presence == "busy"
    _wait(lambda: bool(parts(tmp_path)) and standing(fetcher).kept > 100_000)
    record = load(tmp_path, "toy")
    assert record is not None and record.agreed and record.state == "running"
    assert "good" not in " ".join(psutil.Process(record.pid).cmdline())
    again = Fetcher(tmp_path, command, cards=lambda: {"toy": toy_card()})  # a server started anew
    assert standing(again).presence == "busy"
    fetcher.stop(toy_card())
    assert standing(fetcher).presence == "partly"
    assert shown(fetcher)["note"] == "Stopped. What has arrived is kept."
    assert shown(fetcher)["agree"] == ""
    assert not psutil.pid_exists(record.pid)
    hub.speed = None
    fetcher.start(toy_card(), "get", token="good")
    _wait(lambda: standing(fetcher).presence == "here")


def test_a_process_that_never_comes_to_its_work_is_a_failure(tmp_path: Path) -> None:
    fetcher = Fetcher(tmp_path, (sys.executable, "-c", "exit(3)"), lambda: {"toy": toy_card()})
    fetcher.start(toy_card(), "get")
    _wait(lambda: standing(fetcher).presence != "busy")
    assert shown(fetcher)["trouble"]


def _wait(condition: Any) -> None:
    begin_ = time.monotonic()
    while not condition():
        assert time.monotonic() - begin_ < 60
        time.sleep(0.05)


# --- what a visitor may do ----------------------------------------------------------------------


class Started(Fetcher):
    """Notes what would be done."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, cards=lambda: {"toy": toy_card()})
        self.done: list[tuple[object, ...]] = []

    def start(self, card: Any, task: Any, *, token: str = "", agreed: bool = False) -> None:
        self.done.append((task, token, agreed))

    def stop(self, card: Any) -> None:
        self.done.append(("stop",))


def act(tab: Models, **said: object) -> dict[str, str] | None:
    event = cast(gr.EventData, SimpleNamespace(_data=said))
    return tab.act("en", event)[0]


def test_a_licence_is_agreed_to_before_anything_is_fetched(tmp_path: Path) -> None:
    fetcher = Started(tmp_path)
    tab = Models(fetcher, admin=True, machine=LAPTOP)
    said = act(tab, do="get", key="toy", token="t")
    assert said is not None and "licence" in said["what"] and not fetcher.done
    said = act(tab, do="get", key="toy", agreed="yes")
    assert said is not None and not fetcher.done
    assert act(tab, do="get", key="toy", agreed=True, token=" t \n") is None
    assert act(tab, do="check", key="toy") is None and act(tab, do="stop", key="toy") is None
    assert fetcher.done == [("get", "t", True), ("check", "", False), ("stop",)]
    for nonsense in ({}, {"key": ["toy"]}, {"key": "../toy", "do": "get"}, {"key": "toy"}):
        assert act(tab, **nonsense) is None
    assert len(fetcher.done) == 3


def test_visitors_of_a_public_studio_only_look(tmp_path: Path) -> None:
    fetcher = Started(tmp_path)
    tab = Models(fetcher, admin=False, machine=LAPTOP)
    for do in ("get", "check", "stop", "remove"):
        said = act(tab, do=do, key="toy", agreed=True)
        assert said is not None and "cannot be changed" in said["what"]
    assert not fetcher.done
    card = shown(fetcher, admin=False)
    assert not card["actions"] and not card["agree"] and card["gate"] is None
    full = explain(disk_full(CARDS["dwpose"], tmp_path, 2, 1))
    save(tmp_path, Record("dwpose", "get", "failed", trouble=full))
    whole = json.dumps(contents(Fetcher(tmp_path), LAPTOP, False, False, "en"))
    assert str(tmp_path) in json.dumps(contents(Fetcher(tmp_path), LAPTOP, True, False, "en"))
    assert str(tmp_path) not in whole and "free on the disk" not in whole


def test_who_may_change_models() -> None:
    assert hosting({}).model_admin
    assert not hosting({"SPACE_ID": "a/b"}).model_admin
    public = {"GRADIO_SERVER_NAME": "0.0.0.0", "STUDIO_AUTH": "ann:secret"}
    assert not hosting(public).model_admin
    assert hosting({**public, "STUDIO_ALLOW_MODEL_ADMIN": "1"}).model_admin


# --- the machine --------------------------------------------------------------------------------


def test_where_a_model_would_run() -> None:
    need = Memory(graphics=16 * GB, main=24 * GB)
    assert Machine(8 * GB, "RTX", int(15.6 * GB)).fit(need) == "graphics"
    assert Machine(64 * GB, "RTX", 8 * GB).fit(need) == "graphics_small"
    assert Machine(int(23.5 * GB)).fit(need) == "main"
    assert LAPTOP.fit(need) == "main_small"
    assert Machine(8 * GB, "RTX", 8 * GB).fit(Memory(0, 2 * GB)) == "main"


def test_the_largest_card_counts() -> None:
    told = "NVIDIA T4, 15360\nNVIDIA H100, 80GB HBM3, 81559\nstrange line\n, \n"
    assert largest_card(told) == ("NVIDIA H100, 80GB HBM3", 81559 << 20)
    assert largest_card("") == ("", 0) == largest_card("No devices were found")
