"""What a host gives away and what it holds back: environments, time, turns, people's pictures."""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from engine.errors import BadInput
from studio import stage_hand, words
from studio.choices import NOTHING, Choices
from studio.environment import for_computing, for_fetching, for_reading
from studio.examples import find
from studio.explained import explained
from studio.forms import Form
from studio.hosting import Hosting, hosting
from studio.intake import Intake
from studio.jobs.job import Job, Trouble
from studio.jobs.limits import QueueLimits, Refused
from studio.jobs.store import Store
from studio.jobs.supervisor import Supervisor
from studio.orders import Incomplete, Order, place_order
from studio.rehearsal import Often, Rehearsals
from studio.tabs.dance.rehearse import Rehearser
from studio.view import look

ANN, BOB = "a" * 32, "b" * 32
SAYS_YES = Intake(Hosting(), (sys.executable, "-c", 'print(\'{"facts": {"seconds": 1.0}}\')'))

NEEDED = {
    "PATH": "/bin", "HOME": "/home/ann", "LC_ALL": "C", "PYTHONPATH": "x", "OMP_NUM_THREADS": "2",
    "CUDA_VISIBLE_DEVICES": "0", "LD_LIBRARY_PATH": "/cuda", "PYTORCH_CUDA_ALLOC_CONF": "x",
    "HF_HOME": "/hub", "HF_HUB_OFFLINE": "1", "STUDIO_HOME": "/studio", "STUDIO_MAX_FRAMES": "9",
    "SPACE_ID": "ann/dance", "XDG_CACHE_HOME": "/cache", "SYSTEMROOT": "C:\\Windows",
}  # fmt: skip
FETCHING = {
    "HF_TOKEN": "secret", "HF_ENDPOINT": "https://mirror", "https_proxy": "http://ann:secret@x",
    "REQUESTS_CA_BUNDLE": "/ca",
}  # fmt: skip
SECRET = {
    "STUDIO_AUTH": "ann:secret", "MY_OWN": "secret", "AWS_SECRET_ACCESS_KEY": "secret",
    "HF_SECRET_KEY": "secret", "GRADIO_SERVER_NAME": "0.0.0.0", "TORCH_API_KEY": "secret",
}  # fmt: skip


# --- environments -------------------------------------------------------------------------------


def test_a_process_that_computes_gets_what_it_needs_and_no_secret() -> None:
    given = for_computing(NEEDED | FETCHING | SECRET)
    assert given == NEEDED | {"HF_ENDPOINT": FETCHING["HF_ENDPOINT"]}
    where = hosting(given)  # a public studio's worker reads the limits, and not how it listens
    assert where.max_frames == 9 and where.on_spaces


def test_a_process_that_fetches_gets_the_token_and_the_way_out() -> None:
    assert for_fetching(NEEDED | FETCHING | SECRET) == NEEDED | FETCHING


def test_a_process_that_reads_an_upload_gets_next_to_nothing() -> None:
    given = for_reading(NEEDED | FETCHING | SECRET)
    assert not given.keys() & {"HOME", "STUDIO_HOME", "SPACE_ID", "HF_HOME"}
    assert given["PATH"] == "/bin" and given["OMP_NUM_THREADS"] == "1"


TELLS = """
import json, os, sys, time
from pathlib import Path
(Path(sys.argv[1]) / "told.json").write_text(json.dumps(dict(os.environ)))
for line in sys.stdin: print(json.dumps({"picture": "p"}), flush=True)
"""


def test_worker_and_stage_hand_are_started_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (SECRET | FETCHING).items():
        monkeypatch.setenv(name, value)
    command, told = (sys.executable, "-c", TELLS), tmp_path / "told.json"
    hand = Rehearsals(tmp_path, command)
    hand.ask({"n": 1})
    hand.close()
    assert "secret" not in told.read_text()
    told.unlink()
    supervisor = Supervisor(Store(tmp_path), command)
    supervisor.start()
    end = time.monotonic() + 30
    while not (told.exists() and told.read_text()) and time.monotonic() < end:
        time.sleep(0.05)
    supervisor.close()
    assert "PATH" in json.loads(told.read_text()) and "secret" not in told.read_text()


# --- time ---------------------------------------------------------------------------------------

SLEEPS = """
import sys, time
from pathlib import Path
from engine.types import Progress
from studio.jobs import worker

def slow(job, out):
    yield Progress(1, 9, "denoise")
    time.sleep(600)

worker.main(Path(sys.argv[1]), sys.argv[2], build=lambda: slow)
"""


