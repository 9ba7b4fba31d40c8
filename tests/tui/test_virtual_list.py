from __future__ import annotations

from collections.abc import Sequence

import pytest
from textual.app import ComposeResult
from textual.content import Content

from jobs_tui.tui.theme import ThemedApp
from jobs_tui.tui.widgets.virtual_list import Column, Pages, Row, VirtualList

COLUMNS = (Column("STATE", 6), Column("NAME", 10, flex=True), Column("N", 5, "right"))


def rows(count: int, first: int = 0) -> list[Row]:
    return [Row(i, (("x FAIL", "bold"), f"job {i}", str(i))) for i in range(first, first + count)]


class ListApp(ThemedApp):
    """One list, and what it said."""

    def __init__(self, items: Sequence[Row]) -> None:
        super().__init__()
        self.items = items
        self.seen: list[tuple[str, int]] = []

    def compose(self) -> ComposeResult:
        yield VirtualList(COLUMNS)

    def on_mount(self) -> None:
        self.list.set_rows(self.items)
        self.list.focus()

    @property
    def list(self) -> VirtualList:
        return self.query_one(VirtualList)

    def on_virtual_list_highlighted(self, event: VirtualList.Highlighted) -> None:
        self.seen.append(("highlighted", event.index))

    def on_virtual_list_selected(self, event: VirtualList.Selected) -> None:
        self.seen.append(("selected", event.index))

    def text(self) -> list[str]:
        """What is on the screen."""
        return [self.list.render_line(y).text for y in range(self.list.size.height)]


async def test_moves() -> None:
    app = ListApp(rows(100))
    async with app.run_test(size=(40, 11)) as pilot:
        for key, place in [
            ("j", 1), ("down", 2), ("k", 1), ("up", 0), ("k", 0), ("ctrl+d", 5), ("ctrl+u", 0),
            ("pagedown", 10), ("pageup", 0), ("G", 99), ("j", 99), ("g", 0), ("end", 99),
            ("home", 0),
        ]:  # fmt: skip
            await pilot.press(key)
            assert app.list.cursor == place, key


async def test_the_cursor_is_always_seen() -> None:
    app = ListApp(rows(100))
    async with app.run_test(size=(40, 11)) as pilot:
        await pilot.press("G")
        await pilot.pause()
        assert app.text()[-1].startswith(" > x FAIL job 99")
        assert app.text()[0].startswith("   STATE  NAME")
        await pilot.press("g")
        await pilot.pause()
        assert app.text()[1].startswith(" > x FAIL job 0 ")


async def test_columns_stand_under_their_titles_and_fill_the_width() -> None:
    app = ListApp(rows(3))
    async with app.run_test(size=(50, 8)):
        lines = app.text()
        assert all(len(line) == 50 for line in lines)
        assert lines[0].index("NAME") == lines[1].index("job")
        assert lines[1].rstrip()[-1] == "0"
        assert len(lines[0].rstrip()) == len(lines[1].rstrip()) == 49


async def test_columns_that_do_not_fit_are_dropped_from_the_end() -> None:
    app = ListApp(rows(3))
    async with app.run_test(size=(22, 8)):
        assert app.list.widths(22) == [6, 11]
        assert app.list.widths(5) == []


async def test_messages() -> None:
    app = ListApp(rows(3))
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("j", "enter")
        assert app.seen[-2:] == [("highlighted", 1), ("selected", 1)]


async def test_an_empty_list_takes_every_key() -> None:
    app = ListApp([])
    async with app.run_test(size=(40, 8)) as pilot:
        await pilot.press("j", "k", "G", "g", "enter", "pagedown", "ctrl+u")
        assert app.list.current is None
        assert app.seen == []


async def test_the_cursor_stays_on_its_row_when_rows_come_and_go() -> None:
    app = ListApp(rows(10))
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.press("j", "j", "j")
        app.list.set_rows(rows(10, first=2))
        assert app.list.current is not None
        assert app.list.current.key == 3
        app.list.set_rows(rows(2))
        assert app.list.cursor == 1
        app.list.set_rows([])
        assert app.list.cursor == 0


async def test_marks_follow_their_rows() -> None:
    app = ListApp(rows(5))
    async with app.run_test(size=(40, 20)) as pilot:
        app.list.mark(2)
        await pilot.pause()
        assert app.text()[3].startswith(" * x FAIL job 2")
        app.list.set_rows(rows(5, first=1))
        assert app.list.marks == {2}
        app.list.set_rows(rows(5, first=4))
        assert app.list.marks == set()
        app.list.mark_all()
        assert len(app.list.marks) == 5
        app.list.mark_all()
        assert app.list.marks == set()


async def test_a_click_moves_and_a_double_click_opens() -> None:
    app = ListApp(rows(5))
    async with app.run_test(size=(40, 20)) as pilot:
        await pilot.click(VirtualList, offset=(5, 3))
        assert app.list.cursor == 2
        await pilot.click(VirtualList, offset=(5, 3), times=2)
        assert ("selected", 2) in app.seen
        await pilot.click(VirtualList, offset=(5, 0))
        await pilot.click(VirtualList, offset=(5, 15))
        assert app.list.cursor == 2


async def test_only_changed_rows_are_drawn_again(monkeypatch: pytest.MonkeyPatch) -> None:
    app = ListApp(rows(10))
    async with app.run_test(size=(40, 20)):
        drawn: list[object] = []
        monkeypatch.setattr(app.list, "refresh", lambda *regions, **_: drawn.append(regions))
        app.list.set_rows(rows(10))
        assert drawn == []
        changed = rows(10)
        changed[4] = Row(4, ("", "renamed", "4"))
        app.list.set_rows(changed)
        assert len(drawn) == 1


async def test_pages_are_fetched_when_they_are_seen() -> None:
    asked: list[int] = []

    def fetch(offset: int, count: int) -> list[Row]:
        asked.append(offset)
        return rows(count, first=offset)

    app = ListApp([])
    async with app.run_test(size=(40, 20)) as pilot:
        app.list.set_source(Pages(100_000, fetch))
        await pilot.pause()
        assert set(asked) == {0}
        await pilot.press("G")
        await pilot.pause()
        assert app.text()[-1].startswith(" > x FAIL job 99999")
        assert set(asked) == {0, 99_950}


def test_pages_forget_what_was_not_seen_for_long() -> None:
    asked: list[int] = []

    def fetch(offset: int, count: int) -> list[Row]:
        asked.append(offset)
        return rows(count, first=offset)

    pages = Pages(1000, fetch, page=10, keep=2)
    for index in (0, 15, 25, 16, 0):
        assert pages.row(index).key == index
    assert asked == [0, 10, 20, 0]


def test_a_page_that_came_up_short_is_an_empty_row() -> None:
    assert Pages(10, lambda offset, count: []).row(3).cells == ()


@pytest.mark.parametrize(
    "text",
    ["[/b]", "[link=http://x", "\x1b[31mred\x1b[0m", "日本語テキスト" * 5, "a\tb\nc", "\u202eevil",
     "e\u0301" * 30, "👩‍👩‍👧", "\x00\x07\x9b31m", "\ud800", "$state-bad", ""],
)  # fmt: skip
async def test_hostile_cells_keep_the_columns(text: str) -> None:
    app = ListApp([Row(0, (text, (text, "bold"), Content("1"))), Row(1, ("ok", "plain", "2"))])
    async with app.run_test(size=(50, 8)):
        from rich.cells import cell_len

        for line in app.text():
            assert cell_len(line) == 50
            assert "\x1b" not in line
        assert app.text()[1].rstrip().endswith("1")
