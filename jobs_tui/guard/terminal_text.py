"""Untrusted text made fit for a terminal: what a run printed, what somebody called a job.

A log keeps its colours (SGR) and loses everything else that could move the cursor, set the
title, write the clipboard or hide a line (DESIGN 5, 9). Names and one-line messages lose the
colours too, and the characters that reorder or hide text.
"""

from __future__ import annotations

import re
from itertools import groupby
from operator import itemgetter

HOLD_LIMIT = 256
"""Characters of an unfinished escape that are held back until the next batch."""

# Everything but tab and newline below the blank, DEL and the C1 range; ESC and CR are in it.
_SUSPECT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STRING_START = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # OSC, DCS, SOS, PM, APC
# An unterminated string ends with its line: hostile output must not hide the lines after it.
_STRING_BODY = r"[^\x07\x1b\x9c\n]*"
_TOKEN = re.compile(
    r"(?P<kept>\x1b\[[0-9;:]*m|\x1b\[[012]?K)"  # colours; erasing matters to overwriting
    rf"|{_STRING_START}{_STRING_BODY}(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI, broken ones too
    r"|\x1b[ -/]*[0-~]?"  # every other escape
    r"|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]"
)
_COLOUR = re.compile(r"\x1b\[[0-9;:]*m")
_ERASE = re.compile(r"\x1b\[[012]?K")
_WIPED = re.compile(r".*(?:\r\x1b\[[02]?K|\x1b\[2K\r)")
_LINE_END = re.compile(r"\r+\n")
# A carriage return and what may follow it before the next text says what is overwritten.
_RETURNED = re.compile(r"\r(?:\r|\x1b\[[0-9;:?]*[A-Za-z])*\Z")
_PIECE = re.compile(r"\r|\x1b\[[0-9;:]*m|\x1b\[[012]?K|[^\r\x1b]+")
_RESETS = ("\x1b[m", "\x1b[0m")
_COLOURS_HELD = 8
"""Colour codes without a reset between them that a character keeps."""
_UNFINISHED = re.compile(
    rf"(?:{_STRING_START}{_STRING_BODY}\x1b?|(?:\x1b\[|\x9b)[0-?]*[ -/]*|\x1b[ -/]*)\Z"
)
# Direction marks and overrides, zero-width characters, tags: they reorder or hide text.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _without_controls(text: str) -> str:
    """Colours, erasing and carriage returns stay."""
    return _TOKEN.sub(lambda found: found["kept"] or "", text)


def _as_shown(text: str) -> str:
    """The lines as a terminal shows them once their carriage returns have been followed."""
    text = _LINE_END.sub("\n", text)
    if "\r" in text:
        return "\n".join(
            _overwritten(line) if "\r" in line else _ERASE.sub("", line)
            for line in text.split("\n")
        )
    return _ERASE.sub("", text)


def _overwritten(line: str) -> str:
    """What follows a carriage return replaces what stood there, and no more than that.

    Characters count as one column each, wide ones too.
    """
    wiped = _WIPED.match(line)
    if wiped is not None:  # nothing is left of what stood before, but for its colours
        line = "".join(_COLOUR.findall(wiped[0])) + line[wiped.end() :]
    line = line.rstrip("\r")
    if "\r" not in line:
        return _ERASE.sub("", line)
    if "\x1b" not in line:
        text = ""
        for part in line.split("\r"):
            text = part + text[len(part) :]
        return text
    shown: list[tuple[tuple[str, ...], str]] = []  # (colours, character)
    colours: tuple[str, ...] = ()
    at = 0
    for piece in _PIECE.findall(line):
        if piece == "\r":
            at = 0
        elif piece.endswith("m") and piece[0] == "\x1b":
            colours = (piece,) if piece in _RESETS else (*colours, piece)[-_COLOURS_HELD:]
        elif piece[0] == "\x1b":
            _erase(shown, at, piece[2:-1])
        else:
            shown += [((), " ")] * (at - len(shown))
            shown[at : at + len(piece)] = [(colours, character) for character in piece]
            at += len(piece)
    return _coloured(shown, colours)


