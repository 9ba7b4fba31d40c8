"""A list of any length: fixed columns, only visible rows are drawn (UX.md 6.2, 6.4).

Text in cells is never markup; escapes, controls and direction marks are taken out of it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal, Protocol

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.style import Style

from jobs_tui.guard.terminal_text import plain
from jobs_tui.tui.actions import LIST_MOVES, bindings

Cell = str | tuple[str, str] | Content
"""Plain text, (text, content style), or Content whose text is already safe for a terminal."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. One column of a list may have ``flex``: it takes what is left."""

    title: str
    width: int
    """In terminal cells; the least width of a flexible column."""
    align: Literal["left", "right"] = "left"
    flex: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One line. ``key`` tells which thing it is, whatever its place."""

    key: Hashable
    cells: tuple[Cell, ...]


class Source(Protocol):
    """Where rows come from."""

    def __len__(self) -> int:
        """How many rows there are."""
        ...

    def row(self, index: int) -> Row:
        """The row at a place from 0."""
        ...


class Rows:
    """All rows in memory."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = list(rows)
        self._places = {row.key: place for place, row in enumerate(self._rows)}

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, index: int) -> Row:
        """The row at a place from 0."""
        return self._rows[index]

    def place(self, key: Hashable) -> int | None:
        """Where the row with this key is."""
        return self._places.get(key)


class Pages:
    """Rows that are fetched a page at a time, for histories of any length.

    Args:
        total: how many rows there are.
        fetch: ``fetch(offset, count)`` gives up to ``count`` rows from ``offset``.
    """

    def __init__(
        self,
        total: int,
        fetch: Callable[[int, int], Sequence[Row]],
        *,
        page: int = 50,
        keep: int = 20,
    ) -> None:
        self._total, self._fetch, self._page, self._keep = total, fetch, page, keep
        self._pages: OrderedDict[int, Sequence[Row]] = OrderedDict()

    def __len__(self) -> int:
        return self._total

    def row(self, index: int) -> Row:
        """The row at a place from 0; an empty one where the fetch gave less than promised."""
        number, place = divmod(index, self._page)
        rows = self._pages.get(number)
        if rows is None:
            rows = self._fetch(number * self._page, self._page)
            self._pages[number] = rows
            while len(self._pages) > self._keep:
                self._pages.popitem(last=False)
        else:
            self._pages.move_to_end(number)
        return rows[place] if place < len(rows) else Row(("gone", index), ())


