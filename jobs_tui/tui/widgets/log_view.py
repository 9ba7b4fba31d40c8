"""A log of any length on the screen: opens at its end, follows, finds, filters, wraps (UX.md 5.5).

Memory is constant. While lines come it draws at most four times a second however many there are
(UX.md 6.3); searching and counting run in threads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, tzinfo

from textual.message import Message
from textual.timer import Timer
from textual.worker import get_current_worker

from jobs_tui.store.logs import LogReader
from jobs_tui.tui.widgets.log_finder import Finder, Jump
from jobs_tui.tui.widgets.log_layout import CONTEXT, MatchingLines
from jobs_tui.tui.widgets.log_moves import LogMoves
from jobs_tui.tui.widgets.log_search import Scan
from jobs_tui.tui.widgets.log_state import LogState
from jobs_tui.tui.widgets.log_text import shown

TICK = 0.25
"""Seconds between two looks for new lines: the frame budget of a busy log."""


class LogView(LogMoves):
    """See the module. The screen binds its methods to keys and shows its :class:`LogState`.

    Args:
        reader: the log.
        live: whether more lines may come.
        zone: name and rules of the job's time zone, shown first; UTC is always a choice.
        start: the run's start, for times since then; the first line's time when None.
    """

    class Changed(Message):
        """The view's state is another one; ask :meth:`LogView.state`."""

        def can_replace(self, message: Message) -> bool:
            """Only the newest one counts."""
            return isinstance(message, LogView.Changed)

    class Said(Message):
        """Something to tell the user."""

        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Arrived(Message):
        """A search came to an end in its thread."""

        def __init__(self, found: Jump | None) -> None:
            super().__init__()
            self.found = found

    def __init__(
        self,
        reader: LogReader,
        *,
        live: bool = False,
        zone: tuple[str, tzinfo] = ("UTC", UTC),
        start: datetime | None = None,
        id: str | None = None,  # noqa: A002 - Textual's own name for it
    ) -> None:
        super().__init__(reader, zone=zone, start=start, id=id)
        self.finder = Finder(reader)
        self.live = live
        self._filter: MatchingLines | None = None
        self._only_matches = False
        self._steps_width = 0
        self._timer: Timer | None = None
        self._told: LogState | None = None
        self._origin = 0

    def state(self) -> LogState:
        """What the status rows show."""
        find, levels, cursor = self.finder.find, self.finder.levels, self.window.cursor
        lines = self.finder.lines
        last = self.source.last
        return LogState(
            follow=self.window.follow,
            new_lines=self.window.new_lines,
            wrap=self.wrap,
            colours=self.colours,
            time=self.time.label,
            cursor=cursor,
            lines=last,
            size=levels.size,
            percent=self.window.percent,
            errors=levels.errors.count,
            warnings=levels.warnings.count,
            counting=levels.done < last,
            query=find.query.text if find else "",
            exact=bool(find and find.query.exact),
            filtered=self._only_matches,
            hit=find.hits.rank(cursor) if find else 0,
            hits=find.hits.count if find else 0,
            finding=bool(find and find.done < last),
            marks=tuple(self.marks),
            step=self.finder.step,
            step_lines=lines.hits.count if lines else 0,
        )

    def words_for_nothing(self) -> str:
        """What is said where no line is shown."""
        if not self.source.last:
            return self.empty
        if self._only_matches:
            return "No line fits."
        return f"{shown(self.finder.step).text} has written nothing." if self.finder.step else ""

    def changed(self) -> None:
        """Draw again and tell the screen."""
        self.refresh()
        self._tell()

    def _tell(self) -> None:
        state = self.state()
        if state != self._told:
            self._told = state
            self.post_message(self.Changed())

    # Time passes

    def on_mount(self) -> None:
        """Textual's message."""
        self._timer = self.set_interval(TICK, self.tick)
        self._scan()

    def pause_ticking(self) -> None:
        """The screen is covered: no timer, no frames (UX.md 6.4.10)."""
        if self._timer is not None:
            self._timer.pause()

    def resume_ticking(self) -> None:
        """The screen is on top again."""
        if self._timer is not None:
            self._timer.resume()
        self.tick()

    def tick(self) -> None:
        """Look for new lines; one refresh for all of them."""
        came = self.read(self.source.refresh, 0) if self.live else 0
        grown = self._filter is not None and self._filter.grow()
        if came or grown:
            self.window.changed()
            if self.window.follow or len(self.window.page()) < self.size.height or grown:
                self.refresh()
            else:
                self.refresh_bar()
        if self.finder.levels.done < self.source.last:
            self._scan()
        if self.finder.find is not None and self.finder.find.done < self.source.last:
            self._count()
        self._collect()
        self._tell()

    def set_live(self, live: bool) -> None:
        """Whether more lines may come; the last ones are read when no more do."""
        if self.live and not live:
            self.tick()
        self.live = live

    # Searching, in threads

    def _scan(self) -> None:
        self._run_scan(self.finder.levels, "levels")

    def _count(self) -> None:
        if self.finder.find is not None:
            self._run_scan(self.finder.find, "count")

    def _collect(self) -> None:
        lines = self.finder.lines
        if lines is not None and lines.done < self.source.last:
            self._run_scan(lines, "step")

    def _run_scan(self, scan: Scan, group: str) -> None:
        if scan.running:
            return
        scan.running = True
        reader = self.source.reader

        def work() -> None:
            worker = get_current_worker()
            try:
                self.read(lambda: scan.advance(reader, lambda: worker.is_cancelled), None)
            finally:
                scan.running = False

        self.run_worker(work, group=group, thread=True, exclusive=True, description=group)

    def search(self, text: str) -> None:
        """Find a text while it is typed: the cursor goes to the match nearest to where it was."""
        if self.finder.find is None:
            self._origin = self.window.cursor
        if not self.finder.search(text):
            return
        self.sought = self.finder.find.query if self.finder.find else None
        if self._only_matches:
            self._only_matches = False
            self._show_entries()
        self.changed()
        if text:
            origin = self._origin
            self._jump(lambda stop: self.finder.first(origin, stop))
            self._count()

    def _jump(self, find: Callable[[Callable[[], bool]], Jump | None]) -> None:
        def work() -> None:
            worker = get_current_worker()
            found = self.read(lambda: find(lambda: worker.is_cancelled), None)
            if not worker.is_cancelled:
                self.post_message(self.Arrived(found))

        self.run_worker(work, group="jump", thread=True, exclusive=True, description="find")

    def on_log_view_arrived(self, event: Arrived) -> None:
        """A search in a thread has its answer."""
        event.stop()
        self._arrive(event.found, "match")

    def _arrive(self, found: Jump | None, what: str) -> None:
        if found is None:
            self.post_message(self.Said(f"no {what}"))
        else:
            self.go_to(found.line)
            if found.wrapped:
                self.post_message(self.Said("went on from the other end of the log"))

    def next_match(self, down: bool = True) -> None:
        """Go to the next match, or the one before."""
        line = self.window.cursor
        if self.finder.find is None:
            self.post_message(self.Said("nothing to find: / begins"))
        else:
            self._jump(lambda stop: self.finder.next(line, down, stop))

    def next_error(self, down: bool = True) -> None:
        """Go to the next line that names an error, or the one before."""
        found = self.finder.next_error(self.window.cursor, down)
        counting = self.finder.levels.done < self.source.last
        self._arrive(found, "error so far" if counting else "error")

    def toggle_filter(self) -> None:
        """Show only matches with two lines around each, or everything again."""
        self._only_matches = not self._only_matches and self.finder.find is not None
        self._show_entries()
        self.changed()

    def _show_entries(self) -> None:
        find, lines = self.finder.find, self.finder.lines
        if self._only_matches and find is not None:
            context = CONTEXT if lines is None else 0  # the lines around are of other steps
            self._filter = MatchingLines(find.hits, lambda: self.source.last, context)
        elif lines is not None:
            self._filter = MatchingLines(lines.hits, lambda: self.source.last, 0)
        else:
            self._filter = None
        if self._filter is not None:
            self._filter.grow()
        self.window.show(self._filter or self.window.all)

    # Steps

    def set_steps(self, width: int) -> None:
        """How wide the column of steps is while all are shown; 0 without steps."""
        if width != self._steps_width:
            self._steps_width = width
            self._show_step_column()

    def _show_step_column(self) -> None:
        self.step_width = 0 if self.finder.step else self._steps_width
        self.reflow()

    def show_step(self, step: str) -> None:
        """Show only the lines of one step, from its end; empty: all lines."""
        self.finder.look_at(step)
        self.sought = self.finder.find.query if self.finder.find else None
        self._only_matches = False
        self._show_entries()
        if step:
            self.window.resume()
        self._show_step_column()
        self._scan()
        self._count()
        self._collect()

    # Options

    def toggle_wrap(self) -> None:
        """Wrap long lines or cut them; the line on top stays on top."""
        self.wrap, self.left = not self.wrap, 0
        self.reflow()

    def toggle_colours(self) -> None:
        """The log's own colours and ours for errors, or none."""
        self.colours = not self.colours
        self.changed()

    def next_time(self) -> None:
        """Show times in the next way: clock, since the start, full, off."""
        self._time = (self._time + 1) % len(self._times)
        self.reflow()

    def toggle_follow(self) -> None:
        """Follow the end, or stand still."""
        self.window.pause() if self.window.follow else self.window.resume()
        self.changed()

    def toggle_mark(self) -> None:
        """Mark the cursor's line, or take its mark away."""
        line = self.window.cursor
        if line in self.marks:
            self.marks.remove(line)
        elif line:
            self.marks = sorted([*self.marks, line])
        self.changed()

    def next_mark(self) -> None:
        """Go to the next mark, from the last one to the first."""
        if not self.marks:
            self.post_message(self.Said("no marks: m sets one"))
            return
        line = self.window.cursor
        self.go_to(next((mark for mark in self.marks if mark > line), self.marks[0]))

    def go_to(self, line: int) -> None:
        """Put the cursor on a line and show it."""
        self.window.go_to(line, middle=True)
        self._show_match(line)
        self.changed()

    def _show_match(self, line: int) -> None:
        """Scroll sideways to a match that is off to the right."""
        find = self.finder.find
        if self.wrap or find is None:
            return
        span = next(find.query.spans(self.text(line).text), None)
        if span is not None and not self.left <= span[0] <= span[1] <= self.left + self.room:
            self.left = max(0, span[1] - self.room * 2 // 3)