@pytest.mark.skipif(os.name != "posix", reason="sends POSIX signals")
def test_a_job_that_takes_too_long_is_ended_in_plain_words(tmp_path: Path) -> None:
    store = Store(tmp_path, QueueLimits(seconds=30.0))
    job = store.add(ANN, "mimicmotion", {}, {}, {})
    limited = Store(tmp_path, QueueLimits(seconds=0.3))
    supervisor = Supervisor(limited, (sys.executable, "-c", SLEEPS))
    supervisor.start()
    end = time.monotonic() + 30
    while (seen := store.get(job.id, ANN)) and seen.live and time.monotonic() < end:
        time.sleep(0.05)
    supervisor.close()
    assert seen and (seen.state, seen.trouble.key) == ("failed", "too_slow")
    with pytest.raises(Refused, match="time_used"):
        limited.resume(job.id, ANN)
    twenty = Trouble(key="too_slow", values={"minutes": "20"})
    assert "20 minutes" in explained(twenty, "en")[1] and "20분" in explained(twenty, "ko")[1]


def _order(store: Store, settings: Mapping[str, Any], **how: Any) -> Job:
    order = replace(NOTHING, person="mina", dance="salsa", **how)
    return place_order(order, settings, "mimicmotion", ANN, store, find(), SAYS_YES)


LARGE = {"num_frames": 240, "num_inference_steps": 100, "shape": "portrait"}
SMALL = {"num_frames": 24, "num_inference_steps": 8}


def test_what_would_take_too_long_is_refused_with_its_minutes(tmp_path: Path) -> None:
    _order(Store(tmp_path), LARGE)  # on a machine of one's own
    store = Store(tmp_path, hosting({"SPACE_ID": "a/b"}).queue)
    with pytest.raises(Incomplete) as caught:
        _order(store, LARGE)
    assert caught.value.key == "too_costly" and caught.value.values == {"minutes": 37, "most": "20"}
    for language in ("en", "ko"):
        assert "37" in words.say("too_costly_fix", language, **caught.value.values)
    small = _order(store, SMALL)
    with pytest.raises(Refused, match="too_costly"):
        store.again(small.id, ANN, LARGE)
    assert store.again(small.id, ANN, {"seed": -1})


