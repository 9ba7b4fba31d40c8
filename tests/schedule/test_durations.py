"""Lengths of time as people write them."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs_tui.models.errors import InvalidInput
from jobs_tui.schedule.durations import (
    LONGEST,
    as_typed,
    duration_words,
    pieces,
    read_duration,
    short_span,
    span_words,
)

whole = st.integers(1, int(LONGEST))


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        (1, 1),
        (1.5, 1.5),
        (86_400, 86_400),
        ("90", 90),
        (" 90s ", 90),
        ("5m", 300),
        ("2h30m", 9_000),
        ("2h 30m", 9_000),
        ("1d", 86_400),
        ("1w", 604_800),
        ("10 minutes", 600),
        ("10 Minutes", 600),
        ("1.5 hours", 5_400),
        ("1 hour and 30 minutes", 5_400),
        ("1 day, 6 hours", 108_000),
        ("an hour", 3_600),
        ("half an hour", 1_800),
        ("an hour and a half", 5_400),
        ("two days", 172_800),
        ("a couple of minutes", 120),
        ("a fortnight", 1_209_600),
        ("366 days", LONGEST),
        ("0.5m", 30),
        ("PT5M", 300),
        ("pt1h30m", 5_400),
        ("P1DT12H", 129_600),
        ("P2W", 1_209_600),
        ("PT0.5H", 1_800),
    ],
)
def test_reads(text: str | float, seconds: float) -> None:
    assert read_duration(text) == seconds


@pytest.mark.parametrize(
    "text",
    [
        0,
        -1,
        0.5,
        float("inf"),
        float("nan"),
        10**400,
        True,
        None,
        [],
        "",
        " ",
        "0",
        "-1",
        "0.5",
        "0s",
        "999ms",
        "1e400",
        "1e3",
        "abc",
        "in 5m",
        "5 m m",
        "5m 5m",
        "5m and",
        "m",
        "5 parsecs",
        "367d",
        "366d 1s",
        "1 month",
        "2 years",
        "a",
        "a hundred days",
        "five",
        "\u0665m",
        "5\u00a0m\x00",
        "9" * 10_000,
        "1m" * 10_000,
    ],
)
def test_refuses_with_one_sentence_that_names_the_field(text: object) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_duration(text)  # type: ignore[arg-type]
    assert caught.value.field == "interval_seconds"
    assert caught.value.message.startswith("interval_seconds: ")
    assert len(caught.value.sentence()) < 200


def test_a_pause_may_be_shorter_than_an_interval_where_the_caller_says_so() -> None:
    assert read_duration("0", "delay_seconds", least=0) == 0


@pytest.mark.parametrize(
    ("seconds", "words", "short"),
    [
        (1, "every second", "1s"),
        (60, "every minute", "1m"),
        (90, "every 90 seconds", "90s"),
        (300, "every 5 minutes", "5m"),
        (3_600, "every hour", "1h"),
        (5_400, "every 90 minutes", "1h 30m"),
        (7_200, "every 2 hours", "2h"),
        (86_400, "every day", "1d"),
        (108_000, "every 1 day 6 hours", "1d 6h"),
        (604_800, "every 7 days", "7d"),
        (3_661, "every 1 hour 1 minute 1 second", "1h 1m"),
        (1.5, "every 1.5 seconds", "1.5s"),
        (121, "every 2 minutes 1 second", "2m 1s"),
    ],
)
def test_words(seconds: float, words: str, short: str) -> None:
    assert duration_words(seconds) == words
    assert short_span(seconds) == short


@given(whole)
def test_words_are_exact_and_can_be_read_back(seconds: int) -> None:
    assert read_duration(span_words(seconds)) == seconds
    assert read_duration(as_typed(seconds)) == seconds
    assert len(short_span(seconds)) <= 8


@given(st.text(max_size=100))
def test_any_text_is_read_or_refused(text: str) -> None:
    with suppress(InvalidInput):
        assert 1 <= read_duration(text) <= LONGEST


@given(st.floats())
def test_any_number_is_read_or_refused(number: float) -> None:
    try:
        assert 1 <= read_duration(number) <= LONGEST
    except InvalidInput:
        assert not 1 <= number <= LONGEST


def test_units_of_the_calendar_are_pieces_too() -> None:
    assert pieces("1 year 2 months 3 days") == [(1, "year"), (2, "month"), (3, "d")]
    assert pieces("P1Y2M3D") == [(1, "year"), (2, "month"), (3, "d")]


@pytest.mark.parametrize("text", ["P", "PT", "P1", "P5T", "PT5", "P1DT", "PT5D", "P1H", "P-1D"])
def test_what_is_not_quite_iso_is_no_length(text: str) -> None:
    assert pieces(text) is None


def test_a_month_of_iso_has_no_fixed_length() -> None:
    with pytest.raises(InvalidInput, match="has no fixed length: months differ"):
        read_duration("P1M")
