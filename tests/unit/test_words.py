"""Words: both languages complete, and no text for visitors anywhere else."""

from __future__ import annotations

import re
import string
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import visible

from engine.catalogue import SETTINGS
from engine.settings import specs
from studio import words
from studio.examples import find

ROOT = Path(__file__).resolve().parents[2]
NAMES = {"Pirouette", "English", "한국어"}
"""What is called the same in every language."""

FOR_PROGRAMS = {
    "Files are uploaded here, not fetched.",  # guard.py: the answer to a forged request
}
"""Sentences that no page shows."""

SAME = re.compile(r"[a-z]{2}|[\d.]+ [KMGT]B|bpm")
"""English that is Korean, too: a language's code, a size, beats per minute."""

_HANGUL = re.compile(r"[\uac00-\ud7a3]")
_READERS: dict[str, Callable[[str], Iterator[tuple[int, str]]]] = {
    ".py": visible.in_python,
    ".html": visible.in_html,
    ".js": visible.in_javascript,
}


def _places(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_both_languages_say_the_same_things() -> None:
    english, korean = (words.I18N.translations[code] for code in ("en", "ko"))
    assert english.keys() == korean.keys()
    for key, text in english.items():
        assert text.strip() and korean[key].strip(), key
        assert _places(text) == _places(korean[key]), key


def test_nothing_was_left_untranslated() -> None:
    english, korean = (words.I18N.translations[code] for code in ("en", "ko"))
    said = {key: re.sub(r"\{\w+\}", "", text).strip() for key, text in english.items()}
    wordy = {key for key, text in said.items() if re.search(r"[A-Za-z]{2}", text)}
    copies = {key for key in wordy if not _HANGUL.search(korean[key])}
    copies -= {key for key in copies if SAME.fullmatch(said[key])}
    assert not copies, {key: korean[key] for key in copies}
    assert [key for key, text in english.items() if _HANGUL.search(text)] == []


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


# --- nothing elsewhere --------------------------------------------------------------------------


def test_no_visible_string_outside_words() -> None:
    sources = [*(ROOT / "studio").rglob("*.*"), *(ROOT / "assets" / "brand").glob("*.html")]
    found = [
        f"{path.relative_to(ROOT)}:{line} {text!r}"
        for path in sorted(sources)
        if path.suffix in _READERS and not path.name.startswith("words")
        for line, text in _READERS[path.suffix](path.read_text(encoding="utf-8"))
        if text not in NAMES | FOR_PROGRAMS and not words.known(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (".py", 'gr.Slider(0, 1, label="How long")'),
        (".py", 'gr.Markdown("## Hello")'),
        (".py", 'gr.Markdown("## " + "Hello")'),
        (".py", 'gr.Markdown(f"Hello {name}")'),
        (".py", 'gr.Radio([("Slow", "slow")], label=label("tempo"))'),
        (".py", 'gr.Dropdown(choices=["Slow"])'),
        (".py", 'gr.Warning("Too long")'),
        (".py", 'gr.update(placeholder="Search")'),
        (".py", 'x = {"what": "No room", "fix": say("fix", language)}'),
        (".py", 'gr.HTML(None, html_template="<p>Hello</p>")'),
        (".html", '<button aria-label="Stop"></button>'),
        (".html", "<p>Hello</p>"),
        (".js", "head.textContent = 'Done';"),
        (".js", "head.textContent = `Done ${count}`;"),
        (".js", "bar.setAttribute('aria-label', \"Progress\");"),
        (".js", "box.append(make('b', 'title', 'Why'));"),
        (".js", "const note = 'Nothing here yet';"),
    ],
)
def test_the_search_finds(kind: str, source: str) -> None:
    assert list(_READERS[kind](source))


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (".py", 'gr.Slider(0, 1, label=label("how_long"), elem_id="how-long")'),
        (".py", 'gr.Radio([(label("slow"), "slow")])'),
        (".py", 'gr.HTML(None, html_template="<p class=quiet></p>")'),
        (".html", '<p class="quiet note"></p><style>p { color: red }</style>'),
        (".js", "// Says that it is done\nhead.textContent = words.done;"),
        (".js", "element.querySelector('.status .head').className = 'head big';"),
    ],
)
def test_the_search_leaves_code_alone(kind: str, source: str) -> None:
    assert [text for _, text in _READERS[kind](source)] == []
