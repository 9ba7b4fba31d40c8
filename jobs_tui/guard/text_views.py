"""Views of a text with something undone (colours, escapes, line wraps), and the way back.

What is found in a view is known by its place in the text that was there first.
"""

from __future__ import annotations

import html
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache

COLOUR = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")
"""CSI codes; logs keep those for colours (:mod:`jobs_tui.guard.terminal_text`)."""

WRAPPED_FROM = 44
"""Characters of base64 without a break before a line end that may be no end, but a wrap."""
FILLER = "\0"
"""Stands for a character of base64 that has left already."""
_RUN = rf"[A-Za-z0-9+/_\-{FILLER}]"
_WRAP = re.compile(rf"\n(?<={_RUN}{{{WRAPPED_FROM}}}\n)[ \t]*")
_WRAP_CR = re.compile(rf"\r?\n(?:(?<={_RUN}{{{WRAPPED_FROM}}}\r\n)[ \t]*)|{_WRAP.pattern}")
"""The first alone is ten times faster, and logs have no carriage return."""
_WRAP_AT_END = re.compile(rf"{_RUN}{{{WRAPPED_FROM}}}\r?\n[ \t]*\Z")
_RUN_AT_END = re.compile(rf"{_RUN}*\Z")

_TOKEN = re.compile(
    r"'\\''|'\"'\"'"  # a quote within quotes of the shell
    r"|%(?:[0-7][0-9A-Fa-f]|[CDcd][0-9A-Fa-f]%[89ABab][0-9A-Fa-f]"
    r"|[Ee][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f]){2}|[Ff][0-7](?:%[89ABab][0-9A-Fa-f]){3})"
    r"|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}"
    r"|\\u[0-9a-fA-F]{4}|\\U[0-9a-fA-F]{8}"
    r"|\\x[cCdD][0-9a-fA-F]\\x[89abAB][0-9a-fA-F]"
    r"|\\x[eE][0-9a-fA-F](?:\\x[89abAB][0-9a-fA-F]){2}|\\x[fF][0-7](?:\\x[89abAB][0-9a-fA-F]){3}"
    r"|\\x[0-9a-fA-F]{2}|\\[^\w\n]|\\[bfnrt]"
    r"|&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z]{2,8});"
)
_CONTROL = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_UNFINISHED = re.compile(
    r"(?:\x1b(?:\[[0-?]*[ -/]*)?"
    r"|%[C-Fc-f]?[0-9A-Fa-f]?(?:%[89ABab]?[0-9A-Fa-f]?){0,3}"
    r"|\\(?:u[0-9a-fA-F]{0,3}|u[dD][89abAB][0-9a-fA-F]{2}(?:\\(?:u[0-9a-fA-F]{0,3})?)?"
    r"|U[0-9a-fA-F]{0,7}|x[0-9a-fA-F]?|x[c-fC-F][0-9a-fA-F](?:\\(?:x[89abAB]?[0-9a-fA-F]?)?){0,3})?"
    r"|&(?:#[0-9]{0,7}|#[xX][0-9a-fA-F]{0,6}|[A-Za-z]{0,8})"
    r"|'(?:\\'?|\"'?\"?)?)\Z"
)
_LONGEST_TOKEN = 64
_NONE = re.compile(r"(?!)")


