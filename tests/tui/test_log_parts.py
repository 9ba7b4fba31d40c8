"""What a log view is made of, without a screen: text, layout, search."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from rich.cells import cell_len

from jobs_tui.store.logs import US
from jobs_tui.tui.widgets.log_layout import (
    AllLines,
    MatchingLines,
    Place,
    last_page,
    moved,
    page,
)
from jobs_tui.tui.widgets.log_search import (
    FindScan,
    Hits,
    LevelScan,
    Query,
    lines_with,
)
from jobs_tui.tui.widgets.log_text import cuts, from_cell, plain_line, safe, shown


def stored(*lines: str, letter: str = "o") -> str:
    return "\n".join(f"{n * 7}{US}{letter}{US}{US}{line}" for n, line in enumerate(lines))


# Text


def test_colours_become_spans_and_leave_the_text() -> None:
    text = shown("a \x1b[1;31mred\x1b[0m b")
    assert text.text == "a red b"
    [(start, end, style)] = text.spans
    assert (start, end) == (2, 5)
    assert style.bold
    assert style.color is not None
    assert style.color.number == 1


def test_nested_colours_add_up_until_reset() -> None:
    text = shown("\x1b[38;5;200ma\x1b[4mb\x1b[38;2;1;2;3mc\x1b[md")
    assert text.text == "abcd"
    assert [(start, end) for start, end, _ in text.spans] == [(0, 1), (1, 2), (2, 3)]
    assert text.spans[1][2].underline
    assert text.spans[2][2].color.triplet == (1, 2, 3)  # type: ignore[union-attr]


def test_hidden_and_blinking_text_shows() -> None:
    assert shown("\x1b[8msecret\x1b[5mblink").spans == ()


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("a\tb", "a       b"),
        ("bell\x07", "bell\ufffd"),
        ("[/bold] [link=x", "[/bold] [link=x"),
        ("abc\u202efdp.exe", "abc\ufffdfdp.exe"),
        ("z\u200bw", "z\ufffdw"),
        ("a\u200db\ufe0f", "ab"),
        ("\x1b]0;title\x07", "\ufffd]0;title\ufffd"),
    ],
)
def test_safe(raw: str, expected: str) -> None:
    assert safe(raw) == expected


def test_tab_stops_count_over_colours() -> None:
    assert shown("ab\x1b[1m\tc").text == "ab      c"


def test_nothing_that_moves_the_cursor_survives() -> None:
    dice = random.Random(4)
    alphabet = "ab \t\x1b[]()m;0123456789\x00\x07\x08\r\x7f\x9b\u202e\u2066\u200d\u0301漢🙂ש[/]"
    for _ in range(3_000):
        raw = "".join(dice.choices(alphabet, k=dice.randrange(40)))
        text = shown(raw)
        assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text.text)
        assert all(0 <= s <= e <= len(text.text) for s, e, _ in text.spans)
        for width in (1, 2, 7, 30):
            starts = [*cuts(text, width), len(text.text)]
            assert starts[0] == 0
            assert starts == sorted(starts)
            for start, end in pairwise(starts):
                assert cell_len(text.text[start:end]) <= max(2, width)


def test_cuts_of_wide_characters_never_split_one() -> None:
    assert cuts(shown("漢字漢字"), 5) == [0, 2]
    assert cuts(shown("abcdef"), 4) == [0, 4]
    assert cuts(shown(""), 4) == [0]


def test_from_cell() -> None:
    assert from_cell(shown("abcdef"), 3) == 3
    assert from_cell(shown("漢字x"), 4) == 2
    assert from_cell(shown("漢"), 50) == 1


# Layout


def test_moving_over_wrapped_lines_is_the_same_both_ways() -> None:
    heights = [1, 3, 1, 7, 2, 1, 1, 4]
    entries = AllLines(lambda: len(heights))
    rows = heights.__getitem__
    flat = [Place(e, r) for e, n in enumerate(heights) for r in range(n)]
    for place, start in enumerate(flat):
        for by in range(-25, 26):
            expected = flat[max(0, min(len(flat) - 1, place + by))]
            assert moved(entries, rows, start, by) == expected
        assert page(entries, rows, start, 5) == flat[place : place + 5]
    for height in range(1, 25):
        assert last_page(entries, rows, height) == flat[max(0, len(flat) - height)]


def test_an_empty_log_has_a_page_without_rows() -> None:
    entries = AllLines(lambda: 0)
    assert last_page(entries, lambda _: 1, 10) == Place(0, 0)
    assert page(entries, lambda _: 1, Place(0, 0), 10) == []


def test_matching_lines_with_context_and_gaps() -> None:
    hits, last = Hits(), 30
    entries = MatchingLines(hits, lambda: last)
    for number in (1, 10, 13, 30):
        hits.add(number)
    assert entries.grow()
    shown_lines = [entries.line(entry) for entry in range(entries.count())]
    assert shown_lines == [1, 2, 3, 0, 8, 9, 10, 11, 12, 13, 14, 15, 0, 28, 29, 30]
    assert entries.line(entries.entry(13)) == 13
    assert entries.line(entries.entry(20)) == 28
    last = 32
    assert entries.grow()
    assert entries.line(entries.count() - 1) == 32
    assert not entries.grow()


# Search


def test_lines_with_looks_at_text_only() -> None:
    text = stored("zero", "o 7 o", "seven", "14")
    assert list(lines_with(text, text, "7")) == [1]
    assert list(lines_with(text, text, "14")) == [3]
    assert list(lines_with(text, text, "o")) == [0, 1]


def test_lines_with_agrees_with_the_obvious_way() -> None:
    dice = random.Random(7)
    for _ in range(300):
        lines = ["".join(dice.choices("ab0o", k=dice.randrange(6))) for _ in range(20)]
        text = stored(*lines)
        for needle in ("a", "ab", "0", "o0", "b0a"):
            assert list(lines_with(text, text, needle)) == [
                place for place, line in enumerate(lines) if needle in line
            ]


def test_smart_case() -> None:
    text = stored("Slow read", "slow", "fast")
    for words, expected in (("slow", [1, 2]), ("Slow", [1]), ("SLOW", [])):
        scan = FindScan(Query(words))
        scan.look(1, text)
        assert list(scan.hits.numbers) == expected


def test_a_find_sees_through_colours() -> None:
    scan = FindScan(Query("red alert"))
    scan.look(5, stored("x", "\x1b[31mred\x1b[0m alert"))
    assert list(scan.hits.numbers) == [6]


def test_letters_that_grow_in_lower_case_keep_places() -> None:
    assert list(Query("x").spans("İİx")) == [(2, 3)]


def test_levels_are_whole_words() -> None:
    scan = LevelScan()
    scan.look(
        1,
        stored(
            "ERROR: no space",
            "terrors of the deep",
            "WARN slow",
            "0 failed, no error",
            "10 failed",
            "warnings off",
            "Traceback (most recent call last):",
        ),
    )
    assert list(scan.errors.numbers) == [1, 5, 7]
    assert list(scan.warnings.numbers) == [3]


def test_hits_know_their_rank_and_neighbours() -> None:
    hits = Hits()
    for number in (3, 9, 9, 4, 20):
        hits.add(number)
    assert list(hits.numbers) == [3, 9, 20]
    assert hits.count == 3
    assert hits.after(3) == 9
    assert hits.after(20) is None
    assert hits.before(3) is None
    assert hits.before(100) == 20
    assert [hits.rank(n) for n in (3, 9, 10)] == [1, 2, 0]


def test_plain_line() -> None:
    assert plain_line("\x1b[1ma\x1b[0m b") == "a b"
