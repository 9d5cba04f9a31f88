"""The gallery without a browser: who sees what, how much is sent, what deleting leaves behind."""

from __future__ import annotations

import json
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.choices import Choices
from studio.examples import Examples
from studio.jobs.home import owner_of
from studio.jobs.job import Job, Trouble
from studio.jobs.store import Store
from studio.names import clean_title, every_fact, job_facts
from studio.pack import pack, safe_name
from studio.tabs.gallery import PAGE, Gallery

ANN, BOB = "a" * 32, "b" * 32
PICTURES = Path(__file__).resolve().parents[2] / "assets" / "examples"
EXAMPLES = Examples(
    people={path.stem: path for path in (PICTURES / "people").glob("*.png")},
    dances={path.stem: path for path in (PICTURES / "dances").glob("*.webp")},
)
RECORD = {"app": "pirouette", "v": 1, "model": "pocket", "seed": 7, "frames": 24, "fps": 15.0}
View = tuple[Any, Any, dict[str, Any]]


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "served"))
    return Store(tmp_path / "home")


@pytest.fixture
def gallery(store: Store) -> Gallery:
    return Gallery(store, EXAMPLES)


def event(**said: object) -> gr.EventData:
    return gr.EventData(None, said)


def queued(store: Store, token: str = ANN, dance: str = "salsa") -> Job:
    owner = owner_of(token)
    assert owner
    chosen = {"num_frames": 24, "quality": "draft", "seed": -1}
    return store.add(owner, "mimicmotion", chosen, {}, {"person": "mina", "dance": dance})


def done(store: Store, token: str = ANN, content: bytes = b"video", dance: str = "salsa") -> Job:
    job = queued(store, token, dance)
    assert store.take("w")
    job.result.write_bytes(content)
    job.poster.write_bytes(b"\xff\xd8poster" + content)
    store.finish(job.id, RECORD)
    kept = store.get(job.id, job.owner)
    assert kept
    return kept


def look(gallery: Gallery, token: object = ANN, seen: Any = None, count: int = PAGE) -> View:
    return gallery.look(token, count, seen or {}, "en", event())  # type: ignore[return-value]


def skipped(value: object) -> bool:
    return value == gr.skip()


# --- what is shown ------------------------------------------------------------------------------


def test_nothing_yet_is_an_invitation(gallery: Gallery) -> None:
    for token in (ANN, None, "", "nonsense", 7, {"a": 1}):
        wings, wall, _ = look(gallery, token)
        assert wings["items"] == [] and wall["order"] == []
        assert wall["empty"] and not wall["more"] and not wall["live"]


def test_newest_first_and_sent_once(gallery: Gallery, store: Store) -> None:
    jobs = [done(store, content=bytes([n])) for n in range(3)]
    _, wall, seen = look(gallery)
    assert wall["order"] == [job.id for job in reversed(jobs)]
    first = wall["fresh"][0]
    assert (first["name"], first["facts"]) == ("Salsa", "1.6 s · Draft")
    copy = Path(first["poster"].removeprefix("gradio_api/file="))
    assert copy.read_bytes() == jobs[-1].poster.read_bytes(), "small on the way, sharp on the wall"
    wings, wall, seen = look(gallery, seen=seen)
    assert skipped(wings) and skipped(wall)
    store.rename(jobs[0].id, jobs[0].owner, "Mine")
    _, wall, seen = look(gallery, seen=seen)
    assert [work["name"] for work in wall["fresh"]] == ["Mine"] and len(wall["order"]) == 3
    lost = gallery.look(ANN, PAGE, seen, "en", event(all=True))[1]
    assert len(lost["fresh"]) == 3


def test_a_language_is_a_new_sight(gallery: Gallery, store: Store) -> None:
    done(store)
    _, _, seen = look(gallery)
    wall = gallery.look(ANN, PAGE, seen, "ko", event())[1]
    assert wall["fresh"][0]["name"] == "살사" and wall["fresh"][0]["facts"] == "1.6초 · 초안"


def test_a_job_moves_from_the_wings_to_the_wall(gallery: Gallery, store: Store) -> None:
    job, waiting = queued(store), queued(store)
    assert store.take("w")
    store.progress(job.id, 3, 6, "denoise", 20.0)
    wings, wall, seen = look(gallery)
    assert [item["id"] for item in wings["items"]] == [waiting.id, job.id]
    assert wings["items"][1]["percent"] == 50 and wings["items"][0]["detail"]
    assert wall["live"] and not wall["empty"] and wall["order"] == []
    store.progress(job.id, 4, 6, "denoise", 10.0)
    wings, wall, seen = look(gallery, seen=seen)
    assert not skipped(wings) and skipped(wall), "progress moves only the wings"
    job.result.write_bytes(b"video")
    store.finish(job.id, RECORD)
    wings, wall, seen = look(gallery, seen=seen)
    assert [item["id"] for item in wings["items"]] == [waiting.id]
    assert wall["order"] == [job.id]
    gallery.stop(ANN, PAGE, seen, "en", event(id=waiting.id))
    wings, wall, _ = look(gallery, seen=seen)
    assert wings["items"] == [] and wall["order"] == [waiting.id, job.id] and not wall["live"]


