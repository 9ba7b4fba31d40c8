"""Untrusted text made fit for a terminal: what a run printed, what somebody called a job.

A log keeps its colours (SGR) and loses everything else that could move the cursor, set the
title, write the clipboard or hide a line (DESIGN 5, 9). Names and one-line messages lose the
colours too, and the characters that reorder or hide text.
"""

from __future__ import annotations

import re

HOLD_LIMIT = 256
"""Characters of an unfinished escape that are held back until the next batch."""

# Everything but tab and newline below the blank, DEL and the C1 range; ESC and CR are in it.
_SUSPECT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_STRING_START = r"(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])"  # OSC, DCS, SOS, PM, APC
# An unterminated string ends with its line: hostile output must not hide the lines after it.
_STRING_BODY = r"[^\x07\x1b\x9c\n]*"
_TOKEN = re.compile(
    r"(?P<colour>\x1b\[[0-9;:]*m)"
    rf"|{_STRING_START}{_STRING_BODY}(?:\x07|\x1b\\|\x9c)?"
    r"|(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]?"  # CSI, broken ones too
    r"|\x1b[ -/]*[0-~]?"  # every other escape
    r"|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]"
)
_UNFINISHED = re.compile(
    rf"(?:{_STRING_START}{_STRING_BODY}\x1b?|(?:\x1b\[|\x9b)[0-?]*[ -/]*|\x1b[ -/]*)\Z"
)
# Direction marks and overrides, zero-width characters, tags: they reorder or hide text.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0000-\U000e007f]"
)
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _colours_only(text: str) -> str:
    return _TOKEN.sub(lambda found: found["colour"] or "", text)


def _last_overwrite(line: str) -> str:
    """What a terminal would show of a line with carriage returns: the last text written."""
    return next((part for part in reversed(line.split("\r")) if part), "")


def _without_returns(text: str) -> str:
    if "\r" not in text:
        return text
    return "\n".join(_last_overwrite(line) for line in text.split("\n"))


def clean_output(text: str) -> str:
    """Log text with colours as its only escapes, and newlines and tabs as its only controls.

    ``\\r\\n`` becomes ``\\n``; a carriage return inside a line means that what follows replaces
    what stood there (progress bars). Text with nothing to clean comes back as it is.
    """
    if _SUSPECT.search(text) is None:
        return text
    return _without_returns(_colours_only(text))


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
        while cut > window and text[cut - 1] == "\r":
            cut -= 1
        self._held = text[cut:]
        return self._clean(text[:cut])

    def flush(self) -> str:
        """The end of the text: what was held back and means something even unfinished."""
        held, self._held = self._held, ""
        return self._clean(held)

    def _clean(self, text: str) -> str:
        if not text:
            return ""
        text = _colours_only(text)
        first, newline, rest = text.partition("\n")
        if self._line_open and first.strip("\r") and "\r" in first:
            # The overwritten text has left already: the new text gets a line of its own.
            kept, first = first.split("\r", 1)
            first = f"{kept}\n{first}" if first.strip("\r") else kept
        text = _without_returns(first + newline + rest)
        if text:
            self._line_open = not text.endswith("\n")
        return text


def plain(text: str) -> str:
    """One line of text without any escape, control, direction mark or zero-width character.

    For names and messages in tables and titles. Line breaks and tabs become one blank; what
    cannot be encoded (lone surrogates) becomes U+FFFD.
    """
    if text.isascii() and text.isprintable():
        return text
    text = _BREAKS.sub(" ", _TOKEN.sub("", text))
    return _SURROGATE.sub("\ufffd", _INVISIBLE.sub("", text))
