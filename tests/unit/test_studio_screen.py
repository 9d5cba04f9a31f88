"""The screen without a browser: words, forms, orders, views, hosting, and what is imported."""

from __future__ import annotations

import ast
import string
import subprocess
import sys
from pathlib import Path

import gradio as gr
import pytest

from engine.catalogue import SETTINGS
from engine.errors import BadInput
from engine.settings import specs
from studio import words
from studio.build import build, launch_options
from studio.examples import find
from studio.forms import Form
from studio.hosting import Hosting, UnsafeBind, hosting
from studio.jobs.job import Job, Trouble
from studio.jobs.limits import QueueLimits
from studio.jobs.store import Store
from studio.orders import Incomplete, Order, place_order
from studio.parts.card import status
from studio.view import look

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


# --- words --------------------------------------------------------------------------------------


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    english, korean = (words.I18N.translations[code] for code in ("en", "ko"))
    assert english.keys() == korean.keys()
    for key, text in english.items():
        assert text and korean[key], key
        assert _places(text) == _places(korean[key]), key


def test_every_setting_and_choice_has_words() -> None:
    for settings in SETTINGS.values():
        for name, spec in specs(settings).items():
            words.label(f"setting_{name}")
            words.label(f"setting_{name}_help")
            for choice in spec.choices:
                words.label(f"choice_{choice}")


def test_every_example_has_a_name() -> None:
    examples = find()
    assert len(examples.people) >= 6 and len(examples.dances) >= 12
    for key in examples.people:
        assert words.known(f"person_{key}")
    for key in examples.dances:
        assert words.known(f"dance_{key}")


@pytest.mark.parametrize(
    ("seconds", "english", "korean"),
    [
        (0.4, "1 second", "1초"),
        (7.6, "8 seconds", "8초"),
        (23, "25 seconds", "25초"),
        (70, "1 minute", "1분"),
        (400, "7 minutes", "7분"),
        (9000, "2.5 hours", "2.5시간"),
    ],
)
def test_durations(seconds: float, english: str, korean: str) -> None:
    assert words.duration(seconds, "en") == english
    assert words.duration(seconds, "ko") == korean


def test_the_page_says_its_language() -> None:
    assert [words.language_of(said) for said in ("ko", " ko-KR", "en", "fr", None, 3)] == [
        "ko", "ko", "en", "en", "en", "en",
    ]  # fmt: skip


def test_no_visible_string_outside_words() -> None:
    """Texts that a component would show must come from `studio.words`."""
    shown = {"label", "info", "placeholder", "title", "description"}
    allowed = {"Pirouette"}
    found = []
    for path in (ROOT / "studio").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not ast.unparse(node.func).startswith("gr."):
                continue
            first = node.args[:1] if ast.unparse(node.func) in ("gr.Button", "gr.Markdown") else []
            texts = [one.value for one in node.keywords if one.arg in shown] + first
            found += [
                f"{path.name}:{text.lineno} {text.value!r}"
                for text in texts
                if isinstance(text, ast.Constant) and text.value and text.value not in allowed
            ]
    assert found == []


# --- forms --------------------------------------------------------------------------------------


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
    return place_order(order, {"seed": 1}, "mimicmotion", "ann", store, find())


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
    assert (view.shown, view.card["detail"], view.live) == (second.id, "1 before it", True)
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
    store.finish(job.id, {"model": "pocket", "seed": 5, "warnings": ["Mind this."]})
    view = look(store, "ann", job.id, "en")
    assert view.video == job.result and "pocket" in view.card["badge"]
    assert "seed 5" in view.card["detail"] and view.card["note"] == "Mind this."
    assert view.marks() == look(store, "ann", job.id, "en").marks()
    assert view.marks() != look(store, "ann", job.id, "ko").marks()


def test_every_trouble_has_words(store: Store) -> None:
    job = _placed(_order(), store)
    for key in ("memory", "worker_died", "unexpected", "interrupted"):
        for language in ("en", "ko"):
            failed = Job(**{**vars(job), "state": "failed", "trouble": Trouble(key=key)})
            assert all(text for _, text in status(failed, 0, language)["trouble"])


# --- hosting ------------------------------------------------------------------------------------


def test_the_studio_listens_to_this_machine_only() -> None:
    assert hosting({}) == Hosting("127.0.0.1", 7860)
    assert hosting({"PORT": "9000"}).port == 9000
    assert hosting({"GRADIO_SERVER_PORT": "9001"}).port == 9001
    assert hosting({}).private


@pytest.mark.parametrize("extra", [{}, {"STUDIO_AUTH": "name:"}, {"STUDIO_ALLOW_PUBLIC": "no"}])
def test_a_public_address_is_refused(extra: dict[str, str]) -> None:
    with pytest.raises(UnsafeBind):
        hosting({"GRADIO_SERVER_NAME": "0.0.0.0"} | extra)


def test_a_public_address_can_be_meant() -> None:
    public = {"GRADIO_SERVER_NAME": "0.0.0.0"}
    assert hosting(public | {"STUDIO_AUTH": "a:b:c"}).auth == ("a", "b:c")
    assert not hosting(public | {"STUDIO_ALLOW_PUBLIC": "1"}).private
    space = hosting({"SPACE_ID": "a/b"})
    assert (space.host, space.jobs_per_owner, space.max_upload) == ("0.0.0.0", 3, "100mb")


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
    assert all(fn.api_visibility == "private" for fn in page.fns.values())