def test_failed_jobs_say_why(gallery: Gallery, store: Store) -> None:
    job = queued(store)
    assert store.take("w")
    store.fail(job.id, Trouble("No person.", "It is a <b>cat</b>.", "Take another."))
    _, wall, seen = look(gallery)
    work = wall["fresh"][0]
    assert (work["state"], work["words"]) == ("failed", "failed")
    assert work["poster"].startswith("pirouette/"), "the dance stands in for the picture"
    player = gallery.open(ANN, PAGE, seen, "en", event(id=job.id))[0]
    assert player["video"] == "" and player["trouble"][1] == ("Why", "It is a <b>cat</b>.")
    assert json.loads(player["record"])["settings"]["quality"] == "draft"


def test_500_results_are_shown_a_page_at_a_time(gallery: Gallery, store: Store) -> None:
    owner = owner_of(ANN)
    made = [done(store, content=str(n).encode()).id for n in range(500)]
    other = done(store, BOB).id
    count, seen, pages = PAGE, {}, 1
    wall = look(gallery)[1]
    seen = look(gallery)[2]
    while wall["more"]:
        count, _, wall, seen = gallery.older(ANN, count, seen, "en")
        assert len(wall["fresh"]) <= PAGE, "what is on the page is not sent again"
        pages += 1
    assert wall["order"] == made[::-1] and other not in wall["order"]
    assert pages == -(-500 // PAGE) and owner
    begin = time.process_time()
    assert skipped(look(gallery, seen=seen, count=count)[1])
    assert time.process_time() - begin < 0.5


# --- whose it is --------------------------------------------------------------------------------

STRANGE = [None, 7, "", "../" * 8, "a" * 32, "A" * 32, ["x"], {"id": 1}, "x" * 100_000, "' OR 1=1"]


def test_nobody_reaches_what_is_another_visitors(gallery: Gallery, store: Store) -> None:
    job = done(store)
    waiting = queued(store)
    acts: list[Callable[..., Any]] = [gallery.open, gallery.rename, gallery.remove]
    for token, key in [(BOB, job.id), (None, job.id), *((ANN, key) for key in STRANGE)]:
        for act in acts:
            player, said, *_ = act(token, PAGE, {}, "en", event(id=key, title="stolen"))
            assert player is None and said["what"] == "This video is no longer here."
        choices, said = gallery.use(token, "en", event(id=key))
        assert choices is None and said
    gallery.stop(BOB, PAGE, {}, "en", event(id=waiting.id))
    for broken in (event(), gr.EventData(None, None), gr.EventData(None, ["x"])):
        assert gallery.open(ANN, PAGE, {}, "en", broken)[0] is None
    kept = store.get(job.id, job.owner)
    assert kept and kept.title == "" and kept.result.exists()
    still = store.get(waiting.id, waiting.owner)
    assert still and still.state == "queued"
    assert look(gallery, BOB)[1]["order"] == []
    assert list(gallery.download_all(BOB, "en"))[-1][1] == ""


# --- one result ---------------------------------------------------------------------------------


def test_a_result_is_served_from_a_copy_and_deleting_takes_it_back(
    gallery: Gallery, store: Store, tmp_path: Path
) -> None:
    job = done(store, content=b"the video")
    player = gallery.open(ANN, PAGE, {}, "en", event(id=job.id))[0]
    poster = Path(player["poster"].removeprefix("gradio_api/file="))
    assert poster.exists()
    copy = Path(player["video"].removeprefix("gradio_api/file="))
    assert copy.read_bytes() == b"the video" and copy.is_relative_to(tmp_path / "served")
    assert player["download"].endswith("/Salsa.mp4")
    assert str(job.folder) not in json.dumps(player)
    facts = dict(player["facts"])
    assert facts["Person"] == "Mina" and facts["Dance"] == "Salsa" and facts["Variation"] == "7"
    assert dict(player["every"])["Steps"] == "Automatic"
    player, said, _, wall, _ = gallery.remove(ANN, PAGE, {}, "en", event(id=job.id))
    assert player is None and said["tone"] == "done" and wall["order"] == []
    assert not copy.parent.exists() and not job.folder.exists()
    assert not poster.parent.exists()
    assert gallery.open(ANN, PAGE, {}, "en", event(id=job.id))[1]["what"]


def test_a_name_is_text_on_one_line(gallery: Gallery, store: Store) -> None:
    job = done(store)

    def named(title: object) -> str:
        return gallery.rename(ANN, PAGE, {}, "en", event(id=job.id, title=title))[0]["name"]

    assert named("  My   first\ndance ") == "My first dance"
    assert named("<img src=x onerror=alert(1)>") == "<img src=x onerror=alert(1)>"
    assert named("a\u202etxt.exe\x00") == "a txt.exe"
    assert named("춤 👩‍🎤") == "춤 👩‍🎤"
    assert len(named("x" * 10_000)) == 80
    assert named(["list"]) == "x" * 80, "what is no text changes nothing"
    assert named("   ") == "Salsa"


def test_facts_are_words_in_both_languages(store: Store) -> None:
    job = done(store)
    for language in ("en", "ko"):
        for facts in (
            job_facts(job, language),
            every_fact(job.system, job.settings, language),
        ):
            assert facts and all(what and which for what, which in facts)


def test_settings_are_handed_over_with_the_seed_that_was_drawn(
    gallery: Gallery, store: Store
) -> None:
    choices, said = gallery.use(ANN, "en", event(id=done(store).id))
    assert isinstance(choices, Choices) and said is None
    assert choices.settings["seed"] == 7 and choices.order.dance == "salsa"


# --- settings from a file -----------------------------------------------------------------------


def test_a_dropped_record_is_shown_before_it_is_used(
    gallery: Gallery, store: Store, tmp_path: Path
) -> None:
    player = gallery.open(ANN, PAGE, {}, "en", event(id=done(store).id))[0]
    path = tmp_path / "record.json"
    path.write_text(player["record"])
    shown, found, said, file = gallery.restore(str(path), "ko")
    assert said is None and file is None and dict(shown["facts"])["춤"] == "살사"
    choices, _ = gallery.use_found(found, "ko")
    assert choices.settings["seed"] == 7 and choices.order.dance == "salsa"
    path.write_text("#EXTM3U\nhttp://127.0.0.1/x.ts")
    shown, found, said, file = gallery.restore(str(path), "en")
    assert list(shown) == ["at"] and found is file is None
    assert said["what"].startswith("This is neither")
    assert gallery.use_found(None, "en")[0] is None


# --- all in one file ----------------------------------------------------------------------------


def test_all_results_in_one_file(gallery: Gallery, store: Store, tmp_path: Path) -> None:
    names = ["../../etc/passwd", "CON", "salsa", "SALSA", "", "...", "a/b\\c:d"]
    for number, name in enumerate(names):
        job = done(store, content=bytes([number]) * 1000)
        store.rename(job.id, job.owner, name)
    link = done(store)
    link.result.unlink()
    os.symlink("/etc/passwd", link.result)
    queued(store)
    done(store, BOB, b"bob's")
    *_, (button, address, said) = gallery.download_all(ANN, "en")
    path = Path(address.removeprefix("gradio_api/file="))
    assert button["interactive"] and said["fix"].startswith("7 videos")
    assert path.is_relative_to(tmp_path / "served") and len(path.parent.name) == 32
    with zipfile.ZipFile(path) as archive:
        members = archive.namelist()
        assert len(members) == 14 and len({one.casefold() for one in members}) == 14
        assert all("/" not in one and "\\" not in one and ".." not in one for one in members)
        assert {one for one in members if one.endswith(".mp4")} == {
            "_CON.mp4", "etc passwd.mp4", "a b c d.mp4", "video.mp4",
            "Salsa.mp4", "SALSA (2).mp4", "salsa (3).mp4",
        }  # fmt: skip
        contents = {archive.read(one)[:1] for one in members if one.endswith(".mp4")}
        assert contents == {bytes([n]) for n in range(7)}
        assert json.loads(archive.read("_CON.json"))["seed"] == 7
        assert all(not one.is_dir() and one.external_attr >> 28 == 8 for one in archive.infolist())
    assert not list(path.parent.glob("*.part"))
    gallery.remove(ANN, PAGE, {}, "en", event(id=job.id))
    assert not path.exists(), "what was deleted is in no file any more"


def test_the_file_has_a_largest_size_and_old_ones_go(store: Store, tmp_path: Path) -> None:
    jobs = [done(store, content=bytes(1000)) for _ in range(5)]
    folder = tmp_path / "parcels" / "ann"
    packed = pack([(job, "x") for job in jobs], folder, max_bytes=2500)
    assert (packed.count, packed.left_out) == (2, 3)
    again = pack([(job, "x") for job in jobs], folder)
    assert again.count == 5 and not packed.path.exists(), "one file a visitor"
    pack([], tmp_path / "parcels" / "bob")
    assert again.path.exists()
    os.utime(folder, (1, 1))
    pack([], tmp_path / "parcels" / "bob")
    assert not folder.exists()


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=200) | st.sampled_from(["con.txt", "..", "a" * 500, "lpt1", "\u202e/"]))
def test_any_title_makes_a_safe_file_name(title: str) -> None:
    name = safe_name(title)
    assert 0 < len(name) <= 61 and len(name.encode()) <= 245
    assert not set(name) & set('<>:"/\\|?*\0') and name.isprintable()
    assert name == name.strip(". ") and name.split(".")[0].casefold() not in {"con", "nul", "lpt1"}
    assert "\n" not in clean_title(title)
