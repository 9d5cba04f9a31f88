"""Finds text that a visitor could read and that does not come from `studio.words`.

Three kinds of source: Python (what components, messages and choices are given), HTML templates
(text and attributes that are shown or read aloud), and the parts' JavaScript.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

_SHOWN_ARGUMENTS = {
    *("label", "info", "placeholder", "title", "description", "submit_btn", "stop_btn"),
    *("alt", "caption", "message", "text", "heading", "empty", "what", "why", "fix", "head"),
}
_FIRST_ARGUMENTS = {
    *("Button", "Markdown", "HTML", "Label", "Tab", "Accordion", "Warning", "Info", "Error"),
    *("DownloadButton", "UploadButton", "Success"),
}
_SHOWN_ATTRIBUTES = {"alt", "title", "placeholder", "aria-label", "aria-description", "content"}
_LETTERS = re.compile(r"[^\W\d_]{2}")
# Begins as a sentence does, is Korean, or is too long for a list of classes.
_SENTENCE = re.compile(
    r"^\s*[A-Z][a-z]*[,:]? [^\W\d_]{2,}|[\uac00-\ud7a3]|(?:[^\W\d_]{2,}[,:]? ){3}"
)
_TAG = re.compile(r"<[a-zA-Z][^<>]*>")
_JS_LITERAL = r"""(?:'((?:[^'\\\n]|\\.)*)'|"((?:[^"\\\n]|\\.)*)"|`((?:[^`\\]|\\.)*)`)"""
_JS_SHOWN = re.compile(
    r"(?:\.(?:textContent|innerText|innerHTML|outerHTML|title|alt|placeholder|ariaLabel)\s*\+?=|"
    r"setAttribute\(\s*['\"](?:aria-label|aria-description|title|alt|placeholder)['\"]\s*,|"
    r"(?:alert|confirm|prompt|createTextNode)\(|"
    r"\bmake\(\s*'[^']*'\s*,\s*'[^']*'\s*,)\s*" + _JS_LITERAL
)
_JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:'\"`\\])//[^\n]*", re.DOTALL)
_CODE = re.compile(r"[#.\[\]{}();:=<>/$]")


def in_python(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of what components and messages of `source` show."""
    tree = ast.parse(source)
    docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            if _TAG.search(node.value) and id(node) not in docs:
                yield from ((node.lineno, text) for _, text in in_html(node.value))
        elif isinstance(node, ast.Call):
            name = ast.unparse(node.func).rsplit(".", 1)[-1]
            given = [one.value for one in node.keywords if one.arg in _SHOWN_ARGUMENTS]
            given += node.args[:1] if name in _FIRST_ARGUMENTS else []
            given += [one.value for one in node.keywords if one.arg == "choices"]
            given += node.args[:1] if name in ("Radio", "Dropdown", "CheckboxGroup") else []
            for part in given:
                yield from ((part.lineno, text) for text in _literal(part))
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if isinstance(key, ast.Constant) and key.value in _SHOWN_ARGUMENTS:
                    yield from ((value.lineno, text) for text in _literal(value))


def in_html(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of what the markup says by itself."""
    reader = _Reader()
    reader.feed(source)
    yield from ((line, text) for line, text in reader.found if _LETTERS.search(text))


def in_javascript(source: str) -> Iterator[tuple[int, str]]:
    """(line, text) of literals that are shown, and of any other that reads like a sentence."""
    code = _JS_COMMENT.sub(lambda found: "\n" * found[0].count("\n"), source)
    for found in _JS_SHOWN.finditer(code):
        text = re.sub(r"\$\{[^}]*\}", "", "".join(group or "" for group in found.groups()))
        if _LETTERS.search(text):
            yield code.count("\n", 0, found.start()) + 1, text
    for found in re.finditer(_JS_LITERAL, code):
        text = "".join(group or "" for group in found.groups())
        if _SENTENCE.search(text) and not _CODE.search(text):
            yield source.count("\n", 0, source.index(text)) + 1, text


def _literal(node: ast.expr) -> Iterator[str]:
    """The texts that are written out in an argument: constants, f-strings, pieces of a choice."""
    if isinstance(node, ast.Constant):
        text = node.value if isinstance(node.value, str) else ""
        if _LETTERS.search(text) and not _TAG.search(text):  # markup is read as such
            yield text
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.Constant):
                yield from _literal(part)
    elif isinstance(node, ast.BinOp):
        yield from _literal(node.left)
        yield from _literal(node.right)
    elif isinstance(node, ast.IfExp):
        yield from _literal(node.body)
        yield from _literal(node.orelse)
    elif isinstance(node, ast.List):
        for part in node.elts:
            # of a pair, the second is the value, which nobody sees
            yield from _literal(part.elts[0] if isinstance(part, ast.Tuple) else part)


class _Reader(HTMLParser):
    """Collects text and spoken attributes, not what stands in scripts and styles."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[int, str]] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in ("script", "style")
        if tag == "meta":
            return
        self.found += [
            (self.getpos()[0], value)
            for name, value in attrs
            if name in _SHOWN_ATTRIBUTES and value
        ]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in ("script", "style")

    def handle_data(self, data: str) -> None:
        if not self._silent and data.strip():
            self.found.append((self.getpos()[0], data.strip()))
