"""Drawing a log: the part of the log view that knows Textual's line API.

Only rows on the screen are read, coloured and measured; a row that was drawn before is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from datetime import UTC, datetime, tzinfo
from typing import TypeVar

from rich.cells import set_cell_size
from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.cache import LRUCache
from textual.geometry import Region
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip
from textual.style import Style
from textual.widget import Widget

from jobs_tui.models.errors import JobsTuiError
from jobs_tui.models.execution import LogLine
from jobs_tui.store.logs import LogReader
from jobs_tui.tui.widgets.log_row import (
    STREAM_SIGNS,
    Gutter,
    Looks,
    TimeColumn,
    fitted,
    gutter_segments,
    level_style,
    text_segments,
    time_columns,
)
from jobs_tui.tui.widgets.log_screenful import Screenful
from jobs_tui.tui.widgets.log_search import Query
from jobs_tui.tui.widgets.log_source import LogSource
from jobs_tui.tui.widgets.log_text import ShownText, Span, cuts, from_cell, shown

T = TypeVar("T")
COPY_LIMIT = 20_000
"""Lines that one selection copies at most."""
FINE_WIDTH = 100
"""Columns from which times show milliseconds."""
NOT_STORED = shown("(this line could not be stored)")
GAP = shown("...")


class LogCanvas(Widget, can_focus=True):
    """A log on the screen, its cursor and its window; :class:`LogMoves` moves them.

    Args:
        reader: the log.
        zone: name and rules of the job's time zone, shown first; UTC is always a choice.
        start: the run's start, for times since then; the first line's time when None.
    """

    ALLOW_SELECT = True
    DEFAULT_CSS = """
    LogCanvas { width: 1fr; height: 1fr; background: $background; }
    """

    class Failed(Message):
        """The log cannot be read."""

        def __init__(self, error: JobsTuiError) -> None:
            super().__init__()
            self.error = error

    def __init__(
        self,
        reader: LogReader,
        *,
        zone: tuple[str, tzinfo] = ("UTC", UTC),
        start: datetime | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(id=id)
        self.source = LogSource(reader)
        self.window = Screenful(lambda: self.source.last, self._rows_of_line)
        self.start = start
        self.empty = "No output yet."
        """What an empty log says."""
        self.sought: Query | None = None
        """What is highlighted."""
        self.wrap = False
        self.colours = True
        self.left = 0
        """Columns that are scrolled out to the left."""
        self.step_width = 0
        """Columns for the step that wrote a line; 0 shows none."""
        self.marks: list[int] = []
        self._times = time_columns(zone)
        self._time = 0
        self._texts: LRUCache[int, ShownText] = LRUCache(1024)
        self._cuts: LRUCache[int, list[int]] = LRUCache(1024)
        self._strips: LRUCache[Hashable, Strip] = LRUCache(512)
        self._drawn_for: Hashable = None
        self._looks: Looks | None = None
        self._failed = False

    @property
    def time(self) -> TimeColumn:
        """How times are shown now."""
        return self._times[self._time]

    @property
    def current(self) -> LogLine | None:
        """The line under the cursor."""
        return self._line(self.window.cursor)

    def changed(self) -> None:
        """Draw again, and tell who wants to know."""
        self.refresh()

    def words_for_nothing(self) -> str:
        """What is said where no line is shown."""
        return self.empty

    # Reading

    def read(self, read: Callable[[], T], otherwise: T) -> T:
        """A read of the store; a failure is told once and gives ``otherwise``."""
        try:
            return read()
        except JobsTuiError as error:
            if not self._failed:
                self._failed = True
                self.post_message(self.Failed(error))
            return otherwise

    def _line(self, number: int) -> LogLine | None:
        return self.read(lambda: self.source.line(number), None) if number else None

    def text(self, number: int) -> ShownText:
        """What is shown of a line."""
        found = self._texts.get(number)
        if found is None:
            line = self._line(number)
            found = NOT_STORED if line is None else shown(line.text)
            self._texts[number] = found
        return found

    def _row_starts(self, number: int) -> list[int]:
        found = self._cuts.get(number)
        if found is None:
            found = self._cuts[number] = cuts(self.text(number), self.room)
        return found

    def _rows_of_line(self, number: int) -> int:
        return len(self._row_starts(number)) if self.wrap else 1

    # Measures

    @property
    def _digits(self) -> int:
        return max(4, len(str(self.source.last)))

    @property
    def _fine(self) -> bool:
        return self.size.width >= FINE_WIDTH

    def _gutter(self, line: LogLine | None, number: int, at_cursor: bool, first: bool) -> Gutter:
        time = ""
        if self.time.kind != "off":
            if self.start is None:
                self.start = self.read(self.source.first_at, None)
            at = line.at if line else datetime(2000, 1, 1, tzinfo=UTC)
            time = self.time.text(at, self.start, self._fine)
        if not first or line is None:
            time = " " * len(time)
        return Gutter(
            ">" if at_cursor and first else " ",
            "*" if number in self.marks and first else " ",
            f"{number if first and number else '':>{self._digits}}",
            time,
            self._step(line if first else None),
            STREAM_SIGNS[line.stream] if line else " ",  # type: ignore[index]
        )

    def _step(self, line: LogLine | None) -> str:
        if not self.step_width:
            return ""
        return set_cell_size(shown(line.step).text if line else "", self.step_width)

    @property
    def room(self) -> int:
        """Columns for text."""
        width = len(self._gutter(None, 0, False, False).text)
        return max(8, self.size.width - 1 - width)

    def on_resize(self) -> None:
        """Textual's message."""
        self.window.height = max(1, self.size.height)
        self.reflow()

    def reflow(self) -> None:
        """Rows have other widths or heights."""
        self._cuts.clear()
        self.window.reflow()
        self.changed()

    # Drawing

    def notify_style_update(self) -> None:
        """Textual's hook: a theme changed."""
        super().notify_style_update()
        self._looks = None
        self._strips.clear()

    def selection_updated(self, selection: Selection | None) -> None:
        """Textual's hook: the mouse selects."""
        self.refresh()

    def _get_looks(self) -> Looks:
        if self._looks is None:
            base = self.visual_style

            def layer(style: str) -> RichStyle:
                return Style.parse(style).rich_style

            cursor = "$cursor" if self.has_focus else "$cursor-blurred"
            self._looks = Looks(
                base=base.rich_style,
                quiet=(base + Style.parse("$quiet")).rich_style,
                error=layer("$state-bad"),
                warning=layer("$state-warn"),
                sign=layer("$mark bold"),
                step=layer("$title"),
                cursor=layer(f"bold on {cursor}"),
                match=layer("$background on $state-ok"),
                match_here=layer("$background bold on $mark"),
                selection=self.screen.get_component_rich_style("screen--selection"),
                bar=layer("on $scrollbar"),
                bar_back=layer("on $scrollbar-background"),
            )
        return self._looks

    def on_focus(self) -> None:
        """Textual's message."""
        self._looks = None
        self.refresh()

    def on_blur(self) -> None:
        """Textual's message."""
        self._looks = None
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One row of the screen."""
        width = self.size.width - 1
        state = (
            width,
            self.wrap,
            self.colours,
            self.left,
            self.step_width,
            self._time,
            self._digits,
            self.sought,
            self.text_selection,
            self.has_focus,
            tuple(self.marks),
        )
        if state != self._drawn_for:
            self._drawn_for = state
            self._strips.clear()
        looks = self._get_looks()
        rows = self.window.page()
        bar = self._bar(y, looks)
        if y >= len(rows):
            words = self.words_for_nothing() if y == 1 and not rows else ""
            text = fitted([Segment("  " + words, looks.quiet)], width, looks.base)
            return Strip([*text, bar], width + 1)
        place = rows[y]
        number = self.window.entries.line(place.entry)
        at_cursor = number == self.window.cursor and number > 0
        key = (number or -place.entry, place.row, at_cursor)
        strip = self._strips.get(key)
        if strip is None:
            strip = Strip(self._row(number, place.row, at_cursor, width, looks), width)
            self._strips[key] = strip
        return Strip([*strip, bar], width + 1)

    def _row(
        self, number: int, row: int, at_cursor: bool, width: int, looks: Looks
    ) -> list[Segment]:
        if not number:
            gutter = self._gutter(None, 0, False, True)
            return fitted([Segment(gutter.text + GAP.text, looks.quiet)], width, looks.base)
        line, text = self._line(number), self.text(number)
        if self.wrap:
            starts = [*self._row_starts(number), len(text.text)]
            start, end = starts[row], starts[row + 1]
        else:
            start = from_cell(text, self.left) if self.left else 0
            end = min(len(text.text), start + 2 * self.room)
        back = looks.cursor if at_cursor else RichStyle.null()
        base = looks.base if line and line.stream != "system" else looks.quiet
        segments = gutter_segments(
            self._gutter(line, number, at_cursor, row == 0), looks, back
        ) + text_segments(
            number, text, start, end, self._layers(number, text, at_cursor, looks), base + back
        )
        return fitted(segments, width, looks.base + back)

    def _layers(self, number: int, text: ShownText, at_cursor: bool, looks: Looks) -> list[Span]:
        layers: list[Span] = []
        if self.colours:
            level = None if text.spans else level_style(text.text, looks)
            layers += [(0, len(text.text), level)] if level else text.spans
        if self.sought is not None:
            found = looks.match_here if at_cursor else looks.match
            layers += [(start, end, found) for start, end in self.sought.spans(text.text)]
        selection = self.text_selection
        span = None if selection is None else selection.get_span(number)
        if span is not None:
            start, end = span
            layers.append((start, len(text.text) if end < 0 else end, looks.selection))
        return layers

    def _bar(self, y: int, looks: Looks) -> Segment:
        count, height = self.window.entries.count(), max(1, self.size.height)
        rows = self.window.page()
        if len(rows) < height or (rows[0] == (0, 0) and rows[-1].entry == count - 1):
            return Segment(" ", looks.base)
        size = max(1, round(height * len(rows) / max(count, height)))
        above, below = rows[0].entry, count - 1 - rows[-1].entry
        top = round((height - size) * above / max(1, above + below))
        return Segment(" ", looks.bar if top <= y < top + size else looks.bar_back)

    def refresh_bar(self) -> None:
        """The scroll bar alone has changed."""
        self.refresh(Region(self.size.width - 1, 0, 1, self.size.height))

    # Copying

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """Textual's hook: the text under the mouse's selection, without numbers and times."""
        first = selection.start.y if selection.start else 1
        last = selection.end.y if selection.end else self.source.last
        lines = []
        for number in range(max(1, first), min(last, first + COPY_LIMIT - 1) + 1):
            text, span = self.text(number).text, selection.get_span(number)
            if span is not None:
                lines.append(text[span[0] : None if span[1] < 0 else span[1]])
        return "\n".join(lines), "\n"
