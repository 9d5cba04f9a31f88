"""Settings back from a file: all of ours, nothing else of a stranger's, and never an accident."""

from __future__ import annotations

import hashlib
import json
import math
import string
import struct
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.catalogue import SETTINGS
from engine.data.video_record import MAX_RECORD_BYTES
from engine.settings import parse, specs
from studio import words
from studio.examples import Examples
from studio.jobs.store import Store
from studio.parts.gallery_drop import finding
from studio.restore import NotRestorable, Restored, read, record_of, restored

PICTURES = Path(__file__).resolve().parents[2] / "assets" / "examples"
EXAMPLES = Examples(
    people={path.stem: path for path in (PICTURES / "people").glob("*.png")},
    dances={path.stem: path for path in (PICTURES / "dances").glob("*.webp")},
)
MINA = hashlib.sha256(EXAMPLES.people["mina"].read_bytes()).hexdigest()


def record(**changes: Any) -> dict[str, Any]:
    whole = {
        "app": "pirouette",
        "v": 1,
        "ai_generated": True,
        "system": "mimicmotion",
        "model": "pocket",
        "settings": {"num_frames": 40, "quality": "best", "seed": -1},
        "seed": 1234,
        "inputs": [{"role": "image", "name": "image.png", "sha256": MINA}],
        "dance": "salsa",
    }
    return whole | changes


def box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + name + content


def mp4(text: bytes) -> bytes:
    """The boxes of an mp4 whose comment is `text`."""
    items = box(b"ilst", box(b"\xa9cmt", box(b"data", struct.pack(">II", 1, 0) + text)))
    meta = box(b"meta", bytes(4) + box(b"hdlr", bytes(25)) + items)
    return box(b"ftyp", b"isom" + bytes(4)) + box(b"moov", box(b"udta", meta)) + box(b"mdat", b"x")


def put(tmp_path: Path, data: bytes, name: str = "stranger.mp4") -> Restored:
    path = tmp_path / name
    path.write_bytes(data)
    return read(path, EXAMPLES)


def refused(tmp_path: Path, data: bytes, name: str = "stranger.mp4") -> str:
    with pytest.raises(NotRestorable) as error:
        put(tmp_path, data, name)
    assert words.known(f"restore_{error.value.key}_what")
    assert words.known(f"restore_{error.value.key}_fix")
    return error.value.key


# --- ours ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["clip.mp4", "clip.json", "no suffix", "wrong.txt"])
def test_the_content_counts_not_the_name(tmp_path: Path, name: str) -> None:
    text = json.dumps(record(), ensure_ascii=False).encode()
    for data in (mp4(text), text, b"\xef\xbb\xbf \n" + text):
        found = put(tmp_path, data, name)
        assert found.settings["num_frames"] == 40 and found.settings["quality"] == "best"
        assert found.settings["seed"] == 1234, "the seed that was drawn"
        assert found.words == {"person": "mina", "dance": "salsa"}
        assert (found.missing, found.ignored, found.ignored_more) == ((), (), 0)


def test_what_is_not_in_the_file_is_said() -> None:
    inputs = [
        {"role": "image", "name": "me.jpg", "sha256": "0" * 64},
        {"role": "motion", "name": "../../x", "sha256": 7},
    ]
    found = restored(record(inputs=inputs, dance=None), EXAMPLES)
    assert found.missing == ("image", "motion") and found.words == {}
    assert restored(record(dance="tango"), EXAMPLES).missing == ("dance",)
    for language in ("en", "ko"):
        assert len(finding(found, language)["notes"]) == 2


def test_unknown_and_unfit_settings_are_named_and_left_out() -> None:
    given = {"seed": 5, "num_frames": 10**9, "quality": "<b>best</b>", "fps": "fast", "zoom": 2}
    found = restored(record(settings=given, seed=None), EXAMPLES)
    assert set(found.ignored) == {"num_frames", "quality", "fps", "zoom"}
    usual = SETTINGS["mimicmotion"]()
    assert found.settings["seed"] == 5 and found.settings["num_frames"] == usual.num_frames
    note = finding(found, "en")["notes"][-1]
    assert note.startswith("Not known here") and "zoom" in note


