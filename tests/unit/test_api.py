"""The API without a server: its parameters, its refusals, and whose jobs are whose."""

from __future__ import annotations

import inspect
import sys
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from engine.catalogue import SETTINGS
from engine.settings import specs
from studio.api import SYSTEM, Api
from studio.examples import find
from studio.hosting import Hosting
from studio.intake import Intake
from studio.jobs.store import Store

ANN, BOB = "a" * 32, "b" * 32
SAYS_YES = 'print(\'{"facts": {"seconds": 1.0}}\')'


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    (tmp_path / "uploads").mkdir()
    return Store(tmp_path / "home", Hosting(jobs_per_owner=2).queue)


@pytest.fixture
def api(store: Store) -> Api:
    return Api(store, find(), Intake(Hosting(), (sys.executable, "-c", SAYS_YES)))


def _make(api: Api, **given: Any) -> dict[str, Any]:
    """`make` as Gradio calls it: by place, every parameter given."""
    make = api._make()
    usual = {"owner": ANN, "person": "mina", "dance": "sway"} | given
    parameters = inspect.signature(make).parameters
    return make(*[usual.pop(name, one.default) for name, one in parameters.items()])


def _file(path: Path) -> dict[str, Any]:
    return {"path": str(path), "meta": {"_type": "gradio.FileData"}}


def test_every_setting_is_a_parameter_with_its_default(api: Api) -> None:
    parameters = inspect.signature(api._make()).parameters
    usual = SETTINGS[SYSTEM]()
    for name, spec in specs(SETTINGS[SYSTEM]).items():
        assert parameters[name].default == getattr(usual, name)
        if spec.choices:
            assert parameters[name].annotation.__args__ == spec.choices
    with gr.Blocks() as page:
        api.build()
    info = page.get_api_info()["named_endpoints"]
    assert {"/make", "/status", "/list", "/result", "/stop"} == set(info)
    told = [one["parameter_name"] for one in info["/make"]["parameters"]]
    assert told == list(parameters)


def test_a_job_is_made_listed_and_stopped(api: Api, store: Store) -> None:
    job = _make(api, seed=7, quality="draft")
    assert (job["state"], job["place"], job["settings"]["seed"]) == ("queued", 0, 7)
    assert [one["id"] for one in api.list_all(ANN)] == [job["id"]]
    assert api.list_all(BOB) == []
    assert api.stop(ANN, job["id"])["state"] == "cancelled"
    assert api.status(ANN, job["id"])["trouble"] is None


def test_a_failure_is_told_in_the_language_that_is_asked_for(api: Api, store: Store) -> None:
    from engine.data.video_open import broken
    from studio.jobs.trouble import explain

    job = _make(api)
    store.take("w")
    store.fail(job["id"], explain(broken(Path("a.mp4"))))
    assert api.status(ANN, job["id"])["trouble"]["what"] == "The video 'a.mp4' cannot be read."
    assert "영상" in api.status(ANN, job["id"], "ko")["trouble"]["what"]


def test_a_result_is_given_to_its_owner_once_it_is_there(api: Api, store: Store) -> None:
    job = _make(api)
    with pytest.raises(gr.Error, match="not ready"):
        api.result(ANN, job["id"])
    taken = store.take("w")
    assert taken is not None
    taken.result.write_bytes(b"film")
    store.finish(taken.id, {"model": "pocket"})
    file = api.result(ANN, job["id"])
    assert Path(file.path).read_bytes() == b"film" and str(store.home) not in file.path
    for other in (BOB, "nonsense", "", None):
        with pytest.raises(gr.Error):
            api.result(other, job["id"])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"owner": "A" * 32}, "32 hexadecimal"),
        ({"owner": {"path": "/etc/passwd"}}, "32 hexadecimal"),
        ({"person": "../mina"}, "Who should dance"),
        ({"person": {"a": 1}}, "Who should dance"),
        ({"dance": ["sway"]}, "Which dance"),
        ({"quality": "silly"}, "draft, standard, best"),
        ({"fps": "NaN"}, "fps"),
        ({"num_frames": 10**6}, "num_frames"),
        ({"dance": "", "language": "ko"}, "어떤 춤"),
        ({"model": "mimicmotion"}, "MimicMotion 1.1.*Not here: .*DWPose.*Models tab"),
        ({"model": "mimicmotion", "language": "ko"}, "다 갖춰지지"),
        ({"model": "/etc"}, "no model '/etc'.*pocket, mimicmotion"),
        ({"model": "svd"}, "no model 'svd'"),
    ],
)
def test_what_is_refused_is_said(api: Api, change: dict[str, Any], words: str) -> None:
    with pytest.raises(gr.Error, match=words):
        _make(api, **change)
    assert api.list_all(ANN) == []


def test_too_many_jobs_are_refused(api: Api) -> None:
    _make(api), _make(api)
    with pytest.raises(gr.Error, match="queue is full"):
        _make(api)


def test_no_path_but_that_of_an_upload_is_used(api: Api, tmp_path: Path) -> None:
    upload = tmp_path / "uploads" / "me.png"
    upload.write_bytes(b"png")
    outside = tmp_path / "outside.png"
    outside.write_bytes(b"png")
    (tmp_path / "uploads" / "link.png").symlink_to(outside)
    for bad in (
        _file(outside), _file(Path("/etc/passwd")), _file(tmp_path / "uploads"), {"path": 3},
        _file(upload.parent / ".." / "outside.png"), _file(upload.parent / "link.png"),
        {"url": "http://x.org/a.png"}, "http://x.org/a.png", str(outside), {"path": "a\0b"}, [1],
    ):  # fmt: skip
        with pytest.raises(gr.Error, match="not uploaded"):
            _make(api, person="", image=bad, consent=True)
    with pytest.raises(gr.Error, match="May this picture"):
        _make(api, person="", image=_file(upload))
    assert _make(api, person="", image=_file(upload), consent=True)["state"] == "queued"


def test_a_result_that_would_be_too_long_is_refused(store: Store) -> None:
    where = Hosting(max_result_frames=20)
    short = Api(store, find(), Intake(where, (sys.executable, "-c", SAYS_YES)))
    with pytest.raises(gr.Error, match="too long"):
        _make(short, num_frames=24)
    assert _make(short, num_frames=20)["state"] == "queued"
