"""One row of a log as a strip: sign, number, time, stream, text (UX.md 5.5).

Only the text carries selection offsets, so numbers and times are never copied by accident.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from itertools import pairwise
from typing import NamedTuple

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from jobs_tui.models.enums import Stream
from jobs_tui.tui.widgets.log_search import ERRORS, WARNINGS
from jobs_tui.tui.widgets.log_text import ShownText, Span

STREAM_SIGNS = {
    Stream.STDOUT: " ",
    Stream.STDERR: "|",
    Stream.SYSTEM: "#",
    Stream.AGENT: " ",
    Stream.TOOL_CALL: ">",
    Stream.TOOL_RESULT: "<",
}
"""One column between time and text."""
_ERROR = re.compile(rf"(?<!\b0 )(?<!\bno )\b(?:{'|'.join(ERRORS)})\b", re.IGNORECASE)
_WARNING = re.compile(rf"(?<!\b0 )(?<!\bno )\b(?:{'|'.join(WARNINGS)})\b", re.IGNORECASE)


class TimeColumn(NamedTuple):
    """One way to show when a line was written."""

    kind: str
    """``clock``, ``since``, ``full`` or ``off``."""
    zone: tzinfo | None
    label: str
    """For the status row: ``clock UTC``."""

    def text(self, at: datetime, start: datetime | None, fine: bool) -> str:
        """The time of a line; always of the same width for the same ``fine``."""
        if self.kind == "off":
            return ""
        if self.kind == "since":
            seconds = max(0.0, (at - start).total_seconds()) if start else 0.0
            minutes, seconds = divmod(seconds, 60)
            hours, minutes = divmod(int(minutes), 60)
            tail = f"{seconds:06.3f}" if fine else f"{int(seconds):02d}"
            return f"+{hours:02d}:{minutes:02d}:{tail}"
        local = at.astimezone(self.zone)
        clock = f"{local:%H:%M:%S}"
        if fine:
            clock += f".{local.microsecond // 1000:03d}"
        return clock if self.kind == "clock" else f"{local:%Y-%m-%d} {clock}{local:%z}"


def time_columns(zone: tuple[str, tzinfo]) -> list[TimeColumn]:
    """The ways to show times, in the order in which a key goes through them."""
    name, rules = zone
    zones = [(name, rules)] if name == "UTC" else [(name, rules), ("UTC", UTC)]
    return [
        *(TimeColumn("clock", place, f"clock {label}") for label, place in zones),
        TimeColumn("since", None, "since start"),
        *(TimeColumn("full", place, f"full {label}") for label, place in zones),
        TimeColumn("off", None, "off"),
    ]


@dataclass(frozen=True, slots=True)
class Looks:
    """Styles of the parts of a row; made anew when the theme changes."""

    base: Style
    quiet: Style
    error: Style
    warning: Style
    sign: Style
    step: Style
    cursor: Style
    match: Style
    match_here: Style
    selection: Style
    bar: Style
    bar_back: Style


class Gutter(NamedTuple):
    """What stands left of the text."""

    sign: str
    mark: str
    number: str
    time: str
    step: str
    stream: str

    @property
    def text(self) -> str:
        """As it is printed, with the blanks between."""
        return f"{self.before}{self.step}{self.after}"

    @property
    def before(self) -> str:
        """Up to the step."""
        time = f" {self.time}" if self.time else ""
        return f"{self.sign}{self.mark}{self.number}{time} "

    @property
    def after(self) -> str:
        """From the step on."""
        return f"{' ' if self.step else ''}{self.stream} "


def level_style(text: str, looks: Looks) -> Style | None:
    """The colour of a line that names an error or a warning."""
    if _ERROR.search(text):
        return looks.error
    return looks.warning if _WARNING.search(text) else None


def gutter_segments(gutter: Gutter, looks: Looks, back: Style) -> list[Segment]:
    """The columns left of the text."""
    signs, rest = gutter.before[:2], gutter.before[2:]
    stream = looks.base + looks.warning if gutter.stream == "|" else looks.quiet
    segments = [
        Segment(signs, looks.base + back + looks.sign),
        Segment(rest, looks.quiet + back),
        Segment(gutter.after, stream + back),
    ]
    if gutter.step:
        segments.insert(2, Segment(gutter.step, looks.base + looks.step + back))
    return segments


def text_segments(
    number: int,
    shown: ShownText,
    start: int,
    end: int,
    layers: Iterable[Span],
    base: Style,
) -> list[Segment]:
    """The part of a line's text from ``start`` to ``end``, later layers over earlier ones.

    Each piece carries ``offset`` (character, line's ``number``) for the selection.
    """
    inside = [
        (max(s, start), min(e, end), style) for s, e, style in layers if s < end and e > start
    ]
    edges = sorted({start, end, *(s for s, _, _ in inside), *(e for _, e, _ in inside)})
    segments = []
    for left, right in pairwise(edges):
        style = base
        for s, e, layer in inside:
            if s <= left and right <= e:
                style += layer
        style += Style.from_meta({"offset": (left, number)})
        segments.append(Segment(shown.text[left:right], style))
    return segments


def fitted(segments: list[Segment], width: int, fill: Style) -> list[Segment]:
    """Segments cut or filled to exactly ``width`` cells."""
    used = 0
    found: list[Segment] = []
    for segment in segments:
        size = cell_len(segment.text)
        if used + size > width:
            cut = set_cell_size(segment.text, width - used)
            found.append(Segment(cut, segment.style))
            return found
        found.append(segment)
        used += size
    if used < width:
        found.append(Segment(" " * (width - used), fill))
    return found