class VirtualList(ScrollView, can_focus=True):
    """Rows under a line of titles, with a cursor and marks."""

    ALLOW_SELECT = False
    BINDINGS: ClassVar[list[BindingType]] = [
        *bindings(LIST_MOVES),
        Binding("enter", "select", "open", show=False),
    ]
    DEFAULT_CSS = """
    VirtualList { height: 1fr; overflow-x: hidden; scrollbar-size-vertical: 1; }
    """

    cursor: reactive[int] = reactive(0, repaint=False)
    """The place of the cursor, from 0; 0 also when the list is empty."""

    class Highlighted(Message):
        """The cursor came to another row, or the row under it became another one."""

        def __init__(self, list_: VirtualList, index: int) -> None:
            super().__init__()
            self.list, self.index = list_, index

        @property
        def control(self) -> VirtualList:
            """The list that sent it."""
            return self.list

    class Selected(Message):
        """Enter, or a click on the row under the cursor."""

        def __init__(self, list_: VirtualList, index: int) -> None:
            super().__init__()
            self.list, self.index = list_, index

        @property
        def control(self) -> VirtualList:
            """The list that sent it."""
            return self.list

    def __init__(
        self,
        columns: Sequence[Column] = (),
        *,
        titles: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._titles = 1 if titles else 0
        self._source: Source = Rows()
        self.marks: set[Hashable] = set()
        self._strips: dict[tuple[int, bool, bool, int], tuple[Row, Strip]] = {}
        self._styles: dict[str, Style] = {}

    # What it shows

    def __len__(self) -> int:
        return len(self._source)

    @property
    def current(self) -> Row | None:
        """The row under the cursor."""
        return self._source.row(self.cursor) if len(self._source) else None

    def row(self, index: int) -> Row:
        """The row at a place from 0."""
        return self._source.row(index)

    def set_columns(self, columns: Sequence[Column]) -> None:
        """Other columns, from the next rows on."""
        if tuple(columns) != self._columns:
            self._columns = tuple(columns)
            self._strips.clear()
            self.refresh()

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these rows; the cursor stays on the thing it was on. Only what changed is drawn."""
        self.set_source(Rows(rows))

    def set_source(self, source: Source) -> None:
        """Show the rows of a source; the cursor stays on its thing where that can be found."""
        before, old = self.current, self._source
        self._source = source
        cursor = min(self.cursor, max(0, len(source) - 1))
        if before is not None and isinstance(source, Rows):
            place = source.place(before.key)
            cursor = cursor if place is None else place
        if isinstance(source, Rows):
            self.marks = {key for key in self.marks if source.place(key) is not None}
        if len(source) != len(old):
            self._measure()
        moved = cursor != self.cursor
        self.set_reactive(VirtualList.cursor, cursor)
        if moved:
            self._scroll_to_cursor()
        self._refresh_changed(old)
        after = self.current
        if moved or (before and before.key) != (after and after.key):
            self.post_message(self.Highlighted(self, cursor))

    def _refresh_changed(self, old: Source) -> None:
        top = round(self.scroll_y)
        height = self.size.height - self._titles
        for line in range(height):
            index = top + line
            was = old.row(index) if index < len(old) else None
            now = self._source.row(index) if index < len(self._source) else None
            if was != now:
                self._refresh_line(index)

    def mark(self, index: int) -> None:
        """Mark a row, or take its mark away."""
        key = self._source.row(index).key
        self.marks ^= {key}
        self._refresh_line(index)

    def mark_all(self) -> None:
        """Mark all rows; when all are marked, none."""
        keys = {self._source.row(index).key for index in range(len(self._source))}
        self.marks = set() if keys <= self.marks else keys
        self.refresh()

    def go_to(self, key: Hashable) -> bool:
        """Put the cursor on a row by its key; False when it is not in memory."""
        place = self._source.place(key) if isinstance(self._source, Rows) else None
        if place is None:
            return False
        self.cursor = place
        return True

    # Drawing

    def _measure(self) -> None:
        self.virtual_size = Size(0, len(self._source) + self._titles)

    def on_mount(self) -> None:
        """Textual's message."""
        self._measure()

    def notify_style_update(self) -> None:
        """Textual's hook: a theme changed."""
        super().notify_style_update()
        self._strips.clear()
        self._styles.clear()

    def on_resize(self, event: events.Resize) -> None:
        """Textual's message."""
        self._strips.clear()
        self._scroll_to_cursor()

    def on_focus(self) -> None:
        """Textual's message."""
        self._refresh_line(self.cursor)

    def on_blur(self) -> None:
        """Textual's message."""
        self._refresh_line(self.cursor)

    def widths(self, width: int) -> list[int]:
        """The width of each column within ``width`` cells; columns that do not fit are dropped."""
        least = [column.width for column in self._columns]
        while least and sum(least) + len(least) + 3 > width:
            least.pop()
        spare = width - sum(least) - len(least) - 3
        return [
            size + (spare if column.flex else 0)
            for size, column in zip(least, self._columns, strict=False)
        ]

    def render_line(self, y: int) -> Strip:
        """One line of the screen, titles first."""
        width = self.size.width
        if y < self._titles:
            title = [Content.styled(column.title, "$title bold") for column in self._columns]
            return self._strip(Content("  "), title, self._style(""), width)
        index = y - self._titles + round(self.scroll_y)
        if index >= len(self._source):
            return Strip.blank(width, self.visual_style.rich_style)
        row = self._source.row(index)
        at_cursor, marked = index == self.cursor, row.key in self.marks
        place = (index, at_cursor, marked, 2 * width + self.has_focus)
        cached = self._strips.get(place)
        if cached is not None and cached[0] == row:
            return cached[1]
        if len(self._strips) > 500:
            self._strips.clear()
        look = ("$cursor" if self.has_focus else "$cursor-blurred") if at_cursor else ""
        base = self._style(f"bold on {look}" if at_cursor and self.has_focus else f"on {look}")
        sign = Content.styled("*" if marked else ">" if at_cursor else " ", "$mark bold")
        strip = self._strip(
            sign + " ",
            [self._content(cell) for cell in row.cells],
            base if look else Style(),
            width,
        )
        self._strips[place] = (row, strip)
        return strip

    def _strip(self, sign: Content, cells: Sequence[Content], look: Style, width: int) -> Strip:
        parts: list[Content | str] = [" ", sign]
        for column, size, cell in zip(self._columns, self.widths(width), cells, strict=False):
            fitted = cell.truncate(size, ellipsis=True)
            gap = size - fitted.cell_length
            if column.align == "right":
                parts += [" " * gap, fitted, " "]
            else:
                parts += [fitted, " " * (gap + 1)]
        content = Content.assemble(*parts).truncate(width, pad=True)
        base = self.visual_style + look
        segments = [
            Segment(text, style.rich_style)
            for text, style in content.render(base, end="", parse_style=self._style)
        ]
        return Strip(segments, width)

    def _content(self, cell: Cell) -> Content:
        if isinstance(cell, Content):
            return cell
        if isinstance(cell, str):
            return Content(plain(cell))
        text, style = cell
        return Content.styled(plain(text), style)

    def _style(self, text: str | Style) -> Style:
        if isinstance(text, Style):
            return text
        if text not in self._styles:
            self._styles[text] = Style.parse(text) if text.strip() else Style()
        return self._styles[text]

    def _refresh_line(self, index: int) -> None:
        line = index - round(self.scroll_y) + self._titles
        if self._titles <= line < self.size.height:
            self.refresh(Region(0, line + round(self.scroll_y), self.size.width, 1))

    # Moving

    def watch_cursor(self, old: int, new: int) -> None:
        """Textual's watcher."""
        self._refresh_line(old)
        self._refresh_line(new)
        self._scroll_to_cursor()
        if len(self._source):
            self.post_message(self.Highlighted(self, new))

    def validate_cursor(self, cursor: int) -> int:
        """Textual's validator: the cursor stays in the list."""
        return max(0, min(cursor, len(self._source) - 1))

    def _scroll_to_cursor(self) -> None:
        height = max(1, self.size.height - self._titles)
        top = round(self.scroll_y)
        if self.cursor < top:
            self.scroll_to(y=self.cursor, animate=False, immediate=True)
        elif self.cursor >= top + height:
            self.scroll_to(y=self.cursor - height + 1, animate=False, immediate=True)

    @property
    def _page(self) -> int:
        return max(1, self.size.height - self._titles)

    def action_down(self) -> None:
        """One line down."""
        self.cursor += 1

    def action_up(self) -> None:
        """One line up."""
        self.cursor -= 1

    def action_top(self) -> None:
        """First line."""
        self.cursor = 0

    def action_bottom(self) -> None:
        """Last line."""
        self.cursor = len(self._source) - 1

    def action_half_down(self) -> None:
        """Half a page down."""
        self.cursor += self._page // 2

    def action_half_up(self) -> None:
        """Half a page up."""
        self.cursor -= self._page // 2

    def action_page_down(self) -> None:
        """One page down."""
        self.cursor += self._page

    def action_page_up(self) -> None:
        """One page up."""
        self.cursor -= self._page

    def action_select(self) -> None:
        """Choose the row under the cursor."""
        if len(self._source):
            self.post_message(self.Selected(self, self.cursor))

    def on_click(self, event: events.Click) -> None:
        """Textual's message: a click goes to a row, a click on the cursor's row opens it."""
        index = event.y - self._titles + round(self.scroll_y)
        if event.y < self._titles or index >= len(self._source):
            return
        if index == self.cursor and event.chain >= 2:
            self.action_select()
        self.cursor = index