def test_a_thousand_unknown_names_are_counted_and_short() -> None:
    many = {f"setting {n}\u202e\n" + "x" * 500: n for n in range(1000)}
    found = restored(record(settings=many), EXAMPLES)
    assert len(found.ignored) == 8 and found.ignored_more == 992
    assert all(len(name) <= 40 and name.isprintable() for name in found.ignored)
    assert "992" in finding(found, "ko")["notes"][-1]


def test_a_job_gives_back_what_it_was_made_from(tmp_path: Path) -> None:
    store = Store(tmp_path)
    job = store.add("ann", "mimicmotion", {"num_frames": 30, "seed": 9}, {}, {"dance": "twist"})
    path = tmp_path / "job.json"
    path.write_text(json.dumps(record_of(job)))
    found = read(path, EXAMPLES)
    assert found.settings["num_frames"] == 30 and found.settings["seed"] == 9
    assert found.words == {"dance": "twist"}


# --- not ours -----------------------------------------------------------------------------------

PLAYLISTS = (
    b"#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/x.ts\n",
    b"ffconcat version 1.0\nfile '/etc/passwd'\n",
    b'<?xml version="1.0"?><MPD><BaseURL>http://127.0.0.1:9/</BaseURL></MPD>',
)


def test_strange_files_are_refused_politely(tmp_path: Path) -> None:
    assert refused(tmp_path, b"") == "unreadable"
    for data in (*PLAYLISTS, b"\xff\xd8\xff\xe0JFIF", b"PK\x03\x04", b"hello", bytes(4096)):
        assert refused(tmp_path, data) == "not_ours"
    assert refused(tmp_path, mp4(b"")) == "no_record"
    assert refused(tmp_path, mp4(b"a holiday")) == "no_record"
    assert refused(tmp_path, mp4(b"[1]")) == "no_record"
    assert refused(tmp_path, mp4(b'{"a":1}')) == "other_app"
    (tmp_path / "folder").mkdir()
    with pytest.raises(NotRestorable, match="unreadable"):
        read(tmp_path / "folder", EXAMPLES)
    with pytest.raises(NotRestorable, match="unreadable"):
        read(tmp_path / "nobody.mp4", EXAMPLES)


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"app": "<script>alert(1)</script>"}, "other_app"),
        ({"app": ["pirouette"]}, "other_app"),
        ({"v": True}, "other_app"),
        ({"v": "1"}, "other_app"),
        ({"v": 0}, "other_app"),
        ({"v": 2}, "newer"),
        ({"system": "../mimicmotion"}, "other_system"),
        ({"system": ["mimicmotion"]}, "other_system"),
        ({"system": None}, "other_system"),
    ],
)
def test_records_of_others_are_refused(changes: dict[str, Any], key: str) -> None:
    with pytest.raises(NotRestorable) as error:
        restored(record(**changes), EXAMPLES)
    assert error.value.key == key


def test_bombs_cost_little(tmp_path: Path) -> None:
    """Each is read or refused within a second: the work does not grow with the file."""
    deep = b'{"a":' * 150_000 + b"1" + b"}" * 150_000
    nested = json.dumps(record()).encode()[:-1] + b', "settings": {"fps": ' + b"[" * 900
    nested += b"]" * 900 + b"}}"
    wide = json.dumps(record(settings={f"k{n}": n for n in range(60_000)})).encode()
    long = json.dumps(record(prompt="x" * 2 * MAX_RECORD_BYTES)).encode()
    digits = json.dumps(record()).encode()[:-1] + b', "seed": ' + b"9" * 100_000 + b"}"
    huge = mp4(long)
    boxes = box(b"ftyp", b"isom") + box(b"free", b"") * 200_000
    for data in (deep, nested, wide, long, digits, huge, boxes, mp4(deep), mp4(wide), mp4(digits)):
        begin = time.process_time()
        try:
            found = put(tmp_path, data)
        except NotRestorable as error:
            assert error.key in ("not_ours", "no_record")
        else:
            assert len(found.ignored) <= 8
        assert time.process_time() - begin < 1


