"""Tables, durations, JSON for terminals."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_tui.cli import output
from jobs_tui.cli.output import at_second, cell_width, cut, duration, fields, json_text, relative

NOW = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0s"),
        (0.02, "20ms"),
        (4.2, "4.2s"),
        (5, "5s"),
        (59.9, "59s"),
        (60, "1m 00s"),
        (3725, "1h 02m"),
        (90_000, "1d 1h"),
        (-3, "0s"),
    ],
)
def test_durations(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_moments() -> None:
    assert relative(NOW + timedelta(hours=2), NOW) == "in 2h 00m"
    assert relative(NOW - timedelta(seconds=90), NOW) == "1m 30s ago"
    assert (relative(None, NOW), at_second(None)) == ("--", "--")
    assert at_second(NOW) == "2026-08-21 14:02:11Z"


@given(st.text(), st.integers(min_value=1, max_value=40))
def test_what_is_cut_fits(text: str, width: int) -> None:
    assert cell_width(cut(text, width)) <= max(width, 1)


@given(st.text(st.characters(codec=None)))
def test_json_comes_back_and_steers_no_terminal(text: str) -> None:
    written = json_text({"a": text})
    assert json.loads(written) == {"a": text}
    written.encode("utf-8")
    assert not any(0x7F <= ord(char) <= 0x9F for char in written)


def test_fields_keep_the_column_and_drop_none() -> None:
    assert fields({"a": "1\n2", "long": None, "bc": "\x1b[1mx"}) == "a   1\n    2\nbc  x"


def test_a_table_without_a_terminal_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert "x" * 500 in output.table(("A",), [["x" * 500]], flexible=0)