def _erase(shown: list[tuple[tuple[str, ...], str]], at: int, how: str) -> None:
    """``ESC [ K``: to the end of the line; 1: from its start; 2: all of it."""
    if how == "1":
        shown[: at + 1] = [((), " ")] * min(at + 1, len(shown))
    else:
        del shown[0 if how == "2" else at :]


def _coloured(shown: list[tuple[tuple[str, ...], str]], last: tuple[str, ...]) -> str:
    """The characters with a code wherever the colours change; ``last`` hold after the line."""
    text: list[str] = []
    now: tuple[str, ...] = ()
    for colours, run in groupby(shown, key=itemgetter(0)):
        text += _change(now, colours)
        text += (character for _, character in run)
        now = colours
    return "".join([*text, *_change(now, last)])


def _change(now: tuple[str, ...], wanted: tuple[str, ...]) -> tuple[str, ...]:
    if wanted[: len(now)] == now:
        return wanted[len(now) :]
    return wanted if wanted and wanted[0] in _RESETS else ("\x1b[0m", *wanted)


def clean_output(text: str) -> str:
    """Log text with colours as its only escapes, and newlines and tabs as its only controls.

    ``\\r\\n`` becomes ``\\n``. After a carriage return inside a line (progress bars) what follows
    replaces what stood there, as in a terminal: ``abc\\rX`` is ``Xbc``. Text with nothing to clean
    comes back as it is.
    """
    if _SUSPECT.search(text) is None:
        return text
    return _as_shown(_without_controls(text))


class OutputCleaner:
    """``clean_output`` for text that arrives in batches cut anywhere.

    An escape or a carriage return at the end of a batch is held back (at most ``HOLD_LIMIT``
    characters) until the next one shows what it is.
    """

    def __init__(self) -> None:
        self._held = ""
        self._line_open = False  # the last batch ended inside a line with text in it

    def feed(self, text: str) -> str:
        """The cleaned text that is certain so far."""
        if not self._held and _SUSPECT.search(text) is None:
            if text:
                self._line_open = not text.endswith("\n")
            return text
        text = self._held + text
        self._held = ""
        window = max(0, len(text) - HOLD_LIMIT)
        unfinished = _UNFINISHED.search(text, window)
        cut = unfinished.start() if unfinished else len(text)
        returned = _RETURNED.search(text, window, cut)
        cut = returned.start() if returned else cut
        self._held = text[cut:]
        return self._clean(text[:cut])

    def flush(self) -> str:
        """The end of the text: what was held back and means something even unfinished."""
        held, self._held = self._held, ""
        return self._clean(held)

    def _clean(self, text: str) -> str:
        if not text:
            return ""
        text = _without_controls(text)
        first, newline, rest = text.partition("\n")
        if self._line_open and "\r" in first:
            # The overwritten text has left already: the new text gets a line of its own.
            kept, first = first.split("\r", 1)
            shown = _overwritten(first)
            first = _ERASE.sub("", kept) + ("\n" if _COLOUR.sub("", shown) else "") + shown
            text = first + newline + _as_shown(rest)
        else:
            text = _as_shown(text)
        if text:
            self._line_open = not text.endswith("\n")
        return text


def plain_lines(text: str) -> str:
    """``plain`` for a text of many lines: newlines and tabs stay."""
    if _SUSPECT.search(text) is not None:
        text = _COLOUR.sub("", clean_output(text))
    return text if text.isascii() else _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))


def plain(text: str) -> str:
    """One line of text without any escape, control, direction mark or zero-width character.

    For names and messages in tables and titles. Line breaks and tabs become one blank; what
    cannot be encoded (lone surrogates) becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _BREAKS.sub(" ", _TOKEN.sub("", text))
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
