"""The text of a Rego module as far as we read it ourselves: its package and its strings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

_TOKEN = re.compile(r'#[^\n]*|"(?:[^"\\\n]|\\.)*"|`[^`]*`')
_PACKAGE = re.compile(
    r"(?:\s|#[^\n]*(?:\n|\Z))*package\s+([A-Za-z_]\w*(?:\s*\.\s*[A-Za-z_]\w*)*)", re.A
)
_PATTERN_FOLLOWS = re.compile(
    r"regex\.(?:match|is_valid|split|find_n|find_all_string_submatch_n)\(\s*\Z"
)
_LOOK_BACK = 80
"""Characters before a string in which the call that it is the pattern of may stand."""


@dataclass(frozen=True, slots=True)
class Text:
    """A module ready for the library."""

    source: str
    """Every string literal is written in the one way in which questions are written too."""
    escapes: bool
    """Whether a literal that is no regular expression holds escapes: such a one is equal to no
    text of a question that is handed over as it is, only to one in its written form."""


def package_of(source: str) -> tuple[str, ...] | None:
    """The names of a module's package; None when it does not begin with one of plain names."""
    found = _PACKAGE.match(source)
    return None if found is None else tuple(re.split(r"\s*\.\s*", found[1]))


def canonical(source: str) -> Text:
    """A module with its literals in the form that :func:`json.dumps` gives them.

    The library keeps a literal as it is written: ``"\\u00fc"`` and ``"ü"`` would be two texts.
    """
    parts, end, escapes = list[str](), 0, False
    for start, stop in _strings(source):
        literal = source[start:stop]
        pattern = _PATTERN_FOLLOWS.search(source[max(0, start - _LOOK_BACK) : start]) is not None
        if literal[0] == '"' and "\\" in literal and not pattern:
            literal = _rewritten(literal)
        escapes = escapes or (not pattern and _escaped(literal))
        parts += [source[end:start], literal]
        end = stop
    return Text("".join([*parts, source[end:]]), escapes)


def _strings(source: str) -> Iterator[tuple[int, int]]:
    for found in _TOKEN.finditer(source):
        if found[0][0] != "#":
            yield found.span()


def _rewritten(literal: str) -> str:
    try:
        return json.dumps(json.loads(literal), ensure_ascii=False)
    except ValueError:
        return literal  # the library says what is wrong with it


def _escaped(literal: str) -> bool:
    if literal[0] == '"':
        return "\\" in literal
    return "\\" in json.dumps(literal[1:-1], ensure_ascii=False)
