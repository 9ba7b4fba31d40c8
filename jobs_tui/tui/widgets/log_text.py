"""A stored log line made fit for the screen: safe text, colours as spans, cuts for wrapping.

Done for visible lines only (UX.md 6.4.3). The store keeps colours and takes every other escape
out; what could still move the cursor or hide text is replaced here all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rich.cells import cell_len, get_character_cell_size
from rich.color import Color
from rich.style import Style

TAB = 8
_SGR = re.compile(r"\x1b\[([0-9;:]*)m")
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# They reorder what stands around them, or hide in it.
_REORDER = re.compile(
    "[\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\U000e0000-\U000e007f]"
)
# Joiners and variation selectors: terminals disagree about the width of what they join.
_JOINERS = re.compile("[\u00ad\u200c\u200d\ufe00-\ufe0f\ufeff]")
REPLACED = "\ufffd"

Span = tuple[int, int, Style]
"""Start and end in characters of the text, and a style."""


@dataclass(frozen=True, slots=True)
class ShownText:
    """Text without any control, and where it has colours of its own."""

    text: str
    spans: tuple[Span, ...]
    narrow: bool
    """Every character is one cell wide."""


def safe(text: str) -> str:
    """Text with tabs spread and everything that is no plain character replaced or taken out."""
    text = text.expandtabs(TAB)
    if text.isascii() and text.isprintable():
        return text
    return _JOINERS.sub("", _REORDER.sub(REPLACED, _CONTROL.sub(REPLACED, text)))


def shown(raw: str) -> ShownText:
    """What the screen shows of a stored line."""
    if "\x1b" not in raw:
        text = safe(raw)
        return ShownText(text, (), text.isascii())
    parts: list[str] = []
    spans: list[Span] = []
    style, length, column = Style.null(), 0, 0
    position = 0
    for found in [*_SGR.finditer(raw), None]:
        piece = raw[position : found.start() if found else len(raw)]
        if piece:
            # Tab stops count from the start of the line, not of the piece.
            piece = safe(" " * (column % TAB) + piece)[column % TAB :]
            if style:
                spans.append((length, length + len(piece), style))
            parts.append(piece)
            length += len(piece)
            column += cell_len(piece)
        if found:
            style = _styled(style, found[1])
            position = found.end()
    text = "".join(parts)
    return ShownText(text, tuple(spans), text.isascii())


def plain_line(raw: str) -> str:
    """A stored line without its colours, for copying and searching."""
    return _SGR.sub("", raw) if "\x1b" in raw else raw


_SWITCHES: dict[int, Style] = {
    1: Style(bold=True),
    2: Style(dim=True),
    3: Style(italic=True),
    4: Style(underline=True),
    7: Style(reverse=True),
    9: Style(strike=True),
    21: Style(underline=True),
    22: Style(bold=False, dim=False),
    23: Style(italic=False),
    24: Style(underline=False),
    27: Style(reverse=False),
    29: Style(strike=False),
    39: Style(color="default"),
    49: Style(bgcolor="default"),
}
"""Blinking (5, 6) and hidden text (8) are not among them on purpose."""


def _styled(style: Style, parameters: str) -> Style:
    codes = [min(255, int(part or 0)) for part in re.split("[;:]", parameters) if len(part) < 5]
    place = 0
    while place < len(codes):
        code = codes[place]
        place += 1
        if code == 0:
            style = Style.null()
        elif code in _SWITCHES:
            style += _SWITCHES[code]
        elif code in (38, 48):
            colour, place = _extended(codes, place)
            if colour is not None:
                style += Style(color=colour) if code == 38 else Style(bgcolor=colour)
        elif 30 <= code <= 37 or 90 <= code <= 97:
            style += Style(color=Color.from_ansi(code - 30 if code < 90 else code - 82))
        elif 40 <= code <= 47 or 100 <= code <= 107:
            style += Style(bgcolor=Color.from_ansi(code - 40 if code < 100 else code - 92))
    return style


def _extended(codes: list[int], place: int) -> tuple[Color | None, int]:
    """The colour after 38 or 48, and where the next code stands."""
    kind = codes[place] if place < len(codes) else -1
    if kind == 5 and place + 1 < len(codes):
        return Color.from_ansi(codes[place + 1]), place + 2
    if kind == 2 and place + 3 < len(codes):
        return Color.from_rgb(*codes[place + 1 : place + 4]), place + 4
    return None, len(codes)


def cuts(text: ShownText, width: int) -> list[int]:
    """Where the rows of a line begin, in characters, when it is wrapped at ``width`` cells."""
    if text.narrow:
        return list(range(0, max(1, len(text.text)), width))
    starts, used = [0], 0
    for place, character in enumerate(text.text):
        size = get_character_cell_size(character)
        if used + size > width and used:
            starts.append(place)
            used = 0
        used += size
    return starts


def from_cell(text: ShownText, cell: int) -> int:
    """The character that stands at a cell of an unwrapped line, or the first one after it."""
    if text.narrow:
        return min(cell, len(text.text))
    used = 0
    for place, character in enumerate(text.text):
        if used >= cell:
            return place
        used += get_character_cell_size(character)
    return len(text.text)