def test_a_long_video_is_not_read_to_the_end(tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    path.write_bytes(mp4(json.dumps(record()).encode()))
    with path.open("r+b") as file:
        file.truncate(20 * 1024**3)  # sparse: it takes no room
    begin = time.process_time()
    assert read(path, EXAMPLES).settings["seed"] == 1234
    assert time.process_time() - begin < 1


def test_numbers_that_are_none_are_left_out() -> None:
    hostile = {"fps": math.inf, "num_frames": math.inf, "seed": True, "guidance_scale": math.nan}
    found = restored(record(settings=hostile, seed=2**80), EXAMPLES)
    # True is read as no number, and a seed beyond the range is not taken either
    assert found.settings == vars(SETTINGS["mimicmotion"]())


# --- whatever comes -----------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable, max_size=9),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner, max_size=4)
    ),
    max_leaves=12,
)
NAMES = st.sampled_from([*specs(SETTINGS["mimicmotion"]), "zoom", "__class__", "path"])
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "app": st.just("pirouette") | JSON,
        "v": st.just(1) | JSON,
        "system": st.just("mimicmotion") | JSON,
        "settings": st.dictionaries(NAMES, JSON, max_size=6) | JSON,
        "seed": st.integers() | JSON,
        "dance": st.sampled_from(["salsa", "tango", "../x"]) | JSON,
        "inputs": st.lists(
            st.fixed_dictionaries({"role": st.just("image") | JSON, "sha256": st.just(MINA) | JSON})
            | JSON
        )
        | JSON,
    },
)


def fit(found: Restored) -> None:
    """What came out can be given to the form and the engine as it is."""
    kind = SETTINGS[found.system]
    assert vars(parse(kind, found.settings)) == found.settings
    assert set(found.settings) == set(specs(kind))
    assert found.words.get("person", "mina") in EXAMPLES.people
    assert found.words.get("dance", "salsa") in EXAMPLES.dances
    assert set(found.words) <= {"person", "dance"}
    assert set(found.missing) <= {"image", "motion", "dance"}
    assert len(found.ignored) <= 8 and all(len(name) <= 40 for name in found.ignored)
    for language in ("en", "ko"):
        said = finding(found, language)
        assert all(isinstance(text, str) for pair in said["facts"] for text in pair)


@settings(max_examples=300, deadline=None)
@given(RECORDS)
def test_any_record_is_refused_or_made_fit(strange: dict[str, Any]) -> None:
    whole = {"app": "pirouette", "v": 1, "system": "mimicmotion", **strange}
    try:
        fit(restored(whole, EXAMPLES))
    except NotRestorable as error:
        assert words.known(f"restore_{error.key}_what")


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_any_damage_is_refused_or_made_fit(tmp_path: Path, data: st.DataObject) -> None:
    good = data.draw(
        st.sampled_from([mp4(json.dumps(record()).encode()), json.dumps(record()).encode()])
    )
    at = data.draw(st.integers(0, len(good)))
    noise = data.draw(st.binary(max_size=12))
    cut = data.draw(st.integers(0, 12))
    try:
        fit(put(tmp_path, good[:at] + noise + good[at + cut :]))
    except NotRestorable as error:
        assert words.known(f"restore_{error.key}_what")


def test_the_examples_may_be_missing(tmp_path: Path) -> None:
    found = restored(record(), Examples({}, {}))
    assert found.words == {} and found.missing == ("image", "dance")
