"""The screen without a browser: words, forms, orders, views, hosting, and what is imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest

from engine.catalogue import SETTINGS
from engine.errors import BadInput
from engine.settings import parse, specs
from studio import words
from studio.build import build, launch_options
from studio.examples import find
from studio.explained import trouble_of
from studio.forms import Form
from studio.hosting import Hosting
from studio.intake import Intake
from studio.jobs.job import Job, Trouble
from studio.jobs.limits import QueueLimits
from studio.jobs.store import Store
from studio.orders import Incomplete, Order, place_order
from studio.parts.card import status
from studio.parts.notice import refused
from studio.view import look

ROOT = Path(__file__).resolve().parents[2]


SAYS_YES = 'print(\'{"facts": {"seconds": 1.0}}\')'
ANYTHING = Intake(Hosting(), (sys.executable, "-c", SAYS_YES))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


# --- forms --------------------------------------------------------------------------------------


def test_a_number_that_is_still_typed_is_no_error() -> None:
    with gr.Blocks():
        length = Form("mimicmotion").add("num_frames", minimum=0.4, maximum=60)
    assert [length.preprocess(typed) for typed in (None, 0, 0.8, -3, 9999)] == [
        0.4, 0.4, 0.8, 0.4, 60,
    ]  # fmt: skip


def test_a_refused_setting_is_called_as_its_field_is() -> None:
    with pytest.raises(BadInput) as caught:
        parse(SETTINGS["mimicmotion"], {"seed": 10**14})
    said = [refused(trouble_of(caught.value), language) for language in ("en", "ko")]
    assert "'Variation'" in said[0]["what"] and "2147483647" in said[0]["fix"]
    assert "'변형 번호'" in said[1]["what"]


def test_a_form_has_every_setting_once_and_reads_it_back() -> None:
    with gr.Blocks():
        form = Form("mimicmotion")
        form.add("num_frames", minimum=0.4, maximum=60)
        rest = [*form.names("basic"), *form.names("advanced")]
        for name in rest:
            form.add(name)
    assert ["num_frames", *rest] == sorted(
        specs(SETTINGS["mimicmotion"]), key=["num_frames", *rest].index
    )
    values = form.values([component.value for component in form.components])
    assert values == {name: getattr(SETTINGS["mimicmotion"](), name) for name in values}
    with pytest.raises(BadInput, match="num_frames"):
        form.values(["many", *[component.value for component in form.components][1:]])


# --- orders -------------------------------------------------------------------------------------


def _order(**changes: object) -> Order:
    fields: dict[str, object] = {
        "person": "mina", "photo": None, "consent": False, "source": "library",
        "dance": "sway", "motion": None, "keypoints": None,
    }  # fmt: skip
    return Order(**(fields | changes))  # type: ignore[arg-type]


def _placed(order: Order, store: Store) -> Job:
    return place_order(order, {"seed": 1}, "mimicmotion", "ann", store, find(), ANYTHING)


def test_an_example_needs_no_consent_and_is_copied(store: Store) -> None:
    job = _placed(_order(), store)
    image = job.input("image")
    assert image is not None and image.read_bytes() == find().people["mina"].read_bytes()
    assert job.words == {"person": "mina", "dance": "sway"} and not job.consent


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"person": None}, "need_person"),
        ({"person": "../../secret"}, "need_person"),
        ({"person": None, "photo": "me.png"}, "need_consent"),
        ({"dance": None}, "need_dance"),
        ({"dance": "../sway"}, "need_dance"),
        ({"source": "video"}, "need_dance"),
        ({"source": "keypoints", "motion": "clip.mp4"}, "need_dance"),
        ({"source": "nonsense"}, "need_dance"),
    ],
)
def test_an_incomplete_order_says_what_is_missing(
    store: Store, changes: dict[str, object], key: str
) -> None:
    with pytest.raises(Incomplete) as missing:
        _placed(_order(**changes), store)
    assert missing.value.key == key
    for part in ("what", "fix"):
        assert words.known(f"{key}_{part}")
    assert store.recent("ann") == []


def test_a_visitor_has_a_limit_and_uploads_are_kept(tmp_path: Path) -> None:
    store = Store(tmp_path / "home", QueueLimits(per_owner=2))
    photo, clip = tmp_path / "me.png", tmp_path / "clip.MOV"
    photo.write_bytes(b"png")
    clip.write_bytes(b"mov")
    order = _order(person=None, photo=str(photo), consent=True, source="video", motion=str(clip))
    job = _placed(order, store)
    assert job.inputs == {"image": "image.png", "motion": "motion.mov"} and job.consent
    _placed(_order(), store)
    with pytest.raises(Incomplete, match="too_many"):
        _placed(_order(), store)


# --- views --------------------------------------------------------------------------------------


def test_the_view_follows_a_job(store: Store) -> None:
    assert look(store, "ann", None, "en").card["state"] == "empty"
    assert look(store, None, None, "ko").shelf["items"] == []
    job, second = (_placed(_order(), store) for _ in range(2))
    view = look(store, "ann", second.id, "en")
    assert (view.shown, view.card["detail"], view.live) == (second.id, "1 video before yours", True)
    assert view.button == "Add to queue"
    store.take("w")
    store.progress(job.id, 3, 6, "denoise", 20.0)
    view = look(store, "ann", None, "ko")
    assert (view.shown, view.card["head"], view.card["percent"]) == (job.id, "춤추는 중", 50)
    assert view.card["detail"] == "6단계 중 3단계 · 약 20초 남음"
    store.cancel(job.id, "ann")
    assert look(store, "ann", job.id, "en").card["can_stop"] is False
    store.fail(job.id, Trouble("No.", "Because.", "Do so."))
    view = look(store, "ann", job.id, "en")
    assert view.card["trouble"] == [("", "No."), ("Why", "Because."), ("What to do", "Do so.")]
    assert look(store, "bob", job.id, "en").shown is None


def test_a_result_says_who_made_it_and_is_shown_once_it_is_whole(store: Store) -> None:
    job = _placed(_order(), store)
    store.take("w")
    job.result.write_bytes(b"half")
    assert look(store, "ann", job.id, "en").video is None
    keys = [{"key": "", "values": {}}, {"key": "several_people", "values": {}}]
    said = {"warnings": ["Mind this.", "Several."], "warning_keys": keys}
    store.finish(job.id, {"model": "pocket", "seed": 5, **said})
    view = look(store, "ann", job.id, "en")
    assert view.video == job.result and "built-in model" in view.card["badge"]
    assert view.card["who"] and view.card["note"] == "Mind this.\nSeveral."
    note = look(store, "ann", job.id, "ko").card["note"]
    assert note.startswith("Mind this.\n영상에 여러 사람이 있습니다.")
    assert view.marks() == look(store, "ann", job.id, "en").marks()
    assert view.marks() != look(store, "ann", job.id, "ko").marks()


def test_every_trouble_has_words(store: Store) -> None:
    job = _placed(_order(), store)
    for key in ("memory", "worker_died", "unexpected", "interrupted"):
        for language in ("en", "ko"):
            failed = Job(**{**vars(job), "state": "failed", "trouble": Trouble(key=key)})
            assert all(text for _, text in status(failed, 0, language)["trouble"])


# --- hosting ------------------------------------------------------------------------------------


def test_the_page_is_built_without_torch_and_without_warnings(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from studio.build import build, launch_options\n"
        "from studio.hosting import Hosting; from studio.jobs.store import Store\n"
        "from studio.jobs.supervisor import Supervisor\n"
        "build(Store(Path(sys.argv[1])), Hosting()); launch_options(Hosting())\n"
        "heavy = {'torch', 'diffusers', 'transformers', 'cv2', 'av'} & set(sys.modules)\n"
        "sys.exit(str(heavy) if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error::UserWarning", "-c", script, str(tmp_path)],
        capture_output=True, text=True, cwd=ROOT,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_nothing_of_a_public_host_is_left_open(store: Store) -> None:
    options = launch_options(Hosting())
    assert options["run_history"] is options["enable_monitoring"] is options["share"] is False
    assert options["allowed_paths"] == [] and options["max_file_size"]
    page = build(store, Hosting())
    public = {fn.api_name for fn in page.fns.values() if fn.api_visibility != "private"}
    assert public == {"make", "status", "list", "result", "stop"}
