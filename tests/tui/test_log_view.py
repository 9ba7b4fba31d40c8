"""The log view on a screen: end first, following, finding, filtering, wrapping, hostile text."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone

import pytest
from textual.app import ComposeResult
from textual.events import MouseScrollUp
from textual.geometry import Offset
from textual.pilot import Pilot
from textual.selection import Selection

from jobs_tui.models.enums import Stream
from jobs_tui.models.times import to_text
from jobs_tui.store.database import Store
from jobs_tui.store.logs import US, Chunk, LogReader, append
from jobs_tui.tui.theme import ThemedApp
from jobs_tui.tui.widgets.log_layout import Place
from jobs_tui.tui.widgets.log_view import LogView
from tests.tui.conftest import write_log
from tests.tui.screens import worked

AT = datetime(2026, 8, 21, 14, 0, tzinfo=UTC)
HEIGHT = 20


class Host(ThemedApp):
    def __init__(self, view: LogView) -> None:
        super().__init__()
        self.view = view
        self.said: list[str] = []

    def compose(self) -> ComposeResult:
        yield self.view

    def on_mount(self) -> None:
        self.view.focus()

    def on_log_view_said(self, event: LogView.Said) -> None:
        self.said.append(event.text)


@asynccontextmanager
async def shown(
    store: Store, *, live: bool = False, size: tuple[int, int] = (80, HEIGHT), **options: object
) -> AsyncIterator[tuple[LogView, Pilot[None]]]:
    view = LogView(LogReader(store.logs, "exec_1"), live=live, **options)  # type: ignore[arg-type]
    async with Host(view).run_test(size=size) as pilot:
        await settled(view, pilot)
        yield view, pilot


async def settled(view: LogView, pilot: Pilot[None]) -> None:
    """All searches have come to their end and the screen shows it."""
    view.tick()
    await worked(view.workers)
    await pilot.pause()
    view.tick()
    await worked(view.workers)
    await pilot.pause()


def picture(view: LogView) -> list[str]:
    return [view.render_line(y).text.rstrip() for y in range(view.size.height)]


def text_of(view: LogView) -> str:
    return "\n".join(picture(view))


def fill(store: Store, count: int, first: int = 1, word: str = "line") -> None:
    write_log(store, "exec_1", [f"{word} {first + n}" for n in range(count)], AT, first=first)


async def test_opens_at_the_end_and_says_where(store: Store) -> None:
    fill(store, 500)
    async with shown(store) as (view, _):
        rows = picture(view)
        assert rows[-1] == "> 0500 14:00:49   line 500".replace("0500", " 500")
        assert rows[0].endswith("line 481")
        state = view.state()
        assert (state.follow, state.cursor, state.lines, state.percent) == (True, 500, 500, 100)


async def test_an_empty_log_says_so(store: Store) -> None:
    async with shown(store) as (view, pilot):
        assert "No output yet." in text_of(view)
        for key in "jkgG":
            await pilot.press(key)
        assert view.state().cursor == 0


async def test_new_lines_are_followed(store: Store) -> None:
    fill(store, 30)
    async with shown(store, live=True) as (view, pilot):
        fill(store, 10, first=31)
        view.tick()
        await pilot.pause()
        assert picture(view)[-1].endswith("line 40")


async def test_going_up_pauses_and_counts_what_comes(store: Store) -> None:
    fill(store, 100)
    async with shown(store, live=True) as (view, pilot):
        await pilot.press("k")
        fill(store, 37, first=101)
        view.tick()
        state = view.state()
        assert (state.follow, state.new_lines, state.cursor) == (False, 37, 99)
        assert picture(view)[-1].endswith("line 100")
        await pilot.press("G")
        state = view.state()
        assert (state.follow, state.new_lines, state.cursor) == (True, 0, 137)


async def test_wheel_up_pauses_too(store: Store) -> None:
    fill(store, 100)
    async with shown(store) as (view, pilot):
        view.post_message(_wheel_up())
        await pilot.pause()
        assert not view.state().follow
        assert picture(view)[-1].endswith("line 97")


def _wheel_up() -> MouseScrollUp:
    return MouseScrollUp(None, 5, 5, 0, -1, 0, False, False, False)


async def test_moving(store: Store) -> None:
    fill(store, 300)
    async with shown(store) as (view, pilot):
        await pilot.press("g")
        assert picture(view)[0].startswith(">    1")
        await pilot.press("j", "j", "k")
        assert view.state().cursor == 2
        await pilot.press("ctrl+d")
        assert view.state().cursor == 2 + HEIGHT // 2
        await pilot.press("pagedown")
        assert view.state().cursor == 2 + HEIGHT // 2 + HEIGHT
        await pilot.press("pageup", "ctrl+u")
        assert view.state().cursor == 2
        await pilot.press("end")
        assert view.state().cursor == 300


async def test_find_goes_to_the_nearest_and_counts_all(store: Store) -> None:
    write_log(
        store, "exec_1", [f"{'slow' if n % 50 == 0 else 'fast'} {n}" for n in range(1, 401)], AT
    )
    async with shown(store) as (view, pilot):
        view.search("slow")
        await settled(view, pilot)
        state = view.state()
        assert (state.cursor, state.hit, state.hits, state.finding) == (400, 8, 8, False)
        view.next_match(down=False)
        await settled(view, pilot)
        assert (view.state().cursor, view.state().hit) == (350, 7)
        view.next_match()
        await settled(view, pilot)
        view.next_match()
        await settled(view, pilot)
        assert view.state().cursor == 50
        assert "other end" in view.app.said[-1]  # type: ignore[attr-defined]
        view.search("slow 30")
        await settled(view, pilot)
        assert view.state().cursor == 300
        view.search("nothing of the kind")
        await settled(view, pilot)
        assert view.app.said[-1] == "no match"  # type: ignore[attr-defined]
        view.search("")
        assert view.state().query == ""


async def test_find_counts_lines_that_come_later(store: Store) -> None:
    fill(store, 50)
    async with shown(store, live=True) as (view, pilot):
        view.search("late")
        await settled(view, pilot)
        fill(store, 5, first=51, word="late")
        await settled(view, pilot)
        assert view.state().hits == 5


async def test_filter_shows_matches_with_context_and_keeps_the_place(store: Store) -> None:
    lines = [f"{'WARN' if n in (10, 11, 90) else 'fine'} {n}" for n in range(1, 101)]
    write_log(store, "exec_1", lines, AT)
    async with shown(store) as (view, pilot):
        view.search("WARN")
        await settled(view, pilot)
        view.next_match()
        await settled(view, pilot)
        assert view.state().cursor == 90 or view.state().cursor == 10
        view.toggle_filter()
        await pilot.pause()
        texts = [row[18:] for row in picture(view) if row.strip()]
        assert texts == [
            *(f"{'WARN' if n in (10, 11) else 'fine'} {n}" for n in range(8, 14)),
            "...",
            *(f"{'WARN' if n == 90 else 'fine'} {n}" for n in range(88, 93)),
        ]
        before = view.state().cursor
        view.toggle_filter()
        assert view.state().cursor == before
        assert not view.state().filtered


async def test_errors_and_warnings_are_counted_and_visited(store: Store) -> None:
    lines = ["ok"] * 200
    lines[20], lines[120], lines[60] = "ERROR disk", "fatal: gone", "WARN slow"
    write_log(store, "exec_1", lines, AT)
    async with shown(store) as (view, pilot):
        assert (view.state().errors, view.state().warnings) == (2, 1)
        view.next_error(down=False)
        assert view.state().cursor == 121
        view.next_error(down=False)
        assert view.state().cursor == 21
        view.next_error()
        await pilot.pause()
        assert view.state().cursor == 121


async def test_wrap_keeps_the_line_on_top(store: Store) -> None:
    write_log(store, "exec_1", [f"{n} " + "x" * (n % 7) * 40 for n in range(1, 301)], AT)
    async with shown(store) as (view, pilot):
        view.go_to(150)
        await pilot.pause()
        top = view.window.page()[0].entry
        view.toggle_wrap()
        await pilot.pause()
        assert view.window.page()[0] == (top, 0)
        assert view.state().cursor == 150
        view.toggle_wrap()
        assert view.window.page()[0] == (top, 0)


async def test_a_line_taller_than_the_screen_can_be_read_to_its_end(store: Store) -> None:
    long = "".join(f"[{n:05d}]" for n in range(1_000))
    write_log(store, "exec_1", ["before", long, "after"], AT)
    async with shown(store) as (view, pilot):
        view.toggle_wrap()
        await pilot.press("g", "j")
        seen, places = "", set[Place]()
        for _ in range(view.window.rows(1)):
            seen = text_of(view) if places else seen
            places.update(place for place in view.window.page() if place.entry == 1)
            view.action_down()
        assert places == {Place(1, row) for row in range(view.window.rows(1))}
        assert "[00999]" in seen
        assert view.state().cursor == 3


async def test_sideways_shows_the_rest_of_a_long_line(store: Store) -> None:
    write_log(store, "exec_1", ["a" * 200 + "END", "short"], AT)
    async with shown(store) as (view, pilot):
        assert "END" not in text_of(view)
        for _ in range(40):
            view.sideways(8)
        await pilot.pause()
        assert "END" in text_of(view)
        assert view.left <= 203
        for _ in range(40):
            view.sideways(-8)
        assert view.left == 0


async def test_find_scrolls_sideways_to_the_match(store: Store) -> None:
    write_log(store, "exec_1", ["a" * 300 + "needle", "short"], AT)
    async with shown(store) as (view, pilot):
        view.search("needle")
        await settled(view, pilot)
        assert "needle" in text_of(view)


async def test_times(store: Store) -> None:
    fill(store, 3)
    zone = ("Asia/Test", timezone(timedelta(hours=2)))
    async with shown(store, zone=zone, start=AT - timedelta(seconds=61)) as (view, pilot):
        labels = []
        for expected in (
            "16:00:00",
            "14:00:00",
            "+00:01:01",
            "2026-08-21 16:00:00+0200",
            "2026-08-21 14:00:00+0000",
        ):
            assert expected in picture(view)[0]
            labels.append(view.state().time)
            view.next_time()
            await pilot.pause()
        assert picture(view)[0] == "     1   line 1"
        assert labels == [
            "clock Asia/Test",
            "clock UTC",
            "since start",
            "full Asia/Test",
            "full UTC",
        ]


async def test_marks(store: Store) -> None:
    fill(store, 50)
    async with shown(store) as (view, pilot):
        for line in (5, 40):
            view.go_to(line)
            view.toggle_mark()
        view.next_mark()
        assert view.state().cursor == 5
        view.go_to(6)
        await pilot.pause()
        assert any(row.startswith(" *   5") for row in picture(view))
        view.next_mark()
        view.toggle_mark()
        assert view.state().marks == (5,)


async def test_streams_are_told_apart_without_colour(store: Store) -> None:
    write_log(store, "exec_1", ["out", (Stream.STDERR, "bad"), (Stream.SYSTEM, "engine says")], AT)
    async with shown(store) as (view, _):
        assert [row[16:] for row in picture(view)[:3]] == ["  out", "| bad", "# engine says"]


async def test_a_hole_in_the_log_is_shown(store: Store) -> None:
    fill(store, 2)
    fill(store, 2, first=5)
    async with shown(store) as (view, _):
        rows = [row[18:] for row in picture(view)[:6]]
        assert rows == [
            "line 1",
            "line 2",
            *["(this line could not be stored)"] * 2,
            "line 5",
            "line 6",
        ]


async def test_a_selection_copies_text_only(store: Store) -> None:
    fill(store, 30)
    async with shown(store) as (view, _):
        selection = Selection(Offset(2, 11), Offset(4, 13))
        assert view.get_selection(selection) == ("ne 11\nline 12\nline", "\n")
        found = view.get_selection(Selection(None, None))
        assert found is not None
        assert found[0].count("\n") == 29


@pytest.mark.parametrize("seed", range(6))
async def test_hostile_text_neither_raises_nor_leaves_its_row(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    alphabet = [
        *"ab []/=\\'\"\t",
        "\x1b[31m",
        "\x1b[0m",
        "\x1b[8m",
        "\x1b[38;5;300m",
        "\x1b[;;m",
        "\x1b]8;;http://x\x07",
        "\x1b[2J",
        "\x00",
        "\r",
        "\x9b",
        "\u202e",
        "\u2067",
        "\u200d",
        "漢",
        "🙂",
        "👩\u200d👧",
        "\u0301",
        "שלום",
        "[/bold]",
        "[link=x",
        "ERROR",
        "İ",
    ]
    lines = ["".join(dice.choices(alphabet, k=dice.randrange(120))) for _ in range(60)]
    write_log(store, "exec_1", lines, AT)
    async with shown(store, size=(dice.randrange(60, 130), HEIGHT)) as (view, pilot):
        for change in (view.toggle_wrap, view.toggle_colours, view.next_time, view.toggle_wrap):
            view.action_top()
            for _ in range(5):
                await pilot.press("pagedown")
                for y in range(view.size.height):
                    strip = view.render_line(y)
                    assert strip.cell_length == view.size.width
                    assert sum(s.cell_length for s in strip) == view.size.width
                    assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in strip.text)
            view.sideways(8)
            change()
            view.search(dice.choice(["a", "漢", "İ", "[/"]))
        await settled(view, pilot)


async def test_a_million_lines_take_little_memory_in_the_view(store: Store) -> None:
    body = "\n".join(f"0{US}o{US}{US}x" for _ in range(10_000))

    def operation(connection: sqlite3.Connection) -> None:
        for n in range(100):
            append(connection, Chunk("exec_1", 1 + n * 10_000, 10_000, to_text(AT), body))

    store.logs.writer.write(operation)
    async with shown(store) as (view, pilot):
        assert view.state().lines == 1_000_000
        for line in (1, 500_000, 999_999, 250_000):
            view.go_to(line)
            assert view.state().cursor == line
        await pilot.pause()
        assert len(view.source._chunks) <= 48
