"""Every place in the engine that says something to people, read from its source.

An error or a warning is made by a class, or by a function that hands on the `key` it is given (a
maker): then the maker's calls count, not the one inside it.
"""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine import errors

ROOT = Path(__file__).resolve().parents[2]
KINDS = {"Warning"} | {
    name
    for name, kind in vars(errors).items()
    if isinstance(kind, type) and issubclass(kind, errors.StudioError)
}


@dataclass(frozen=True)
class Said:
    """One place in the source.

    Attributes:
        path, function, line: where it is.
        keys: of the message; several where the call chooses one, none where it has none.
        places: the names between the braces of its English.
        given: the names of the values for them.
        template: False for English that is put together by an f-string.
    """

    path: str
    function: str
    line: int
    keys: tuple[str, ...]
    places: frozenset[str]
    given: frozenset[str]
    template: bool

    @property
    def where(self) -> str:
        """For the message of a test."""
        return f"{self.path}:{self.line} ({self.function})"


@dataclass(frozen=True)
class _Maker:
    """A function that hands `key` on: where that stands in a call, and what it adds itself."""

    index: int
    places: frozenset[str]
    given: frozenset[str]


_Makers = Mapping[tuple[str, str], _Maker]
"""By (its file, or "" where every file may call it; its name)."""


def said(folder: Path = ROOT / "engine") -> list[Said]:
    """All places in a folder of sources."""
    trees = {
        path.relative_to(folder.parent).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.py"))
    }
    makers = dict(maker for path, tree in trees.items() for maker in _makers(path, tree))
    return [found for path, tree in trees.items() for found in _in_file(path, tree, makers)]


def places(text: str) -> set[str]:
    """The names between a template's braces."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _makers(path: str, tree: ast.Module) -> Iterator[tuple[tuple[str, str], _Maker]]:
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        names = [argument.arg for argument in function.args.args]
        for call in (one for one in ast.walk(function) if isinstance(one, ast.Call)):
            if _name(call) in KINDS and "key" in names and isinstance(_key(call), ast.Name):
                parts = _parts(call.args, None)
                maker = _Maker(names.index("key"), _places(parts), _given(call, None))
                yield (path if function.name.startswith("_") else "", function.name), maker


def _in_file(path: str, tree: ast.Module, makers: _Makers) -> Iterator[Said]:
    for function, call in _calls(tree, None):
        name = _name(call)
        maker = makers.get((path, name)) or makers.get(("", name))
        if maker is not None:
            key, texts = call.args[maker.index], call.args[maker.index + 1 :]
        elif name in KINDS and not isinstance(_key(call), ast.Name):
            key, texts = _key(call), call.args
            maker = _Maker(0, frozenset(), frozenset())
        else:
            continue
        parts = _parts(texts, function)
        yield Said(
            path=path,
            function=function.name if function else "",
            line=call.lineno,
            keys=_constants(key),
            places=maker.places | _places(parts),
            given=maker.given | _given(call, function),
            template=not any(isinstance(part, ast.JoinedStr) for part in parts),
        )


def _calls(
    node: ast.AST, function: ast.FunctionDef | None
) -> Iterator[tuple[ast.FunctionDef | None, ast.Call]]:
    """Every call with the function that it stands in."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Call):
            yield function, child
        yield from _calls(child, child if isinstance(child, ast.FunctionDef) else function)


def _name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _key(call: ast.Call) -> ast.expr | None:
    return next((one.value for one in call.keywords if one.arg == "key"), None)


def _constants(key: ast.expr | None) -> tuple[str, ...]:
    if isinstance(key, ast.IfExp):
        return _constants(key.body) + _constants(key.orelse)
    return (key.value,) if isinstance(key, ast.Constant) and isinstance(key.value, str) else ()


def _parts(texts: list[ast.expr], function: ast.FunctionDef | None) -> list[ast.AST]:
    """All that the texts are made of, also through names that the function has set."""
    found: list[ast.AST] = []
    waiting: list[ast.expr] = list(texts)
    while waiting:
        for part in ast.walk(waiting.pop()):
            found.append(part)
            if isinstance(part, ast.Name) and function is not None:
                waiting += _set_before(part, function)
    return found


def _set_before(name: ast.Name, function: ast.FunctionDef) -> list[ast.expr]:
    """What the function has last set a name to, above the line that uses it."""
    found: list[tuple[int, ast.expr]] = []
    for node in ast.walk(function):
        if not isinstance(node, ast.Assign) or node.lineno >= name.lineno:
            continue
        for target in node.targets:
            pairs = [(target, node.value)]
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = list(zip(target.elts, node.value.elts, strict=True))
            for one, value in pairs:
                if isinstance(one, ast.Name) and one.id == name.id:
                    found.append((node.lineno, value))
    return [value for _, value in sorted(found, key=lambda pair: pair[0])[-1:]]


def _places(parts: list[ast.AST]) -> frozenset[str]:
    texts = (part.value for part in parts if isinstance(part, ast.Constant))
    return frozenset(name for text in texts if isinstance(text, str) for name in places(text))


def _given(call: ast.Call, function: ast.FunctionDef | None) -> frozenset[str]:
    """The names of a call's values, also of a local dictionary that is spread into it."""
    found = {one.arg for one in call.keywords if one.arg is not None}
    for one in call.keywords:
        if one.arg is None and isinstance(one.value, ast.Name) and function is not None:
            for value in _set_before(one.value, function):
                keys = value.keys if isinstance(value, ast.Dict) else []
                found |= {str(key.value) for key in keys if isinstance(key, ast.Constant)}
    return frozenset(found - {"key"})