def test_time_is_counted_over_all_turns_of_a_video(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 1000.0
    monkeypatch.setattr("time.time", lambda: now)
    store = Store(tmp_path, QueueLimits(seconds=100.0))
    watch = Supervisor(store)._due
    job = store.add(ANN, "mimicmotion", {}, {}, {})
    store.take("w")
    now += 60
    store.cancel(job.id, ANN)
    now += 1
    store.cancelled(job.id)
    now += 500  # nobody works on it
    assert store.resume(job.id, ANN)
    now += 500  # nor while it waits
    taken = store.take("w")
    assert taken and taken.spent == 61 and watch(taken) is None
    now += 30
    store.progress(job.id, 1, 9, "denoise", None)
    now += 5000  # the studio was closed, which is not its doing
    store.interrupt_orphans()
    assert store.resume(job.id, ANN)
    taken = store.take("w")
    assert taken and taken.spent == 91 and watch(taken) is None
    now += 10
    assert watch(taken) == "too_slow"
    store.fail(job.id, Trouble(key="too_slow", values={"minutes": "2"}))
    homes = {"a host's": store, "one's own": Store(tmp_path)}
    shown = {name: look(one, ANN, job.id, "en") for name, one in homes.items()}
    offered = {name: [act for act, _ in view.card["actions"]] for name, view in shown.items()}
    assert offered == {"a host's": ["use"], "one's own": ["resume", "use"]}
    with pytest.raises(Refused, match="time_used") as caught:
        store.resume(job.id, ANN)
    assert caught.value.values == {"minutes": 2, "most": "1.66667"}
    for language in ("en", "ko"):
        assert "2" in words.say("time_used_fix", language, **caught.value.values)
    assert homes["one's own"].resume(job.id, ANN)


def test_what_would_take_too_long_does_not_go_on_either(tmp_path: Path) -> None:
    store = Store(tmp_path)
    job = store.add(ANN, "mimicmotion", {**LARGE, "num_frames": 0}, {}, {}, frames=240)
    store.cancel(job.id, ANN)
    host = Store(tmp_path, QueueLimits(seconds=1200.0))
    with pytest.raises(Refused, match="too_costly"):
        host.resume(job.id, ANN)
    stopped = store.get(job.id, ANN)
    assert stopped and store.resumable(stopped) and not host.resumable(stopped)
    assert store.resume(job.id, ANN)


def test_a_whole_dance_is_measured_by_its_file(tmp_path: Path) -> None:
    clip = tmp_path / "long.mp4"
    clip.write_bytes(b"x")
    says = 'print(\'{"facts": {"seconds": 600.0}}\')'
    long = Intake(Hosting(), (sys.executable, "-c", says))
    order = Order("mina", None, False, "video", None, str(clip), None)
    store = Store(tmp_path, QueueLimits(seconds=600))
    with pytest.raises(Incomplete, match="too_costly"):
        place_order(
            order,
            {"num_frames": 0, "num_inference_steps": 8},
            "mimicmotion",
            ANN,
            store,
            find(),
            long,
        )


# --- turns --------------------------------------------------------------------------------------


def test_a_busy_check_refuses_at_once_and_keeps_the_page_free(tmp_path: Path) -> None:
    code = "import time; time.sleep(1.5); print('{\"facts\": {}}')"
    intake = Intake(replace(Hosting(), checks_at_once=1), (sys.executable, "-c", code))
    files = [tmp_path / f"{number}.png" for number in range(12)]
    for path in files:
        path.write_bytes(b"x")
    keys: list[str | None] = []
    lock = threading.Lock()

    def check(path: Path) -> None:
        trouble = intake.check(path, "photo").trouble
        with lock:
            keys.append(trouble.key if trouble else None)

    threads = [threading.Thread(target=check, args=(path,), daemon=True) for path in files]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 1.2
    while len(keys) < 5 and time.monotonic() < end:
        time.sleep(0.02)
    assert keys[:5] == ["check_busy"] * 5  # 1 is looked at, 6 wait


HAND = (sys.executable, "-c", 'for line in open(0): print(\'{"picture": "p"}\', flush=True)')


def test_a_visitor_rehearses_so_often_in_a_minute(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hand = Rehearsals(tmp_path, HAND, per_minute=2)
    for number in (1, 2):
        hand.ask({"n": number}, "ann")
    with pytest.raises(Often):
        hand.ask({"n": 3}, "ann")
    assert hand.ask({"n": 1}, "ann") and hand.ask({"n": 3}, "bob")  # known already; another one
    later = time.monotonic() + 61
    monkeypatch.setattr(time, "monotonic", lambda: later)
    assert hand.ask({"n": 4}, "ann")
    assert list(hand._asked) == ["ann"]  # nobody is remembered for longer
    hand.close()


# --- people's pictures --------------------------------------------------------------------------


def _rehearser(tmp_path: Path, choices: Choices, **how: Any) -> Rehearser:
    hand = Rehearsals(tmp_path, HAND, **how)
    return Rehearser(hand, find(), SAYS_YES, Form("mimicmotion"), lambda given: choices)


def test_a_persons_picture_is_rehearsed_only_with_consent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photo = tmp_path / "me.png"
    photo.write_bytes(b"x")
    order = replace(NOTHING, photo=str(photo), dance="salsa")
    asked: list[str] = []
    monkeypatch.setattr(Rehearsals, "ask", lambda _, request, visitor: asked.append(visitor) or {
        "picture": "p", "findings": [], "notes": [],
    })  # fmt: skip
    without = _rehearser(tmp_path, Choices(order))
    (unchanged,) = without.own(ANN, "en")  # to yield nothing would empty the button
    assert unchanged == (gr.skip(),) * 3 and not asked
    *_, (_, panel, _) = without.rehearse(ANN, "en")
    assert panel["head"] == words.say("look_consent", "en") and not asked
    agreed = _rehearser(tmp_path, Choices(replace(order, consent=True)))
    *_, (_, panel, _) = agreed.own(ANN, "en")
    assert panel["picture"] and len(asked) == 1
    drawn = _rehearser(tmp_path, Choices(replace(NOTHING, person="mina", dance="salsa")))
    *_, (_, panel, about) = drawn.rehearse(ANN, "en")
    assert panel["picture"] and len(asked[1]) == 64  # by owner, never by token
    assert drawn.still(about) is not None  # nothing changes
    assert agreed.still(about) is None  # another one was chosen meanwhile


def test_a_hosts_limits_hold_in_a_rehearsal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STUDIO_MAX_PICTURE_PIXELS", "4096")
    rehearse = stage_hand.engine(tmp_path)
    request = {
        "system": "mimicmotion", "image": str(find().people["mina"]), "motion": None,
        "dance": "sway", "model": "pocket", "settings": {},
    }  # fmt: skip
    with pytest.raises(BadInput) as caught:
        rehearse(request, tmp_path / "out.webp")
    assert caught.value.key == "picture_too_big"