class View:
    """A text in which tokens of another were replaced.

    Args:
        parent: the view that it was made from; None for the first text.
        tokens: what was replaced, with what ``meaning`` gives for it.
    """

    def __init__(
        self,
        text: str,
        parent: View | None = None,
        tokens: re.Pattern[str] = COLOUR,
        meaning: Callable[[re.Match[str]], str] | None = None,
    ) -> None:
        self.text = text
        self._parent = parent
        self._tokens = tokens
        self._meaning = meaning
        self._map: tuple[list[int], list[tuple[int, int, int]]] | None = None

    def upto(self, end: int) -> View:
        """The same without what is behind ``end``."""
        if end == len(self.text):
            return self
        return View(self.text[:end], self._parent, self._tokens, self._meaning)

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The part of the first text that characters ``start`` to ``end`` come from."""
        if self._parent is None:
            return start, end
        return self._parent.origin(self._place(start)[0], self._place(end - 1)[1])

    def _place(self, position: int) -> tuple[int, int]:
        if self._map is None:
            self._map = self._places()
        at, places = self._map
        index = bisect_right(at, position) - 1
        if index < 0:
            return position, position + 1
        size, start, end = places[index]
        behind = position - at[index] - size
        return (start, end) if behind < 0 else (end + behind, end + behind + 1)

    def _places(self) -> tuple[list[int], list[tuple[int, int, int]]]:
        """Made when something was found only: most texts hold no secret."""
        assert self._parent is not None
        at: list[int] = []
        places: list[tuple[int, int, int]] = []
        moved = 0
        for token in self._tokens.finditer(self._parent.text):
            size = len(self._meaning(token)) if self._meaning else 0
            at.append(token.start() + moved)
            places.append((size, *token.span()))
            moved += size - (token.end() - token.start())
        return at, places


def uncoloured(view: View) -> View:
    """Without CSI codes; the view itself when it has none."""
    if "\x1b" not in view.text:
        return view
    return View(COLOUR.sub("", view.text), view, COLOUR)


def undone(view: View) -> View | None:
    """With one layer of escapes undone: percent, JSON and its like, HTML, quotes in the shell.

    None when there is nothing to undo.
    """
    if _TOKEN.search(view.text) is None:
        return None
    return View(_TOKEN.sub(_meaning, view.text), view, _TOKEN, _meaning)


def joined(view: View) -> View:
    """With wrapped base64 (and hex) made one line, in the standard alphabet."""
    wrap = _WRAP_CR if "\r" in view.text else _WRAP
    text = wrap.sub("", view.text) if "\n" in view.text else view.text
    return View(text.replace("-", "+").replace("_", "/"), view, wrap)


def wraps(text: str) -> bool:
    """Whether the text ends with a line end that may be no more than a wrap."""
    near = COLOUR.sub("", text[-4 * WRAPPED_FROM :])
    return _WRAP_AT_END.search(near) is not None


def spaced(view: View) -> View:
    """With the blanks that web forms write as ``+``."""
    return View(view.text.replace("+", " "), view, _NONE)


def decoded(text: str) -> str:
    """One layer undone of a text that stands alone."""
    return _TOKEN.sub(_meaning, text)


def run_before(text: str, cut: int) -> str:
    """Fillers for the base64 that ends at ``cut``, as much of it as :func:`joined` looks at."""
    near = COLOUR.sub("", text[max(0, cut - 4 * WRAPPED_FROM) : cut])[-WRAPPED_FROM:]
    found = _RUN_AT_END.search(near)
    return FILLER * len(found[0]) if found else ""


def colours(text: str) -> str:
    """The CSI codes of a text."""
    return "".join(COLOUR.findall(text)) if "\x1b" in text else ""


def unfinished(text: str) -> int:
    """Where the token begins that the end of the text leaves unfinished, if any."""
    found = _UNFINISHED.search(text, max(0, len(text) - _LONGEST_TOKEN))
    return found.start() if found else len(text)


def _meaning(token: re.Match[str]) -> str:
    return _character(token[0])


@lru_cache(maxsize=4096)  # a log has few different ones, and many of those
def _character(text: str) -> str:
    kind = text[0]
    if kind == "'":
        return "'"
    if kind == "%":
        return _utf8(text.replace("%", ""), text)
    if kind == "&":
        return html.unescape(text)
    letter = text[1]
    if len(text) == 2:
        return _CONTROL.get(letter, letter)
    if letter == "x":
        return chr(int(text[2:], 16)) if len(text) == 4 else _utf8(text.replace("\\x", ""), text)
    if len(text) == 12:
        high, low = int(text[2:6], 16), int(text[8:], 16)
        return chr(0x10000 + ((high & 0x3FF) << 10) + (low & 0x3FF))
    number = int(text[2:], 16)
    return chr(number) if number <= 0x10FFFF else text


def _utf8(digits: str, text: str) -> str:
    try:
        return bytes.fromhex(digits).decode("utf-8")
    except UnicodeDecodeError:
        return text
