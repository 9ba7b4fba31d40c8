"""Pages of a log: bounded, by stream, over holes."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from jobs_tui.models.times import to_text
from jobs_tui.service import log_pages
from jobs_tui.service.context import Context
from jobs_tui.store.logs import US, Chunk, append

RUN = "exec_1"


def printed(
    ctx: Context, first: int, lines: Sequence[str], letter: str = "o", step: str = ""
) -> None:
    text = "\n".join(f"0{US}{letter}{US}{step}{US}{line}" for line in lines)
    chunk = Chunk(RUN, first, len(lines), to_text(ctx.now()), text)
    ctx.store.logs.writer.write(lambda connection: append(connection, chunk))


def test_a_page_says_where_the_next_begins(ctx: Context) -> None:
    printed(ctx, 1, [str(n) for n in range(1, 6)])
    page = log_pages.page(ctx, RUN, first=2, limit=3)
    assert ([line.number for line in page.lines], page.next_line, page.last_line) == (
        [2, 3, 4],
        5,
        5,
    )
    assert log_pages.page(ctx, RUN, first=5, limit=3).next_line is None
    assert log_pages.page(ctx, "exec_2", first=1, limit=3) == log_pages.Page([], None, 0)


def test_lines_after_a_hole_are_found(ctx: Context) -> None:
    printed(ctx, 1, ["a"])
    printed(ctx, 10, ["b"])
    page = log_pages.page(ctx, RUN, first=1, limit=9)
    assert [line.number for line in page.lines] == [1, 10]


def test_a_page_that_finds_little_ends_all_the_same(
    ctx: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_pages, "MOST_READ", 4)
    printed(ctx, 1, ["o"] * 5)
    printed(ctx, 6, ["e"], "e")
    first = log_pages.page(ctx, RUN, first=1, limit=9, wanted=log_pages.Wanted(["stderr"]))
    assert (first.lines, first.next_line) == ([], 6)
    second = log_pages.page(ctx, RUN, first=6, limit=9, wanted=log_pages.Wanted(["stderr"]))
    assert ([line.number for line in second.lines], second.next_line) == ([6], None)


def test_text_comes_in_chunks(ctx: Context) -> None:
    printed(ctx, 1, ["a", "b"])
    printed(ctx, 3, ["c"], "e")
    assert list(log_pages.texts(ctx, RUN, first=2, limit=None)) == ["b\n", "c\n"]
    assert list(log_pages.texts(ctx, RUN, first=1, limit=1)) == ["a\n"]
    assert list(
        log_pages.texts(ctx, RUN, first=1, limit=None, wanted=log_pages.Wanted(["stderr"]))
    ) == ["c\n"]


def test_lines_of_one_step_and_of_what_is_done_within_it(ctx: Context) -> None:
    for number, step in enumerate(["", "a", "a/smart", "ab", "b"], 1):
        printed(ctx, number, [f"in {step}"], step=step)
    wanted = log_pages.Wanted(step="a")
    page = log_pages.page(ctx, RUN, first=1, limit=9, wanted=wanted)
    assert [line.step for line in page.lines] == ["a", "a/smart"]
    assert list(log_pages.texts(ctx, RUN, first=1, limit=None, wanted=wanted)) == [
        "in a\n",
        "in a/smart\n",
    ]
    nothing = log_pages.Wanted(["stderr"], step="a")
    assert log_pages.page(ctx, RUN, first=1, limit=9, wanted=nothing).lines == []
