"""Differences are right, and bounded."""

from __future__ import annotations

import difflib

from hypothesis import given
from hypothesis import strategies as st

from jobs_tui.engine.goals.changes import LONGEST, difference, without

LINES = st.lists(st.sampled_from("abc"), max_size=30)


@given(LINES, LINES)
def test_the_difference_is_that_of_difflib_or_as_good(old: list[str], new: list[str]) -> None:
    found = difference(old, new)
    if old == new:
        assert found is None
        return
    assert found is not None
    lines = found.splitlines()
    slow = list(difflib.unified_diff(old, new, lineterm=""))[2:]
    assert sum(line[0] == "-" for line in lines) - sum(line[0] == "+" for line in lines) == sum(
        line[0] == "-" for line in slow
    ) - sum(line[0] == "+" for line in slow)
    assert _applied(old, lines) == new


def _applied(old: list[str], lines: list[str]) -> list[str]:
    """The new text, from the old one and the difference."""
    made: list[str] = []
    position = 0
    for line in lines:
        if line.startswith("@@"):
            start, _, count = line.split()[1][1:].partition(",")
            begin = int(start) - (count != "0")
            made += old[position:begin]
            position = begin
        elif line[0] == "+":
            made.append(line[1:])
        else:
            assert old[position] == line[1:]
            position += 1
            if line[0] == " ":
                made.append(line[1:])
    return made + old[position:]


def test_a_long_difference_shows_both_sides() -> None:
    old, new = [f"old {n}" for n in range(30_000)], [f"new {n}" for n in range(30_000)]
    found = difference(old, new)
    assert found is not None
    assert len(found) <= LONGEST
    assert "\n-old 0\n" in found
    assert "\n+new 0\n" in found
    assert found.count("[cut") == 2


def test_one_endless_line_is_cut() -> None:
    found = difference(["x" * 90_000], ["y" * 90_000])
    assert found is not None
    assert len(found) <= LONGEST


def test_blank_ends_do_not_matter() -> None:
    assert without("a  \nb\n\n\n", ()) == without("a\nb", ())
