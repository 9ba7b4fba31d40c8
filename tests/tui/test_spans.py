from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from jobs_tui.tui.spans import ago, bars, clock_time, day_time, long_span, span, took, until

NOW = datetime(2026, 8, 21, 14, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "short", "long"),
    [
        (0, "0s", "0s"),
        (59.9, "59s", "59s"),
        (60, "1m", "1m"),
        (3599, "59m", "59m"),
        (43_065, "11h", "11h57m"),
        (86_400, "1d", "1d0h"),
        (99 * 86_400, "99d", "99d0h"),
        (200 * 86_400, "28w", "200d0h"),
        (800 * 86_400, "2y", "800d0h"),
        (-5, "0s", "0s"),
    ],
)
def test_span_of_time(seconds: float, short: str, long: str) -> None:
    assert span(seconds) == short
    assert long_span(seconds) == long


def test_instants_against_now() -> None:
    assert until(NOW + timedelta(minutes=9, seconds=5), NOW) == "in 9m"
    assert until(NOW, NOW) == "now"
    assert ago(NOW - timedelta(seconds=59), NOW) == "now"
    assert ago(NOW - timedelta(days=5, hours=2), NOW) == "5d ago"


@pytest.mark.parametrize(
    ("milliseconds", "text"),
    [
        (None, "--"),
        (0, "0ms"),
        (999, "999ms"),
        (9_000, "0m09s"),
        (250_400, "4m10s"),
        (3_720_000, "1h02m"),
    ],
)
def test_how_long_a_run_took(milliseconds: float | None, text: str) -> None:
    assert took(milliseconds) == text


def test_day_and_time_name_the_year_only_when_it_differs() -> None:
    assert day_time(NOW, NOW) == "today 14:02"
    assert day_time(NOW + timedelta(days=1), NOW) == "Sat 22 Aug 14:02"
    assert day_time(datetime(2027, 1, 3, tzinfo=UTC), NOW) == "Sun  3 Jan 2027 00:00"


def test_clock_times_fit_their_column() -> None:
    for days in (0, 0.5, 1, 3, 6, 8, 100, 299, 301, 4000):
        assert len(clock_time(NOW + timedelta(days=days), NOW)) <= 9


def test_bars_grow_with_the_value_and_skip_the_unknown() -> None:
    drawn = bars([1, None, 5, 10])
    assert drawn[1] == " "
    assert drawn[3] == "#"
    assert drawn[0] == "."
    assert bars([]) == ""
    assert bars([0, 0]) == ".."
